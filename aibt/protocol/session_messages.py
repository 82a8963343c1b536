"""Sessions on the wire: what a client is told."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import AwareDatetime, Field, JsonValue

from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.protocol.message import WireMessage
from aibt.store.records import Session
from aibt.trading.orders import OrderAction


class PositionMessage(WireMessage):
    """What is held of one symbol, marked at the last known close."""

    symbol: str
    quantity: float = Field(description="units, net: positive long, negative short")
    average_price: float = Field(description="at which it was entered")
    price: float = Field(description="last known close")
    value: float = Field(description="`quantity` times `price`, negative where short")
    profit: float = Field(description="not realised")


class PendingOrderMessage(WireMessage):
    """An order that waits for its symbol's next open."""

    order_id: str
    symbol: str
    action: OrderAction
    quantity: float | None = Field(description="units; null where `share` says it, or for a close")
    share: float | None = Field(description="fraction of equity; null where `quantity` says it")
    placed_at: AwareDatetime = Field(description="market time")


class TokensMessage(WireMessage):
    """What the model read and wrote."""

    input: int = Field(ge=0)
    output: int = Field(ge=0, description="reasoning included")


class SessionStatusMessage(WireMessage):
    """`status`: live figures of a session.

    It is conflated, so the latest wins, and has no `seq`.
    """

    id: int
    state: RunState
    at: AwareDatetime | None = Field(description="the session's clock; null before the first step")
    step: int = Field(ge=0, description="decisions begun so far")
    steps: int | None = Field(ge=0, description="decisions in all; null where it is live")
    cash: float
    equity: float = Field(description="cash and positions at the last known closes")
    profit: float = Field(description="`equity` less the starting balance")
    positions: list[PositionMessage]
    pending: list[PendingOrderMessage]
    halted: list[str] = Field(description="symbols that do not trade at the moment")
    tokens: TokensMessage
    cost: float | None = Field(
        description="of the model, US dollars: 0 where it is free, null where it is not known"
    )
    model_seconds: float = Field(ge=0, description="for which the model was waited for")
    fills: int = Field(ge=0, description="executions so far")
    denied: int = Field(ge=0, description="orders that the risk check denied so far")
    partial: str = Field(description="what the model is saying just now; empty between answers")
    cursor: int = Field(ge=0, description="number of the last event this includes")


class SessionMessage(SessionStatusMessage):
    """A session: what was asked for, and every field of its status."""

    model_id: int = Field(description="its agent")
    model_name: str = Field(description="the agent's name")
    base_model: str
    reason: str | None = Field(description="why it is in this state, where that needs saying")
    live: bool
    start: date | None = Field(description="first date of the range; null where it is live")
    end: date | None = Field(description="last date of the range; null where it is live")
    universe: list[str]
    period: str
    balance: float = Field(description="starting cash")
    notes: list[str] = Field(description="sentences on bars that are old, suspicious or missing")
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class SessionsMessage(WireMessage):
    """Your sessions, newest first; in a list `positions`, `pending` and `partial` are empty."""

    sessions: list[SessionMessage]


class SessionsPageMessage(SessionsMessage):
    """A page of your sessions, as REST lists them."""

    next: int | None = Field(
        description="`before_id` (oldest first: `after_id`) of the next page; null: the last"
    )


class StepMessage(WireMessage):
    """`step`: a decision begins."""

    id: int
    step: int = Field(ge=1)
    at: AwareDatetime = Field(description="the session's clock")


class ThoughtMessage(WireMessage):
    """`thought`: what the model said, reasoning included, whole."""

    id: int
    step: int = Field(ge=1)
    text: str


class ToolMessage(WireMessage):
    """`tool`: the model calls a tool."""

    id: int
    step: int = Field(ge=1)
    call_id: str = Field(description="its result has the same")
    name: str
    arguments: dict[str, JsonValue] | str = Field(
        description="as the model wrote them; a text where they cannot be read"
    )


class ResultMessage(WireMessage):
    """`result`: what a tool answered the model."""

    id: int
    step: int = Field(ge=1)
    call_id: str
    ok: bool = Field(description="false: it was refused, and `data` says why")
    data: JsonValue
    truncated: bool = Field(
        default=False, description="cut at 32 KiB; REST has the whole in the journal"
    )


