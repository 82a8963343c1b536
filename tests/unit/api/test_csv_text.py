import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.api.csv_text import csv_text


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_cell_of_text_is_a_formula(text: str) -> None:
    (cell,) = cells(csv_text([{"name": text}], ["name"]))[1] or [""]

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell.removeprefix("'").replace("\r", "\n").rstrip("\n") in {
        text.replace("\r", "\n").rstrip("\n"),
        text.removeprefix("'").replace("\r", "\n").rstrip("\n"),
    }


@pytest.mark.parametrize(
    ("value", "cell"), [(-1.5, "-1.5"), (None, ""), (True, "true"), (False, "false"), (7, "7")]
)
def test_numbers_stay_numbers(value: object, cell: str) -> None:
    assert cells(csv_text([{"profit": value}], ["profit"])) == [["profit"], [cell]]


def test_columns_keep_their_order_and_what_is_missing_is_empty() -> None:
    text = csv_text([{"b": 1, "a": 2, "c": 3}, {"a": 4}], ["a", "b"])

    assert text == "a,b\r\n2,1\r\n4,\r\n"
