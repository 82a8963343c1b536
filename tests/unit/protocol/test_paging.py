import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aibt.errors import NotFound
from aibt.protocol.paging import cursor_text, read_cursor

ROW_IDS = st.integers(0, 2**31 - 1)


STORED = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # what a database keeps


@given(st.text(STORED) | st.integers(), ROW_IDS)
def test_a_cursor_says_what_it_was_given(value: str | int, row_id: int) -> None:
    assert read_cursor(cursor_text(value, row_id), type(value)) == (value, row_id)


@given(st.text(max_size=200))
@example("")
@example("====")
@example("W10")
@example("bnVsbA")
@example("WyJhIiwgLTFd")
@example("WyJhIiwgdHJ1ZV0")
def test_what_nobody_gave_out_is_refused(text: str) -> None:
    with contextlib.suppress(NotFound):
        value, row_id = read_cursor(text, str)
        assert type(value) is str
        assert type(row_id) is int


@pytest.mark.parametrize("value", ["\0", "a\0b", "\ud800"])
def test_what_no_database_takes_is_refused(value: str) -> None:
    with pytest.raises(NotFound, match="no page"):
        read_cursor(cursor_text(value, 1), str)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(NotFound, match="no page"):
        read_cursor(cursor_text(7, 7), str)
    with pytest.raises(NotFound, match="no page"):
        read_cursor(cursor_text("7", 7), int)