class FillMessage(WireMessage):
    """`fill`: an order was executed."""

    id: int
    step: int = Field(ge=0, description="the decision before which it happened")
    order_id: str
    symbol: str
    quantity: float = Field(description="positive buys, negative sells")
    price: float = Field(gt=0)
    fee: float = Field(ge=0)
    at: AwareDatetime = Field(description="market time")


class AccountFillMessage(WireMessage):
    """One execution of a session's account; its money is text, exact to the digit."""

    seq: int = Field(ge=1, description="of its journal entry")
    order_id: str
    symbol: str
    quantity: str = Field(description="positive buys, negative sells")
    price: str
    fee: str
    at: AwareDatetime = Field(description="market time")


class FillsMessage(WireMessage):
    """Executions of a session's account, oldest first."""

    fills: list[AccountFillMessage]
    next: int | None = Field(description="`after` of the next page; null: this is the last")


class JournalEntryMessage(WireMessage):
    """One entry of a session's journal: from them its account can be computed again."""

    seq: int = Field(ge=1)
    key: str = Field(description="names what happened: one key is stored once")
    kind: str
    data: dict[str, JsonValue] = Field(description="money as text, exact to the digit")
    at: AwareDatetime = Field(description="when it was stored")


class JournalMessage(WireMessage):
    """A session's journal, oldest first."""

    entries: list[JournalEntryMessage]
    next: int | None = Field(description="`after` of the next page; null: this is the last")


class PositionsMessage(WireMessage):
    """What an agent holds, in its active or latest session."""

    session_id: int
    state: RunState
    at: AwareDatetime | None = Field(description="the session's clock; null before the first step")
    cash: float
    equity: float
    positions: list[PositionMessage]
    pending: list[PendingOrderMessage]
    halted: list[str]


class ToolTokenMessage(WireMessage):
    """Lets an outside MCP client use the tools of one session, while it runs."""

    token: str = Field(description="for `Authorization: Bearer`; it is not shown again")
    expires_at: AwareDatetime
    services: dict[str, str] = Field(description="tool -> address of its service that runs")


_UNSTEPPED: Final[Mapping[str, Json]] = {
    "at": None,
    "step": 0,
    "steps": None,
    "profit": 0.0,
    "positions": [],
    "pending": [],
    "halted": [],
    "tokens": {"input": 0, "output": 0},
    "cost": 0.0,
    "model_seconds": 0.0,
    "fills": 0,
    "denied": 0,
    "partial": "",
}


def session_message(session: Session, status: Mapping[str, Json] | None = None) -> SessionMessage:
    """Return a session as the wire shows it.

    Args:
        session: its row; its state is the one that is shown.
        status: its newest status by wire names; None: the stored one. What it lacks is as
            before the first step. `cursor` never goes beyond what the row has seen, so that
            no event after the shown state is skipped.

    Raises:
        pydantic.ValidationError: the row or the status breaks the wire's contract.
    """
    status = session.status if status is None else status
    asked = session.request
    balance = asked["balance"]
    known = SessionStatusMessage.model_fields
    shown: dict[str, Any] = {**_UNSTEPPED, "cash": balance, "equity": balance}
    shown["cursor"] = session.last_seq
    shown.update({name: value for name, value in status.items() if name in known})
    seen = session.last_seq if session.state.has_ended else int(shown["cursor"])
    shown["cursor"] = min(seen, session.last_seq)
    if session.state.has_ended:
        shown["partial"] = ""
    return SessionMessage.of(
        {
            **shown,
            "id": session.id,
            "state": session.state,
            "model_id": session.agent_id,
            "model_name": session.agent_name,
            "base_model": asked["base_model"],
            "reason": session.reason,
            "live": asked.get("live", False),
            "start": asked.get("start"),
            "end": asked.get("end"),
            "universe": asked["universe"],
            "period": asked["period"],
            "balance": balance,
            "notes": session.data.get("notes", []),
            "created_at": session.created_at,
            "started_at": session.started_at,
            "ended_at": session.ended_at,
        }
    )
