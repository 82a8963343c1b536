"""One activation of a run in this process, whatever its kind: its lease, its life and its row."""

import asyncio
from typing import Any, Generic

from actors.run_rows import STATE, Kind
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.runs import R
from tests.patience import PATIENCE_S


class RunHosting(Generic[R]):
    """What the hostings of trainings, sessions and evaluations have in common."""

    def __init__(self, kind: Kind[R], store: Store, run: R) -> None:
        self.store = store
        self._kind: Kind[R] = kind
        self._run: R = run
        self.epoch = 0
        self.life: asyncio.Task[RunState] | None = None

    async def take_lease(self) -> None:
        """Take the lease for an activation; a test that does so again takes it away."""
        async with self.store.writing(self._run.owner_id) as unit:
            self.epoch = await unit.leases.take(self._run.topic, "test")

    async def lose(self) -> None:
        """Lose the process: a newer lease is taken, so that nothing it does counts any more."""
        assert self.life is not None
        async with self.store.writing(self._run.owner_id) as unit:
            await unit.leases.take(self._run.topic, "test")
        self.let_go()
        self.life.cancel()
        await asyncio.gather(self.life, return_exceptions=True)

    def let_go(self) -> None:
        """Let a computation that waits for the test come to its next border."""

    async def lost(self) -> R:
        """Lose the process; return the row as the supervisor leaves it for the next one."""
        await self.lose()
        async with self.store.writing(self._run.owner_id) as unit:
            return await self._kind.rows(unit).set_state(
                self._run.id, RunState.RECOVERING, epoch=None
            )

    async def until_over(self) -> RunState:
        """Wait until the life is over; return the state it is left in."""
        assert self.life is not None
        return await asyncio.wait_for(self.life, PATIENCE_S)

    async def wish(self, desired: Desired) -> None:
        """Store what the owner wants, as every command does first."""
        async with self.store.writing(self._run.owner_id) as unit:
            await self._kind.rows(unit).set_desired(self._run.id, desired)

    async def row(self) -> R:
        async with self.store.reading(self._run.owner_id) as unit:
            return await self._kind.rows(unit).get(self._run.id)

    async def told(self) -> list[tuple[int, str, Any]]:
        async with self.store.reading(self._run.owner_id) as unit:
            events = await unit.events.read(self._run.topic)
        return [(event.seq, event.kind, dict(event.data)) for event in events]

    async def states(self) -> list[str]:
        return [data["state"] for _, kind, data in await self.told() if kind == STATE]
