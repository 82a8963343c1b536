"""Agents: language models' configurations as traders."""

from collections.abc import Mapping
from typing import Final

from aibt.errors import AgentBusy, AgentNameTaken
from aibt.live.events import Json
from aibt.store.records import Agent
from aibt.store.schema_agents import agent_is_kept, agents
from aibt.store.sessions import SESSIONS
from aibt.store.traders import TraderKind, Traders

AGENTS: Final = TraderKind(
    name="agent",
    record=Agent,
    table=agents,
    is_kept=agent_is_kept,
    runs=SESSIONS,
    taken=AgentNameTaken,
    busy=AgentBusy,
)


class Agents(Traders[Agent]):
    """An owner's agents. One that was deleted is not seen any more, and its name is free."""

    _kind = AGENTS

    async def create(
        self, *, name: str, base_model: str, config: Mapping[str, Json], is_public: bool
    ) -> Agent:
        """Create an agent.

        Raises:
            AgentNameTaken: the owner has an agent of this name.
        """
        await self._create(name, base_model=base_model, config=dict(config), is_public=is_public)
        return await self.by_name(name)

    async def get(self, agent_id: int) -> Agent:
        """Return the owner's agent with this id.

        Raises:
            NotFound: the owner has no such agent.
        """
        return await self._get(self._has_id(agent_id), str(agent_id), "model_id")

    async def by_name(self, name: str) -> Agent:
        """Return the owner's agent of this name.

        Raises:
            NotFound: the owner has no such agent.
        """
        return await self._get(self._is_named(name), name, "name")

    async def all(self) -> list[Agent]:
        """Return all of the owner's agents by name."""
        query = self._of().order_by(agents.c.name)
        return [Agent(**row) for row in await self._rows(query)]

    async def update(
        self,
        agent_id: int,
        *,
        version: int | None = None,
        name: str | None = None,
        base_model: str | None = None,
        config: Mapping[str, Json] | None = None,
        is_public: bool | None = None,
    ) -> Agent:
        """Change what is not None; a session that is active keeps what it was started with.

        Nothing is written, and the version stays, where nothing changes. `version` is the one that
        the caller saw; None: whatever it is now. A `config` takes the place of the whole one.

        Raises:
            NotFound: the owner has no such agent.
            AgentNameTaken: the owner has another agent of the new name.
            VersionConflict: the agent is no longer at `version`.
        """
        agent = await self._locked(self._has_id(agent_id), str(agent_id), "model_id")
        asked = {
            "name": name,
            "base_model": base_model,
            "config": None if config is None else dict(config),
            "is_public": is_public,
        }
        changes = self._changes(agent, version, asked)
        if not changes:
            return agent
        await self._change(agent, changes, "name")
        return await self.get(agent_id)

    async def delete(self, agent_id: int) -> Agent:
        """Delete the agent, so that its name is free; its sessions stay readable.

        Raises:
            NotFound: the owner has no such agent.
            AgentBusy: the agent has an active session.
        """
        agent = await self._locked(self._has_id(agent_id), str(agent_id), "model_id")
        await self._refuse_if_busy(agent, "model_id")
        await self._change(agent, {"deleted_at": self._now}, "name")
        return agent
