"""The part of the platform in memory that has agents and their sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from aibt.api.platform import Command
from aibt.errors import AgentBusy, AgentNameTaken, NotFound, SessionEnded, VersionConflict
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.protocol.agents import (
    CONFIG,
    AgentDeletedMessage,
    AgentMessage,
    AgentsCreate,
    AgentsPage,
    AgentsPageMessage,
    AgentsUpdate,
    agent_message,
)
from aibt.protocol.paging import cursor_text, read_cursor
from aibt.protocol.sessions import (
    AccountFillMessage,
    FillsMessage,
    JournalEntryMessage,
    JournalMessage,
    SessionMessage,
    SessionsStart,
    SessionStatusMessage,
    ToolTokenMessage,
    session_message,
)
from aibt.store.records import Agent, Session, User, session_topic
from tests.fakes.platform_core import EPOCH, FakeCore, Topic

_STATUS = set(SessionStatusMessage.model_fields)


@dataclass(kw_only=True)
class SessionRun(Topic):
    """One session of the fake: its row, its journal and its executions."""

    session: Session
    journal: list[JournalEntryMessage] = field(default_factory=list)
    fills: list[AccountFillMessage] = field(default_factory=list)


class FakeAgents(FakeCore):
    """Agents and sessions.

    Attributes:
        agents: by id.
        session_runs: what was started, by id, in order.
    """

    def __init__(self, *, page: int = 100) -> None:
        super().__init__(page=page)
        self.agents: dict[int, Agent] = {}
        self.session_runs: dict[int, SessionRun] = {}

    # What a test does to it

    def tell(self, session_id: int, kind: str, data: Mapping[str, Json]) -> int:
        """Store an event of a session and return its number."""
        run = self.session_runs[session_id]
        seq = run.emit(kind, data)
        run.session = replace(run.session, last_seq=seq)
        return seq

    def think(self, session_id: int, text: str) -> int:
        """Store a thought of a session and return its number."""
        return self.tell(session_id, "thought", {"id": session_id, "step": 1, "text": text})

    def show_session(self, session_id: int, **changes: Json) -> None:
        """Publish a status of a session."""
        run = self.session_runs[session_id]
        status = {
            **session_message(run.session).model_dump(mode="json", include=_STATUS),
            **(run.status or {}),
            "cursor": len(run.events),
            **changes,
        }
        run.session = replace(run.session, status=status)
        run.publish(status)

    def move_session(self, session_id: int, state: RunState) -> None:
        """Bring a session into a state, with its event."""
        run = self.session_runs[session_id]
        ended = EPOCH if state.has_ended else None
        run.session = replace(run.session, state=state, ended_at=ended)
        self.tell(session_id, "state", {"id": session_id, "state": state.value, "reason": None})
        if state.has_ended:
            run.end()

    def age_session(self, session_id: int, by: timedelta) -> None:
        """Make a session older."""
        run = self.session_runs[session_id]
        run.session = replace(run.session, created_at=run.session.created_at - by)

    def renumber(self, run: SessionRun, session_id: int) -> None:
        """Give a session another number."""
        del self._topics[run.session.topic]
        run.session = replace(run.session, id=session_id)
        self.session_runs[session_id] = self._topics[run.session.topic] = run

    def enter(self, session_id: int, kind: str, data: dict[str, Json]) -> int:
        """Add an entry to a session's journal, and a fill to its account if it is one."""
        run = self.session_runs[session_id]
        seq = len(run.journal) + 1
        entry = {"seq": seq, "key": f"{kind}/{seq}", "kind": kind, "data": data, "at": EPOCH}
        run.journal.append(JournalEntryMessage.of(entry))
        if kind == "fill":
            run.fills.append(AccountFillMessage.of({"seq": seq, **data}))
        return seq

    # What the API asks of it: agents

    async def create_agent(
        self, owner: User, params: AgentsCreate, command: Command | None
    ) -> AgentMessage:
        await self._enter("create_agent")

        def create() -> AgentMessage:
            self._refuse_taken(params.name)
            agent = Agent(
                id=next(self._ids),
                owner_id=owner.id,
                name=params.name,
                base_model=params.base_model,
                config=params.config(),
                is_public=params.is_public,
                version=1,
                created_at=EPOCH,
                updated_at=EPOCH,
            )
            self.agents[agent.id] = agent
            return self._agent_message(agent.id)

        message: AgentMessage = self._once(command, create)
        return message

    async def update_agent(
        self, owner: User, model_id: int, params: AgentsUpdate, command: Command | None
    ) -> AgentMessage:
        await self._enter("update_agent")

        def update() -> AgentMessage:
            agent = self._agent(model_id)
            if params.version not in {None, agent.version}:
                seen = params.version or 0
                raise VersionConflict("agent", agent.name, seen, agent.version)
            changes = params.changes()
            if changes.get("name", agent.name) != agent.name:
                self._refuse_taken(str(changes["name"]))
            config = {name: value for name, value in changes.items() if name in CONFIG}
            columns = {name: value for name, value in changes.items() if name not in CONFIG}
            self.agents[model_id] = replace(
                agent,
                config={**agent.config, **config},
                version=agent.version + 1,
                **columns,  # type: ignore[arg-type]  # fields by name
            )
            return self._agent_message(model_id)

        message: AgentMessage = self._once(command, update)
        return message

    async def delete_agent(
        self, owner: User, model_id: int, command: Command | None
    ) -> AgentDeletedMessage:
        await self._enter("delete_agent")

        def delete() -> AgentDeletedMessage:
            agent = self._agent(model_id)
            if active := self._active_run(model_id):
                raise AgentBusy(agent.name, active.session.id)
            del self.agents[model_id]
            return AgentDeletedMessage(id=model_id, name=agent.name)

        message: AgentDeletedMessage = self._once(command, delete)
        return message

    async def agent(self, owner: User, model_id: int) -> AgentMessage:
        await self._enter("agent")
        return self._agent_message(model_id)

    async def agents_page(self, owner: User, page: AgentsPage) -> AgentsPageMessage:
        await self._enter("agents_page")
        found = [
            agent
            for agent in sorted(self.agents.values(), key=lambda agent: agent.name)
            if agent.name.startswith(page.q or "")
            and page.name in {None, agent.name}
            and agent.base_model.startswith(page.base_model or "")
        ]
        if page.sort.startswith("-"):
            found.reverse()
        begin = 0 if page.cursor is None else read_cursor(page.cursor, str)[1]
        end = begin + page.limit
        further = cursor_text(found[end - 1].name, end) if end < len(found) else None
        shown = [self._agent_message(agent.id) for agent in found[begin:end]]
        return AgentsPageMessage(agents=shown, next=further)

    # Sessions

    async def start_session(
        self, owner: User, params: SessionsStart, command: Command | None
    ) -> SessionMessage:
        await self._enter("start_session")

        def start() -> SessionMessage:
            agent = self._agent(params.model_id)
            if active := self._active_run(agent.id):
                raise AgentBusy(agent.name, active.session.id)
            session_id = next(self._ids)
            asked = params.model_dump(mode="json", exclude={"model_id"})
            run = SessionRun(session=self._session(agent, session_id, asked))
            self.session_runs[session_id] = self._topics[session_topic(session_id)] = run
            return session_message(run.session)

        message: SessionMessage = self._once(command, start)
        return message

    async def pause_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._steer("pause_session", session_id, RunState.PAUSED, command)

    async def resume_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._steer("resume_session", session_id, RunState.RUNNING, command)

    async def stop_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._steer("stop_session", session_id, RunState.STOPPED, command)

    async def session(self, owner: User, session_id: int) -> SessionMessage:
        await self._enter("session")
        return session_message(self._session_run(session_id).session)

    async def active_session(self, owner: User, model_id: int) -> SessionMessage | None:
        await self._enter("active_session")
        runs = [run for run in self.session_runs.values() if run.session.agent_id == model_id]
        if not runs:
            self._agent(model_id)
            return None
        return session_message((self._active_run(model_id) or runs[-1]).session)

    async def sessions(
        self,
        owner: User,
        *,
        states: Sequence[RunState] = (),
        model_id: int | None = None,
        limit: int = 1_000,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
    ) -> list[SessionMessage]:
        await self._enter("sessions")
        rows = [run.session for run in self.session_runs.values()]
        if not oldest_first:
            rows.reverse()
        return [
            session_message(row)
            for row in rows
            if (not states or row.state in states)
            and model_id in {None, row.agent_id}
            and (before_id is None or row.id < before_id)
            and (after_id is None or row.id > after_id)
        ][:limit]

    async def fills(
        self, owner: User, session_id: int, *, symbol: str | None, after: int, limit: int
    ) -> FillsMessage:
        await self._enter("fills")
        found = [
            fill
            for fill in self._session_run(session_id).fills
            if fill.seq > after and symbol in {None, fill.symbol}
        ]
        further = found[limit - 1].seq if len(found) > limit else None
        return FillsMessage(fills=found[:limit], next=further)

    async def journal(
        self, owner: User, session_id: int, *, kinds: Sequence[str], after: int, limit: int
    ) -> JournalMessage:
        await self._enter("journal")
        found = [
            entry
            for entry in self._session_run(session_id).journal[after:]
            if not kinds or entry.kind in kinds
        ]
        further = found[limit - 1].seq if len(found) > limit else None
        return JournalMessage(entries=found[:limit], next=further)

    async def tool_token(self, owner: User, session_id: int) -> ToolTokenMessage:
        await self._enter("tool_token")
        session = self._session_run(session_id).session
        if session.state.has_ended:
            raise SessionEnded(session_id, session.state)
        services = {"trade": "http://127.0.0.1:8002/mcp"}
        return ToolTokenMessage(token="t" * 43, expires_at=EPOCH, services=services)

    # Inside

    async def _steer(
        self, method: str, session_id: int, state: RunState, command: Command | None
    ) -> SessionMessage:
        await self._enter(method)

        def act() -> SessionMessage:
            run = self._session_run(session_id)
            if run.session.state.has_ended:
                raise SessionEnded(session_id, run.session.state)
            if run.session.state is not state:
                self.move_session(session_id, state)
            return session_message(run.session)

        answer: SessionMessage = self._once(command, act)
        return answer

    def _session(self, agent: Agent, session_id: int, asked: Mapping[str, Json]) -> Session:
        return Session(
            id=session_id,
            owner_id=agent.owner_id,
            agent_id=agent.id,
            agent_name=agent.name,
            state=RunState.QUEUED,
            desired=Desired.RUNNING,
            reason=None,
            request={**agent.config, "base_model": agent.base_model, **asked},
            data={"notes": ["GOOGL is 3 days old."]},
            status={},
            last_seq=0,
            created_at=self._clock.now(),
            started_at=None,
            ended_at=None,
        )

    def _refuse_taken(self, name: str) -> None:
        if name in {agent.name for agent in self.agents.values()}:
            raise AgentNameTaken(name, "name")

    def _agent(self, model_id: int) -> Agent:
        if model_id not in self.agents:
            raise NotFound("agent", str(model_id), "model_id")
        return self.agents[model_id]

    def _agent_message(self, model_id: int) -> AgentMessage:
        active = self._active_run(model_id)
        return agent_message(self._agent(model_id), None if active is None else active.session)

    def _active_run(self, model_id: int) -> SessionRun | None:
        for run in self.session_runs.values():
            if run.session.agent_id == model_id and not run.session.state.has_ended:
                return run
        return None

    def _session_run(self, session_id: int) -> SessionRun:
        if session_id not in self.session_runs:
            raise NotFound("session", str(session_id), "id")
        return self.session_runs[session_id]
