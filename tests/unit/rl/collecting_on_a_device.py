"""Holds collecting on a GPU, or on numba's simulator of one, to collecting on a CPU.

A process of its own: whether numba simulates a GPU is settled when it is imported. On the
simulator the learner is on the CPU, whose memory is then that of the device.
"""

from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numba import cuda

from aibt.rl.algorithms import make_algorithm
from aibt.rl.algorithms.rounds import bars_met, round_of
from aibt.rl.checkpoint import load
from aibt.rl.device_rollout import DevicePolicy, DeviceWorkers, Uniforms, thresholds_of
from aibt.rl.preparation import Preparation
from aibt.rl.rollout import Rollout, RolloutWorkers, bars_within
from aibt.rl.training import TrainingRun
from envs.factory import trading_environments
from tests.unit.rl.builders import (
    AChange,
    Collected,
    StandingClock,
    a_preparation,
    a_sine,
    to_the_end,
)

SIMULATED = not hasattr(cuda, "cudadrv") or "simulator" in cuda.cudadrv.__name__
DEVICE = torch.device("cpu" if SIMULATED else "cuda")
STEPS = 12
CHANGES = (
    AChange(number=1, step=60, changes={"lr": 5e-3, "batch_size": 2}),
    AChange(number=2, step=130, changes={"gamma": 0.5}),
)


def a_problem(algorithm: str, **changes: Any) -> Preparation:
    given = {"environments": 5, "max_episodes": 2, "batch_size": 3, **changes}
    series = a_sine(120, noise=0.01)
    return a_preparation(series, algorithm=algorithm, device=DEVICE.type, **given)


def workers_of(preparation: Preparation) -> DeviceWorkers:
    return DeviceWorkers(preparation.rollout_setups()[0], trading_environments.on_device, DEVICE)


def a_run(preparation: Preparation, sink: Collected) -> TrainingRun:
    workers: RolloutWorkers = workers_of(preparation)
    return TrainingRun(
        preparation, trading_environments, sink=sink, clock=StandingClock(), workers=workers
    )


def on_host(array: Any) -> np.ndarray:
    return array.cpu().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)


def a_round_is_what_the_same_numbers_lead_to_on_a_cpu(algorithm: str) -> None:
    preparation = a_problem(algorithm)
    setup = preparation.rollout_setups()[0]
    workers, acts = workers_of(preparation), make_algorithm(preparation.problem)
    assert isinstance(acts, DevicePolicy)
    cpu = trading_environments(
        setup.bars,
        num_envs=setup.environments,
        start=setup.start,
        balance=setup.balance,
        costs=setup.costs,
    )
    cpu.load_state(workers.states()[0].environment)
    uniforms = Uniforms(setup.seed, setup.worker, DEVICE)
    count = len(setup.bars)
    for wanted in (None, 3, None, 1, 2, None):
        met = bars_within(cpu.bars, start=setup.start, steps=STEPS, stop=count - 1)
        table = np.zeros((count, 3, 3), np.float32)
        table[met] = acts.behaviour(met, 0.4)[..., :-1].cumsum(axis=-1, dtype=np.float32)
        draws = on_host(uniforms.drawn((STEPS, setup.environments)))
        expected = cpu.follow(table, draws, wanted)

        (found,) = workers.collect(acts, epsilon=0.4, vector_steps=STEPS, passes_wanted=wanted)

        assert found.passes == expected.passes
        assert found.environments == setup.environments
        for name in ("bars", "sides", "actions", "next_sides", "terminations"):
            held = on_host(getattr(found.transitions, name))
            np.testing.assert_array_equal(held, getattr(expected, name).ravel(), name)
        np.testing.assert_array_equal(on_host(found.truncations), expected.truncations.ravel())
        rewards = on_host(found.transitions.rewards)
        np.testing.assert_allclose(rewards, expected.rewards.ravel(), 1e-5, 1e-7)
        np.testing.assert_allclose(found.shown.equities, expected.equities, 1e-9, 1e-6)
        for field in fields(found.shown):
            mine, theirs = getattr(found.shown, field.name), getattr(expected, field.name)
            assert mine.dtype == theirs.dtype, field.name
            if field.name not in ("rewards", "equities"):
                np.testing.assert_array_equal(mine, theirs[:, 0], field.name)
        for name, array in cpu.state().items():
            there = workers.states()[0].environment[name]
            np.testing.assert_allclose(there, array, 1e-9, 1e-6, err_msg=name)


