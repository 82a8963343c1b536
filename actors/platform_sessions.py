"""Sessions over Ray: rows in the store, each live session in an actor of its own."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from actors.calls import ask
from actors.commands import Commands, as_json, id_of
from actors.handles import Handles
from actors.names import MARKET, TOOL_SERVICES
from actors.platform_agents import PlatformAgents
from actors.run_control import Controlled, RunControl
from actors.run_rows import SESSION
from actors.session_request import complete_session
from actors.tool_services import start_tool_services, tool_token
from aibt.accounts.quotas import refuse_session
from aibt.api.platform import Command, ToolServicesVerb
from aibt.clock import Clock
from aibt.errors import ActorUnavailable, AibtError, SessionEnded, UserDisabled
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
from aibt.settings import Settings
from aibt.store.database import Store
from aibt.store.records import Bot, Session, User

_MARKET_S: Final = 19.0
_SERVICES_S: Final = 20.0
_DAY: Final = timedelta(hours=24)


class PlatformSessions(PlatformAgents):
    """The part of `aibt.api.platform.Platform` that is about sessions and their tools."""

    def __init__(
        self,
        store: Store,
        handles: Handles,
        commands: Commands,
        settings: Settings,
        clock: Clock,
        start_bot: Callable[[Bot], Any],
    ) -> None:
        super().__init__(store, handles, commands, settings, clock, start_bot)
        self._sessions = RunControl(SESSION, store, handles)

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
        await self._sessions.wake_supervisor()
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
            if (await unit.me.standing()).user.disabled_at is not None:  # since he was let in
                raise UserDisabled(owner.email)
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
        market = await self._handles.get(MARKET)
        found: dict[str, Any] = await self._ask_market(
            market.freeze.remote(symbols, agent.period, agent.source)
        )
        return found

    async def pause_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._reach_session(
            owner, command, lambda: self._sessions.pause(owner.id, session_id, id_of(command))
        )

    async def resume_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._reach_session(
            owner, command, lambda: self._sessions.resume(owner.id, session_id, id_of(command))
        )

    async def stop_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage:
        return await self._reach_session(
            owner, command, lambda: self._sessions.stop(owner.id, session_id, id_of(command))
        )

    async def _reach_session(
        self,
        owner: User,
        command: Command | None,
        effect: Callable[[], Awaitable[Controlled[Session]]],
    ) -> SessionMessage:
        async def reach() -> SessionMessage:
            reached = await effect()
            return session_message(reached.run, reached.status)

        return await self._commands.reaching(owner.id, command, SessionMessage, reach)

    async def session(self, owner: User, session_id: int) -> SessionMessage:
        row = await self._sessions.row(owner.id, session_id)
        return session_message(row, await self._sessions.status(row))

    async def active_session(self, owner: User, model_id: int) -> SessionMessage | None:
        async with self._store.reading(owner.id) as unit:
            await unit.agents.get(model_id)
            latest = await unit.sessions.page(agent_id=model_id, limit=1)
        if not latest:
            return None
        return session_message(latest[0], await self._sessions.status(latest[0]))

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
        session = await self._sessions.row(owner.id, session_id)
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

    async def _ask_market(self, answer: Awaitable[Any]) -> Any:
        try:
            return await ask(answer, timeout_s=_MARKET_S)
        except ActorUnavailable:
            self._handles.forget(MARKET)
            raise
