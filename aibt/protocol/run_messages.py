"""What trainings and sessions tell alike: their states, log lines and events."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from aibt.live.states import RunState
from aibt.protocol.message import WireMessage


class StateMessage(WireMessage):
    """`state`: a training or a session has changed its state."""

    id: int
    state: RunState
    reason: str | None = None
    cursor: int | None = Field(default=None, ge=0, description="only in a snapshot")


class LogMessage(WireMessage):
    """`log`: one line for a person."""

    level: Literal["debug", "info", "warning", "error"]
    text: str
    at: AwareDatetime


class EventMessage(WireMessage):
    """An event as REST shows it."""

    seq: int = Field(ge=1, description="its number in its topic")
    kind: str = Field(description="as `inner_task` on the WebSocket")
    data: dict[str, Any]
    at: AwareDatetime = Field(description="when it was stored")


class EventsMessage(WireMessage):
    """Events of a training or of a session, oldest first."""

    events: list[EventMessage]
    cursor: int = Field(description="go on after this one")
    ended: bool = Field(description="it has ended and nothing comes after these")
