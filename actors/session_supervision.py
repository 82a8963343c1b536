"""Making the live sessions match what the store says should be: plain logic, without Ray.

Every session that has not ended has a process, a paused one too: it takes no CPU. So there is no
queue here; quotas limit how many there are.
"""

from collections.abc import Callable
from typing import Protocol

from actors.activations import DEATHS_ALLOWED, Activation, Activations
from actors.session_rows import is_hosted, set_session_state
from aibt.clock import Clock
from aibt.errors import SessionEnded
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Session
from aibt.store.service import Service


class SessionCluster(Protocol):
    """Where sessions run."""

    async def launch(self, session: Session, epoch: int) -> Activation:
        """Start an activation."""
        ...

    async def running(self) -> dict[int, Activation]:
        """Return the activations that already run, by the id of their session."""
        ...


class SessionSupervision:
    """Looks again and again; each look is safe to repeat and to lose at any point."""

    def __init__(
        self, store: Store, cluster: SessionCluster, clock: Clock, wake: Callable[[], None]
    ) -> None:
        """Supervise the sessions of a store.

        Args:
            store: what should be.
            cluster: how things are.
            clock: the time.
            wake: called when a session's life is over, so that the next look comes at once.
        """
        self._store = store
        self._service = Service(store)
        self._cluster = cluster
        self._activations: Activations[Activation] = Activations("session", clock, wake)

    async def take_over(self) -> None:
        """Keep what already runs."""
        for session_id, hosted in (await self._cluster.running()).items():
            self._activations.keep(session_id, hosted)

    async def look(self) -> None:
        """Bring the cluster one step closer to what the store says."""
        await self._activations.bury()
        async with self._service.reading() as unit:
            active = await unit.overview.active_sessions()
        self._activations.forget_ended({session.id for session in active})
        for session in active:
            if session.id in self._activations:
                self._activations.remind(session.id, session.state, session.desired)
            elif (settled := await self._settle(session)) is not None:
                await self._launch(settled)

    async def _settle(self, session: Session) -> Session | None:
        """Bring the row of a session without a process in order; None: it has ended."""
        try:
            async with self._store.writing(session.owner_id) as unit:
                return await self._settle_row(unit, await unit.sessions.get(session.id))
        except SessionEnded:
            return None

    async def _settle_row(self, unit: UnitOfWork, session: Session) -> Session | None:
        key = f"after/{await unit.leases.current(session.topic)}"
        if session.state.has_ended:
            return None
        if session.desired is Desired.STOPPED:
            await set_session_state(unit, session, RunState.STOPPED, f"{key}/stopped")
            return None
        if self._activations.dies_too_often(session.id):
            reason = f"its process was lost {DEATHS_ALLOWED} times within ten minutes"
            await set_session_state(unit, session, RunState.FAILED, f"{key}/failed", reason)
            return None
        if is_hosted(session):
            return await set_session_state(
                unit, session, RunState.RECOVERING, f"{key}/recovering", "its process was lost"
            )
        return session

    async def _launch(self, session: Session) -> None:
        async with self._store.writing(session.owner_id) as unit:
            epoch = await unit.leases.take(session.topic, "supervisor")
        self._activations.keep(session.id, await self._cluster.launch(session, epoch))
