"""A token bucket never gives more than its burst and its rate, and says how long to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.accounts.buckets import Bucket, Buckets, retry_after, take
from aibt.errors import RateLimited
from tests.unit.accounts.clocks import SetClock

_RATES = st.floats(0.01, 1_000)
_BURSTS = st.floats(1, 1_000)
_STEPS = st.lists(st.floats(-5, 100), max_size=60)


@given(_RATES, _BURSTS, _STEPS)
def test_no_more_is_given_than_the_burst_and_the_rate_times_the_time(
    rate_per_s: float, burst: float, steps: list[float]
) -> None:
    state, now_s, given_out, latest_s = None, 0.0, 0, 0.0
    for step in steps:
        now_s += step  # also backwards: clocks of two machines differ
        latest_s = max(latest_s, now_s)
        state, wait_s = take(state, now_s, rate_per_s, burst)
        given_out += wait_s == 0

        assert wait_s >= 0
        assert 0 <= state.tokens <= burst
        assert given_out <= burst + rate_per_s * latest_s + 1e-6 * (1 + given_out)


@given(_RATES, _BURSTS, st.data())
def test_who_waits_as_long_as_told_is_served(
    rate_per_s: float, burst: float, data: st.DataObject
) -> None:
    cost = data.draw(st.floats(0.1, burst))
    empty = Bucket(tokens=data.draw(st.floats(0, cost, exclude_max=True)), at_s=0)

    same, wait_s = take(empty, 0, rate_per_s, burst, cost)
    _, then_s = take(same, wait_s * (1 + 1e-9) + 1e-9, rate_per_s, burst, cost)

    assert same == empty
    assert wait_s > 0
    assert then_s == 0


@pytest.mark.parametrize(
    ("rate_per_s", "burst", "cost"),
    [(0, 1, 1), (-1, 1, 1), (float("nan"), 1, 1), (1, 0, 1), (1, 1, 2), (1, 1, 0), (1, 1, -1)],
)
def test_a_rule_that_can_never_work_is_the_callers_mistake(
    rate_per_s: float, burst: float, cost: float
) -> None:
    with pytest.raises(ValueError, match="of"):
        take(None, 0, rate_per_s, burst, cost)


def test_whole_seconds_to_wait_are_rounded_up_and_at_least_one() -> None:
    assert [retry_after(wait_s) for wait_s in (0.0, 0.001, 1, 1.2, 59.5)] == [1, 1, 1, 2, 60]


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(SetClock(), rate_per_s=0.1, burst=2)
    buckets.take("ada")
    buckets.take("ada")

    with pytest.raises(RateLimited) as refused:
        buckets.take("ada")
    buckets.take("bob")

    assert refused.value.retry_after_s == 10


def test_a_bucket_fills_with_time() -> None:
    clock = SetClock()
    buckets = Buckets(clock, rate_per_s=1, burst=1)
    buckets.take("ada")
    clock.pass_s(0.9)
    with pytest.raises(RateLimited) as refused:
        buckets.take("ada")
    clock.pass_s(refused.value.retry_after_s)

    buckets.take("ada")

    assert refused.value.retry_after_s == 1


def test_full_buckets_are_forgotten() -> None:
    clock = SetClock()
    buckets = Buckets(clock, rate_per_s=1, burst=5)
    for key in range(100):
        buckets.take(str(key))
    clock.pass_s(60)

    for _ in range(99):
        buckets.take("again", 0.001)

    assert len(buckets) == 1


def test_no_more_keys_are_kept_than_allowed_and_the_one_in_use_stays() -> None:
    buckets = Buckets(SetClock(), rate_per_s=0.001, burst=1_000, max_keys=10)
    for key in range(1_000):
        buckets.take(str(key))
        buckets.take("busy", 0.5)

        assert len(buckets) <= 10

    buckets.take("busy", 400)
    with pytest.raises(RateLimited):
        buckets.take("busy", 400)
