"""What all algorithms of the market network owe: they learn, look at no later bar, and survive."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aibt.market.bars import BarSeries
from aibt.rl import market_network
from aibt.rl.algorithms import make_algorithm
from aibt.rl.algorithms.base import Algorithm
from aibt.rl.algorithms.counterfactual import Counterfactual
from aibt.rl.catalogue import ALGORITHMS, ENCODERS, HEADS, collects
from aibt.rl.placement import local_workers
from aibt.rl.preparation import Preparation
from aibt.rl.rollout import InProcessWorkers
from aibt.rl.training import TrainingRun
from aibt.trading.costs import Costs
from envs.factory import trading_environments
from tests.unit.rl.builders import a_preparation, a_run, a_sine, to_the_end
from tests.unit.rl.on_each_device import on_each_device

NAMES = [name for name in ALGORITHMS if name != "dqn"]
FREE = Costs(fee_bps=0.0, slippage_bps=0.0)


def a_problem(algorithm: str, series: BarSeries | None = None, **changes: Any) -> Preparation:
    """A training of a few accounts, or of none."""
    environments = 6 if collects(algorithm) else 1
    given = {"environments": environments, "hidden_layers": 16, **changes}
    return a_preparation(series, algorithm=algorithm, **given)


def learned(preparation: Preparation, updates: int, *, steps: int | None = None) -> Algorithm:
    """An algorithm after so many updates, or steps of its optimizer, as a training has them."""
    return gone_on(make_algorithm(preparation.problem), preparation, updates, steps=steps)


def gone_on(
    algorithm: Algorithm, preparation: Preparation, updates: int, *, steps: int | None = None
) -> Algorithm:
    """The same algorithm after so many more."""
    workers = local_workers(preparation, trading_environments, algorithm)
    while True:
        if not algorithm.collects:
            algorithm.begin()
        else:
            algorithm.learn_from(
                workers.collect(algorithm, epsilon=0.3, vector_steps=32, passes_wanted=None)
            )
        while algorithm.updates_owed:
            algorithm.update()
            updates -= 1
            if steps_of(algorithm) == steps if steps is not None else updates == 0:
                return algorithm


def steps_of(algorithm: Algorithm) -> int:
    found: int = algorithm.state().facts["updates"]
    return found


def flat(algorithm: Algorithm) -> np.ndarray:
    return algorithm.state().tensors["network"]


def a_real_run(preparation: Preparation) -> TrainingRun:
    return to_the_end(a_run(preparation, factory=trading_environments))


# Where there is something to learn, it is learned

ENOUGH: dict[str, dict[str, Any]] = {
    "counterfactual": {"max_episodes": 20, "batch_size": 8},
    "counterfactual-policy": {"max_episodes": 40, "batch_size": 4},
    "pqn": {"environments": 64, "max_episodes": 6, "batch_size": 16, "discounter_rate": 60},
    "ppo": {"environments": 64, "max_episodes": 8, "batch_size": 16, "lr": 3e-3},
}


@on_each_device
@pytest.mark.parametrize("name", NAMES)
def test_on_a_noisy_sine_it_beats_buying_and_holding_by_far(name: str) -> None:
    preparation = a_preparation(
        a_sine(1_200, noise=0.005, seed=3),
        algorithm=name,
        window=32,
        hidden_layers=43,
        min_episodes=4,
        **ENOUGH[name],
    )

    run = a_real_run(preparation)

    result: Any = run.status()["out_of_sample"]
    assert result["profit"] > 10_000.0
    assert result["profit"] > 3 * abs(result["buy_and_hold"])
    assert result["sharpe"] > 5.0


@on_each_device
@pytest.mark.parametrize(
    ("name", "encoder"), [("counterfactual", "conv"), ("counterfactual", "gru"), ("pqn", "conv")]
)
def test_with_another_encoder_it_learns_as_well(name: str, encoder: str) -> None:
    preparation = a_preparation(
        a_sine(700, noise=0.005, seed=3),
        algorithm=name,
        encoder=encoder,
        depth=1,
        window=8,
        hidden_layers=16,
        lr=3e-3,
        **{**ENOUGH[name], "max_episodes": 6, "environments": 32 if name == "pqn" else 1},
    )

    run = a_real_run(preparation)

    result: Any = run.status()["out_of_sample"]
    assert result["profit"] > 3 * abs(result["buy_and_hold"])
    assert result["sharpe"] > 5.0


def trades_in_sample(preparation: Preparation, algorithm: Algorithm) -> int:
    """Changes of side of who follows the values from the training part's start to its end."""
    part = preparation.split.train
    values = algorithm.values(np.arange(part.start, part.stop - 2, dtype=np.int32))
    after = np.array([[0, 1, 2, 0], [1, 1, 2, 0], [2, 1, 2, 0]])
    side, changes = 1, 0
    for at in values:
        wanted = after[side, at[side].argmax()]
        changes += int(wanted != side)
        side = int(wanted)
    return changes


