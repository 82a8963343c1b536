from datetime import date
from pathlib import Path

import numpy as np
import pytest

from aibt.errors import SourceUnavailable
from aibt.market.actions import CorporateAction, back_adjusted, read_actions
from tests.unit.market.builders import a_series, session_days


def test_both_files_are_read_in_their_different_columns(tmp_path: Path) -> None:
    (tmp_path / "actions.csv").write_text(
        "symbol,date,split,dividend\nABC,2020-03-02,,0.25\nABC,2020-02-03,2,\nXYZ,2020-01-02,5,\n"
    )
    (tmp_path / "splits.csv").write_text(
        "Date,Symbol,Ratio\n2020-02-03,abc,2:1\n2021-01-04,ABC,1/10\n"
    )

    actions = read_actions(tmp_path, "ABC")

    assert actions == (
        CorporateAction(symbol="ABC", on=date(2020, 2, 3), split=2.0),
        CorporateAction(symbol="ABC", on=date(2020, 3, 2), dividend=0.25),
        CorporateAction(symbol="ABC", on=date(2021, 1, 4), split=0.1),
    )


def test_kind_and_value_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "actions.csv").write_text("symbol,date,kind,value\nABC,2020-02-03,split,3:2\n")

    assert read_actions(tmp_path, "ABC")[0].split == 1.5


def test_a_folder_without_files_knows_of_nothing(tmp_path: Path) -> None:
    assert read_actions(tmp_path, "ABC") == ()


@pytest.mark.parametrize(
    "row",
    ["ABC,yesterday,2,", "ABC,2020-01-01,,", "ABC,2020-01-01,2,1", "ABC,2020-01-01,-2,",
     "ABC,2020-01-01,1:0,", "ABC,2020-01-01,nan,", "../x,2020-01-01,2,"],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_named_with_its_line(tmp_path: Path, row: str) -> None:
    (tmp_path / "actions.csv").write_text(f"symbol,date,split,dividend\nABC,2020-01-01,2,\n{row}\n")

    with pytest.raises(SourceUnavailable, match=r"actions\.csv, line 3"):
        read_actions(tmp_path, "ABC")


def test_back_adjusting_changes_the_prices_before_each_split_and_no_money() -> None:
    days = session_days(6)
    series = a_series(
        [60.0, 60.0, 30.0, 30.0, 10.0, 10.0],
        symbol="ABC",
        interval="1d",
        opened_ns=days,
        open=np.array([60.0, 60.0, 30.0, 30.0, 10.0, 10.0]),
    )
    on = [np.datetime64(int(day), "ns").astype("datetime64[D]").item() for day in days]
    splits = [
        CorporateAction(symbol="ABC", on=on[2], split=2),
        CorporateAction(symbol="ABC", on=on[4], split=3),
        CorporateAction(symbol="ABC", on=on[3], dividend=1),
    ]

    adjusted = back_adjusted(series, splits)

    assert adjusted.close.tolist() == [10.0] * 6
    np.testing.assert_allclose(adjusted.close * adjusted.volume, series.close * series.volume)
