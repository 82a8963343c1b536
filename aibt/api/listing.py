"""What the lists of REST are asked for, and how they answer, by page or as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, TypeVar

from fastapi import Depends, Query

from aibt.api.csv_text import Format
from aibt.live.states import RunState
from aibt.protocol.message import MAX_ID, MAX_NUMBER
from aibt.protocol.runs import RunsList

After = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="number of the last you have")]
As = Annotated[Format, Query(alias="format")]
BeforeId = Annotated[int | None, Query(ge=1, le=MAX_ID, description="pages on")]
Cursor = Annotated[str | None, Query(max_length=1_024, description="`next` of a page")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="at most so many")]

L = TypeVar("L", bound=RunsList)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsQuery:
    """What any list of runs may be asked for."""

    states: Sequence[RunState]
    limit: int
    before_id: int | None
    after_id: int | None
    sort: Literal["newest", "oldest"]

    def read(self, kind: type[L], **only: Any) -> L:
        """Return the parameters of a list of one kind of runs; `only` is what it has besides.

        Raises:
            Invalid: they do not go together.
        """
        return kind.read(
            {
                "states": [*self.states],
                "limit": self.limit,
                "before_id": self.before_id,
                "after_id": self.after_id,
                "sort": self.sort,
                **only,
            }
        )


async def _runs_query(
    *,
    state: Annotated[
        list[RunState] | None, Query(max_length=8, description="only these; repeatable")
    ] = None,
    limit: Limit = 100,
    before_id: BeforeId = None,
    after_id: Annotated[
        int | None, Query(ge=1, le=MAX_ID, description="pages on, the oldest first")
    ] = None,
    sort: Annotated[Literal["newest", "oldest"], Query(description="which come first")] = "newest",
) -> RunsQuery:
    return RunsQuery(
        states=state or (), limit=limit, before_id=before_id, after_id=after_id, sort=sort
    )


AskedRuns = Annotated[RunsQuery, Depends(_runs_query)]


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


def next_id(found: Sequence[_Numbered], limit: int) -> int | None:
    """Return where the page after `found` begins; None: nothing is known to come."""
    return found[-1].id if len(found) == limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EverybodysQuery:
    """What a list of what is everybody's may be asked for."""

    owner_id: int | None
    before_id: int | None
    limit: int

    def one_more(self) -> dict[str, Any]:
        """Return it as `Administration` takes it, for one more than is shown."""
        return {"owner_id": self.owner_id, "before_id": self.before_id, "limit": self.limit + 1}

    def next(self, found: Sequence[tuple[str, _Numbered]]) -> int | None:
        """Return where the page after `found` begins; None: it was the last."""
        return found[self.limit - 1][1].id if len(found) > self.limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EverybodysRunsQuery(EverybodysQuery):
    """What a list of everybody's runs may be asked for."""

    states: Sequence[RunState] | None

    def one_more(self) -> dict[str, Any]:
        """See `EverybodysQuery.one_more`."""
        return {**EverybodysQuery.one_more(self), "states": self.states}


OwnerId = Annotated[int | None, Query(ge=1, le=MAX_ID, description="only this user's")]


async def _everybodys(
    owner_id: OwnerId = None, before_id: BeforeId = None, limit: Limit = 100
) -> EverybodysQuery:
    return EverybodysQuery(owner_id=owner_id, before_id=before_id, limit=limit)


async def _everybodys_runs(
    *,
    state: Annotated[list[RunState] | None, Query(description="only these; repeatable")] = None,
    owner_id: OwnerId = None,
    before_id: BeforeId = None,
    limit: Limit = 100,
) -> EverybodysRunsQuery:
    return EverybodysRunsQuery(
        states=state or None, owner_id=owner_id, before_id=before_id, limit=limit
    )


AskedOfAll = Annotated[EverybodysQuery, Depends(_everybodys)]
AskedRunsOfAll = Annotated[EverybodysRunsQuery, Depends(_everybodys_runs)]
