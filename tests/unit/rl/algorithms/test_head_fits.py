import pytest
import torch

from aibt.rl.algorithms.head_fits import HeadFits
from aibt.rl.market_network import MarketNetwork
from aibt.rl.network import Architecture

SHAPE = Architecture(features=6, width=8, depth=1, encoder="mlp", head="afterstates")
CPU = torch.device("cpu")


def some_fits() -> tuple[HeadFits, MarketNetwork]:
    network = MarketNetwork(SHAPE, torch.zeros(SHAPE.size), learns=True)
    return HeadFits(network, SHAPE, 4, CPU), network


def rows_and_returns(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    rows, truth = torch.randn(8, 128, SHAPE.features), torch.randn(SHAPE.features, SHAPE.outputs)
    return rows, rows @ truth + 0.5, truth


def test_a_linear_truth_is_found_and_put_into_the_head() -> None:
    fits, network = some_fits()
    rows, returns, truth = rows_and_returns()

    fits.begin()
    fits.add(rows, returns)
    fits.conclude()

    assert torch.allclose(network.named()["head.skip"].t(), truth, atol=0.01)
    assert torch.allclose(network.named()["head.bias"], torch.tensor(0.5), atol=0.01)
    assert fits.done == 1


def test_first_looks_come_before_fits_that_are_passes_and_then_they_are_over() -> None:
    fits, _ = some_fits()
    seen = []
    while not fits.are_over:
        seen.append((fits.is_look, fits.bars))
        fits.go_on_after(fits.done + 1)

    looks = [is_look for is_look, _ in seen]
    assert looks == sorted(looks, reverse=True)
    assert looks[0]
    assert not looks[-1]
    assert [bars for _, bars in seen] == sorted(bars for _, bars in seen)
    assert not fits.is_look


@pytest.mark.parametrize("length", [1, 5, 256, 100_000])
def test_chunks_are_summed_up_in_even_numbers_for_two_halves(length: int) -> None:
    fits, _ = some_fits()

    assert fits.chunks_at_once(length) % 2 == 0
    assert fits.chunks_at_once(length) >= 2


def test_a_fit_that_is_underway_goes_on_to_the_bit_elsewhere() -> None:
    fits, network = some_fits()
    again, other = some_fits()
    rows, returns, _ = rows_and_returns()
    fits.go_on_after(1)
    fits.begin()
    fits.add(rows[:4], returns[:4])

    again.load_state(1, fits.state())
    for each in (fits, again):
        each.add(rows[4:], returns[4:])
        each.conclude()

    assert torch.equal(network.flat, other.flat)
    assert (again.done, again.is_underway, again.state()) == (2, False, {})


def test_nothing_is_added_to_a_fit_that_was_not_begun() -> None:
    fits, _ = some_fits()

    with pytest.raises(RuntimeError, match="no fit was begun"):
        fits.conclude()
