"""What one has learned is taken over by another, at its step, and to the same bits again."""

from pathlib import Path

import numpy as np
import pytest

from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.checkpoint import BadCheckpoint, load
from aibt.rl.training import TrainingRun
from tests.unit.rl.builders import (
    AChange,
    Collected,
    SimpleAccounts,
    StandingClock,
    a_preparation,
    a_run,
    a_sine,
    to_the_end,
)
from tests.unit.rl.on_each_device import on_each_device

TEACHER = a_preparation(seed=3, max_episodes=2, algorithm="dqn")
LEARNER = a_preparation(seed=9, max_episodes=4, algorithm="dqn")
STEP = 300
TAKEN = AChange(number=1, step=STEP, changes={"lr": 5e-3})


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    teacher = a_run(TEACHER, factory=SimpleAccounts)
    to_the_end(teacher)
    path = tmp_path / "taken" / "1.safetensors"
    teacher.save_knowledge(path)
    return path


def test_it_holds_from_its_step_on_with_the_learners_own_data(knowledge: Path) -> None:
    alone, taught = a_run(LEARNER, factory=SimpleAccounts), a_run(LEARNER, factory=SimpleAccounts)
    alone.schedule(TAKEN)
    taught.schedule(TAKEN, knowledge)
    while taught.applied_changes == 0:
        alone.advance()
        taught.advance()
        before = taught.snapshot()
        if taught.applied_changes == 0:
            np.testing.assert_equal(before.tensors, alone.snapshot().tensors)
    teacher = a_run(TEACHER, factory=SimpleAccounts)
    to_the_end(teacher)

    found, wanted = taught.snapshot().tensors, teacher.snapshot().tensors
    for name in ("online", "target", "adam.mean", "adam.square"):
        np.testing.assert_array_equal(found[f"algorithm.{name}"], wanted[f"algorithm.{name}"])
    assert taught.parameters.lr == 5e-3
    assert taught.judged is None


def test_cut_off_anywhere_and_given_all_changes_again_it_ends_the_same(
    knowledge: Path, tmp_path: Path
) -> None:
    whole = a_run(LEARNER, factory=SimpleAccounts)
    whole.schedule(TAKEN, knowledge)
    units = 0
    while not whole.ended:
        whole.advance()
        units += 1

    for cut in (1, units // 3, units // 2, units - 2):
        run = a_run(LEARNER, factory=SimpleAccounts)
        run.schedule(TAKEN, knowledge)
        for _ in range(cut):
            run.advance()
        judged = run.judged
        run.snapshot().save(tmp_path / str(cut))
        again = TrainingRun.restore(
            LEARNER,
            SimpleAccounts,
            load(tmp_path / str(cut)),
            sink=Collected(),
            clock=StandingClock(),
        )
        assert again.judged == judged
        again.schedule(TAKEN, knowledge)
        to_the_end(again)

        np.testing.assert_equal(again.snapshot().tensors, whole.snapshot().tensors)
        assert again.snapshot().facts == whole.snapshot().facts


def test_the_score_is_that_of_the_weights_as_they_are() -> None:
    run = a_run(LEARNER, factory=SimpleAccounts)
    assert run.judged is None

    to_the_end(run)

    assert run.judged is not None
    assert run.judged[0] == run.episode


def test_that_of_another_shape_is_refused(knowledge: Path) -> None:
    other = a_run(a_preparation(hidden_layers=9, algorithm="dqn"), factory=SimpleAccounts)
    other.schedule(TAKEN, knowledge)

    with pytest.raises(ValueError, match="is not that of"):
        to_the_end(other)


def test_a_damaged_file_is_refused_when_it_is_due(knowledge: Path) -> None:
    content = bytearray(knowledge.read_bytes())
    content[-1] ^= 1
    knowledge.write_bytes(content)
    run = a_run(LEARNER, factory=SimpleAccounts)
    run.schedule(TAKEN, knowledge)

    with pytest.raises(BadCheckpoint, match="damaged"):
        to_the_end(run)


@on_each_device
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_hands_on_what_it_has_learned(algorithm: str, tmp_path: Path) -> None:
    series = a_sine(400, noise=0.005)
    given = {"algorithm": algorithm, "environments": 4, "max_episodes": 6, "window": 8}
    teacher = a_run(a_preparation(series, seed=3, **given))
    learner = a_run(a_preparation(series, seed=9, **given))
    to_the_end(teacher)
    path = tmp_path / "taken.safetensors"
    teacher.save_knowledge(path)
    learner.schedule(AChange(number=1, step=1, changes={"lr": 5e-3}), path)

    while learner.applied_changes == 0:
        learner.advance()
    taught = learner.snapshot()
    whole = to_the_end(learner).snapshot()

    taught.save(tmp_path / "cut")
    again = TrainingRun.restore(
        a_preparation(series, seed=9, **given),
        SimpleAccounts,
        load(tmp_path / "cut"),
        sink=Collected(),
        clock=StandingClock(),
    )
    np.testing.assert_equal(to_the_end(again).snapshot().tensors, whole.tensors)
    found, wanted = learner.parameters, teacher.parameters
    assert (found.lr, found.seed) == (5e-3, 9)
    assert wanted.seed == 3
