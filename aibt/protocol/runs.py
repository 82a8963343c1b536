"""What is asked alike of trainings and of sessions: lists, and streams."""

from typing import Literal

from pydantic import Field, field_validator

from aibt.live.states import RunState
from aibt.protocol.message import Cursor, Id, Params, RateHz


class RunsList(Params):
    """Which runs to list, newest first; without parameters the newest of all."""

    states: list[RunState] = Field(
        default=[], max_length=8, description="only those in one of these states; empty: any"
    )
    limit: int = Field(default=100, ge=1, le=1_000, description="at most so many")
    before_id: Id | None = Field(default=None, description="only ids below this one: pages on")
    after_id: Id | None = Field(
        default=None, description="only ids above this one: pages on, the oldest first"
    )
    sort: Literal["newest", "oldest"] = Field(default="newest", description="which come first")

    @field_validator("states", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            known = {state.value: state for state in RunState}
            if unknown := [item for item in value if item not in known]:
                raise ValueError(f"{unknown[0][:20]!r} is not one of {', '.join(known)}")
            return [known[item] for item in value]
        return value


class RunsWatch(Params):
    """Where a stream begins, and how often its status comes."""

    cursor: Cursor | None = Field(
        default=None,
        description="number of the last event you have; null: begin with a snapshot",
    )
    rate_hz: RateHz | None = Field(
        default=None, description="most `status` frames a second, 0.1 to 30; null: 10"
    )
