"""Numbers and texts as a person reads them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.cli import formats


@pytest.mark.parametrize(
    ("value", "text"),
    [(1_234.5, "1,234.50"), (-3.456, "−3.46"), (2.5e6, "2,500,000"), (-0.001, "0.00"), (None, "–")],
)
def test_money_has_cents_and_thousands(value: float | None, text: str) -> None:
    assert formats.amount(value) == text


def test_a_profit_carries_its_sign_and_nothing_has_none() -> None:
    assert formats.amount(5, signed=True) == "+5.00"
    assert formats.amount(-5, signed=True) == "−5.00"
    assert formats.amount(0, signed=True) == "0.00"


@pytest.mark.parametrize(
    ("per_second", "text"), [(812, "812"), (1_234, "1.23k"), (45_600, "45.6k"), (7.5e6, "7.50M")]
)
def test_a_speed_has_three_digits(per_second: float, text: str) -> None:
    assert formats.rate(per_second) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "12 ms"),
        (12.34, "12.3 s"),
        (59.97, "1 min 0 s"),
        (245, "4 min 5 s"),
        (10_800, "3 h 0 min"),
        (200_000, "2 d 7 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text


def test_fractions_become_per_cent_here() -> None:
    assert formats.percent(0.1234) == "12.3 %"
    assert formats.percent(-0.05) == "−5.0 %"


def test_prices_keep_the_digits_that_matter() -> None:
    assert formats.price(1.05324) == "1.05324"
    assert formats.price(21_234.567) == "21,234.57"


def test_a_time_is_cut_to_the_minute() -> None:
    assert formats.moment(datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2024-01-02 03:04"
    assert formats.moment("2024-01-02T03:04:05Z") == "2024-01-02 03:04"


def test_a_rising_series_is_drawn_rising() -> None:
    assert formats.sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8) == "▁▂▃▄▅▆▇█"
    assert formats.sparkline([3, 3, 3], 8) == "▄▄▄"
    assert formats.sparkline([], 8) == ""


@given(
    st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=200),
    st.integers(min_value=1, max_value=80),
)
def test_a_sparkline_is_never_wider_than_asked(values: list[float], width: int) -> None:
    assert len(formats.sparkline(values, width)) == min(width, len(values))


@given(st.text())
def test_text_from_elsewhere_cannot_command_the_terminal(text: str) -> None:
    assert formats.plain(text).isprintable()


def test_an_escape_sequence_loses_its_escape() -> None:
    assert formats.plain("a\x1b[31mred\nb") == "a [31mred b"
