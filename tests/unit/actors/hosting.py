"""One activation of a training in this process, and how to wait for it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

from actors.joined_updates import JoinedUpdates
from actors.run_rows import TRAINING
from actors.training_files import TrainingFiles
from actors.training_host import Scored, TrainingHost
from actors.training_recorder import TrainingRecorder
from aibt.clock import SystemClock
from aibt.live.events import EventSink
from aibt.live.states import RunState
from aibt.live.turns import Turns
from aibt.settings import TrainingSettings
from aibt.store.database import Store
from aibt.store.records import CheckpointRow, Training
from tests.patience import PATIENCE_S
from tests.unit.actors.fakes import PER_EPISODE, CountingRun, Unmeasured
from tests.unit.actors.run_hosting import RunHosting

LAST = 95
LATE = 4
"""Updates that may miss a thread, which comes to the row by a hair after the next has its turn."""


class Hosting(RunHosting[Training]):
    """One activation: its host, its run, and how to wait for them."""

    def __init__(
        self, store: Store, files: TrainingFiles, training: Training, *, paced: bool = True
    ) -> None:
        super().__init__(TRAINING, store, training)
        self.files, self.training = files, training
        self.pace = threading.Semaphore(0) if paced else None
        self.runs: list[CountingRun] = []
        self.forgets_checkpoints = False  # as if none had been written in time
        self.kind = CountingRun
        self.scored: Scored | None = None
        self.turns: Turns | None = None  # that it takes with others
        self.joined: JoinedUpdates[Any] | None = None  # and that makes updates of all at once

    async def begin(self) -> TrainingHost:
        await self.make()
        self.life = asyncio.create_task(self.host.live())
        return self.host

    async def make(self) -> TrainingHost:
        """Make the host, for somebody else to have it live."""
        await self.take_lease()
        recorder = TrainingRecorder(
            self.training, self.epoch, store=self.store, files=self.files, clock=SystemClock()
        )
        self.host = TrainingHost(
            recorder,
            files=self.files,
            build=self._build,
            clock=SystemClock(),
            settings=TrainingSettings(checkpoint_interval_s=0.02),
            meter=Unmeasured(),
            scored=self.scored,
            turns=self.turns,
            joined=self.joined,
        )
        return self.host

    def _build(
        self, training: Training, checkpoint: CheckpointRow | None, sink: EventSink
    ) -> CountingRun:
        run = self.kind(sink, LAST, self.pace)
        if checkpoint is not None and not self.forgets_checkpoints:
            run.restore(self.files.absolute(checkpoint.path))
        self.runs.append(run)
        return run

    async def loaded(self) -> None:
        await until(lambda: bool(self.runs))

    async def step(self, count: int) -> None:
        """Let the run do `count` steps and wait until it has."""
        await self.loaded()
        wanted = self.runs[-1].steps + count
        assert self.pace is not None
        self.pace.release(count)
        await until(lambda: self.runs[-1].steps >= wanted)

    async def ended(self) -> RunState:
        if self.pace is not None:
            self.pace.release(10 * LAST)
        return await self.until_over()

    def let_go(self) -> None:
        if self.pace is not None:
            self.pace.release(PER_EPISODE)

    async def weights(self) -> str | None:
        """Return what the bot's weights file holds."""
        async with self.store.reading(self.training.owner_id) as unit:
            bot = await unit.bots.by_id(self.training.bot_id)
        return None if bot.weights is None else self.files.absolute(bot.weights).read_text()


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not reached():
            await asyncio.sleep(0.002)


async def side_by_side(hostings: Sequence[Hosting], turns: Turns) -> None:
    """Begin all, and let nobody have a turn before all of them wait for one."""
    before = turns.seat()
    assert before.take(unless=lambda: False)
    for hosting in hostings:
        await hosting.begin()
    await until(lambda: len(before.company()) == len(hostings))
    before.give()
