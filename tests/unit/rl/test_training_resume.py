"""Paused, killed and resumed equals never interrupted, bit for bit."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from aibt.live.events import Emission
from aibt.rl import market_network
from aibt.rl.checkpoint import Checkpoint, load
from aibt.rl.environment import EnvironmentFactory
from aibt.rl.preparation import Preparation
from aibt.rl.training import TrainingRun
from envs.factory import trading_environments
from tests.unit.rl.builders import (
    AChange,
    Collected,
    SimpleAccounts,
    StandingClock,
    a_preparation,
    a_run,
    a_sine,
    accounts_that_bust,
    simulated_workers,
    to_the_end,
)
from tests.unit.rl.on_each_device import THERE, on_each_device

PASSES = {"mlp": 6, "conv": 6, "gru": 2}

SCENES: dict[str, tuple[Preparation, EnvironmentFactory]] = {
    "one environment": (a_preparation(max_episodes=2), SimpleAccounts),
    "eight environments": (a_preparation(environments=8), SimpleAccounts),
    "busts": (a_preparation(environments=3), accounts_that_bust),
    "two workers": (a_preparation(rollout_workers=2, environments=5), SimpleAccounts),
    "workers and busts": (a_preparation(rollout_workers=2), accounts_that_bust),
    "the real environment": (
        a_preparation(a_sine(400, noise=0.01), window=32, environments=2),
        trading_environments,
    ),
    **{
        f"{algorithm} {encoder}": (
            a_preparation(
                algorithm=algorithm,
                encoder=encoder,
                environments=0 if algorithm.startswith("counterfactual") else PASSES[encoder],
                depth=1 if encoder == "gru" else 2,
                batch_size=3,
                max_episodes=7 if algorithm.startswith("counterfactual") else 2,
            ),
            accounts_that_bust if algorithm == "ppo" else trading_environments,
        )
        for algorithm in ("counterfactual", "counterfactual-policy", "pqn", "ppo")
        for encoder in ("mlp", "conv", "gru")
    },
    **{
        f"{algorithm} on {device}": (
            a_preparation(
                algorithm=algorithm,
                environments=0 if algorithm.startswith("counterfactual") else 6,
                batch_size=3,
                max_episodes=7 if algorithm.startswith("counterfactual") else 2,
                device=device,
            ),
            trading_environments,
        )
        for algorithm in ("counterfactual", "counterfactual-policy", "pqn", "ppo", "dqn")
        for device in THERE
        if device != "cpu"
    },
    "pqn workers": (
        a_preparation(algorithm="pqn", rollout_workers=2, environments=5, batch_size=2),
        accounts_that_bust,
    ),
    "ppo workers": (
        a_preparation(algorithm="ppo", rollout_workers=2, environments=5, batch_size=2),
        trading_environments,
    ),
}
CHANGES = (
    AChange(number=1, step=40, changes={"lr": 5e-3, "batch_size": 9}),
    AChange(number=2, step=40, changes={"gamma": 0.5}),
    AChange(number=3, step=130, changes={"max_episodes": 4}),
)


def checkpoint_of(run: TrainingRun) -> Checkpoint:
    return run.snapshot()


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    assert one.facts == other.facts
    assert set(one.tensors) == set(other.tensors)
    for name, tensor in one.tensors.items():
        assert tensor.dtype == other.tensors[name].dtype
        np.testing.assert_array_equal(tensor, other.tensors[name], err_msg=name)


def uninterrupted(
    scene: str, changes: Sequence[AChange]
) -> tuple[TrainingRun, list[Emission], int]:
    preparation, factory = SCENES[scene]
    sink = Collected()
    run = a_run(preparation, sink=sink, factory=factory)
    for change in changes:
        run.schedule(change)
    units = 0
    while not run.ended:
        run.advance()
        units += 1
    return run, sink.emissions, units


def resumed(
    scene: str, changes: Sequence[AChange], cuts: Sequence[int], folder: Path
) -> tuple[TrainingRun, list[Emission]]:
    """Killed after so many units each time; what came after the last checkpoint is lost."""
    preparation, factory = SCENES[scene]
    sink = Collected()
    run = a_run(preparation, sink=sink, factory=factory)
    emitted: list[Emission] = []
    for number, cut in enumerate(cuts):
        for change in changes:
            run.schedule(change)
        for _ in range(cut):
            run.advance()
        run.snapshot().save(folder / str(number))
        emitted += sink.emissions
        for _ in range(5):  # computed, but lost
            run.advance()
        sink = Collected()
        run = TrainingRun.restore(
            preparation,
            factory,
            load(folder / str(number)),
            sink=sink,
            clock=StandingClock(),
            workers=simulated_workers(preparation, factory),
        )
    for change in changes:
        run.schedule(change)
    to_the_end(run)
    return run, emitted + sink.emissions


@pytest.mark.filterwarnings("default:.*deterministic:UserWarning")  # of a GPU; seen here or not
@pytest.mark.parametrize("changes", [(), CHANGES], ids=["plain", "with changes"])
@pytest.mark.parametrize("scene", SCENES)
def test_killed_at_random_and_resumed_equals_never_interrupted(
    scene: str, changes: Sequence[AChange], tmp_path: Path
) -> None:
    run, emissions, units = uninterrupted(scene, changes)
    chance = random.Random(f"{scene} {len(changes)}")

    for attempt in range(2):
        borders = sorted(chance.sample(range(units), 3))
        cuts = [stop - start for start, stop in zip([0, *borders], borders, strict=False)]
        other, others = resumed(scene, changes, cuts, tmp_path / str(attempt))

        assert_same(checkpoint_of(run), checkpoint_of(other))
        assert others == emissions


@pytest.mark.parametrize(
    "scene", ["counterfactual mlp", "counterfactual-policy mlp", "pqn mlp", "ppo conv"]
)
def test_also_in_the_midst_of_a_gradient_that_comes_in_parts(
    scene: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_network, "_UNIT", 40_000)
    run, emissions, units = uninterrupted(scene, CHANGES)
    preparation, factory = SCENES[scene]
    other, amid = a_run(preparation, factory=factory), []
    for unit in range(units):
        if "algorithm.gradient" in other.snapshot().tensors:
            amid.append(unit)
        other.advance()
    assert amid

    for attempt, cut in enumerate((amid[0], amid[len(amid) // 2], amid[-1])):
        again, others = resumed(scene, CHANGES, [cut], tmp_path / str(attempt))

        assert_same(checkpoint_of(run), checkpoint_of(again))
        assert others == emissions


@pytest.mark.parametrize("scene", ["eight environments", "two workers"])
def test_a_training_cut_at_every_single_unit_is_the_same(scene: str) -> None:
    run, emissions, _ = uninterrupted(scene, CHANGES)
    preparation, factory = SCENES[scene]
    checkpoint, others = a_run(preparation, factory=factory).snapshot(), list[Emission]()

    while checkpoint.facts["ended_because"] is None:
        sink = Collected()
        other = TrainingRun.restore(
            preparation,
            factory,
            checkpoint,
            sink=sink,
            clock=StandingClock(),
            workers=simulated_workers(preparation, factory),
        )
        for change in CHANGES:
            other.schedule(change)
        # an evaluation is a pure function of the weights: one that is cut off begins again
        other.advance()
        while other.is_evaluating:
            other.advance()
        checkpoint, others = other.snapshot(), others + sink.emissions

    assert_same(run.snapshot(), checkpoint)
    assert others == emissions


def test_the_cuts_of_these_tests_fall_on_pending_updates_and_inside_evaluations() -> None:
    run = a_run(a_preparation(rollout_workers=2))
    seen = set()
    while not run.ended:
        run.advance()
        facts = run.snapshot().facts
        seen.add((facts["algorithm"]["owed"] > 0, run.is_evaluating))

    assert {(True, False), (False, True), (False, False)} <= seen


def test_workers_elsewhere_compute_what_workers_here_do() -> None:
    from aibt.rl.rollout import InProcessWorkers

    preparation = a_preparation(rollout_workers=2, environments=5)
    here = InProcessWorkers(preparation.rollout_setups(), SimpleAccounts)

    one, other = to_the_end(a_run(preparation)), to_the_end(a_run(preparation, workers=here))

    assert_same(one.snapshot(), other.snapshot())


@on_each_device
def test_same_seed_same_numbers_and_another_seed_others() -> None:
    one, again, other = (
        to_the_end(a_run(a_preparation(seed=seed, max_episodes=2))).snapshot() for seed in (1, 1, 2)
    )

    assert_same(one, again)
    assert not np.array_equal(one.tensors["algorithm.online"], other.tensors["algorithm.online"])


def test_a_snapshot_is_not_changed_by_what_comes_later() -> None:
    run = a_run()
    for _ in range(60):
        run.advance()
    snapshot = run.snapshot()
    before = {name: tensor.copy() for name, tensor in snapshot.tensors.items()}

    to_the_end(run)

    for name, tensor in before.items():
        np.testing.assert_array_equal(tensor, snapshot.tensors[name], err_msg=name)


def test_looking_at_the_status_changes_nothing() -> None:
    preparation = a_preparation()
    watched = a_run(preparation)
    while not watched.ended:
        watched.advance()
        watched.refresh_status()

    assert_same(to_the_end(a_run(preparation)).snapshot(), watched.snapshot())


def test_a_checkpoint_of_other_parameters_is_refused() -> None:
    snapshot = a_run(a_preparation(seed=1)).snapshot()

    with pytest.raises(ValueError, match="other parameters"):
        TrainingRun.restore(
            a_preparation(seed=2),
            SimpleAccounts,
            snapshot,
            sink=Collected(),
            clock=StandingClock(),
        )