def a_round_is_learned_from_as_if_it_had_come_from_a_cpu(algorithm: str) -> None:
    preparation = a_problem(algorithm)
    acts = make_algorithm(preparation.problem)
    workers = workers_of(preparation)
    bars = torch.from_numpy(workers.bars_ahead(STEPS).astype(np.int64)).to(DEVICE)
    (found,) = workers.collect(acts, epsilon=0.4, vector_steps=STEPS, passes_wanted=None)
    as_sent = Rollout(
        transitions=type(found.transitions)(
            **{
                field.name: on_host(getattr(found.transitions, field.name))
                for field in fields(found.transitions)
            }
        ),
        truncations=on_host(found.truncations),
        environments=found.environments,
        passes=found.passes,
        shown=found.shown,
    )

    here, there = (round_of([one], bars, unit=0.01) for one in (found, as_sent))

    np.testing.assert_array_equal(bars_met([found]), bars_met([as_sent]))
    for name in ("at", "sides", "actions", "to_sides", "rewards", "ends", "breaks"):
        np.testing.assert_array_equal(on_host(getattr(here, name)), on_host(getattr(there, name)))


def a_training_is_the_same_wherever_it_was_cut_off(algorithm: str) -> None:
    preparation = a_problem(algorithm)
    sink = Collected()
    run = a_run(preparation, sink)
    for change in CHANGES:
        run.schedule(change)
    units = 0
    while not run.ended:
        run.advance()
        units += 1
    assert run.applied_changes == len(CHANGES)
    wanted = run.snapshot()

    for cut in (units // 3,):
        early, late = Collected(), Collected()
        again = a_run(preparation, early)
        for change in CHANGES:
            again.schedule(change)
        for _ in range(cut):
            again.advance()
        with TemporaryDirectory() as folder:
            again.snapshot().save(Path(folder) / "cut")
            told = list(early.emissions)
            again.advance()  # computed, but lost
            again = TrainingRun.restore(
                preparation,
                trading_environments,
                load(Path(folder) / "cut"),
                sink=late,
                clock=StandingClock(),
                workers=workers_of(preparation),
            )
        for change in CHANGES:
            again.schedule(change)
        found = to_the_end(again).snapshot()

        assert told + late.emissions == sink.emissions
        assert found.facts == wanted.facts
        np.testing.assert_equal(dict(found.tensors), dict(wanted.tensors))


def what_is_not_its_own_is_refused(algorithm: str) -> None:
    preparation = a_problem(algorithm)
    workers, other = workers_of(preparation), workers_of(a_problem(algorithm, environments=4))
    state = workers.states()[0]

    for states in ([], [state, state], other.states()):
        try:
            workers.load_states(states)
        except ValueError:
            continue
        raise AssertionError(states)
    uniforms = Uniforms(1, 0, DEVICE)
    try:
        uniforms.load_state({"device": "elsewhere", "state": ""})
    except ValueError:
        return
    raise AssertionError("the random numbers of another device were taken")


def thresholds_are_those_of_a_cpu(algorithm: str) -> None:
    chances = np.random.default_rng(0).dirichlet([0.5] * 4, (7, 3)).astype(np.float32)
    found = thresholds_of(torch.from_numpy(chances).to(DEVICE))
    expected = chances[..., :-1].cumsum(axis=-1, dtype=np.float32)
    np.testing.assert_array_equal(on_host(found), expected)


if __name__ == "__main__":
    for algorithm in ("pqn", "ppo"):
        thresholds_are_those_of_a_cpu(algorithm)
        a_round_is_what_the_same_numbers_lead_to_on_a_cpu(algorithm)
        a_round_is_learned_from_as_if_it_had_come_from_a_cpu(algorithm)
        a_training_is_the_same_wherever_it_was_cut_off(algorithm)
        what_is_not_its_own_is_refused(algorithm)
