"""What tokens cost, by a provider's own price list."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from aibt.agents.model import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars per token.

    Attributes:
        cached_input: of input that the provider still had; None: as other input.
        request: of each request besides.
    """

    input: float
    output: float
    cached_input: float | None = None
    request: float = 0.0


def prices_listed(pricing: object) -> Prices | None:
    """Return the prices in a model's entry of OpenRouter's list, or None where it names none.

    Args:
        pricing: `prompt`, `completion`, `input_cache_read` and `request`, US dollars as text.
            Negative ones mean that the price varies.
    """
    if not isinstance(pricing, Mapping):
        return None
    price_in, price_out = _price(pricing.get("prompt")), _price(pricing.get("completion"))
    if price_in is None or price_out is None:
        return None
    return Prices(
        input=price_in,
        output=price_out,
        cached_input=_price(pricing.get("input_cache_read")),
        request=_price(pricing.get("request")) or 0.0,
    )


def cost(usage: Usage, prices: Prices | None) -> float | None:
    """Return what `usage` costs in US dollars, or None where the prices are not known."""
    if prices is None:
        return None
    cached = min(usage.cached_tokens, usage.input_tokens)
    cached_price = prices.input if prices.cached_input is None else prices.cached_input
    return (
        (usage.input_tokens - cached) * prices.input
        + cached * cached_price
        + usage.output_tokens * prices.output
        + prices.request
    )


def _price(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        price = float(value)
    except (ValueError, OverflowError):
        return None
    return price if isfinite(price) and price >= 0 else None
