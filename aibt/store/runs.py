"""Runs: what trainings, sessions and evaluations share, from the queue to the end."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    RowMapping,
    Select,
    String,
    Table,
    cast,
    insert,
    literal,
    select,
    update,
)

from aibt.errors import AibtError, NotFound
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.store.leases import Leases
from aibt.store.records import Evaluation, Session, Training
from aibt.store.repository import Repository
from aibt.store.schema import topics

R = TypeVar("R", Training, Session, Evaluation)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKind(Generic[R]):
    """What the kinds of runs differ in, as the database sees them.

    Attributes:
        name: `training`, `session` or `evaluation`.
        topic: what their topics begin with.
        record: makes a record of its columns.
        table: where they are.
        is_active: the condition that one has not ended.
        ended: the error of a change after the end, from its id and its state.
        at_end: what else is stored at the end.
        aside: names of columns that records do not hold.
    """

    name: str
    topic: str
    record: Callable[..., R]
    table: Table
    is_active: ColumnElement[bool]
    ended: Callable[[int, str], AibtError]
    at_end: Mapping[str, Any]
    aside: tuple[str, ...] = ()

    def topic_of(self, run_id: int) -> str:
        """Return the topic of a run's events; it names its lease and its actor too."""
        return f"{self.topic}{run_id}"

    def missing(self, run_id: int) -> NotFound:
        """Return the error of a run that is not there."""
        return NotFound(self.name, str(run_id), "id")

    def query(self) -> Select[Any]:
        """Return the query of runs as records need them, nobody's in particular."""
        return select(*self._columns())

    def of(self, row: RowMapping | Mapping[str, Any]) -> R:
        """Return the record of a row of `query`."""
        states = {"state": RunState(row["state"]), "desired": Desired(row["desired"])}
        return self.record(**{**row, **states})

    def _columns(self) -> list[ColumnElement[Any]]:
        # a subquery and no join: a policy lets a join's `||` see rows of topics only after its own
        # test, so that PostgreSQL would read all of the owner's
        topic = literal(self.topic) + cast(self.table.c.id, String)
        last_seq = select(topics.c.last_seq).where(topics.c.topic == topic).scalar_subquery()
        own: list[ColumnElement[Any]] = [
            column for column in self.table.c if column.name not in self.aside
        ]
        return [*own, last_seq.label("last_seq")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderRunKind(RunKind[R]):
    """What the runs of bots and those of agents differ in.

    Attributes:
        trader: the table of whom they belong to: bots or agents.
        trader_name: `bot` or `agent`.
        trader_is_kept: the condition that a trader is not deleted.
        trader_field: the request's field that names the trader.
        busy: the error of a trader that has an active run, from its name and the run's id.
    """

    trader: Table
    trader_name: str
    trader_is_kept: ColumnElement[bool]
    trader_field: str
    busy: Callable[[str, int], AibtError]

    @property
    def trader_id(self) -> Column[int]:
        """The column that says whose run it is."""
        return self.table.c[f"{self.trader_name}_id"]

    def query(self) -> Select[Any]:
        """Return the query of runs as records need them, nobody's in particular."""
        name = self.trader.c.name.label(f"{self.trader_name}_name")
        return select(*self._columns(), name).join(self.trader, self.trader.c.id == self.trader_id)


class Runs(Repository, Generic[R]):
    """An owner's runs of one kind."""

    _kind: RunKind[R]

    async def get(self, run_id: int) -> R:
        """Return one of the owner's runs.

        Raises:
            NotFound: the owner has no such run.
        """
        row = await self._row(self._of().where(self._kind.table.c.id == run_id))
        if row is None:
            raise self._kind.missing(run_id)
        return self._kind.of(row)

    async def set_desired(self, run_id: int, desired: Desired) -> R:
        """Store what the owner wants of the run.

        Raises:
            NotFound: the owner has no such run.
            TrainingEnded: the training has ended.
            SessionEnded: the session has ended.
        """
        await self._locked(run_id, epoch=None)
        return await self._change(run_id, desired=desired)

    async def stop_all(self) -> None:
        """Store that the owner wants none of these runs any more; the supervisor ends them."""
        await self._write(
            update(self._kind.table)
            .where(self._mine(self._kind.table), self._kind.is_active)
            .values(desired=Desired.STOPPED)
        )

    async def set_state(
        self, run_id: int, state: RunState, *, epoch: int | None, reason: str | None = None
    ) -> R:
        """Store the run's state, and when it first ran and when it ended.

        An end is final; to store the same end again changes nothing.

        Args:
            run_id: which run.
            state: the new one.
            epoch: the writer's, which must be the current one; None: the supervisor's write.
            reason: why, for a person; None clears the last one.

        Raises:
            NotFound: the owner has no such run.
            TrainingEnded: the training has ended, in another state.
            SessionEnded: the session has ended, in another state.
            LeaseLost: `epoch` is not the current one.
        """
        before = await self._found(run_id, epoch=epoch)
        if before["state"] == state and state.has_ended:
            return await self.get(run_id)
        self._refuse_if_ended(run_id, before)
        times: dict[str, Any] = {}
        if state is RunState.RUNNING and before["started_at"] is None:
            times["started_at"] = self._now
        if state.has_ended:
            times |= {"ended_at": self._now, **self._kind.at_end}
        return await self._change(run_id, state=state, reason=reason, **times)

    async def save_status(self, run_id: int, status: Mapping[str, Json], *, epoch: int) -> None:
        """Store the last status, also that of a run which has just ended.

        Raises:
            LeaseLost: `epoch` is not the current one.
        """
        await Leases(self._work).check(self._kind.topic_of(run_id), epoch)
        await self._write(self._update(run_id).values(status=dict(status)))

    async def _open(self, **values: Any) -> R:
        """Queue a run and open its topic."""
        kind = self._kind
        created = (
            insert(kind.table)
            .values(
                {
                    "owner_id": self._owner_id,
                    "state": RunState.QUEUED,
                    "desired": Desired.RUNNING,
                    "status": {},
                    "created_at": self._now,
                    **values,
                }
            )
            .returning(kind.table.c.id)
        )
        run_id = int((await self._write(created)).scalar_one())
        topic = kind.topic_of(run_id)
        await self._write(insert(topics).values(topic=topic, owner_id=self._owner_id, last_seq=0))
        return await self.get(run_id)

    async def _page(
        self,
        *,
        states: Collection[RunState] | None,
        where: Sequence[ColumnElement[bool]] = (),
        before_id: int | None,
        after_id: int | None,
        oldest_first: bool,
        limit: int,
    ) -> list[R]:
        run_id = self._kind.table.c.id
        query = self._of()
        if states is not None:
            query = query.where(self._kind.table.c.state.in_([str(state) for state in states]))
        query = query.where(*where)
        if before_id is not None:
            query = query.where(run_id < before_id)
        if after_id is not None:
            query = query.where(run_id > after_id)
        query = query.order_by(run_id.asc() if oldest_first else run_id.desc()).limit(limit)
        return [self._kind.of(row) for row in await self._rows(query)]

    async def _locked(self, run_id: int, *, epoch: int | None) -> RowMapping:
        """Return the row of a run that has not ended, and keep it until the transaction ends."""
        row = await self._found(run_id, epoch=epoch)
        self._refuse_if_ended(run_id, row)
        return row

    async def _found(self, run_id: int, *, epoch: int | None) -> RowMapping:
        """Return the row of a run, and keep it until the transaction ends.

        The lease is looked at first, in every method, so that no two wait for each other.
        """
        if epoch is not None:
            await Leases(self._work).check(self._kind.topic_of(run_id), epoch)
        table = self._kind.table
        row = await self._row(
            select(table.c.state, table.c.started_at)
            .where(table.c.id == run_id, self._mine(table))
            .with_for_update()
        )
        if row is None:
            raise self._kind.missing(run_id)
        return row

    def _refuse_if_ended(self, run_id: int, row: RowMapping) -> None:
        if RunState(row["state"]).has_ended:
            raise self._kind.ended(run_id, row["state"])

    async def _change(self, run_id: int, **values: Any) -> R:
        await self._write(self._update(run_id).values(**values))
        return await self.get(run_id)

    def _update(self, run_id: int) -> Any:
        table = self._kind.table
        return update(table).where(table.c.id == run_id, self._mine(table))

    def _of(self) -> Select[Any]:
        return self._kind.query().where(self._mine(self._kind.table))


class TraderRuns(Runs[R]):
    """An owner's runs of his bots or agents; those of a deleted trader stay readable."""

    _kind: TraderRunKind[R]

    async def active_of(self, trader_id: int) -> R | None:
        """Return the active run of a bot or an agent, or None if it has none."""
        is_its = self._kind.trader_id == trader_id
        row = await self._row(self._of().where(is_its, self._kind.is_active))
        return None if row is None else self._kind.of(row)

    async def _queue(self, trader_id: int, **values: Any) -> R:
        """Queue a run of a trader and open its topic.

        Raises:
            NotFound: the owner has no such trader, or it was deleted.
            BotBusy: the bot has an active training.
            AgentBusy: the agent has an active session.
        """
        kind = self._kind
        trader = await self._row(
            select(kind.trader.c.name)
            .where(kind.trader.c.id == trader_id, self._mine(kind.trader), kind.trader_is_kept)
            .with_for_update()  # neither deleted nor started a second time meanwhile
        )
        if trader is None:
            raise NotFound(kind.trader_name, str(trader_id), kind.trader_field)
        active = await self.active_of(trader_id)
        if active is not None:
            raise kind.busy(trader["name"], active.id)
        return await self._open(**{kind.trader_id.name: trader_id}, **values)

    def _is_of(self, trader_id: int | None) -> list[ColumnElement[bool]]:
        return [] if trader_id is None else [self._kind.trader_id == trader_id]
