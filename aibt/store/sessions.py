"""Sessions: what was asked of an agent, and where each run of it is in its life."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from aibt.errors import AgentBusy, SessionEnded
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.store.records import SESSION_TOPIC, Session
from aibt.store.runs import TraderRunKind, TraderRuns
from aibt.store.schema_agents import agent_is_kept, agents, session_is_active, sessions

SESSIONS: Final = TraderRunKind(
    name="session",
    topic=SESSION_TOPIC,
    record=Session,
    table=sessions,
    is_active=session_is_active,
    ended=SessionEnded,
    at_end={},
    trader=agents,
    trader_name="agent",
    trader_is_kept=agent_is_kept,
    trader_field="model_id",
    busy=AgentBusy,
)


class Sessions(TraderRuns[Session]):
    """An owner's sessions; those of a deleted agent stay readable."""

    _kind = SESSIONS

    async def create(
        self, agent_id: int, *, request: Mapping[str, Json], data: Mapping[str, Json]
    ) -> Session:
        """Queue a session and open its topic.

        Raises:
            NotFound: the owner has no such agent, or it was deleted.
            AgentBusy: the agent has an active session.
        """
        return await self._queue(agent_id, request=dict(request), data=dict(data))

    async def page(
        self,
        *,
        states: Collection[RunState] | None = None,
        agent_id: int | None = None,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
        limit: int = 100,
    ) -> list[Session]:
        """Return up to `limit` sessions; see `Trainings.page`, with `agent_id` for `bot_id`."""
        return await self._page(
            states=states,
            where=self._is_of(agent_id),
            before_id=before_id,
            after_id=after_id,
            oldest_first=oldest_first,
            limit=limit,
        )

    async def active_count(self) -> int:
        """Return how many of the owner's sessions have not ended."""
        query = select(func.count().label("count")).where(self._mine(sessions), session_is_active)
        row = await self._row(query)
        return 0 if row is None else int(row["count"])

    async def cost_since(self, moment: datetime) -> float:
        """Return what the models of the sessions created since have cost, in USD.

        It is the sum of what their last statuses say; a cost that nobody knows counts as none.
        """
        cost = func.coalesce(func.sum(sessions.c.status["cost"].as_float()), 0.0)
        query = select(cost.label("cost")).where(
            self._mine(sessions), sessions.c.created_at >= moment
        )
        row = await self._row(query)
        return 0.0 if row is None else float(row["cost"])
