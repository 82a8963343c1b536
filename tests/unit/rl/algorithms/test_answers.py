"""What was learned acts the same wherever it is asked: in the training, for a bot, in a worker."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aibt.rl.catalogue import ALGORITHMS, collects, encoders_of
from aibt.rl.checkpoint import load_weights
from aibt.rl.exploration import as_policy, epsilon_greedy
from aibt.rl.network import NumpyNetwork
from aibt.rl.policy import policy_of
from aibt.rl.predictor import Predictor
from aibt.rl.preparation import Preparation
from aibt.rl.rollout import InProcessWorkers, NumpyPolicy
from aibt.rl.status import NAMES
from aibt.rl.training import TrainingRun
from envs.factory import trading_environments
from tests.unit.rl.builders import ShippedWorkers, a_preparation, a_run, a_sine, to_the_end

NAMES_OF_ALL = list(ALGORITHMS)
ROUNDS = [name for name in ALGORITHMS if collects(name) and name != "dqn"]


def a_training(algorithm: str, encoder: str = "mlp", **changes: Any) -> Preparation:
    environments = (2 if encoder == "gru" else 6) if collects(algorithm) else 1
    given: dict[str, Any] = {
        "environments": environments,
        "depth": 1,
        "batch_size": 3,
        "max_episodes": 3,
    }
    return a_preparation(algorithm=algorithm, encoder=encoder, **{**given, **changes})


with_each_encoder = pytest.mark.parametrize(
    ("name", "encoder"), [(name, encoder) for name in NAMES_OF_ALL for encoder in encoders_of(name)]
)


def trained(preparation: Preparation) -> TrainingRun:
    return to_the_end(a_run(preparation, factory=trading_environments))


@with_each_encoder
def test_a_bot_answers_by_the_weights_that_a_training_leaves(
    name: str, encoder: str, tmp_path: Path
) -> None:
    """A training that starts from the best weights shows in its status what they do."""
    preparation = a_training(name, encoder)
    run, path = trained(preparation), tmp_path / "best.safetensors"
    assert run.save_best(path)
    best = run.best_weights()
    assert best is not None
    again = a_run(preparation, factory=trading_environments, initial_weights=best.weights)
    known = preparation.series.slice(0, again.picture.day + 1)

    found = Predictor().predict(path, known, 0)

    shown: Any = again.status()["prediction"]
    assert found == {of: shown[of] for of in NAMES}
    assert sum(found.values()) == 100


@with_each_encoder
def test_bars_to_come_change_no_answer(name: str, encoder: str, tmp_path: Path) -> None:
    preparation = a_training(name, encoder)
    run, path = trained(preparation), tmp_path / "best.safetensors"
    assert run.save_best(path)
    weights = load_weights(path)
    ask = policy_of(weights.architecture, weights.weights)
    rows = preparation.table.rows.copy()
    bars = np.arange(100, 140, dtype=np.int32)
    before = ask(rows, bars)

    rows[140:] = 7.0

    np.testing.assert_array_equal(ask(rows, bars), before)
    np.testing.assert_allclose(ask(rows[:140], bars), before, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ROUNDS)
def test_a_worker_without_torch_acts_as_the_learner_would(name: str) -> None:
    run = trained(a_training(name))
    best = run.best_weights()
    assert best is not None
    preparation = a_training(name)
    rows, bars = preparation.table.rows, np.arange(20, 90, dtype=np.int32)

    found = NumpyPolicy(rows, best.architecture, best.weights).behaviour(bars, 0.2)

    values = policy_of(best.architecture, best.weights)(rows, bars)
    expected = as_policy(values) if name == "ppo" else epsilon_greedy(values, 0.2)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert NumpyNetwork(best.architecture, best.weights).values(rows[bars]).any()


@pytest.mark.parametrize("name", ROUNDS)
def test_workers_elsewhere_learn_what_workers_here_do(name: str) -> None:
    """A round here acts by torch, there without: sums are rounded in another order."""
    preparation = a_training(name, rollout_workers=2, environments=6, max_episodes=2)
    runs = [
        to_the_end(a_run(preparation, factory=trading_environments, workers=workers))
        for workers in (
            InProcessWorkers(preparation.rollout_setups(), trading_environments),
            ShippedWorkers(preparation, trading_environments),
        )
    ]

    found: list[Any] = [run.snapshot().tensors["algorithm.network"] for run in runs]
    assert runs[0].steps == runs[1].steps
    np.testing.assert_allclose(found[0], found[1], rtol=0.05, atol=0.02)


@pytest.mark.parametrize("name", ROUNDS)
def test_with_workers_elsewhere_a_noisy_sine_is_learned(name: str) -> None:
    preparation = a_preparation(
        a_sine(700, noise=0.005, seed=3),
        algorithm=name,
        rollout_workers=2,
        environments=32,
        window=16,
        hidden_layers=32,
        batch_size=8,
        lr=3e-3,
        discounter_rate=60,
        min_episodes=4,
        max_episodes=8,
    )

    run = trained(preparation)

    result: Any = run.status()["out_of_sample"]
    assert result["sharpe"] > 5.0
    assert result["profit"] > 3 * abs(result["buy_and_hold"])
