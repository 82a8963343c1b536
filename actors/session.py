"""The session actor: one `SessionHost` in a process of its own."""

from collections.abc import Mapping
from typing import Any

from actors.process import settings
from actors.run_actor import RunActor
from actors.session_host import SessionHost
from actors.session_recorder import SessionRecorder
from aibt.clock import SystemClock
from aibt.store.database import open_store
from aibt.store.records import Session


class SessionActor(RunActor[Session, SessionHost]):
    """Forward messages to a `SessionHost`. Everything runs on one event loop."""

    async def desk(self, method: str, arguments: Mapping[str, Any]) -> Any:
        """Answer for the session's desk, for the tool services."""
        from actors.desk_calls import answered

        return await answered((await self._opened()).desk(), method, arguments)

    async def _made(self) -> SessionHost:
        return await _host(self._row, self._epoch)

    def __repr__(self) -> str:
        session = self._row
        universe = session.request.get("universe")
        symbols = len(universe) if isinstance(universe, list) else 0
        return (
            f"Session {session.id} (owner {session.owner_id}, agent {session.agent_name}, "
            f"{session.request.get('base_model')}, {symbols} symbols, {self._state})"
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