@on_each_device
@pytest.mark.parametrize("name", ["counterfactual", "counterfactual-policy", "pqn"])
def test_the_dearer_the_fewer_trades_and_none_in_the_end(name: str) -> None:
    series = a_sine(500, noise=0.01, seed=5)
    found = []
    for bps in (0.0, 40.0, 2_500.0):
        costs = Costs(fee_bps=bps, slippage_bps=0.0)
        preparation = a_problem(name, series, costs=costs, window=8, batch_size=4, lr=3e-3)
        updates = 600 if collects(name) else 150
        found.append(trades_in_sample(preparation, learned(preparation, updates)))

    assert found[0] > found[1] > found[2]
    assert found[2] == 0


# No look-ahead


def altered(series: BarSeries, first: int) -> BarSeries:
    """The same bars up to `first`, and quite others from there on."""
    changed = {}
    for name in ("open", "high", "low", "close"):
        prices = getattr(series, name).copy()
        prices[first:] = 5_000.0
        changed[name] = prices
    volume = series.volume.copy()
    volume[first:] = 7.0
    return BarSeries(
        symbol=series.symbol,
        interval=series.interval,
        opened_ns=series.opened_ns,
        ended_ns=series.ended_ns,
        volume=volume,
        **changed,
    )


@on_each_device
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", NAMES)
def test_bars_after_the_training_part_change_no_weight(name: str, encoder: str) -> None:
    """Of a whole training; which weights are kept, validation decides."""
    series = a_sine(200, noise=0.01)
    found = []
    stop = a_problem(name, series).split.train.stop
    for of in (series, altered(series, stop)):
        preparation = a_problem(name, of, encoder=encoder, depth=1, batch_size=3)
        run = a_run(preparation, factory=trading_environments)
        while run.episode < 2 and not run.ended:
            run.advance()
        found.append(run.snapshot().tensors)

    one, other = found
    for tensor in one:
        if tensor.startswith("algorithm."):
            np.testing.assert_array_equal(one[tensor], other[tensor], err_msg=tensor)


@on_each_device
@pytest.mark.parametrize("name", NAMES)
def test_a_bar_within_the_training_part_does_change_the_weights(name: str) -> None:
    """Or the test above would say nothing."""
    series = a_sine(200, noise=0.01)
    stop = a_problem(name, series).split.train.stop

    one, other = (learned(a_problem(name, of), 8) for of in (series, altered(series, stop - 1)))

    assert not np.array_equal(flat(one), flat(other))


# Same seed, same numbers


@on_each_device
@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_numbers_and_another_seed_others(name: str) -> None:
    one, again, other = (flat(learned(a_problem(name, seed=seed), 12)) for seed in (1, 1, 2))

    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


