"""The evaluation actor: one `EvaluationHost` in a process of its own."""

from pathlib import Path

from actors.evaluation_host import EvaluationHost
from actors.evaluation_recorder import EvaluationRecorder
from actors.process import settings
from actors.run_actor import RunActor
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.store.database import open_store
from aibt.store.records import Evaluation


class EvaluationActor(RunActor[Evaluation, EvaluationHost]):
    """Forward messages to an `EvaluationHost`. Computation has a thread."""

    async def park(self) -> bool:
        """See `EvaluationHost.park`."""
        return await (await self._opened()).park()

    async def _made(self) -> EvaluationHost:
        return await _host(self._row, self._epoch)

    def __repr__(self) -> str:
        evaluation = self._row
        symbol, period = evaluation.data.get("symbol"), evaluation.data.get("period")
        return (
            f"Evaluation {evaluation.id} (owner {evaluation.owner_id}, "
            f"{symbol} {period}, {self._state})"
        )


async def _host(evaluation: Evaluation, epoch: int) -> EvaluationHost:
    from actors.evaluation_build import build_evaluation  # torch, in this process alone

    read = settings()
    clock = SystemClock()
    files = TrainingFiles(Path(read.store.root))
    store = await open_store(read.store.database_url, clock=clock)
    return EvaluationHost(
        EvaluationRecorder(evaluation, epoch, store=store),
        build=lambda row, units: build_evaluation(row, units, files=files, clock=clock),
        clock=clock,
    )
