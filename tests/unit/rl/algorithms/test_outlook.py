"""What is foreseen of a round is what is asked in it, and is encoded but once."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from aibt.rl import market_network
from aibt.rl.algorithms import make_algorithm
from aibt.rl.algorithms.base import Algorithm
from aibt.rl.algorithms.outlook import Outlook
from aibt.rl.catalogue import ENCODERS
from aibt.rl.market_network import BLOCK, MarketNetwork
from aibt.rl.preparation import Preparation
from aibt.rl.rollout import InProcessWorkers, Rollout
from envs.factory import trading_environments
from tests.unit.rl.builders import a_preparation, a_run, a_sine
from tests.unit.rl.test_market_network import a_network, a_shape, some_rows

ROUND = 32
NAMES = ("pqn", "ppo")
SOME = torch.tensor([0, 3, 4, 126, 127, 128, 200, 299])


def a_problem(name: str, encoder: str = "mlp") -> Preparation:
    return a_preparation(
        a_sine(500, noise=0.01),
        algorithm=name,
        encoder=encoder,
        depth=1,
        environments=5,
        batch_size=2,
    )


def foreseen(algorithm: Algorithm, workers: InProcessWorkers) -> int:
    """Foresee all there is; return in how many units."""
    units = 0
    while not algorithm.foresee(lambda: workers.bars_ahead(ROUND)):
        units += 1
    return units


def collected(algorithm: Algorithm, workers: InProcessWorkers) -> Sequence[Rollout]:
    return workers.collect(algorithm, epsilon=0.2, vector_steps=ROUND, passes_wanted=None)


@pytest.fixture
def rows_encoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each pass through an encoder had."""
    found: list[int] = []
    encode = market_network.MarketEncoder.encode

    def counted(encoder: market_network.MarketEncoder, rows: torch.Tensor) -> torch.Tensor:
        found.append(rows.shape[:-1].numel())
        return encode(encoder, rows)

    monkeypatch.setattr(market_network.MarketEncoder, "encode", counted)
    return found


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", NAMES)
def test_between_two_updates_nothing_is_encoded_twice(
    name: str, encoder: str, rows_encoded: list[int]
) -> None:
    preparation = a_problem(name, encoder)
    algorithm = make_algorithm(preparation.problem)
    workers = InProcessWorkers(preparation.rollout_setups(), trading_environments)
    ahead = workers.bars_ahead(ROUND)
    rows_encoded.clear()

    foreseen(algorithm, workers)
    once = sum(rows_encoded)
    algorithm.learn_from(collected(algorithm, workers))

    context = preparation.architecture.context
    blocks = len(np.unique(ahead // BLOCK))
    assert once == (blocks * (BLOCK + context) if context else len(ahead))
    assert sum(rows_encoded) == once


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_foreseen_changes_no_number(name: str, encoder: str) -> None:
    """Beside one that encodes when it is asked, and again when it judges."""
    preparation = a_problem(name, encoder)
    one, other = (make_algorithm(preparation.problem) for _ in range(2))
    here, there = (
        InProcessWorkers(preparation.rollout_setups(), trading_environments) for _ in range(2)
    )

    for _ in range(2):
        foreseen(one, here)
        one.learn_from(collected(one, here))
        other.learn_from(collected(other, there))
        assert one.updates_owed == other.updates_owed
        judged, again = one.state().tensors, other.state().tensors
        for table in judged:
            if table.startswith("judged."):
                np.testing.assert_allclose(judged[table], again[table], rtol=1e-4, atol=1e-4)
        while one.updates_owed:
            one.update()
            other.update()

    np.testing.assert_allclose(
        one.state().tensors["network"], other.state().tensors["network"], rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_was_foreseen_under_other_weights_is_not_used(name: str) -> None:
    preparation = a_problem(name)
    algorithm, fresh = (make_algorithm(preparation.problem) for _ in range(2))
    workers = InProcessWorkers(preparation.rollout_setups(), trading_environments)
    algorithm.learn_from(collected(algorithm, workers))
    while algorithm.updates_owed:
        algorithm.update()
    bars = workers.bars_ahead(ROUND)
    foreseen(algorithm, workers)
    before = algorithm.behaviour(bars, 0.0)

    algorithm.load_weights(fresh.weights())

    np.testing.assert_array_equal(algorithm.behaviour(bars, 0.0), fresh.behaviour(bars, 0.0))
    assert not np.array_equal(before, fresh.behaviour(bars, 0.0))
    assert foreseen(algorithm, workers) == 1


def test_bars_that_were_not_foreseen_may_be_asked_as_well() -> None:
    preparation = a_problem("pqn")
    algorithm, other = (make_algorithm(preparation.problem) for _ in range(2))
    workers = InProcessWorkers(preparation.rollout_setups(), trading_environments)
    foreseen(algorithm, workers)
    bars = np.array([499, 0, 250], np.int32)

    np.testing.assert_array_equal(algorithm.behaviour(bars, 0.1), other.behaviour(bars, 0.1))


@pytest.mark.parametrize("name", NAMES)
def test_a_training_may_be_paused_before_a_round_as_often_as_its_bars_need(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparation = a_problem(name)
    monkeypatch.setattr(market_network, "_UNIT", 20 * preparation.architecture.size)
    run = a_run(preparation, factory=trading_environments)
    ahead = InProcessWorkers(preparation.rollout_setups(), trading_environments).bars_ahead(ROUND)

    units = 0
    while run.steps == 0:
        run.advance()
        units += 1

    assert units == -(-len(ahead) // 20) + 1


# The outlook itself


def an_outlook(network: MarketNetwork, bars: torch.Tensor = SOME) -> Outlook:
    outlook = Outlook(network, some_rows(), bars, 1)
    while not outlook.done:
        outlook.advance()
    return outlook


@pytest.mark.parametrize("encoder", ENCODERS)
def test_it_says_of_each_bar_what_the_network_does(
    encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = a_network(a_shape(encoder))
    with torch.no_grad():
        expected = network.of_bars(some_rows(), SOME)
    monkeypatch.setattr(market_network, "_UNIT", 1)

    found = an_outlook(network)

    torch.testing.assert_close(found.outputs, expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.of(SOME[[5, 1]]), expected[[5, 1]], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("bar", [1, 298, 300])
def test_of_a_bar_that_it_is_not_about_it_says_nothing(bar: int) -> None:
    assert an_outlook(a_network(a_shape("mlp"))).of(torch.tensor([3, bar])) is None


@pytest.mark.parametrize(("encoder", "parts"), [("mlp", 8), ("conv", 3), ("gru", 3)])
def test_however_short_a_unit_no_block_is_cut_in_two(
    encoder: str, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_network, "_UNIT", 1)

    found = a_network(a_shape(encoder)).split(SOME)

    assert len(found) == parts
    assert torch.equal(torch.cat(list(found)), SOME)
