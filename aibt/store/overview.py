"""The overview: what everybody has, to be read and not to be changed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import RowMapping, select

from aibt.errors import NotFound
from aibt.live.states import RunState
from aibt.store.agents import AGENTS
from aibt.store.bots import BOTS
from aibt.store.evaluations import EVALUATIONS
from aibt.store.records import Agent, Bot, Evaluation, Session, Training
from aibt.store.repository import Repository
from aibt.store.runs import R, RunKind
from aibt.store.schema import users
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
        query = query.add_columns(users.c.email)
        if owner_id is not None:
            query = query.where(table.c.owner_id == owner_id)
        if states is not None:
            query = query.where(table.c.state.in_([str(state) for state in states]))
        if before_id is not None:
            query = query.where(table.c.id < before_id)
        rows = await self._rows(query.order_by(table.c.id.desc()).limit(limit))
        return [(row["email"], kind.of(_without_email(row))) for row in rows]

    async def _traders(
        self, kind: TraderKind[T], owner_id: int | None, before_id: int | None, limit: int
    ) -> list[tuple[str, T]]:
        table = kind.table
        query = (
            select(*kind.columns, users.c.email)
            .join(users, users.c.id == table.c.owner_id)
            .where(kind.is_kept)
        )
        if owner_id is not None:
            query = query.where(table.c.owner_id == owner_id)
        if before_id is not None:
            query = query.where(table.c.id < before_id)
        rows = await self._rows(query.order_by(table.c.id.desc()).limit(limit))
        return [(row["email"], kind.record(**_without_email(row))) for row in rows]


def _without_email(row: RowMapping) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "email"}
