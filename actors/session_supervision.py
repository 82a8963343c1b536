"""Making the live sessions match what the store says should be: plain logic, without Ray.

Every session that has not ended has a process, a paused one too: it takes no CPU. So there is no
queue here; quotas limit how many there are.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from actors.activations import DEATHS_ALLOWED, Activation, Activations
from actors.run_rows import SESSION, is_hosted, set_state
from aibt.clock import Clock
from aibt.errors import StoreUnavailable
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Session
from aibt.store.service import Service

logger = logging.getLogger(__name__)


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
        self,
        store: Store,
        cluster: SessionCluster,
        clock: Clock,
        wake: Callable[[], None],
        *,
        scored: Callable[[Session], Awaitable[None]] | None = None,
    ) -> None:
        """Supervise the sessions of a store.

        Args:
            store: what should be.
            cluster: how things are.
            clock: the time.
            wake: called when a session's life is over, so that the next look comes at once.
            scored: takes the account of a session that is ended here to the leaderboard.
        """
        self._store = store
        self._service = Service(store)
        self._cluster = cluster
        self._scored = scored
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
                continue
            try:
                await self._start(session)
            except StoreUnavailable:
                raise
            except Exception:  # it keeps no other waiting
                logger.exception("session %d is started at the next look", session.id)

    async def _start(self, session: Session) -> None:
        """Bring the row of a session without a process in order, and start one if it needs one."""
        settled = await self._settle(session)
        if not settled.state.has_ended:
            await self._launch(settled)
        elif self._scored is not None:
            scored = self._scored
            self._activations.send(session.id, lambda: scored(settled))

    async def _settle(self, session: Session) -> Session:
        """Return a session's row as it is to be while nothing hosts it."""
        async with self._store.writing(session.owner_id) as unit:
            return await self._settle_row(unit, await unit.sessions.get(session.id))

    async def _settle_row(self, unit: UnitOfWork, session: Session) -> Session:
        key = f"after/{await unit.leases.current(session.topic)}"
        if session.state.has_ended:
            return session
        if session.desired is Desired.STOPPED:
            return await set_state(unit, SESSION, session, RunState.STOPPED, f"{key}/stopped")
        if self._activations.dies_too_often(session.id):
            reason = f"its process was lost {DEATHS_ALLOWED} times within ten minutes"
            return await set_state(unit, SESSION, session, RunState.FAILED, f"{key}/failed", reason)
        if is_hosted(session):
            key, reason = f"{key}/recovering", "its process was lost"
            return await set_state(unit, SESSION, session, RunState.RECOVERING, key, reason)
        return session

    async def _launch(self, session: Session) -> None:
        async with self._store.writing(session.owner_id) as unit:
            epoch = await unit.leases.take(session.topic, "supervisor")
        self._activations.keep(session.id, await self._cluster.launch(session, epoch))
