"""What an answer took, as the provider tells it or as it can be estimated."""

from collections.abc import Iterable, Mapping
from math import isfinite

from aibt.agents.model import Usage

_MOST = 10**12
_CHARACTERS_PER_TOKEN = 4


def usage_told(told: object) -> Usage | None:
    """Return the usage that a chunk tells, or None where it tells none."""
    if not isinstance(told, Mapping):
        return None
    input_details = _mapping(told.get("prompt_tokens_details"))
    output_details = _mapping(told.get("completion_tokens_details"))
    input_tokens, output_tokens = (
        _count(told.get("prompt_tokens")),
        _count(told.get("completion_tokens")),
    )
    cached = _count(input_details.get("cached_tokens", told.get("prompt_cache_hit_tokens")))
    reasoning = _count(output_details.get("reasoning_tokens"))
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_tokens=min(cached, input_tokens),
        reasoning_tokens=min(reasoning, output_tokens),
        cost=_cost(told),
    )


def estimated(input_characters: int, output_characters: int) -> Usage:
    """Return about what an answer took: where a provider is silent, limits must hold, too."""
    return Usage(
        input_tokens=-(-input_characters // _CHARACTERS_PER_TOKEN),
        output_tokens=-(-output_characters // _CHARACTERS_PER_TOKEN),
    )


def total(usages: Iterable[Usage]) -> Usage:
    """Return the sum; its cost is that of those whose cost is known, None if it is of none."""
    parts = list(usages)
    costs = [part.cost for part in parts if part.cost is not None]
    return Usage(
        input_tokens=sum(part.input_tokens for part in parts),
        output_tokens=sum(part.output_tokens for part in parts),
        cached_tokens=sum(part.cached_tokens for part in parts),
        reasoning_tokens=sum(part.reasoning_tokens for part in parts),
        cost=sum(costs) if costs else None,
    )


def _cost(told: Mapping[str, object]) -> float | None:
    """Return OpenRouter's cost; where the user's own key pays the provider, that comes on top."""
    cost = _money(told.get("cost"))
    if cost is not None and told.get("is_byok") is True:
        upstream = _money(_mapping(told.get("cost_details")).get("upstream_inference_cost"))
        cost += upstream or 0.0
    return cost


def _money(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= _MOST and isfinite(value) else None


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        return 0
    return int(value)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
