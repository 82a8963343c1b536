"""A request for a session, completed: all that decides what will be traded, by wire names."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from aibt.errors import Invalid
from aibt.live.events import Json
from aibt.protocol.agents import AgentMessage
from aibt.protocol.sessions import SessionsStart
from aibt.settings import Settings

BOT: Final = "bot/"
_NOT_KEPT: Final = frozenset({"id", "version", "state", "session_id", "created_at", "updated_at"})
_MOST_NOTES: Final = 50


def complete_session(
    params: SessionsStart,
    agent: AgentMessage,
    frozen: Mapping[str, Mapping[str, Any]],
    settings: Settings,
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return a session's request with nothing left open, and what the wire says of its bars.

    Args:
        params: as the client sent them.
        agent: whose configuration holds for this session from now on.
        frozen: the bars of its universe and benchmark, see `MarketDesk.freeze`.
        settings: costs, and what a session may use.

    Raises:
        Invalid: the range lies outside of all bars.
    """
    asked: dict[str, Any] = agent.model_dump(mode="json", exclude=set(_NOT_KEPT))
    quotas, costs = settings.quotas, settings.costs
    asked |= {
        "start": None if params.start is None else params.start.isoformat(),
        "end": None if params.end is None else params.end.isoformat(),
        "live": params.live,
        "fee_bps": costs.fee_bps if agent.fee_bps is None else agent.fee_bps,
        "slippage_bps": costs.slippage_bps if agent.slippage_bps is None else agent.slippage_bps,
        "max_tokens": min(agent.max_tokens or quotas.session_tokens, quotas.session_tokens),
        "max_cost": min(agent.max_cost or quotas.session_cost, quotas.session_cost),
        "seeded": agent.seed is not None,
        "seed": secrets.randbelow(2**31) if agent.seed is None else agent.seed,
    }
    if agent.base_model.startswith(BOT):
        bot = agent.base_model.removeprefix(BOT)
        asked["bots"] = [*dict.fromkeys([*agent.bots, bot])]
    universe = {symbol: frozen[symbol] for symbol in agent.universe if symbol in frozen}
    kept = {} if params.live else frozen  # a live session has its bars from the world
    asked["datasets"] = {one: kept[one]["dataset"] for one in agent.universe if one in kept}
    asked["actions"] = {symbol: one["actions"] for symbol, one in kept.items()}
    if agent.benchmark is not None and agent.benchmark in kept:
        asked["benchmark_datasets"] = {agent.benchmark: kept[agent.benchmark]["dataset"]}
    notes = [
        f"{symbol}: {note}" for symbol, one in frozen.items() for note in one["notes"]
    ] + _out_of_range(params, universe)
    data: dict[str, Json] = {
        "notes": [*notes[:_MOST_NOTES]],
        "sources": [*sorted({str(one["source"]) for one in frozen.values()})],
    }
    return asked, data


def _out_of_range(params: SessionsStart, universe: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return sentences about symbols without bars in the range, or refuse it."""
    if params.start is None or params.end is None:
        return []
    first = min(str(one["first"]) for one in universe.values())
    last = max(str(one["last"]) for one in universe.values())
    start, end = params.start.isoformat(), params.end.isoformat()
    for name, given, outside in (("start", start, start > last), ("end", end, end < first)):
        if outside:
            raise Invalid(name, f"the bars are from {first} to {last}, {given} is outside")
    return [
        f"{symbol} has bars from {one['first']} to {one['last']} only."
        for symbol, one in universe.items()
        if str(one["first"]) > start or str(one["last"]) < end
    ]
