"""The training actor: one `TrainingHost` in a process of its own."""

from collections.abc import Mapping
from pathlib import Path

from actors.process import settings
from actors.run_actor import RunActor
from actors.training_files import TrainingFiles
from actors.training_host import TrainingHost
from actors.training_recorder import TrainingRecorder
from aibt.clock import SystemClock
from aibt.live.events import Json
from aibt.store.database import open_store
from aibt.store.records import Training


class TrainingActor(RunActor[Training, TrainingHost]):
    """Forward messages to a `TrainingHost`. Computation has a thread, which its gate stops."""

    async def update(
        self, changes: Mapping[str, float | int], command_id: str | None
    ) -> dict[str, Json]:
        """See `TrainingHost.update`."""
        return await (await self._opened()).update(changes, command_id)

    async def park(self) -> bool:
        """See `TrainingHost.park`."""
        return await (await self._opened()).park()

    async def checkpoint(self) -> None:
        """See `TrainingHost.checkpoint`."""
        await (await self._opened()).checkpoint()

    async def _made(self) -> TrainingHost:
        return await _host(self._row, self._epoch)

    def __repr__(self) -> str:
        training = self._row
        symbol, period = training.data.get("symbol"), training.data.get("period")
        return (
            f"Training {training.id} (owner {training.owner_id}, bot {training.bot_name}, "
            f"{symbol} {period}, {self._state})"
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
