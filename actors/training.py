"""The training actor: one `TrainingHost` in a process of its own."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actors.process import settings
from actors.training_files import TrainingFiles
from actors.training_host import TrainingHost
from actors.training_recorder import TrainingRecorder
from aibt.clock import SystemClock
from aibt.live.event_log import Poll
from aibt.live.events import Json
from aibt.store.database import open_store
from aibt.store.records import Training


class TrainingActor:
    """Forward messages to a `TrainingHost`.

    All methods run on one event loop and none of them computes, so that a hundred polls do not
    keep a pause waiting. Computation has a thread, which the host's gate stops at its borders.
    """

    def __init__(self, training: Training, epoch: int) -> None:
        self._training = training
        self._epoch = epoch
        self._opening = asyncio.Lock()
        self._host: TrainingHost | None = None
        self._life: asyncio.Task[Any] | None = None

    async def live(self) -> str:
        """Host the training until its life here is over; return the state it is left in."""
        host = await self._opened()
        if self._life is None:
            self._life = asyncio.create_task(host.live())
        return str(await asyncio.shield(self._life))

    async def epoch(self) -> int:
        """Return the epoch under which this process writes."""
        return self._epoch

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """See `TrainingHost.pause`."""
        return await (await self._opened()).pause(command_id)

    async def resume(self, command_id: str | None) -> dict[str, Json]:
        """See `TrainingHost.resume`."""
        return await (await self._opened()).resume(command_id)

    async def stop(self, command_id: str | None) -> dict[str, Json]:
        """See `TrainingHost.stop`."""
        return await (await self._opened()).stop(command_id)

    async def update(
        self, changes: Mapping[str, float | int], command_id: str | None
    ) -> dict[str, Json]:
        """See `TrainingHost.update`."""
        return await (await self._opened()).update(changes, command_id)

    async def obey(self) -> None:
        """See `TrainingHost.obey`."""
        await (await self._opened()).obey()

    async def park(self) -> bool:
        """See `TrainingHost.park`."""
        return await (await self._opened()).park()

    async def checkpoint(self) -> None:
        """See `TrainingHost.checkpoint`."""
        await (await self._opened()).checkpoint()

    async def status(self) -> dict[str, Json]:
        """See `TrainingHost.status`."""
        return (await self._opened()).status()

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """See `TrainingHost.poll`."""
        return await (await self._opened()).poll(cursor, status_version, timeout_s)

    async def _opened(self) -> TrainingHost:
        async with self._opening:
            if self._host is None:
                self._host = await _host(self._training, self._epoch)
            return self._host

    def __repr__(self) -> str:
        training = self._training
        state = self._host.state if self._host is not None else "loading"
        symbol, period = training.data.get("symbol"), training.data.get("period")
        return (
            f"Training {training.id} (owner {training.owner_id}, bot {training.bot_name}, "
            f"{symbol} {period}, {state})"
        )


async def _host(training: Training, epoch: int) -> TrainingHost:
    from actors.metrics import TrainingMeter
    from actors.scoring import Scoring
    from actors.training_build import build_run  # torch: 1.5 s, in this process alone

    read = settings()
    clock = SystemClock()
    files = TrainingFiles(Path(read.store.root))
    store = await open_store(read.store.database_url, clock=clock)
    recorder = TrainingRecorder(training, epoch, store=store, files=files, clock=clock)
    return TrainingHost(
        recorder,
        files=files,
        build=lambda row, checkpoint, sink: build_run(
            row, checkpoint, sink, files=files, clock=clock, epoch=epoch
        ),
        clock=clock,
        settings=read.training,
        meter=TrainingMeter(training),
        scored=Scoring(store, read).score_training,
    )
