import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.rl.status import SpeedMeter, prediction


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
def test_a_prediction_adds_up_to_a_hundred_and_favours_the_greatest_value(
    values: list[float],
) -> None:
    shares = prediction(values)

    assert sum(shares) == 100
    assert all(0 <= share <= 100 for share in shares)
    assert shares[values.index(max(values))] == max(shares)


def test_equal_values_are_equally_likely_and_broken_ones_favour_none() -> None:
    assert prediction([0.5, 0.5, 0.5, 0.5]) == (25, 25, 25, 25)
    assert prediction([float("nan"), 0.0, 1.0, 2.0]) == (25, 25, 25, 25)
    assert prediction([float("inf"), 0.0, 1.0, 2.0]) == (25, 25, 25, 25)


def test_the_speed_is_that_of_working_and_not_of_waiting() -> None:
    meter = SpeedMeter()

    for tick in range(100):
        rate = meter.look(tick / 50, tick * 20)
    assert rate == pytest.approx(1_000.0)

    assert meter.look(60.0, 1_980) == pytest.approx(1_000.0)
    for tick in range(100):
        rate = meter.look(60.0 + tick / 50, 1_980 + tick * 40)
    assert rate == pytest.approx(2_000.0)
