"""Agents and the leaderboard over the store: rows alone, no actor."""

import asyncio
from typing import Any

from actors.paging import cursor_after, place_of
from actors.platform_bots import MOST, Means, PlatformBots
from actors.scoring import AccountView, Scoring
from aibt.accounts.keyring import KeyRing
from aibt.accounts.office import keyring_of
from aibt.accounts.quotas import refuse_agent
from aibt.agents.llm.catalogue import provider_models
from aibt.api.platform import Command
from aibt.market.bars import moment
from aibt.protocol.agents import (
    AgentDeletedMessage,
    AgentMessage,
    AgentsCreate,
    AgentsPage,
    AgentsPageMessage,
    AgentsUpdate,
    agent_message,
)
from aibt.protocol.performance import (
    LeaderboardMessage,
    LeaderboardQuery,
    PerformanceFigures,
    PerformanceMessage,
    ScoreMessage,
    score_message,
)
from aibt.protocol.services import ProviderModelMessage, ProviderModelsMessage
from aibt.store.database import UnitOfWork
from aibt.store.records import Agent, User
from aibt.store.tables import ACTIVE_STATES


class PlatformAgents(PlatformBots):
    """The part of `aibt.api.platform.Platform` that is about agents and what accounts came to."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._scoring = Scoring(means.store, means.settings)

    async def create_agent(
        self, owner: User, params: AgentsCreate, command: Command | None
    ) -> AgentMessage:
        async def create(unit: UnitOfWork) -> AgentMessage:
            await unit.me.alone()
            count = await unit.agents.count()
            refuse_agent(self._quotas, symbols=len(params.universe), agents=count)
            agent = await unit.agents.create(
                name=params.name,
                base_model=params.base_model,
                config=params.config(),
                is_public=params.is_public,
            )
            return agent_message(agent, None)

        return await self._commands.rows(owner.id, command, AgentMessage, create)

    async def update_agent(
        self, owner: User, model_id: int, params: AgentsUpdate, command: Command | None
    ) -> AgentMessage:
        async def update(unit: UnitOfWork) -> AgentMessage:
            changes = params.changes()
            if params.universe is not None:
                refuse_agent(self._quotas, symbols=len(params.universe))
            before = await unit.agents.get(model_id)
            own: dict[str, Any] = {
                name: changes.pop(name)
                for name in ("name", "base_model", "is_public")
                if name in changes
            }
            config = {**before.config, **changes} if changes else None
            after = await unit.agents.update(model_id, version=params.version, config=config, **own)
            return await _with_session(unit, after)

        return await self._commands.rows(owner.id, command, AgentMessage, update)

    async def delete_agent(
        self, owner: User, model_id: int, command: Command | None
    ) -> AgentDeletedMessage:
        async def delete(unit: UnitOfWork) -> AgentDeletedMessage:
            gone = await unit.agents.delete(model_id)
            return AgentDeletedMessage(id=gone.id, name=gone.name)

        return await self._commands.rows(owner.id, command, AgentDeletedMessage, delete)

    async def agent(self, owner: User, model_id: int) -> AgentMessage:
        async with self._store.reading(owner.id) as unit:
            return await _with_session(unit, await unit.agents.get(model_id))

    async def agents_page(self, owner: User, page: AgentsPage) -> AgentsPageMessage:
        order = page.sort.removeprefix("-")
        chosen = page.name is not None or page.base_model is not None
        async with self._store.reading(owner.id) as unit:
            found = await unit.agents.page(
                prefix=page.name or page.q,
                order=order,
                descending=page.sort.startswith("-"),
                after=place_of(page.cursor, order),
                limit=MOST if chosen else page.limit + 1,
            )
            found = [
                agent
                for agent in found
                if page.name in (None, agent.name)
                and agent.base_model.startswith(page.base_model or "")
            ]
            shown = found[: page.limit]
            active = await unit.sessions.page(states=ACTIVE_STATES, limit=MOST)
        doing = {session.agent_id: session for session in active}
        return AgentsPageMessage(
            agents=[agent_message(agent, doing.get(agent.id)) for agent in shown],
            next=cursor_after(shown[-1], order) if len(found) > len(shown) else None,
        )

    # What accounts came to

    async def performance(self, owner: User, topic: str) -> PerformanceMessage:
        view = await self._scoring.view(owner.id, topic)
        return await asyncio.to_thread(_performance, topic, view)

    async def leaderboard(self, owner: User, asked: LeaderboardQuery) -> LeaderboardMessage:
        async with self._store.reading(owner.id) as unit:
            found = await unit.scores.leaderboard(
                kinds=asked.kinds,
                symbol=asked.symbol,
                mine=asked.mine,
                name=asked.name,
                limit=asked.limit,
            )
        shown = [one for one in found if asked.name in (None, one.name)]
        return LeaderboardMessage(scores=[score_message(one, owner.id) for one in shown])

    async def score_performance(self, owner: User, topic: str) -> PerformanceMessage:
        async with self._store.reading(owner.id) as unit:
            score = await unit.scores.shown(topic)
        view = await self._scoring.view(score.owner_id, topic)
        return await asyncio.to_thread(_performance, topic, view)

    async def publish(self, owner: User, topic: str, is_public: bool) -> ScoreMessage:
        async with self._store.writing(owner.id) as unit:
            return score_message(await unit.scores.set_public(topic, is_public), owner.id)

    async def provider_models(self, owner: User, provider: str | None) -> ProviderModelsMessage:
        url, key = str(self._settings.openai_api_base), self._settings.openai_api_key
        if provider is not None:
            kept = await self._keyring().opened(owner.id, provider)
            url, key = kept.base_url, kept.key
        found = await provider_models(url, key)
        return ProviderModelsMessage(
            provider=provider,
            models=[
                ProviderModelMessage(
                    id=one.id,
                    name=one.name,
                    context_length=one.context_length,
                    input_price=one.input_price,
                    output_price=one.output_price,
                )
                for one in found
            ],
        )

    def _keyring(self) -> KeyRing:
        return keyring_of(self._store, self._settings)


async def _with_session(unit: UnitOfWork, agent: Agent) -> AgentMessage:
    return agent_message(agent, await unit.sessions.active_of(agent.id))


def _performance(topic: str, view: AccountView) -> PerformanceMessage:
    benchmark: list[float | None] | None = None
    if view.benchmark is not None:
        benchmark = [float(one) for one in view.benchmark]
    return PerformanceMessage(
        topic=topic,
        times=[moment(at).isoformat() for at in view.times],
        equities=[float(one) for one in view.equities],
        exposures=[float(one) for one in view.exposures],
        benchmark=benchmark,
        summary=PerformanceFigures.of(view.figures.as_wire()),
    )
