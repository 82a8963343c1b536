"""One activation of an evaluation in this process, a run that counts, and how to wait for both."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from actors.evaluation_host import Done, EvaluationHost, Reached
from actors.evaluation_recorder import EvaluationRecorder
from actors.run_rows import EVALUATION
from aibt.clock import SystemClock
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.store.database import Store
from aibt.store.records import Evaluation
from tests.patience import PATIENCE_S
from tests.unit.actors.hosting import until
from tests.unit.actors.run_hosting import RunHosting

UNITS = 6
SLICES = 3  # of one unit
_TOLD: dict[str, Json] = {"total_return": 0.1, "trades": 2, "episodes": 5}


class CountingEvaluation:
    """Deterministic: each unit is a sum that depends on its number alone."""

    def __init__(
        self, units: Mapping[str, Mapping[str, Json]], pace: threading.Semaphore | None = None
    ) -> None:
        self.sums = {int(key): data["sum"] for key, data in units.items()}
        self.began_with = sorted(self.sums)
        self.slices = 0
        self.error: Exception | None = None
        self._at = 0
        self._pace = pace

    @property
    def ended(self) -> bool:
        return len(self.sums) == UNITS

    def advance(self) -> Sequence[Done]:
        if self._pace is not None and not self._pace.acquire(timeout=0.05):
            return ()
        if self.error is not None:
            raise self.error
        self.slices += 1
        self._at += 1
        if self._at < SLICES:
            return ()
        self._at = 0
        number = next(one for one in range(UNITS) if one not in self.sums)
        self.sums[number] = 0.1 * number
        told: dict[str, Json] = {"algorithm": "dqn", "seed": 1, "fold": number + 1, **_TOLD}
        return [Done(key=str(number), data={"sum": 0.1 * number}, told=told)]

    def reached(self) -> Reached:
        done = len(self.sums)
        return Reached(units=UNITS, units_done=done, share=done / UNITS, doing=f"unit {done + 1}")

    def report(self) -> Mapping[str, Json]:
        sums: list[Json] = [self.sums[number] for number in sorted(self.sums)]
        verdict: dict[str, Json] = {"better": False, "confidence": 0.5, "sentence": "it is not"}
        return {"sums": sums, "verdict": verdict}


class EvaluationHosting(RunHosting[Evaluation]):
    """One activation: its host, its run, and how to wait for them."""

    def __init__(self, store: Store, evaluation: Evaluation, *, paced: bool = True) -> None:
        super().__init__(EVALUATION, store, evaluation)
        self.evaluation = evaluation
        self.pace = threading.Semaphore(0) if paced else None
        self.runs: list[CountingEvaluation] = []
        self.build_error: Exception | None = None
        self.build: Any = self._build

    async def begin(self) -> EvaluationHost:
        await self.take_lease()
        self.recorder = EvaluationRecorder(self.evaluation, self.epoch, store=self.store)
        self.host = EvaluationHost(self.recorder, build=self.build, clock=SystemClock())
        self.life = asyncio.create_task(self.host.live())
        return self.host

    def _build(
        self, evaluation: Evaluation, units: Mapping[str, Mapping[str, Json]]
    ) -> CountingEvaluation:
        if self.build_error is not None:
            raise self.build_error
        run = CountingEvaluation(units, self.pace)
        self.runs.append(run)
        return run

    async def step(self, count: int) -> None:
        """Let the run do `count` slices and wait until it has."""
        await until(lambda: bool(self.runs))
        wanted = self.runs[-1].slices + count
        assert self.pace is not None
        self.pace.release(count)
        await until(lambda: self.runs[-1].slices >= wanted)

    async def stored(self, count: int) -> None:
        """Wait until so many units are stored."""
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.units()) < count:
                await asyncio.sleep(0.002)

    async def ended(self) -> RunState:
        if self.pace is not None:
            self.pace.release(1_000)
        return await self.until_over()

    def let_go(self) -> None:
        if self.pace is not None:
            self.pace.release(1)

    async def again(self) -> "EvaluationHosting":
        """Lose the process, and host the evaluation in another as the supervisor does."""
        hosting = EvaluationHosting(self.store, await self.lost(), paced=False)
        await hosting.begin()
        return hosting

    async def units(self) -> dict[str, Mapping[str, Json]]:
        async with self.store.reading(self.evaluation.owner_id) as unit:
            return await unit.evaluations.units(self.evaluation.id)

    async def report(self) -> Mapping[str, Json] | None:
        async with self.store.reading(self.evaluation.owner_id) as unit:
            return await unit.evaluations.report(self.evaluation.id)
