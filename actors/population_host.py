"""The members of one population in one process: plain asyncio, without Ray.

Each is a `TrainingHost` of its own, with its own lease, gate and checkpoints; they take turns at
computing. `actors.population` is the shell around it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from actors.training_host import TrainingHost
from aibt.errors import ActorUnavailable
from aibt.live.states import RunState
from aibt.store.records import Training

Make = Callable[[Training, int], Awaitable[TrainingHost]]
"""Makes the host of a member's activation, from its row and its epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    epoch: int
    member: int
    host: TrainingHost
    task: asyncio.Task[RunState]


class PopulationHost:
    """Hosts members as they come, and forgets those whose lives here are over.

    Args:
        make: makes the host of a member.
        search: what goes on as long as there are members; None: nothing.
    """

    def __init__(
        self, make: Make, search: Callable[["PopulationHost"], Awaitable[None]] | None = None
    ) -> None:
        self._make = make
        self._search = search
        self._searching: asyncio.Future[None] | None = None
        self._lives: dict[int, _Life] = {}
        self._joining = asyncio.Lock()

    async def live(self, training: Training, epoch: int) -> RunState:
        """Host a member until its life here is over; return the state it is left in."""
        async with self._joining:
            life = self._lives.get(training.id)
            if life is None or life.epoch < epoch:
                host = await self._make(training, epoch)
                life = _Life(
                    epoch=epoch,
                    member=training.member or 0,
                    host=host,
                    task=asyncio.create_task(host.live()),
                )
                self._lives[training.id] = life
            if self._search is not None and self._searching is None:
                self._searching = asyncio.ensure_future(self._search(self))
        return await self._over(training.id, life)

    async def life(self, training_id: int) -> None:
        """Wait until the life of a member here is over, as it is if the member has left."""
        life = self._lives.get(training_id)
        if life is not None:
            await self._over(training_id, life)

    def host(self, training_id: int) -> TrainingHost:
        """Return a member's host.

        Raises:
            ActorUnavailable: it is not hosted here.
        """
        life = self._lives.get(training_id)
        if life is None:
            raise ActorUnavailable("the training has left this process")
        return life.host

    def hosts(self) -> Mapping[int, TrainingHost]:
        """Return the hosts of all members that live here, by their numbers."""
        return {life.member: life.host for life in self._lives.values()}

    def members(self) -> dict[int, int]:
        """Return the ids of the trainings that live here, with their epochs."""
        return {training_id: life.epoch for training_id, life in self._lives.items()}

    async def _over(self, training_id: int, life: _Life) -> RunState:
        try:
            return await asyncio.shield(life.task)
        finally:
            if life.task.done() and self._lives.get(training_id) is life:
                del self._lives[training_id]