GOLDEN = {  # |w|, w²
    "counterfactual": [128.787354, 91.299255],
    "counterfactual-policy": [126.974808, 89.692642],
    "pqn": [107.135155, 43.890205],
    "ppo": [105.706299, 43.457237],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_updates_give_the_numbers_they_always_gave(name: str) -> None:
    """Golden: a change that moves these says so in CHANGELOG.

    The tolerance is for other processors, whose sums are rounded in another order.
    """
    algorithm = learned(a_problem(name, seed=42, batch_size=4), 100)

    weights = flat(algorithm)
    found = [float(np.abs(weights).sum()), float((weights**2).sum())]
    assert found == pytest.approx(GOLDEN[name], rel=1e-2)
    assert algorithm.loss is not None


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_that_comes_in_parts_is_the_same(
    name: str, encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparation = a_problem(name, encoder=encoder, batch_size=6, hidden_layers=4, depth=1)
    whole = learned(preparation, 0, steps=2)

    monkeypatch.setattr(market_network, "_UNIT", 20_000)
    parts = learned(preparation, 0, steps=2)

    assert make_algorithm(preparation.problem).updates_owed == 0
    np.testing.assert_allclose(flat(parts), flat(whole), rtol=1e-2, atol=2e-4)
    assert parts.loss == pytest.approx(whole.loss, rel=1e-2)


@pytest.mark.parametrize("name", NAMES)
def test_a_large_batch_is_owed_in_several_short_updates(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparation = a_problem(name, batch_size=6)
    once = learned(preparation, 0, steps=2)

    monkeypatch.setattr(market_network, "_UNIT", 100_000)
    algorithm = learned(preparation, 0, steps=1)
    while not algorithm.updates_owed:
        algorithm.begin()
    owed, steps = algorithm.updates_owed, steps_of(algorithm)
    algorithm.update()

    assert owed > once.updates_owed
    assert steps_of(algorithm) == steps
    assert "gradient" in algorithm.state().tensors


# States


@on_each_device
@pytest.mark.parametrize("name", NAMES)
def test_a_state_of_another_network_is_refused_and_nothing_is_taken_of_it(name: str) -> None:
    narrow = learned(a_problem(name, hidden_layers=8), 6)
    wide = learned(a_problem(name, hidden_layers=9), 6)
    before = flat(wide)

    with pytest.raises(ValueError, match="network is not that of"):
        wide.load_state(narrow.state())

    np.testing.assert_array_equal(flat(wide), before)


@pytest.mark.parametrize("name", NAMES)
def test_weights_of_another_algorithm_or_encoder_are_refused(name: str) -> None:
    algorithm = make_algorithm(a_problem(name).problem)
    others = [a_problem(other) for other in NAMES if HEADS[other] != HEADS[name]]
    others += [a_problem(name, encoder=encoder) for encoder in list(ENCODERS)[1:]]

    for other in others:
        weights = make_algorithm(other.problem).weights()
        with pytest.raises(ValueError, match="another network"):
            algorithm.load_weights(weights)


def test_the_two_forms_of_counterfactual_learning_share_their_weights() -> None:
    values, policy = (
        make_algorithm(a_problem(name).problem)
        for name in ("counterfactual", "counterfactual-policy")
    )

    values.load_weights(policy.weights())


@on_each_device
@pytest.mark.parametrize("name", NAMES)
def test_it_starts_from_weights_that_it_is_given(name: str) -> None:
    preparation = a_problem(name)
    trained, new = learned(preparation, 12), make_algorithm(preparation.problem)
    bars = np.arange(40, 60, dtype=np.int32)

    new.load_weights(trained.weights())

    np.testing.assert_array_equal(new.values(bars), trained.values(bars))
    assert not np.array_equal(make_algorithm(preparation.problem).values(bars), new.values(bars))


def test_weights_that_come_while_it_fits_are_not_forgotten() -> None:
    """A fit would put a map of its own in their place."""
    preparation = a_problem("counterfactual", a_sine(400))
    trained = learned(preparation, 30).weights()
    fitting = make_algorithm(preparation.problem)
    fitting.begin()

    fitting.load_weights(trained)
    for _ in range(2):
        fitting.update()
        fitting.begin()

    moved = np.abs(fitting.weights()["head.skip"] - trained["head.skip"]).max()
    assert moved < 0.05
    assert isinstance(fitting, Counterfactual)


# What is odd


@on_each_device
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "changes",
    [
        {"gamma": 0.0},
        {"gamma": 1.0},
        {"costs": FREE},
        {"costs": Costs(fee_bps=6_000.0, slippage_bps=5_000.0)},
        {"window": 2},
        {"batch_size": 8_192},
        {"batch_size": 1},
        {"hidden_layers": 1, "depth": 8},
        {"environments": 1},
    ],
    ids=str,
)
def test_odd_parameters_do_no_harm(name: str, changes: dict[str, Any]) -> None:
    algorithm = learned(a_problem(name, **changes), 8)

    assert np.isfinite(flat(algorithm)).all()
    assert algorithm.loss is not None


def odd_series(closes: np.ndarray) -> BarSeries:
    like = a_sine(len(closes))
    opened = np.r_[closes[:1], closes[:-1]]
    return BarSeries(
        symbol="ODD",
        interval=like.interval,
        opened_ns=like.opened_ns,
        ended_ns=like.ended_ns,
        open=opened,
        high=np.maximum(opened, closes),
        low=np.minimum(opened, closes),
        close=closes,
        volume=like.volume,
    )


@on_each_device
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "closes",
    [
        np.full(120, 100.0),
        np.where(np.arange(120) % 40 < 20, 1.0, 10.0),
        np.geomspace(1e-6, 1e6, 120),
        np.geomspace(1e6, 1e-6, 120),
    ],
    ids=["constant", "ten-fold", "ever up", "ever down"],
)
def test_odd_prices_do_no_harm(name: str, closes: np.ndarray) -> None:
    algorithm = learned(a_problem(name, odd_series(closes)), 20)

    assert np.isfinite(flat(algorithm)).all()


@on_each_device
@pytest.mark.parametrize("name", NAMES)
def test_weights_that_overflowed_can_still_be_stored_and_gone_on_with(name: str) -> None:
    preparation = a_problem(name, a_sine(300, noise=0.01))
    algorithm = learned(preparation, 8)
    state = algorithm.state()
    tensors = {**state.tensors, "network": np.full_like(flat(algorithm), np.nan)}
    algorithm.load_state(replace(state, tensors=tensors))
    gone_on(algorithm, preparation, 8)

    stored = algorithm.state()

    assert algorithm.loss is None
    restored = make_algorithm(preparation.problem)
    facts = json.loads(json.dumps(stored.facts, allow_nan=False))
    restored.load_state(replace(stored, facts=facts))
    gone_on(restored, preparation, 8)
    assert restored.version > stored.facts["version"]


@on_each_device
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", NAMES)
def test_nine_training_bars_are_enough(name: str, encoder: str) -> None:
    series = a_sine(154, noise=0.01)
    preparation = a_problem(
        name, series, train_data_percentage=60, window=32, encoder=encoder, depth=1
    )
    assert len(preparation.split.train) == 9

    algorithm = learned(preparation, 12)

    assert np.isfinite(flat(algorithm)).all()


def test_a_round_of_a_single_step_moves_a_policy_to_nowhere() -> None:
    """One gain has no deviation to be told over: it counts for nothing."""
    preparation = a_problem("ppo", environments=1)
    algorithm = make_algorithm(preparation.problem)
    workers = InProcessWorkers(preparation.rollout_setups(), trading_environments)

    algorithm.learn_from(
        workers.collect(algorithm, epsilon=0.0, vector_steps=1, passes_wanted=None)
    )
    while algorithm.updates_owed:
        algorithm.update()

    assert np.isfinite(flat(algorithm)).all()


# Duties that are another's


@pytest.mark.parametrize("name", NAMES)
def test_who_collects_begins_nothing_and_who_does_not_takes_no_rollouts(name: str) -> None:
    algorithm = make_algorithm(a_problem(name).problem)

    refused = algorithm.begin if algorithm.collects else lambda: algorithm.learn_from([])

    with pytest.raises(NotImplementedError, match="learns from"):
        refused()


@pytest.mark.parametrize("name", NAMES)
def test_an_update_that_is_not_owed_does_nothing(name: str) -> None:
    algorithm = make_algorithm(a_problem(name).problem)
    before, version = flat(algorithm), algorithm.version

    algorithm.update()

    np.testing.assert_array_equal(flat(algorithm), before)
    assert algorithm.version == version
