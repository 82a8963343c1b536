"""The real computation, lost at random moments and recovered: the same bits as never lost."""

import asyncio
import random
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import torch

from actors.training_build import build_run
from actors.training_files import TrainingFiles
from actors.training_request import training_parameters
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable, LeaseLost, TrainingEnded
from aibt.live.events import EventSink
from aibt.live.states import Desired, RunState
from aibt.market.catalog import Resolved
from aibt.market.dataset import save_dataset
from aibt.market.validation import Report
from aibt.rl.checkpoint import load_weights
from aibt.rl.preparation import prepare
from aibt.rl.training import TrainingRun
from aibt.store.database import Store
from aibt.store.records import Change, CheckpointRow, Training
from envs.factory import trading_environments
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.hosting import Hosting, until
from tests.unit.rl.builders import Collected, StandingClock, a_sine, to_the_end

SERIES = a_sine(200, noise=0.01)
REQUEST = {
    "algorithm": "dqn",
    "lr": 1e-3,
    "gamma": 0.9,
    "batch_size": 16,
    "min_episodes": 2,
    "max_episodes": 6,
    "balance": 10_000.0,
    "train_data_percentage": 70,
    "fee_bps": 1.0,
    "slippage_bps": 1.0,
    "hidden_layers": 8,
    "depth": 2,
    "discounter_rate": 4,
    "window": 4,
}
CHANGES: tuple[Mapping[str, float | int], ...] = (
    {"lr": 5e-3, "batch_size": 9},
    {"gamma": 0.5},
    {"max_episodes": 7},
)
ABOUT_STEPS = 800  # of an environment, in the whole training
MOMENTS = 7


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    """Give other tests back the threads that a hosted training takes away."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


class RealHosting(Hosting):
    """One activation of a training that is really computed."""

    def __init__(self, store: Store, files: TrainingFiles, training: Training) -> None:
        super().__init__(store, files, training, paced=False)

    def _build(self, training: Training, checkpoint: CheckpointRow | None, sink: EventSink) -> Any:
        run: Any = build_run(
            training,
            checkpoint,
            sink,
            files=self.files,
            clock=SystemClock(),
            epoch=self.epoch,
        )
        self.runs.append(run)
        return run

    @property
    def over(self) -> bool:
        return self.life is None or self.life.done()

    async def beyond(self, step: int) -> None:
        """Wait until the run has passed a step, or is over."""
        await until(lambda: self.over or (bool(self.runs) and self.runs[-1].steps >= step))


class Owner:
    """Has bad luck: pauses, changes parameters and loses the host, all as a seed says."""

    def __init__(self, store: Store, files: TrainingFiles, training: Training, seed: int) -> None:
        self._store, self._files = store, files
        self._chance = random.Random(seed)
        self._hosting = RealHosting(store, files, training)
        self._changes = list(CHANGES)
        self.lost_at: list[int] = []  # steps

    async def run_through(self, steps: int) -> RealHosting:
        """Have the training of so many steps hosted until it has finished.

        Returns:
            Its last host.
        """
        await self._hosting.begin()
        happenings = [self._lose, self._change, self._pause, self._park]
        happenings += self._chance.choices(happenings, k=MOMENTS - len(happenings))
        self._chance.shuffle(happenings)
        moments = sorted(self._chance.sample(range(steps), MOMENTS))
        for moment, happens in zip(moments, happenings, strict=True):
            await self._hosting.beyond(moment)
            await asyncio.sleep(self._chance.choice((0, self._chance.uniform(0, 0.02))))
            with suppress(TrainingEnded):
                await happens()
        await until(lambda: self._hosting.over)
        assert (await self._hosting.row()).state is RunState.FINISHED
        return self._hosting

    async def _lose(self) -> None:
        """Lose the host at some moment soon, and have the training hosted again."""
        await asyncio.sleep(self._chance.uniform(0, 0.01))
        self.lost_at.append(self._hosting.runs[-1].steps if self._hosting.runs else 0)
        await self._hosting.lose()
        await self._host_again()

    async def _host_again(self) -> None:
        training = await self._hosting.row()
        if not training.state.has_ended:
            self._hosting = RealHosting(self._store, self._files, training)
            await self._hosting.begin()

    async def _perhaps_lost_during(self, command: Coroutine[Any, Any, Any]) -> bool:
        """Return whether a command was answered, while its host may be lost."""
        asked = asyncio.create_task(command)
        if self._chance.random() < 0.5:
            await self._lose()
        try:
            await asked
        except (LeaseLost, ActorUnavailable):
            return False
        return True

    async def _change(self) -> None:
        """Change parameters; a host that is lost meanwhile is asked again, as clients do."""
        if not self._changes:
            return
        changes, command_id = self._changes.pop(0), f"{self._chance.getrandbits(128):032x}"
        while not await self._perhaps_lost_during(self._hosting.host.update(changes, command_id)):
            pass

    async def _pause(self) -> None:
        """Pause, and go on if the host is still there."""
        paused = self._hosting
        await self._perhaps_lost_during(paused.host.pause(None))
        if paused is self._hosting:
            assert (await paused.host.resume(None))["state"] == "running"

    async def _park(self) -> None:
        """Pause until the place is given back, and have the training hosted again."""
        hosting = self._hosting
        await hosting.wish(Desired.PAUSED)
        try:
            await hosting.host.pause(None)
        except TrainingEnded:  # it is ending: the wish must not keep the next host from that
            await hosting.wish(Desired.RUNNING)
            return
        await until(lambda: bool(hosting.runs))
        while not await hosting.host.park():
            await asyncio.sleep(0.001)
        assert await hosting.ended() is RunState.PAUSED
        await hosting.wish(Desired.RUNNING)
        async with self._store.writing(hosting.training.owner_id) as unit:
            await unit.trainings.set_parked(hosting.training.id, False, epoch=None)
        await self._host_again()


def never_interrupted(
    training: Training, changes: Sequence[Change]
) -> tuple[TrainingRun, Collected]:
    sink = Collected()
    run = TrainingRun(
        prepare(training_parameters(training.request), SERIES),
        trading_environments,
        sink=sink,
        clock=StandingClock(),
    )
    for change in changes:
        run.schedule(change)
    return to_the_end(run), sink


def without(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


def summed(told: Sequence[Mapping[str, Any]], single: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the single episodes summed as those told were, which is a matter of time."""
    expected, before = [], 0
    for event in told:
        last = event["episode"]
        merged = [one for one in single if before < one["episode"] <= last]
        trades = sum(one["trades"] for one in merged)
        expected.append({**merged[-1], "first_episode": before + 1, "trades": trades})
        before = last
    assert before == single[-1]["episode"]
    return expected


