"""A population of 64 beside 64 trainings one after another, each with its rows and files."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from actors.joined_updates import JoinedUpdates
from actors.population_host import PopulationHost
from actors.shared_preparations import SharedPreparations
from actors.training_build import build_run
from actors.training_files import TrainingFiles
from actors.training_host import TrainingHost
from actors.training_recorder import TrainingRecorder
from aibt.clock import SystemClock
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.live.turns import Turns
from aibt.market.catalog import Resolved
from aibt.market.dataset import save_dataset
from aibt.market.intervals import parse_interval
from aibt.market.sources.synthetic import Synthetic
from aibt.market.validation import validate
from aibt.rl.batch import step_of, take_together
from aibt.rl.devices import use_one_thread
from aibt.settings import TrainingSettings
from aibt.store.database import Store, open_store
from aibt.store.migration import migrate
from aibt.store.records import Training
from aibt.store.service import Service
from benchmarks.figures import Figure

MEMBERS: Final = 64
BARS: Final = 2_000
SECTION: Final = f"a population of {MEMBERS}, counterfactual, [64, 64], {BARS:,} bars, one thread"
AT_MOST: Final = 1.1
REQUEST: Final[dict[str, Json]] = {
    "algorithm": "counterfactual",
    "gamma": 0.97,
    "batch_size": 64,
    "min_episodes": 6,
    "max_episodes": 6,
    "balance": 10_000.0,
    "train_data_percentage": 70,
    "fee_bps": 1.0,
    "slippage_bps": 1.0,
    "hidden_layers": 64,
    "depth": 2,
    "discounter_rate": 80,
    "window": 32,
    "rollout_workers": 0,
    "device": "cpu",
}
_TURN_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What it took to bring all of them to their ends, in seconds."""

    wall_s: float
    process_s: float


class Unread:
    """A meter that nobody reads."""

    def progress(self, status: Mapping[str, Json]) -> None: ...

    def control(self, command: str, seconds: float) -> None: ...


def population_rows() -> Sequence[Figure]:
    """Bring as many trainings to their ends alone, in turns, and with updates that are joined."""
    use_one_thread()
    asyncio.run(measured(alone, 1))  # compiles what is compiled once
    ways = {"one after another": alone, "as a population": in_turns, "with joined updates": joined}
    spent = {name: asyncio.run(measured(way, MEMBERS)) for name, way in ways.items()}
    solo = spent["one after another"]
    figures = []
    for name, found in spent.items():
        process, wall = found.process_s / solo.process_s, found.wall_s / solo.wall_s
        aim = f"; at most {AT_MOST} is asked for" if name == "as a population" else ""
        aim += "; the way of a GPU, made by this CPU" if name == "with joined updates" else ""
        note = f"{process:.2f} × the process time, {wall:.2f} × the wall time of solo{aim}"
        for kind, seconds in (("process", found.process_s), ("wall", found.wall_s)):
            figures.append(
                Figure(
                    section=SECTION,
                    name=f"{name}, {kind} time",
                    value=seconds,
                    unit="s",
                    note="" if found is solo or kind == "wall" else note,
                )
            )
    return figures


async def measured(way: Any, members: int) -> Spent:
    """Return what a way took, rows and frozen bars apart."""
    with tempfile.TemporaryDirectory() as folder:
        files = TrainingFiles(Path(folder))
        async with a_store(Path(folder)) as store:
            trainings = await queued(store, files, members)
            wall, process = time.perf_counter(), time.process_time()
            ends = await way(store, files, trainings)
            spent = Spent(
                wall_s=time.perf_counter() - wall, process_s=time.process_time() - process
            )
    if set(ends) != {RunState.FINISHED}:
        raise RuntimeError(f"some did not come to their ends: {ends}")
    return spent


async def alone(store: Store, files: TrainingFiles, trainings: Sequence[Training]) -> list[Any]:
    """Host each by itself, when the one before is over."""
    return [
        await (await host_of(store, files, training, status_s=1 / 30)).live()
        for training in trainings
    ]


async def in_turns(store: Store, files: TrainingFiles, trainings: Sequence[Training]) -> list[Any]:
    """Host all as members of one population."""
    return await _hosted(store, files, trainings, None)


async def joined(store: Store, files: TrainingFiles, trainings: Sequence[Training]) -> list[Any]:
    """Host all as members whose updates are made as one."""
    return await _hosted(store, files, trainings, JoinedUpdates(step_of, take_together))


async def _hosted(
    store: Store,
    files: TrainingFiles,
    trainings: Sequence[Training],
    updates: JoinedUpdates[Any] | None,
) -> list[Any]:
    turns, shared = Turns(), SharedPreparations()

    async def make(training: Training, epoch: int) -> TrainingHost:  # noqa: ARG001 - it takes its own
        return await host_of(
            store,
            files,
            training,
            status_s=_TURN_S * len(trainings),
            turns=turns,
            joined=updates,
            shared=shared,
        )

    population = PopulationHost(make)
    return await asyncio.gather(*(population.live(training, 1) for training in trainings))


async def host_of(
    store: Store,
    files: TrainingFiles,
    training: Training,
    *,
    status_s: float,
    shared: SharedPreparations | None = None,
    **given: Any,
) -> TrainingHost:
    """Return the host of a new activation."""
    clock = SystemClock()
    async with store.writing(training.owner_id) as unit:
        epoch = await unit.leases.take(training.topic, "benchmark")
    return TrainingHost(
        TrainingRecorder(training, epoch, store=store, files=files, clock=clock),
        files=files,
        build=lambda row, checkpoint, sink: build_run(
            row, checkpoint, sink, files=files, clock=clock, epoch=epoch, shared=shared
        ),
        clock=clock,
        settings=TrainingSettings(),
        meter=Unread(),
        status_interval_s=status_s,
        **given,
    )


@asynccontextmanager
async def a_store(folder: Path) -> AsyncIterator[Store]:
    """Open a store of its own."""
    url = f"sqlite+aiosqlite:///{folder / 'store.sqlite3'}"
    migrate(url)
    async with await open_store(url) as store:
        yield store


async def queued(store: Store, files: TrainingFiles, members: int) -> list[Training]:
    """Queue trainings on one market, each with a learning rate and a seed of its own."""
    series, report = validate(Synthetic().fetch(f"OU-1-{BARS}", parse_interval("1d"), timeout_s=1))
    found = Resolved(
        series=series,
        source="synthetic",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        age_s=0.0,
        made_from=None,
        notes=(),
        report=report,
    )
    dataset = save_dataset(found, files.datasets)
    async with Service(store).writing() as service:
        owner = await service.users.local_user()
    async with store.writing(owner.id) as unit:
        trainings = []
        for member in range(members):
            lr = 1e-3 * (1 + member / members)
            bot = await unit.bots.create(
                name=f"bot {member}",
                lr=lr,
                gamma=0.97,
                hidden_layers=64,
                depth=2,
                discounter_rate=80,
                algorithm="counterfactual",
            )
            trainings.append(
                await unit.trainings.create(
                    bot.id,
                    request={**REQUEST, "lr": lr, "seed": member},
                    current={"lr": lr},
                    dataset=dataset,
                    data={"source": "synthetic"},
                    initial_weights=None,
                )
            )
    return trainings
