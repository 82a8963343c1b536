"""The overview: what everybody has, to be read and not to be changed."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, Table, select

from aibt.errors import NotFound
from aibt.live.states import RunState
from aibt.store.agents import AGENTS
from aibt.store.bots import BOTS
from aibt.store.evaluations import EVALUATIONS
from aibt.store.populations import (
    member_of,
    members_query,
    populations_query,
    step_counts_query,
)
from aibt.store.records import (
    Agent,
    Bot,
    Evaluation,
    Population,
    PopulationRows,
    Session,
    Training,
)
from aibt.store.repository import Repository
from aibt.store.runs import R, RunKind
from aibt.store.schema import users
from aibt.store.schema_populations import population_members, populations
from aibt.store.sessions import SESSIONS
from aibt.store.traders import T, TraderKind
from aibt.store.trainings import TRAININGS


class Overview(Repository):
    """What all owners have. For the service alone; administrators' looks are audited."""

    async def active_trainings(self) -> list[Training]:
        """Return every training that has not ended, the oldest first."""
        return await self._active(TRAININGS)

    async def active_sessions(self) -> list[Session]:
        """Return every session that has not ended, the oldest first."""
        return await self._active(SESSIONS)

    async def active_evaluations(self) -> list[Evaluation]:
        """Return every evaluation that has not ended, the oldest first."""
        return await self._active(EVALUATIONS)

    async def training(self, training_id: int) -> Training:
        """Return anybody's training.

        Raises:
            NotFound: there is none.
        """
        return await self._run(TRAININGS, training_id)

    async def session(self, session_id: int) -> Session:
        """Return anybody's session.

        Raises:
            NotFound: there is none.
        """
        return await self._run(SESSIONS, session_id)

    async def evaluation(self, evaluation_id: int) -> Evaluation:
        """Return anybody's evaluation.

        Raises:
            NotFound: there is none.
        """
        return await self._run(EVALUATIONS, evaluation_id)

    async def population(self, population_id: int) -> Population:
        """Return anybody's population.

        Raises:
            NotFound: there is none.
        """
        row = await self._row(populations_query().where(populations.c.id == population_id))
        if row is None:
            raise NotFound("population", str(population_id), "id")
        return Population(**row)

    async def bot(self, bot_id: int) -> Bot:
        """Return anybody's bot.

        Raises:
            NotFound: there is none.
        """
        return await self._trader(BOTS, bot_id)

    async def agent(self, agent_id: int) -> Agent:
        """Return anybody's agent.

        Raises:
            NotFound: there is none.
        """
        return await self._trader(AGENTS, agent_id)

    async def trainings(
        self,
        *,
        owner_id: int | None = None,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[tuple[str, Training]]:
        """Return up to `limit` trainings with their owners' e-mails, the newest first."""
        return await self._runs(TRAININGS, owner_id, states, before_id, limit)

    async def sessions(
        self,
        *,
        owner_id: int | None = None,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[tuple[str, Session]]:
        """Return up to `limit` sessions with their owners' e-mails, the newest first."""
        return await self._runs(SESSIONS, owner_id, states, before_id, limit)

    async def evaluations(
        self,
        *,
        owner_id: int | None = None,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[tuple[str, Evaluation]]:
        """Return up to `limit` evaluations with their owners' e-mails, the newest first."""
        return await self._runs(EVALUATIONS, owner_id, states, before_id, limit)

    async def populations(
        self, *, owner_id: int | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[tuple[str, PopulationRows]]:
        """Return up to `limit` populations with their owners' e-mails, the newest first."""
        query = populations_query().join(users, users.c.id == populations.c.owner_id)
        found = await self._page(query, populations, owner_id, before_id, limit)
        ids = [row["id"] for row in found]
        members = [member_of(row) for row in await self._rows(members_query(ids))]
        steps = {
            row["population_id"]: int(row["steps"])
            for row in await self._rows(step_counts_query(ids))
        }
        of_them = TRAININGS.query().where(population_members.c.population_id.in_(ids))
        trainings = {row["id"]: TRAININGS.of(row) for row in await self._rows(of_them)}
        return [
            (
                row["email"],
                PopulationRows(
                    population=Population(**_without_email(row)),
                    members=[one for one in members if one.population_id == row["id"]],
                    trainings=trainings,
                    steps_taken=steps.get(row["id"], 0),
                ),
            )
            for row in found
        ]

    async def bots(
        self, *, owner_id: int | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[tuple[str, Bot]]:
        """Return up to `limit` bots with their owners' e-mails, the newest first."""
        return await self._traders(BOTS, owner_id, before_id, limit)

    async def agents(
        self, *, owner_id: int | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[tuple[str, Agent]]:
        """Return up to `limit` agents with their owners' e-mails, the newest first."""
        return await self._traders(AGENTS, owner_id, before_id, limit)

    async def _active(self, kind: RunKind[R]) -> list[R]:
        query = kind.query().where(kind.is_active).order_by(kind.table.c.id)
        return [kind.of(row) for row in await self._rows(query)]

    async def _run(self, kind: RunKind[R], run_id: int) -> R:
        row = await self._row(kind.query().where(kind.table.c.id == run_id))
        if row is None:
            raise kind.missing(run_id)
        return kind.of(row)

    async def _trader(self, kind: TraderKind[T], trader_id: int) -> T:
        query = select(*kind.columns).where(kind.table.c.id == trader_id, kind.is_kept)
        row = await self._row(query)
        if row is None:
            raise NotFound(kind.name, str(trader_id), "id")
        return kind.record(**row)

    async def _runs(
        self,
        kind: RunKind[R],
        owner_id: int | None,
        states: Collection[RunState] | None,
        before_id: int | None,
        limit: int,
    ) -> list[tuple[str, R]]:
        table = kind.table
        query = kind.query().join(users, users.c.id == table.c.owner_id)
        if states is not None:
            query = query.where(table.c.state.in_([str(state) for state in states]))
        rows = await self._page(query, table, owner_id, before_id, limit)
        return [(row["email"], kind.of(_without_email(row))) for row in rows]

    async def _traders(
        self, kind: TraderKind[T], owner_id: int | None, before_id: int | None, limit: int
    ) -> list[tuple[str, T]]:
        table = kind.table
        query = (
            select(*kind.columns).join(users, users.c.id == table.c.owner_id).where(kind.is_kept)
        )
        rows = await self._page(query, table, owner_id, before_id, limit)
        return [(row["email"], kind.record(**_without_email(row))) for row in rows]

    async def _page(
        self,
        query: Select[Any],
        table: Table,
        owner_id: int | None,
        before_id: int | None,
        limit: int,
    ) -> Sequence[RowMapping]:
        """Return rows of a query that joins `users`, with e-mails, the newest first."""
        query = query.add_columns(users.c.email)
        if owner_id is not None:
            query = query.where(table.c.owner_id == owner_id)
        if before_id is not None:
            query = query.where(table.c.id < before_id)
        return await self._rows(query.order_by(table.c.id.desc()).limit(limit))


def _without_email(row: RowMapping) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "email"}
