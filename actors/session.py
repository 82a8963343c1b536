"""The session actor: one `SessionHost` in a process of its own."""

import asyncio
from collections.abc import Mapping
from typing import Any

from actors.process import settings
from actors.session_host import SessionHost
from actors.session_recorder import SessionRecorder
from aibt.clock import SystemClock
from aibt.live.event_log import Poll
from aibt.live.events import Json
from aibt.store.database import open_store
from aibt.store.records import Session


class SessionActor:
    """Forward messages to a `SessionHost`. Everything runs on one event loop."""

    def __init__(self, session: Session, epoch: int) -> None:
        self._session = session
        self._epoch = epoch
        self._opening = asyncio.Lock()
        self._host: SessionHost | None = None
        self._life: asyncio.Task[Any] | None = None

    async def live(self) -> str:
        """Host the session until its life here is over; return the state it is left in."""
        host = await self._opened()
        if self._life is None:
            self._life = asyncio.create_task(host.live())
        return str(await asyncio.shield(self._life))

    async def epoch(self) -> int:
        """Return the epoch under which this process writes."""
        return self._epoch

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """See `SessionHost.pause`."""
        return await (await self._opened()).pause(command_id)

    async def resume(self, command_id: str | None) -> dict[str, Json]:
        """See `SessionHost.resume`."""
        return await (await self._opened()).resume(command_id)

    async def stop(self, command_id: str | None) -> dict[str, Json]:
        """See `SessionHost.stop`."""
        return await (await self._opened()).stop(command_id)

    async def obey(self) -> None:
        """See `SessionHost.obey`."""
        await (await self._opened()).obey()

    async def status(self) -> dict[str, Json]:
        """See `SessionHost.status`."""
        return (await self._opened()).status()

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """See `SessionHost.poll`."""
        return await (await self._opened()).poll(cursor, status_version, timeout_s)

    async def desk(self, method: str, arguments: Mapping[str, Any]) -> Any:
        """Answer for the session's desk, for the tool services."""
        from actors.desk_calls import answered

        return await answered((await self._opened()).desk(), method, arguments)

    async def _opened(self) -> SessionHost:
        async with self._opening:
            if self._host is None:
                self._host = await _host(self._session, self._epoch)
            return self._host

    def __repr__(self) -> str:
        session = self._session
        state = self._host.state if self._host is not None else "loading"
        universe = session.request.get("universe")
        symbols = len(universe) if isinstance(universe, list) else 0
        return (
            f"Session {session.id} (owner {session.owner_id}, agent {session.agent_name}, "
            f"{session.request.get('base_model')}, {symbols} symbols, {state})"
        )


async def _host(session: Session, epoch: int) -> SessionHost:
    from actors.handles import Handles
    from actors.predictor import RemoteOracle
    from actors.scoring import Scoring
    from actors.session_build import SessionBuilder  # the provider's client: a second to load
    from aibt.accounts.office import keyring_of

    read = settings()
    clock = SystemClock()
    store = await open_store(read.store.database_url, clock=clock)
    handles = Handles()
    builder = SessionBuilder(
        settings=read,
        clock=clock,
        keyring=keyring_of(store, read),
        handles=handles,
        oracle=RemoteOracle(session.owner_id, handles),
    )
    return SessionHost(
        SessionRecorder(session, epoch, store=store, clock=clock),
        build=builder,
        scored=Scoring(store, read).score_session,
        clock=clock,
    )
