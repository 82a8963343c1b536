"""What a session is to do, read from its request once, when its process begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from aibt.live.events import Json
from aibt.market.calendar import calendar_for
from aibt.market.intervals import Interval, parse_interval
from aibt.trading.costs import Costs
from aibt.trading.ledger import exact
from aibt.trading.market_rules import MarketRules, rules_for
from aibt.trading.risk import RiskLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """One session's configuration, completed.

    Attributes:
        base_model: as the agent names it.
        start, end: first and last session's date that is traded; None: live.
        max_rounds: requests to the model in one decision.
        max_tokens: of the whole session, input and output; None: no limit.
        max_cost: of the whole session, US dollars; None: no limit.
        bots: whose predictions the model may ask for.
    """

    session_id: int
    agent_name: str
    base_model: str
    prompt: str
    universe: tuple[str, ...]
    interval: Interval
    balance: Decimal
    start: date | None
    end: date | None
    limits: RiskLimits
    costs: Costs
    max_rounds: int
    max_tokens: int | None
    max_cost: float | None
    tools: tuple[str, ...]
    bots: tuple[str, ...]
    seed: int

    @property
    def is_live(self) -> bool:
        """Whether it goes on with the time of the world."""
        return self.end is None

    def rules(self) -> dict[str, MarketRules]:
        """Return what each symbol's exchange allows."""
        return {symbol: rules_for(calendar_for(symbol).name) for symbol in self.universe}


def session_plan(session_id: int, agent_name: str, request: Mapping[str, Json]) -> SessionPlan:
    """Return the plan of a completed request (`aibt.store.records.Session.request`).

    Raises:
        KeyError: something that a completed request has is missing.
        Invalid: the period is none.
    """
    given: Mapping[str, Any] = request
    turnover = given.get("max_turnover")
    return SessionPlan(
        session_id=session_id,
        agent_name=agent_name,
        base_model=str(given["base_model"]),
        prompt=str(given.get("prompt") or ""),
        universe=_texts(given["universe"]),
        interval=parse_interval(str(given["period"])),
        balance=exact(given["balance"]),
        start=_date(given.get("start")),
        end=_date(given.get("end")),
        limits=RiskLimits(
            max_position=exact(given["max_position"]),
            max_leverage=exact(given["max_leverage"]),
            max_turnover=None if turnover is None else exact(turnover),
            price_collar=exact(given["price_collar"]),
            allow_short=bool(given["allow_short"]),
        ),
        costs=Costs(fee_bps=float(given["fee_bps"]), slippage_bps=float(given["slippage_bps"])),
        max_rounds=int(given["max_rounds"]),
        max_tokens=given.get("max_tokens"),
        max_cost=given.get("max_cost"),
        tools=_texts(given["tools"]),
        bots=_texts(given.get("bots") or []),
        seed=int(given["seed"]),
    )


def _texts(given: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(one) for one in given)


def _date(given: Any) -> date | None:
    return None if given is None else date.fromisoformat(str(given))
