"""Where a training stands is the same after it was on a disk."""

import json
from pathlib import Path

import numpy as np
import pytest

from aibt.rl.checkpoint import load
from aibt.rl.training_state import Progress, TrainingState
from tests.unit.rl.builders import a_preparation, a_run, accounts_that_bust


def test_progress_comes_back_from_json() -> None:
    progress = Progress(
        steps=320,
        round_began=288,
        episode=2,
        surplus_passes=1,
        evaluated_episode=1,
        evaluation_due=True,
        applied_changes=3,
        latest={"validation": {"profit": 1.5}},
        judged=(1, -0.25),
        announced=True,
        ended_because="it was stopped",
        stopped=True,
    )

    assert Progress.of(json.loads(json.dumps(progress.facts()))) == progress
    assert Progress.of(Progress().facts()) == Progress()


def test_what_is_not_of_the_progress_is_passed_over_and_what_is_missing_is_refused() -> None:
    facts = Progress(steps=7).facts()

    assert Progress.of({**facts, "algorithm": {}}) == Progress(steps=7)
    del facts["steps"]
    with pytest.raises(KeyError, match="steps"):
        Progress.of(facts)


@pytest.mark.parametrize("algorithm", ["dqn", "ppo"])
@pytest.mark.parametrize("units", [0, 30, 120])
def test_a_state_comes_back_from_a_checkpoint_on_disk(
    algorithm: str, units: int, tmp_path: Path
) -> None:
    run = a_run(a_preparation(algorithm=algorithm, environments=3), factory=accounts_that_bust)
    for _ in range(units):
        run.advance()
    checkpoint = run.snapshot()
    checkpoint.save(tmp_path)

    again = TrainingState.of(load(tmp_path)).to_checkpoint(run.best_weights())

    assert json.dumps(again.facts, sort_keys=True) == json.dumps(checkpoint.facts, sort_keys=True)
    assert again.steps == checkpoint.steps == run.steps
    assert set(again.tensors) == set(checkpoint.tensors)
    for name, tensor in checkpoint.tensors.items():
        np.testing.assert_array_equal(again.tensors[name], tensor, err_msg=name)
