import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import Invalid
from aibt.rl.exploration import epsilon
from aibt.rl.split import split


@given(bars=st.integers(0, 5_000), percentage=st.integers(1, 99), window=st.integers(2, 64))
def test_parts_are_in_time_order_with_a_purge_between_or_the_percentage_is_refused(
    bars: int, percentage: int, window: int
) -> None:
    try:
        parts = split(bars, train_data_percentage=percentage, window=window, warm_up=window)
    except Invalid:
        return

    assert parts.train.start == window
    assert parts.validation.start - parts.train.stop >= window + 1
    assert parts.test.start - parts.validation.stop >= window + 1
    assert parts.validation.stop == parts.out_of_sample == bars * percentage // 100
    assert parts.test.stop == bars
    assert all(len(part) > 8 for part in (parts.train, parts.validation, parts.test))


def test_validation_is_the_last_fifth_of_the_training_part() -> None:
    parts = split(1_000, train_data_percentage=80, window=32, warm_up=32)

    assert (parts.validation.start, parts.validation.stop) == (640, 800)


@pytest.mark.parametrize("percentage", [1, 99])
def test_a_part_that_is_too_short_is_named(percentage: int) -> None:
    with pytest.raises(Invalid, match="are needed") as refused:
        split(300, train_data_percentage=percentage, window=32, warm_up=32)

    assert refused.value.field == "train_data_percentage"


@pytest.mark.parametrize(
    ("episode", "rate", "share"),
    [(0, 80, 0.4), (40, 80, 0.2), (80, 80, 0.0), (500, 80, 0.0), (0, 0, 0.0), (10, 10_000, 1.0)],
)
def test_exploration_follows_the_budget(episode: int, rate: int, share: float) -> None:
    assert epsilon(episode, rate) == pytest.approx(share)
