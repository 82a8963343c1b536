"""Which models a provider offers, and what they cost."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from pydantic import SecretStr

from aibt.agents.llm.catalogue import MAX_MODELS, ProviderModel, provider_models
from aibt.agents.llm.pricing import Prices, cost, prices_listed
from aibt.agents.model import Usage
from aibt.errors import ModelRefused, ModelUnavailable
from tests.fakes.openai import FakeOpenAI, answers, cuts, drips, fails, hangs
from tests.unit.agents.llm.builders import KEY

OPENROUTER = {
    "id": "openai/gpt-5",
    "name": "OpenAI: GPT-5",
    "context_length": 400_000,
    "pricing": {"prompt": "0.00000125", "completion": "0.00001", "input_cache_read": "0.000000125"},
    "supported_parameters": ["max_tokens", "tools"],
}


async def listed(provider: FakeOpenAI, body: object) -> list[ProviderModel]:
    provider.models = body
    return await provider_models(provider.base_url, SecretStr(KEY))


async def test_openrouters_list_tells_names_prices_and_abilities(provider: FakeOpenAI) -> None:
    (model,) = await listed(provider, {"data": [OPENROUTER]})

    assert model == ProviderModel(
        id="openai/gpt-5",
        name="OpenAI: GPT-5",
        context_length=400_000,
        input_price=0.00000125,
        output_price=0.00001,
        cached_price=0.000000125,
        supports_tools=True,
    )
    assert model.prices == Prices(input=0.00000125, output=0.00001, cached_input=0.000000125)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # OpenAI's, and Ollama's under /v1
        ({"object": "list", "data": [{"id": "gpt-5", "object": "model", "owned_by": "openai"}]},
         ProviderModel(id="gpt-5", name="gpt-5")),
        # vLLM's
        ({"data": [{"id": "Qwen/Qwen3-8B", "max_model_len": 40_960, "root": "x", "parent": None}]},
         ProviderModel(id="Qwen/Qwen3-8B", name="Qwen/Qwen3-8B", context_length=40_960)),
        # Ollama's own
        ({"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "capabilities": ["tools"]}]},
         ProviderModel(id="qwen3:8b", name="qwen3:8b", supports_tools=True)),
        # Mistral's
        ({"data": [{"id": "m", "max_context_length": 9,
                    "capabilities": {"function_calling": False}}]},
         ProviderModel(id="m", name="m", context_length=9, supports_tools=False)),
        # Groq's
        ({"data": [{"id": "g", "context_window": 131_072}]},
         ProviderModel(id="g", name="g", context_length=131_072)),
        # Together's: a bare list, whose prices are of another unit
        ([{"id": "t", "display_name": "T", "pricing": {"input": 0.2, "output": 0.2}}],
         ProviderModel(id="t", name="T")),
        (["plain"], ProviderModel(id="plain", name="plain")),
        # prices that vary
        ({"data": [{**OPENROUTER, "pricing": {"prompt": "-1", "completion": "-1"},
                    "supported_parameters": [], "context_length": None}]},
         ProviderModel(id="openai/gpt-5", name="OpenAI: GPT-5", supports_tools=False)),
    ],
)  # fmt: skip
async def test_other_providers_lists_are_understood(
    provider: FakeOpenAI, body: object, expected: ProviderModel
) -> None:
    assert await listed(provider, body) == [expected]


async def test_entries_that_are_none_are_left_out(provider: FakeOpenAI) -> None:
    strange: list[Any] = [None, 7, {}, {"id": 7}, {"id": "a b"}, {"id": "é"}, {"id": "x" * 129}, []]
    odd = {"id": "ok", "name": "A\x1b[31m\nB", "context_length": "many", "capabilities": 7}

    models = await listed(provider, {"data": [*strange, odd, {"id": "ok", "pricing": "free"}]})

    assert models == [ProviderModel(id="ok", name="ok")]


async def test_a_list_without_end_is_cut(provider: FakeOpenAI) -> None:
    models = await listed(provider, {"data": [{"id": f"m{n}"} for n in range(MAX_MODELS + 10)]})

    assert len(models) == MAX_MODELS


async def test_the_request_has_the_key_only_if_there_is_one(provider: FakeOpenAI) -> None:
    seen: list[str | None] = []

    async def reply(asked: Any, wire: Any) -> None:
        seen.append(asked.headers.get("authorization"))
        await answers(200, {"data": []})(asked, wire)

    provider.models_reply = reply
    await provider_models(provider.base_url, SecretStr(KEY))
    await provider_models(f"{provider.base_url}/", None)

    assert seen == [f"Bearer {KEY}", None]


@pytest.mark.parametrize(
    "reply",
    [
        fails(500, "oops"), fails(429), hangs(), drips(), cuts(),
        answers(200, b"{broken"), answers(200, {"data": 7}), answers(200, b"[" * 100_000),
        answers(200, b"x" * 17 * 1024 * 1024), answers(200, b"<html></html>", "text/html"),
    ],
)  # fmt: skip
async def test_where_there_is_no_list_the_provider_is_unavailable(
    provider: FakeOpenAI, reply: Any
) -> None:
    provider.models_reply = reply

    with pytest.raises(ModelUnavailable):
        await provider_models(provider.base_url, SecretStr(KEY), timeout_s=1)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404])
async def test_a_refusal_is_one_in_the_providers_words_without_the_key(
    provider: FakeOpenAI, status: int
) -> None:
    provider.models_reply = fails(status, f"Wrong key {KEY}", location=provider.base_url)

    with pytest.raises(ModelRefused) as caught:
        await provider_models(provider.base_url, SecretStr(KEY))

    assert caught.value.reason == f"status {status}: Wrong key [key]"


async def test_asking_for_the_list_can_be_cancelled(provider: FakeOpenAI) -> None:
    provider.models_reply = hangs()
    asking = asyncio.create_task(provider_models(provider.base_url, None))
    await asyncio.sleep(0.1)

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking


@pytest.mark.parametrize(
    "pricing",
    [
        None, "free", {}, {"prompt": "1"}, {"prompt": "a", "completion": "1"},
        {"prompt": "-1", "completion": "1"}, {"prompt": "nan", "completion": "1"},
        {"prompt": "inf", "completion": "1"}, {"prompt": True, "completion": "1"},
    ],
)  # fmt: skip
def test_prices_that_are_none_are_unknown(pricing: object) -> None:
    assert prices_listed(pricing) is None


def test_cached_input_has_its_own_price_or_that_of_other_input() -> None:
    usage = Usage(input_tokens=1_000, output_tokens=100, cached_tokens=400)
    prices = prices_listed({"prompt": "0.001", "completion": "0.01", "request": "0.5"})
    with_cache = Prices(input=0.001, output=0.01, cached_input=0.0001)

    assert cost(usage, prices) == pytest.approx(2.5)
    assert cost(usage, with_cache) == pytest.approx(0.6 + 0.04 + 1.0)
    assert cost(usage, None) is None


@pytest.mark.parametrize(
    "module", ["aibt.agents.model", "aibt.agents.llm.catalogue", "aibt.agents.llm.pricing"]
)
def test_what_a_gateway_needs_of_models_does_not_load_the_client(module: str) -> None:
    code = f"import {module}, sys; sys.exit('openai' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
