"""A run that counts, and a cluster that hosts in this process."""

import asyncio
import inspect
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actors.handles import Handles
from actors.hosted_run import Run
from actors.market_desk import MarketDesk
from actors.supervision import Demand, Hosted
from actors.training_files import BEST
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable, StoreUnavailable
from aibt.live.events import Emission, EventSink, Json
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Change, Evaluation, Session, Training

PER_EPISODE = 10


class FakeMarket:
    """The market's actor in this process."""

    def __init__(self, desk: MarketDesk) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def asked(*arguments: Any) -> Any:
            return await asyncio.to_thread(getattr(self._desk, name), *arguments)

        return asked


@dataclass(frozen=True)
class CountingSnapshot:
    """All that a `CountingRun` is."""

    steps: int
    value: float
    lr: float
    applied: int

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(json.dumps(vars(self)))
        (folder / BEST).write_text(repr(self.value))


class CountingRun:
    """Deterministic: each step multiplies by the learning rate; each tenth ends an episode."""

    def __init__(self, sink: EventSink, last: int, pace: threading.Semaphore | None = None) -> None:
        self.steps, self.value, self.lr, self.applied = 0, 1.0, 0.1, 0
        self.stopped = False
        self.overlaps = 0
        self._sink, self._last, self._pace = sink, last, pace
        self.judged: tuple[int, float] | None = None
        self._changes: list[tuple[Change, Path | None]] = []
        self._status: dict[str, Json] = {}
        self.refresh_status()

    @property
    def ended(self) -> bool:
        return self.stopped or self.steps >= self._last

    def advance(self) -> None:
        if self._pace is not None and not self._pace.acquire(timeout=0.05):
            return
        while self._changes and self._changes[0][0].step <= self.steps:
            change, knowledge = self._changes.pop(0)
            if knowledge is not None:
                self.value = float(knowledge.read_text())
                self.judged = None
            self.lr = float(change.changes.get("lr", self.lr))
            self.applied = change.number
            self.stopped = self.stopped or change.stop
        if self.ended:
            return
        self.steps += 1
        self.value = self.value * (1 + self.lr) % 1_000.0
        if self.steps % PER_EPISODE == 0:
            number = self.steps // PER_EPISODE
            self.judged = (number, self.value)
            told: dict[str, Json] = {"episode": number, "value": self.value, "steps": self.steps}
            self._sink.emit(Emission(key=f"{self.steps}/trade/0", kind="trade", data=told))
            self._sink.emit(Emission(key=f"{self.steps}/episode/0", kind="episode", data=told))
        self.refresh_status()

    def schedule(self, change: Change, knowledge: Path | None = None) -> None:
        if change.number <= self.applied or change.number in {c.number for c, _ in self._changes}:
            return
        if change.step < self.steps:
            raise ValueError(f"change {change.number} is for a step that is past")
        self._changes.append((change, knowledge))

    def save_knowledge(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(repr(self.value))

    def snapshot(self) -> CountingSnapshot:
        return CountingSnapshot(self.steps, self.value, self.lr, self.applied)

    def restore(self, folder: Path) -> None:
        kept = json.loads((folder / "run.json").read_text())
        self.steps, self.value = kept["steps"], kept["value"]
        self.lr, self.applied = kept["lr"], kept["applied"]
        self.refresh_status()

    def status(self) -> Mapping[str, Json]:
        return self._status

    def refresh_status(self) -> None:
        self._status = {"steps": self.steps, "value": self.value}

    def last_words(self) -> list[Emission]:
        if not self.ended:
            return []
        data: dict[str, Json] = {"level": "info", "text": f"ended after {self.steps} steps"}
        return [Emission(key=f"{self.steps}/log/1", kind="log", data=data)]

    def save_best(self, path: Path) -> bool:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(repr(self.value))
        return True


class OwedUpdates:
    """Has counting runs do a step of their own, then owe so many that can be made together.

    Notices whose were made together: the first is of whoever had the turn.
    """

    def __init__(self, at_once: int) -> None:
        self.made: list[list[CountingRun]] = []
        self._round = 1 + at_once

    def step_of(self, run: Run) -> CountingRun | None:
        owes = isinstance(run, CountingRun) and run.steps % self._round != 0 and not run.ended
        return run if owes else None  # type: ignore[return-value]  # it is one then

    def take(self, runs: Sequence[CountingRun]) -> None:
        self.made.append([*runs])
        for run in runs:
            run.advance()


class BusyStore(Store):
    """A store that takes no write for a while: `refuses` says how many, or until it is 0."""

    def __init__(self, store: Store) -> None:
        vars(self).update(vars(store))
        self.refuses = 0

    @asynccontextmanager
    async def writing(self, owner_id: int) -> AsyncIterator[UnitOfWork]:
        if self.refuses > 0:
            self.refuses -= 1
            raise StoreUnavailable("it is busy")
        async with super().writing(owner_id) as unit:
            yield unit


class ForgetfulStore(Store):
    """A store whose server is lost at a commit, once: it was stored, and nobody was told."""

    def __init__(self, store: Store) -> None:
        vars(self).update(vars(store))
        self.forgets: Callable[[UnitOfWork], Awaitable[object]] | None = None  # if that is true

    @asynccontextmanager
    async def writing(self, owner_id: int) -> AsyncIterator[UnitOfWork]:
        forgotten = False
        async with super().writing(owner_id) as unit:
            yield unit
            forgotten = self.forgets is not None and bool(await self.forgets(unit))
        if forgotten:
            self.forgets = None
            raise StoreUnavailable("its server was lost")


class Unmeasured:
    """A meter that nobody reads."""

    def progress(self, status: Mapping[str, Json]) -> None: ...

    def control(self, command: str, seconds: float) -> None: ...


class HandClock(SystemClock):
    """Measures what the test says has passed."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def monotonic(self) -> float:
        return self.passed_s


class FakeHosted:
    """One activation that ends when the test says so."""

    def __init__(self, training: Training | Session | Evaluation, epoch: int) -> None:
        self.training, self.epoch = training, epoch
        self.over = asyncio.Event()
        self.lost = False
        self.parks = 0
        self.obeys = 0
        self.refuses_release = 0
        self.hangs = False
        self.released = False

    async def life(self) -> None:
        await self.over.wait()
        if self.lost:
            raise ActorUnavailable("killed")

    async def park(self) -> bool:
        self.parks += 1
        if self.hangs:
            await asyncio.Event().wait()
        return True

    async def obey(self) -> None:
        self.obeys += 1
        raise ActorUnavailable("busy")

    async def checkpoint(self) -> None: ...

    async def release(self) -> None:
        if self.refuses_release:
            self.refuses_release -= 1
            raise ActorUnavailable("the directory is down")
        self.released = True


class FakeCluster:
    """Has a few CPUs; remembers what was launched, in order."""

    def __init__(self, cpus: int = 2, gpus: int = 0) -> None:
        self.has = Demand(cpus, gpus)
        self.launched: list[FakeHosted] = []
        self.already: dict[int, FakeHosted] = {}
        self.refuses_running = 0
        self.refuses_launch = 0

    async def capacity(self) -> Demand:
        return self.has

    async def launch(self, training: Training, epoch: int) -> FakeHosted:
        if self.refuses_launch:
            self.refuses_launch -= 1
            raise ActorUnavailable("its name is not free yet")
        self.launched.append(FakeHosted(training, epoch))
        return self.launched[-1]

    async def running(self) -> dict[int, Hosted]:
        if self.refuses_running:
            self.refuses_running -= 1
            raise ActorUnavailable("the directory is down")
        return dict(self.already)


class FakeMethod:
    """A method of a `FakeHandle`: what it does runs as a task, as Ray would run it elsewhere."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method

    def remote(self, *given: Any) -> "asyncio.Future[Any]":
        async def run() -> Any:
            answer = self._method(*given)
            return await answer if inspect.isawaitable(answer) else answer

        return asyncio.ensure_future(run())


class FakeHandle:
    """What Ray's handle of an actor is, for an object in this process."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> FakeMethod:
        return FakeMethod(getattr(self._target, name))


class FakeHandles(Handles):
    """The actors that there are, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.actors: dict[str, Any] = {}
        self.lookups = 0

    async def get(self, name: str) -> Any:
        self.lookups += 1
        if name not in self.actors:
            raise ActorUnavailable(f"no actor {name}")
        return FakeHandle(self.actors[name])


class FakeSupervisor:
    """Counts how often it is woken, and says what it is told to do then."""

    def __init__(self, look: Callable[[], Awaitable[None]] | None = None) -> None:
        self.wakes = 0
        self._look = look

    async def wake(self) -> None:
        self.wakes += 1
        if self._look is not None:
            await self._look()
