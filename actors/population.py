"""The population actor: one `PopulationHost` in a process of its own."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from actors.population_host import PopulationHost
from actors.population_search import PopulationSearch
from actors.process import settings
from actors.training_files import TrainingFiles
from actors.training_host import TrainingHost
from actors.training_recorder import TrainingRecorder
from aibt.clock import SystemClock
from aibt.live.event_log import Poll
from aibt.live.events import Json
from aibt.live.turns import Turns
from aibt.store.database import open_store
from aibt.store.records import Training

_TURN_S = 0.02  # so often one of the members has a new status


class PopulationActor:
    """Forward messages to the `TrainingHost`s of a population's members.

    All methods run on one event loop and none of them computes. What is about one member names
    its training first.

    Args:
        owner_id: whose population.
        population_id: which one.
        place: name of the placement group that it takes.
    """

    def __init__(self, owner_id: int, population_id: int, place: str) -> None:
        self._owner_id = owner_id
        self._id = population_id
        self._place = place
        self._opening = asyncio.Lock()
        self._host: PopulationHost | None = None

    async def live(self, training: Training, epoch: int) -> str:
        """Host a member until its life here is over; return the state it is left in."""
        return str(await (await self._opened()).live(training, epoch))

    async def life(self, training_id: int) -> None:
        """See `PopulationHost.life`."""
        await (await self._opened()).life(training_id)

    async def place(self) -> str:
        """Return the name of the place that this process takes."""
        return self._place

    async def members(self) -> list[int]:
        """Return the ids of the trainings that live here."""
        return [*(await self._opened()).members()]

    async def pause(self, training_id: int, command_id: str | None) -> dict[str, Json]:
        """See `TrainingHost.pause`."""
        return await (await self._member(training_id)).pause(command_id)

    async def resume(self, training_id: int, command_id: str | None) -> dict[str, Json]:
        """See `TrainingHost.resume`."""
        return await (await self._member(training_id)).resume(command_id)

    async def stop(self, training_id: int, command_id: str | None) -> dict[str, Json]:
        """See `TrainingHost.stop`."""
        return await (await self._member(training_id)).stop(command_id)

    async def update(
        self, training_id: int, changes: Mapping[str, float | int], command_id: str | None
    ) -> dict[str, Json]:
        """See `TrainingHost.update`."""
        return await (await self._member(training_id)).update(changes, command_id)

    async def obey(self, training_id: int) -> None:
        """See `TrainingHost.obey`."""
        await (await self._member(training_id)).obey()

    async def park(self, training_id: int) -> bool:
        """See `TrainingHost.park`."""
        return await (await self._member(training_id)).park()

    async def checkpoint(self, training_id: int) -> None:
        """See `TrainingHost.checkpoint`."""
        await (await self._member(training_id)).checkpoint()

    async def status(self, training_id: int) -> dict[str, Json]:
        """See `TrainingHost.status`."""
        return (await self._member(training_id)).status()

    async def statuses(self) -> dict[int, dict[str, Json]]:
        """Return the status of each member that lives here, by its training's id."""
        hosts = (await self._opened()).hosts().values()
        return {host.training.id: host.status() for host in hosts}

    async def scores(self) -> dict[int, float]:
        """Return the validation score of the weights as they are, by the member's number."""
        hosts = (await self._opened()).hosts()
        judged = {member: host.judged for member, host in hosts.items()}
        return {member: found[1] for member, found in judged.items() if found is not None}

    async def poll(
        self, training_id: int, cursor: int, status_version: int, timeout_s: float
    ) -> Poll:
        """See `TrainingHost.poll`."""
        host = await self._member(training_id)
        return await host.poll(cursor, status_version, timeout_s)

    async def _member(self, training_id: int) -> TrainingHost:
        return (await self._opened()).host(training_id)

    async def _opened(self) -> PopulationHost:
        async with self._opening:
            if self._host is None:
                self._host = await _host(self._owner_id, self._id)
            return self._host

    def __repr__(self) -> str:
        living = 0 if self._host is None else len(self._host.members())
        return f"Population {self._id} (owner {self._owner_id}, {living} members)"


async def _host(owner_id: int, population_id: int) -> PopulationHost:
    from actors.joined_updates import JoinedUpdates
    from actors.metrics import TrainingMeter
    from actors.scoring import Scoring
    from actors.shared_preparations import SharedPreparations
    from actors.training_build import build_run  # torch: 1.5 s, in this process alone
    from aibt.rl.batch import are_joined, step_of, take_together
    from aibt.rl.training import PICTURE_S

    read = settings()
    clock = SystemClock()
    files = TrainingFiles(Path(read.store.root))
    store = await open_store(read.store.database_url, clock=clock)
    async with store.reading(owner_id) as unit:
        members = len(await unit.populations.members([population_id]))
        request = (await unit.populations.get(population_id)).request
    turns, shared, scoring = Turns(), SharedPreparations(), Scoring(store, read)
    status_s = _TURN_S * max(members, 2)
    joined = None
    if are_joined(str(request["algorithm"]), str(request["device"])):
        joined = JoinedUpdates(step_of, take_together)

    async def make(training: Training, epoch: int) -> TrainingHost:
        recorder = TrainingRecorder(training, epoch, store=store, files=files, clock=clock)
        return TrainingHost(
            recorder,
            files=files,
            build=lambda row, checkpoint, sink: build_run(
                row,
                checkpoint,
                sink,
                files=files,
                clock=clock,
                epoch=epoch,
                shared=shared,
                picture_s=PICTURE_S if joined is None else status_s,
            ),
            clock=clock,
            settings=read.training,
            meter=TrainingMeter(training),
            scored=scoring.score_training,
            turns=turns,
            joined=joined,
            status_interval_s=status_s,
        )

    return PopulationHost(
        make,
        lambda host: PopulationSearch(owner_id, population_id, host.hosts, store).run(),
    )
