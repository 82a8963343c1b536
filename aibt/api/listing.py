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
