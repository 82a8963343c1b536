"""Sessions on the wire: what a client asks for."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from aibt.protocol.message import Id, Params
from aibt.protocol.runs import RunsList, RunsWatch
from aibt.protocol.session_messages import (
    AccountFillMessage,
    FillMessage,
    FillsMessage,
    JournalEntryMessage,
    JournalMessage,
    PendingOrderMessage,
    PositionMessage,
    PositionsMessage,
    ResultMessage,
    SessionMessage,
    SessionsMessage,
    SessionsPageMessage,
    SessionStatusMessage,
    StepMessage,
    ThoughtMessage,
    TokensMessage,
    ToolMessage,
    ToolTokenMessage,
    session_message,
)

__all__ = [
    "AccountFillMessage",
    "FillMessage",
    "FillsMessage",
    "JournalEntryMessage",
    "JournalMessage",
    "PendingOrderMessage",
    "PositionMessage",
    "PositionsMessage",
    "ResultMessage",
    "SessionMessage",
    "SessionStatusMessage",
    "SessionsControl",
    "SessionsGet",
    "SessionsList",
    "SessionsMessage",
    "SessionsPageMessage",
    "SessionsStart",
    "SessionsUnwatch",
    "SessionsWatch",
    "StepMessage",
    "ThoughtMessage",
    "TokensMessage",
    "ToolMessage",
    "ToolTokenMessage",
    "session_message",
]


def _date(value: object) -> object:
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.isoformat() != value:
            raise ValueError("a date is written as 2025-06-02")
        return found
    return value


SessionDate = Annotated[
    date, BeforeValidator(_date), Field(description="session date of the market, as 2025-06-02")
]


class SessionsStart(Params):
    """A session of one agent: over a range of dates, or live."""

    model_id: Id = Field(description="which agent; it has no other active session")
    live: bool = Field(
        default=False, description="trade on paper as bars come, until it is stopped"
    )
    start: SessionDate | None = Field(
        default=None,
        validate_default=True,
        description="first date of the range, as 2025-06-02; null where `live`",
    )
    end: SessionDate | None = Field(
        default=None,
        validate_default=True,
        description="last date of the range, as 2025-06-02; null where `live`",
    )

    @field_validator("start", "end")
    @classmethod
    def _range_or_live(cls, value: date | None, info: ValidationInfo) -> date | None:
        is_live = info.data.get("live")
        if is_live is True and value is not None:
            raise ValueError("a live session has no range")
        if is_live is False and value is None:
            raise ValueError("a session that is not live has a `start` and an `end`")
        start = info.data.get("start")
        if value is not None and start is not None and value < start:
            raise ValueError("it is before `start`")
        return value


class SessionsControl(Params):
    """A session to pause, resume or stop."""

    id: Id = Field(description="which session")


class SessionsGet(Params):
    """A session to show."""

    id: Id = Field(description="which session")


class SessionsList(RunsList):
    """Which of your sessions to list, newest first; without parameters the newest of all."""

    model_id: Id | None = Field(default=None, description="only this agent's")


class SessionsWatch(RunsWatch):
    """A session whose events to follow."""

    id: Id = Field(description="which session")


class SessionsUnwatch(Params):
    """A session to follow no longer."""

    id: Id = Field(description="which session")
