"""Sessions over Ray: rows in the store, each live session in an actor of its own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from actors.calls import ask
from actors.commands import as_json
from actors.names import TOOL_SERVICES
from actors.platform_bots import Means
from actors.platform_runs import PlatformRuns, RunsOf
from actors.run_control import RunControl
from actors.run_rows import SESSION
from actors.session_request import complete_session
from actors.tool_services import start_tool_services, tool_token
from aibt.accounts.quotas import refuse_session
from aibt.api.platform import Command, ToolServicesVerb
from aibt.errors import ActorUnavailable, AibtError, SessionEnded
from aibt.live.states import RunState
from aibt.protocol.agents import AgentMessage, agent_message
from aibt.protocol.services import ToolServicesMessage
from aibt.protocol.sessions import (
    AccountFillMessage,
    FillsMessage,
    JournalEntryMessage,
    JournalMessage,
    SessionMessage,
    SessionsStart,
    ToolTokenMessage,
    session_message,
)
from aibt.store.records import Session, User

_SERVICES_S: Final = 20.0
_DAY: Final = timedelta(hours=24)


class PlatformSessions(PlatformRuns):
    """The part of `aibt.api.platform.Platform` that is about sessions and their tools."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._session_control = RunControl(SESSION, means.store, means.handles)
        self._sessions = RunsOf(
            self._session_control, means.commands, SessionMessage, session_message
        )

    async def start_session(
        self, owner: User, params: SessionsStart, command: Command | None
    ) -> SessionMessage:
        earlier = await self._commands.earlier_run(owner.id, command)
        if earlier is not None:
            return await self.session(owner, earlier)
        try:
            session = await self._queue_session(owner, params, command)
        except AibtError as error:
            done = await self._commands.refuse(owner.id, command, error)
            return await self.session(owner, SessionMessage.of(done).id)
        await self._session_control.wake_supervisor()
        return session_message(session)

    async def _queue_session(
        self, owner: User, params: SessionsStart, command: Command | None
    ) -> Session:
        async with self._store.reading(owner.id) as unit:
            agent = agent_message(await unit.agents.get(params.model_id), None)
        frozen = await self._frozen(agent)  # live, too: an unknown symbol is refused here
        request, data = complete_session(params, agent, frozen, self._settings)
        async with self._store.writing(owner.id) as unit:
            await unit.me.alone()  # first: a twin that was quicker is seen whole, or not yet begun
            if command is not None:
                earlier = await unit.commands.begin(command.id, command.digest)
                if earlier is not None and earlier.session_id is not None:
                    return await unit.sessions.get(earlier.session_id)
            await self._refuse_disabled(unit, owner)
            refuse_session(
                self._quotas,
                active=await unit.sessions.active_count(),
                cost=await unit.sessions.cost_since(self._clock.now() - _DAY),
            )
            session = await unit.sessions.create(agent.id, request=request, data=data)
            if command is not None:
                answer = as_json(session_message(session))
                await unit.commands.finish(command.id, answer, session_id=session.id)
        return session

    async def _frozen(self, agent: AgentMessage) -> dict[str, Any]:
        symbols = [
            *dict.fromkeys([*agent.universe, *([agent.benchmark] if agent.benchmark else [])])
        ]
        found: dict[str, Any] = await self._ask_market(
            "freeze", symbols, agent.period, agent.source
        )
        return found

    async def pause_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._sessions.pause(owner, session_id, command)

    async def resume_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._sessions.resume(owner, session_id, command)

    async def stop_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._sessions.stop(owner, session_id, command)

    async def session(self, owner: User, session_id: int) -> SessionMessage:
        return await self._sessions.one(owner, session_id)

    async def active_session(self, owner: User, model_id: int) -> SessionMessage | None:
        async with self._store.reading(owner.id) as unit:
            await unit.agents.get(model_id)
            latest = await unit.sessions.page(agent_id=model_id, limit=1)
        if not latest:
            return None
        return await self._sessions.live(latest[0])

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
        async with self._store.reading(owner.id) as unit:
            if model_id is not None:
                await unit.agents.get(model_id)
            page = await unit.sessions.page(
                states=states or None,
                agent_id=model_id,
                before_id=before_id,
                after_id=after_id,
                oldest_first=oldest_first,
                limit=limit,
            )
        return [session_message(row) for row in page]

    async def fills(
        self, owner: User, session_id: int, *, symbol: str | None, after: int, limit: int
    ) -> FillsMessage:
        async with self._store.reading(owner.id) as unit:
            await unit.sessions.get(session_id)
            found = await unit.account.fills(
                session_id, symbol=symbol, after_seq=after, limit=limit + 1
            )
        shown = found[:limit]
        return FillsMessage(
            fills=[
                AccountFillMessage(
                    seq=one.seq,
                    order_id=one.order_id,
                    symbol=one.symbol,
                    quantity=one.quantity,
                    price=one.price,
                    fee=one.fee,
                    at=one.at,
                )
                for one in shown
            ],
            next=shown[-1].seq if len(found) > limit else None,
        )

    async def journal(
        self, owner: User, session_id: int, *, kinds: Sequence[str], after: int, limit: int
    ) -> JournalMessage:
        async with self._store.reading(owner.id) as unit:
            await unit.sessions.get(session_id)
            found = await unit.journal.read(session_id, after, limit + 1, kinds or None)
        shown = found[:limit]
        return JournalMessage(
            entries=[
                JournalEntryMessage.of(
                    {
                        "seq": one.seq,
                        "key": one.key,
                        "kind": one.kind,
                        "data": one.data,
                        "at": one.at,
                    }
                )
                for one in shown
            ],
            next=shown[-1].seq if len(found) > limit else None,
        )

    # Tools over HTTP

    async def tool_token(self, owner: User, session_id: int) -> ToolTokenMessage:
        session = await self._session_control.row(owner.id, session_id)
        if session.state.has_ended:
            raise SessionEnded(session_id, str(session.state))
        services = await self.tool_services("status")
        token, expires_at = tool_token(self._settings, owner.id, session_id, self._clock)
        return ToolTokenMessage(
            token=token,
            expires_at=expires_at,
            services={one.name: one.address for one in services.services if one.state == "running"},
        )

    async def tool_services(self, verb: ToolServicesVerb) -> ToolServicesMessage:
        try:
            handle = await self._handles.get(TOOL_SERVICES)
        except ActorUnavailable:
            handle = await start_tool_services()
        try:
            answer = await ask(getattr(handle, verb).remote(), timeout_s=_SERVICES_S)
        except ActorUnavailable:
            self._handles.forget(TOOL_SERVICES)
            raise
        return ToolServicesMessage.of(answer)
