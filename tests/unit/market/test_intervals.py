import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import Invalid
from aibt.market.intervals import Interval, parse_interval


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("D1", "1d"), ("1d", "1d"), ("1D", "1d"), ("24h", "1d"), ("d1", "1d"),
        ("H1", "1h"), ("1h", "1h"), ("60m", "1h"), ("H4", "4h"), ("90m", "90m"),
        ("M15", "15m"), ("15m", "15m"), ("15min", "15m"), ("M1", "1m"),
        ("W1", "1w"), ("1wk", "1w"), ("7d", "1w"), ("4w", "4w"),
    ],
)  # fmt: skip
def test_the_many_ways_to_write_an_interval_are_one(text: str, canonical: str) -> None:
    assert str(parse_interval(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "d",
        "0d",
        "01d",
        "1M",
        "MN1",
        "1y",
        "-1d",
        "5w",
        "1d\n",
        " 1d",
        "١d",
        "D0",
        "x" * 10_000,
    ],
)
def test_what_is_no_interval_is_refused_with_the_field_it_came_in(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_interval(text)

    assert refused.value.field == "period"
    assert len(str(refused.value)) < 120


@given(st.integers(1, 9_999), st.sampled_from("mhdw"))
def test_the_canonical_form_reads_back_as_itself(count: int, unit: str) -> None:
    try:
        interval = parse_interval(f"{count}{unit}")
    except Invalid:
        return
    assert parse_interval(str(interval)) == interval


@pytest.mark.parametrize(("count", "unit"), [(60, "m"), (24, "h"), (7, "d"), (0, "d"), (1, "y")])
def test_a_length_cannot_be_said_in_two_ways(count: int, unit: str) -> None:
    with pytest.raises(ValueError, match=f"{count}{unit}"):
        Interval(count, unit)