async def assert_same_as_never_interrupted(
    store: Store, files: TrainingFiles, hosting: RealHosting
) -> None:
    training = await hosting.row()
    async with store.reading(training.owner_id) as unit:
        changes = await unit.changes.after(training.id)
        bot = await unit.bots.by_id(training.bot_id)
    run, sink = never_interrupted(training, changes)

    told = await hosting.told()
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    for kind in ("trade", "log"):
        stored = [without(data, "id", "at") for _, found, data in told if found == kind]
        last_words = [words.data for words in run.last_words() if words.kind == kind]
        assert stored == [*sink.of(kind), *last_words]
    episodes = [without(data, "id") for _, kind, data in told if kind == "episode"]
    assert episodes == summed(episodes, sink.of("episode"))

    shown = without(training.status, "steps_per_second", "id", "state", "cursor")
    assert shown == without(run.status(), "steps_per_second")

    best = run.best_weights()
    assert best is not None
    assert bot.weights is not None
    left = load_weights(files.absolute(bot.weights))
    assert left.facts == best.facts
    assert {name: array.tobytes() for name, array in left.weights.items()} == {
        name: array.tobytes() for name, array in best.weights.items()
    }

    last: Any = hosting.runs[-1]
    one, other = run.snapshot(), last.snapshot()
    assert one.facts == other.facts
    assert set(one.tensors) == set(other.tensors)
    for name, tensor in one.tensors.items():
        np.testing.assert_array_equal(tensor, other.tensors[name], err_msg=name)


async def run_through(
    store: Store, files: TrainingFiles, queued: StartTraining, seed: int
) -> Owner:
    dataset = save_dataset(
        Resolved(
            series=SERIES,
            source="sine",
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
            age_s=0.0,
            made_from=None,
            notes=(),
            report=Report(bars=len(SERIES)),
        ),
        files.datasets,
    )
    environments = 1 + seed % 3
    training = await queued(dataset=dataset, **REQUEST, seed=seed, environments=environments)
    owner = Owner(store, files, training, seed)
    last = await owner.run_through(ABOUT_STEPS * environments)
    await assert_same_as_never_interrupted(store, files, last)
    return owner


@pytest.mark.parametrize("seed", range(8))
async def test_wherever_the_host_is_lost_not_a_bit_is_another(
    store: Store, files: TrainingFiles, queued: StartTraining, seed: int
) -> None:
    owner = await run_through(store, files, queued, seed)

    assert owner.lost_at
