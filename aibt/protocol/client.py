"""Greeting and leave-taking on the wire."""

from typing import Final

from pydantic import Field

from aibt.live.states import RunState
from aibt.protocol.accounts import UserMessage
from aibt.protocol.message import Params, WireMessage

PROTOCOL_VERSION: Final = 1


class NoParams(Params):
    """A query without parameters."""


class ActiveTrainingMessage(WireMessage):
    """A training of yours that has not ended, and where its stream stands."""

    id: int
    bot_name: str
    state: RunState
    cursor: int = Field(ge=0, description="number of its latest event")


class ActiveSessionMessage(WireMessage):
    """A session of yours that has not ended, and where its stream stands."""

    id: int
    model_id: int = Field(description="its agent")
    model_name: str
    state: RunState
    cursor: int = Field(ge=0, description="number of its latest event")


class ActiveEvaluationMessage(WireMessage):
    """An evaluation of yours that has not ended, and where its stream stands."""

    id: int
    symbol: str
    period: str
    state: RunState
    cursor: int = Field(ge=0, description="number of its latest event")


class OpenMessage(WireMessage):
    """Who you are, what this server speaks, and what of yours is going on."""

    user: UserMessage
    protocol_version: int
    trainings: list[ActiveTrainingMessage]
    sessions: list[ActiveSessionMessage]
    evaluations: list[ActiveEvaluationMessage] = Field(default=[])


class ClosedMessage(WireMessage):
    """Nothing; the socket closes with 1000 after it."""
