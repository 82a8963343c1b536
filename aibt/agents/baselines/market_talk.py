"""What baselines read in a conversation, and the calls that they answer with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aibt.agents.model import Answer, Message, ToolCall, Usage

ACCOUNT: Final = "get_account"
UNIVERSE: Final = "get_universe"
BARS: Final = "get_bars"
LOOKS: Final = frozenset({ACCOUNT, UNIVERSE, BARS, "ask_bot", "calculate"})
REDUCING: Final = frozenset({"close", "sell", "cover"})
FREE: Final = Usage(cost=0.0)
_LEAST_SHARE: Final = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call that was made in this decision, and what came back."""

    name: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


def calls_made(messages: Sequence[Message]) -> list[Made]:
    """Return the calls of a conversation in their order; what is not JSON came back as {}."""
    results = {
        str(message["tool_call_id"]): _object(message.get("content"))
        for message in messages
        if message["role"] == "tool"
    }
    made = []
    for message in messages:
        told: Any = message.get("tool_calls") or []
        for call in told:
            function = call["function"]
            made.append(
                Made(
                    name=function["name"],
                    arguments=_object(function["arguments"]),
                    result=results.get(call["id"], {}),
                )
            )
    return made


def calling(
    calls: Sequence[tuple[str, Mapping[str, Any]]], *, before: int, text: str = ""
) -> Answer:
    """Return an answer that calls tools.

    Args:
        calls: names and arguments.
        before: calls that the decision has seen; ids go on from there.
        text: what is said with it.
    """
    return Answer(
        text=text,
        tool_calls=tuple(
            ToolCall(id=f"call-{before + index}", name=name, arguments=json.dumps(arguments))
            for index, (name, arguments) in enumerate(calls)
        ),
        usage=FREE,
        finish="tool_calls",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What an account holds and waits for, as `get_account` tells it.

    Attributes:
        shares: signed value of each position as a fraction of equity.
        pending: symbols with an order that waits.
    """

    shares: Mapping[str, float]
    pending: frozenset[str]
    allow_short: bool


def holdings(made: Sequence[Made]) -> Holdings:
    """Return the account of the last `get_account`."""
    told: Mapping[str, Any] = next(
        (one.result for one in reversed(made) if one.name == ACCOUNT), {}
    )
    equity = float(told.get("equity") or 0.0)
    return Holdings(
        shares={
            held["symbol"]: held["value"] / equity if equity > 0 else 0.0
            for held in told.get("positions", [])
        },
        pending=frozenset(order["symbol"] for order in told.get("pending", [])),
        allow_short=bool(told.get("limits", {}).get("allow_short", False)),
    )


def tradable(made: Sequence[Made]) -> list[str]:
    """Return the symbols that have a price and are not halted, as `get_universe` tells them."""
    told: Mapping[str, Any] = next((one.result for one in made if one.name == UNIVERSE), {})
    return [
        str(one["symbol"])
        for one in told.get("symbols", [])
        if one.get("close") is not None and not one.get("halted")
    ]


def orders_to(
    symbol: str, target: float, now: float, *, least: float = 0.0
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the calls that bring a position from one share of equity to another.

    Args:
        symbol: which.
        target: wanted share, signed; 0 closes.
        now: held share, signed.
        least: changes smaller than this are left alone.
    """
    calls: list[tuple[str, Mapping[str, Any]]] = []
    if now and (target == 0 or (target > 0) != (now > 0)):
        calls.append(("close", {"symbol": symbol}))
        now = 0.0
    change = round(abs(target) - abs(now), 6)
    if target == 0 or abs(change) < max(least, _LEAST_SHARE):
        return calls
    side = ("buy", "sell") if target > 0 else ("short", "cover")
    name = side[0] if change > 0 else side[1]
    calls.append((name, {"symbol": symbol, "share": min(abs(change), 1.0)}))
    return calls


def _object(text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
