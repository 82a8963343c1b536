import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.rl.algorithms.chunk_order import ChunkOrder


def an_order(first: int = 40, last: int = 1_000, seed: int = 3) -> ChunkOrder:
    return ChunkOrder(first, last, np.random.Generator(np.random.PCG64(seed)))


@given(
    first=st.integers(0, 100),
    bars=st.integers(4, 500),
    length=st.integers(1, 200),
    seed=st.integers(0, 99),
)
def test_chunks_of_a_pass_lie_within_the_bars_and_share_none(
    first: int, bars: int, length: int, seed: int
) -> None:
    order = an_order(first, first + bars, seed)

    order.begin(length)
    starts = np.sort(order.take(10_000))

    assert order.is_over
    assert starts[0] >= first
    assert starts[-1] + order.length <= first + bars
    assert (np.diff(starts) == order.length).all()
    assert len(starts) * order.length > bars - 2 * order.length  # all but the rims


def test_few_bars_are_laid_out_in_shorter_chunks() -> None:
    order = an_order(0, 20)

    order.begin(256)

    assert order.length == 5


def test_a_part_of_the_bars_is_at_least_two_chunks() -> None:
    order = an_order()

    order.begin(100, most=120)

    assert len(order.take(10)) == 2


def test_passes_differ_in_their_offset_and_their_order() -> None:
    order = an_order()
    passes = []
    for _ in range(2):
        order.begin(32)
        passes.append(order.take(100))

    assert not np.array_equal(np.sort(passes[0]), passes[0])
    assert set(passes[0]) != set(passes[1])


def test_a_pass_is_over_when_all_is_taken_or_it_is_given_up() -> None:
    order = an_order()
    assert order.is_over

    order.begin(100)
    assert not order.is_over
    order.give_up()

    assert order.is_over
    assert len(order.take(5)) == 0


@pytest.mark.parametrize("taken", [0, 3, 100])
def test_what_is_kept_of_an_order_goes_on_as_it_would_have(taken: int) -> None:
    order, again = an_order(seed=5), an_order(seed=6)
    order.begin(32)
    order.take(taken)

    again.load(order.starts(), order.facts())

    for each in (order, again):
        assert (each.length, each.is_over) == (32, taken == 100)
    assert np.array_equal(order.take(7), again.take(7))
    for each in (order, again):
        each.begin(64)
    assert np.array_equal(order.take(50), again.take(50))
