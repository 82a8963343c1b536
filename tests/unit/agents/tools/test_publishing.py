"""Publish dates are read as late as they can be meant."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.agents.tools.publishing import latest_publication

READ_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("2024-03-05T09:30:00Z", datetime(2024, 3, 5, 9, 30, tzinfo=UTC)),
        ("2024-03-05T09:30:00+02:00", datetime(2024, 3, 5, 7, 30, tzinfo=UTC)),
        ("2024-03-05 09:30", datetime(2024, 3, 5, 21, 30, tzinfo=UTC)),
        ("2024-03-05", datetime(2024, 3, 6, 12, tzinfo=UTC)),
        ("2024/3/5", datetime(2024, 3, 6, 12, tzinfo=UTC)),
        ("Mar 5, 2024", datetime(2024, 3, 6, 12, tzinfo=UTC)),
        ("March 5th, 2024", datetime(2024, 3, 6, 12, tzinfo=UTC)),
        ("5 Sept 2024", datetime(2024, 9, 6, 12, tzinfo=UTC)),
        ("Tuesday, March 5, 2024", datetime(2024, 3, 6, 12, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 09:30:00 GMT", datetime(2024, 3, 5, 9, 30, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 09:30:00 -0500", datetime(2024, 3, 5, 14, 30, tzinfo=UTC)),
        ("3 days ago", READ_AT - timedelta(days=3)),
        ("an hour ago", READ_AT - timedelta(hours=1)),
        ("2 months ago", READ_AT - timedelta(days=56)),
    ],
)
def test_a_date_counts_from_the_last_moment_it_can_mean(text: str, latest: datetime) -> None:
    assert latest_publication([text], READ_AT) == latest


@pytest.mark.parametrize(
    "text",
    ["", "soon", "03/05/2024", "March 2024", "2024", "2024-13-01", "Ju 5, 2024", "1709600000",
     "in 3 days", "99999999 days ago", "9999-12-31", "2024-03-05T25:00", "x" * 1_000, None, 5],
)  # fmt: skip
def test_what_means_no_one_day_is_no_date(text: object) -> None:
    assert latest_publication([text], READ_AT) is None


def test_the_latest_of_several_counts_and_one_unreadable_spoils_them() -> None:
    early, late = "2024-03-05T00:00:00Z", "2024-04-05T00:00:00Z"

    assert latest_publication([early, late], READ_AT) == datetime(2024, 4, 5, tzinfo=UTC)
    assert latest_publication([early, "soon"], READ_AT) is None
    assert latest_publication([], READ_AT) is None


@given(
    st.integers(0, 60 * 24 * 365 * 100).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.sampled_from(["%Y-%m-%d", "%b %d, %Y", "%d %B %Y", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"]),
)
def test_no_way_of_writing_a_moment_is_read_as_earlier_than_it_was(
    since: timedelta, zone: timezone, form: str
) -> None:
    there = datetime(1990, 1, 1, tzinfo=zone) + since

    read = latest_publication([there.strftime(form)], READ_AT)

    assert read is not None
    assert read >= there.astimezone(UTC)


@given(st.text(max_size=70))
def test_no_text_is_an_error(text: str) -> None:
    read = latest_publication([text], READ_AT)

    assert read is None or read.tzinfo is not None
