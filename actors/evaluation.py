"""The evaluation actor: one `EvaluationHost` in a process of its own."""

import asyncio
from pathlib import Path
from typing import Any

from actors.evaluation_host import EvaluationHost
from actors.evaluation_recorder import EvaluationRecorder
from actors.process import settings
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.live.event_log import Poll
from aibt.live.events import Json
from aibt.store.database import open_store
from aibt.store.records import Evaluation


class EvaluationActor:
    """Forward messages to an `EvaluationHost`. None of them computes: computation has a thread."""

    def __init__(self, evaluation: Evaluation, epoch: int) -> None:
        self._evaluation = evaluation
        self._epoch = epoch
        self._opening = asyncio.Lock()
        self._host: EvaluationHost | None = None
        self._life: asyncio.Task[Any] | None = None

    async def live(self) -> str:
        """Host the evaluation until its life here is over; return the state it is left in."""
        host = await self._opened()
        if self._life is None:
            self._life = asyncio.create_task(host.live())
        return str(await asyncio.shield(self._life))

    async def epoch(self) -> int:
        """Return the epoch under which this process writes."""
        return self._epoch

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """See `EvaluationHost.pause`."""
        return await (await self._opened()).pause(command_id)

    async def resume(self, command_id: str | None) -> dict[str, Json]:
        """See `EvaluationHost.resume`."""
        return await (await self._opened()).resume(command_id)

    async def stop(self, command_id: str | None) -> dict[str, Json]:
        """See `EvaluationHost.stop`."""
        return await (await self._opened()).stop(command_id)

    async def obey(self) -> None:
        """See `EvaluationHost.obey`."""
        await (await self._opened()).obey()

    async def park(self) -> bool:
        """See `EvaluationHost.park`."""
        return await (await self._opened()).park()

    async def status(self) -> dict[str, Json]:
        """See `EvaluationHost.status`."""
        return (await self._opened()).status()

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """See `EvaluationHost.poll`."""
        return await (await self._opened()).poll(cursor, status_version, timeout_s)

    async def _opened(self) -> EvaluationHost:
        async with self._opening:
            if self._host is None:
                self._host = await _host(self._evaluation, self._epoch)
            return self._host

    def __repr__(self) -> str:
        evaluation = self._evaluation
        state = self._host.state if self._host is not None else "loading"
        symbol, period = evaluation.data.get("symbol"), evaluation.data.get("period")
        return (
            f"Evaluation {evaluation.id} (owner {evaluation.owner_id}, {symbol} {period}, {state})"
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
