"""Which models a provider offers, in whatever shape it lists them."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from pydantic import SecretStr

from aibt.agents.llm.bounded_http import BoundedClient
from aibt.agents.llm.pricing import Prices, prices_listed
from aibt.agents.llm.sentences import one_line, said
from aibt.errors import ModelRefused, ModelUnavailable

MAX_BYTES = 16 * 1024 * 1024
MAX_MODELS = 5_000

_ID = re.compile(r"[!-~]{1,128}")
_CONTEXTS = (
    "context_length", "max_model_len", "context_window", "max_context_length", "inputTokenLimit",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderModel:
    """A model that a provider offers; None where it does not say.

    Attributes:
        context_length: tokens of input and output together.
        input_price, output_price, cached_price: US dollars per token.
    """

    id: str
    name: str
    context_length: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    cached_price: float | None = None
    supports_tools: bool | None = None

    @property
    def prices(self) -> Prices | None:
        """What its tokens cost, or None."""
        if self.input_price is None or self.output_price is None:
            return None
        return Prices(
            input=self.input_price, output=self.output_price, cached_input=self.cached_price
        )


async def provider_models(
    base_url: str, api_key: SecretStr | None, *, timeout_s: float = 15.0
) -> list[ProviderModel]:
    """Return the models that `GET {base_url}/models` lists, in its order.

    Raises:
        ModelUnavailable: there was no list within `timeout_s`.
        ModelRefused: the provider refuses the key, or the address is not one of a provider.
    """
    try:
        async with (
            asyncio.timeout(timeout_s),
            BoundedClient(
                base_url, api_key, timeout=httpx2.Timeout(timeout_s), max_bytes=MAX_BYTES
            ) as client,
        ):
            response = await client.get(f"{base_url.rstrip('/')}/models")
    except (httpx2.HTTPError, OSError):  # TimeoutError is one of the latter
        response = None
    if response is None:
        raise ModelUnavailable("the provider did not send its list of models")
    body = await asyncio.to_thread(_parsed, response.content)
    _check(response.status_code, body, api_key)
    entries = _entries(body)
    if entries is None:
        raise ModelUnavailable("what the provider sent is no list of models")
    models = [model for entry in entries if (model := _model(entry)) is not None]
    return list({model.id: model for model in models}.values())[:MAX_MODELS]


def _parsed(content: bytes) -> object:
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found


def _check(status: int, body: object, api_key: SecretStr | None) -> None:
    if status == 200:
        return
    sentence = one_line(said(body), api_key)
    reason = f"status {status}{': ' if sentence else ''}{sentence}"
    if status in {408, 409, 425, 429} or status >= 500:
        raise ModelUnavailable(reason)
    raise ModelRefused(reason)


def _entries(body: object) -> list[object] | None:
    if isinstance(body, Mapping):
        body = next((body[key] for key in ("data", "models") if key in body), None)
    return body if isinstance(body, list) else None


def _model(entry: object) -> ProviderModel | None:
    if isinstance(entry, str):
        entry = {"id": entry}
    if not isinstance(entry, Mapping):
        return None
    found = entry.get("id") or entry.get("model") or entry.get("name")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        return None
    name = next(
        (entry[key] for key in ("name", "display_name", "displayName") if entry.get(key)), ""
    )
    prices = prices_listed(entry.get("pricing"))
    return ProviderModel(
        id=found,
        name=(one_line(name, max_length=200) if isinstance(name, str) else "") or found,
        context_length=_context(entry),
        input_price=prices.input if prices else None,
        output_price=prices.output if prices else None,
        cached_price=prices.cached_input if prices else None,
        supports_tools=_supports_tools(entry),
    )


def _context(entry: Mapping[str, object]) -> int | None:
    for key in _CONTEXTS:
        length = entry.get(key)
        if isinstance(length, int | float) and 0 < length < 1e12:
            return int(length)
    return None


def _supports_tools(entry: Mapping[str, object]) -> bool | None:
    parameters, abilities = entry.get("supported_parameters"), entry.get("capabilities")
    if isinstance(parameters, list):
        return "tools" in parameters
    if isinstance(abilities, list):
        return "tools" in abilities
    if isinstance(abilities, Mapping):
        told = abilities.get("function_calling", abilities.get("tools"))
        return told if isinstance(told, bool) else None
    return None
