"""Evaluations: what was asked for, the units that are finished, and the report at the end."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import func, insert, select

from aibt.errors import EvaluationEnded
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.store.records import EVALUATION_TOPIC, Evaluation
from aibt.store.runs import RunKind, Runs
from aibt.store.schema_evaluations import evaluation_is_active, evaluation_units, evaluations
from aibt.store.tables import is_on

EVALUATIONS: Final = RunKind(
    name="evaluation",
    topic=EVALUATION_TOPIC,
    record=Evaluation,
    table=evaluations,
    is_active=evaluation_is_active,
    ended=EvaluationEnded,
    at_end={},
    aside=("report",),
)


class Evaluations(Runs[Evaluation]):
    """An owner's evaluations."""

    _kind = EVALUATIONS

    async def create(
        self, *, request: Mapping[str, Json], dataset: str, data: Mapping[str, Json]
    ) -> Evaluation:
        """Queue an evaluation and open its topic."""
        return await self._open(request=dict(request), dataset=dataset, data=dict(data))

    async def page(
        self,
        *,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
        limit: int = 100,
    ) -> list[Evaluation]:
        """Return up to `limit` evaluations; see `Trainings.page`."""
        return await self._page(
            states=states,
            before_id=before_id,
            after_id=after_id,
            oldest_first=oldest_first,
            limit=limit,
        )

    async def active_count(self) -> int:
        """Return how many of the owner's evaluations have not ended."""
        query = select(func.count().label("count")).where(
            self._mine(evaluations), evaluation_is_active
        )
        row = await self._row(query)
        return 0 if row is None else int(row["count"])

    async def requests_on(self, symbol: str, period: str) -> list[Mapping[str, Json]]:
        """Return what was asked of the owner's evaluations on a market that judged anything."""
        judged = select(evaluation_units.c.evaluation_id).where(self._mine(evaluation_units))
        query = select(evaluations.c.request).where(
            self._mine(evaluations),
            is_on(evaluations, symbol, period),
            evaluations.c.id.in_(judged),
        )
        return [row["request"] for row in await self._rows(query)]

    async def add_unit(
        self, evaluation_id: int, key: str, data: Mapping[str, Json], *, epoch: int
    ) -> None:
        """Store what a finished unit came to; what was stored first of a unit stays.

        Raises:
            NotFound: the owner has no such evaluation.
            EvaluationEnded: it has ended.
            LeaseLost: `epoch` is not the current one.
        """
        await self._locked(evaluation_id, epoch=epoch)
        row = {"evaluation_id": evaluation_id, "key": key, "owner_id": self._owner_id}
        await self._write_if_unique(
            insert(evaluation_units).values(**row, data=dict(data), at=self._now)
        )

    async def units(self, evaluation_id: int) -> dict[str, Mapping[str, Json]]:
        """Return what the finished units came to, by their keys, in the order of their ends."""
        query = (
            select(evaluation_units.c.key, evaluation_units.c.data)
            .where(evaluation_units.c.evaluation_id == evaluation_id, self._mine(evaluation_units))
            .order_by(evaluation_units.c.at, evaluation_units.c.key)
        )
        return {row["key"]: row["data"] for row in await self._rows(query)}

    async def set_report(
        self, evaluation_id: int, report: Mapping[str, Json], *, epoch: int
    ) -> None:
        """Store the report.

        Raises:
            NotFound: the owner has no such evaluation.
            EvaluationEnded: it has ended.
            LeaseLost: `epoch` is not the current one.
        """
        await self._locked(evaluation_id, epoch=epoch)
        await self._write(self._update(evaluation_id).values(report=dict(report)))

    async def report(self, evaluation_id: int) -> Mapping[str, Json] | None:
        """Return the report, or None while there is none.

        Raises:
            NotFound: the owner has no such evaluation.
        """
        row = await self._row(
            select(evaluations.c.report).where(
                evaluations.c.id == evaluation_id, self._mine(evaluations)
            )
        )
        if row is None:
            raise self._kind.missing(evaluation_id)
        report: Mapping[str, Json] | None = row["report"]
        return report
