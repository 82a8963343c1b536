import os
from pathlib import Path

import numpy as np
import pytest

from aibt.errors import BadBars, SourceUnavailable, UnknownSymbol
from aibt.market.intervals import parse_interval
from aibt.market.raw import NO_TIME
from aibt.market.sources.csv_folder import CsvFolder
from aibt.market.validation import FindingKind, validate
from tests.unit.market.builders import moments

DAY, HOUR = parse_interval("1d"), parse_interval("1h")

OURS = "time,open,high,low,close,volume\n"


def a_folder(path: Path, **files: str) -> CsvFolder:
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text)
    return CsvFolder(path)


METATRADER = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
FILES = {
    "ours": [OURS[:-1], "2024-01-02,1.5,2,1,1.75,10", "2024-01-03,1.75,3,1,2.5,20"],
    "zones": [
        OURS[:-1],
        "2024-01-02T00:00:00Z,1.5,2,1,1.75,10",
        "2024-01-03T02:00:00+02:00,1.75,3,1,2.5,20",
    ],
    "semicolons": [
        "Time;Open;High;Low;Close;Volume",
        "02.01.2024 00:00;1,5;2;1;1,75;10",
        "03.01.2024 00:00:00;1,75;3;1;2,5;20",
    ],
    "dukascopy": [
        "Gmt time,Open,High,Low,Close,Volume",
        "02.01.2024 00:00:00.000,1.5,2,1,1.75,10",
        "03.01.2024 00:00:00.000,1.75,3,1,2.5,20",
    ],
    "metatrader 5": [
        METATRADER,
        "2024.01.02\t00:00:00\t1.5\t2\t1\t1.75\t7\t10\t3",
        "2024.01.03\t00:00:00\t1.75\t3\t1\t2.5\t7\t20\t3",
    ],
    "metatrader 5 daily, ticks only": [
        METATRADER.replace("<TIME>\t", ""),
        "2024.01.02\t1.5\t2\t1\t1.75\t10\t0\t3",
        "2024.01.03\t1.75\t3\t1\t2.5\t20\t0\t3",
    ],
    "metatrader 4": ["2024.01.02,00:00,1.5,2,1,1.75,10", "2024.01.03,00:00,1.75,3,1,2.5,20"],
    "compact": ["20240102,1.5,2,1,1.75,10", "20240103,1.75,3,1,2.5,20"],
    "other columns": [
        "\ufeffDate,Close,Open,High,Low,Adj Close,Volume",
        "2024-01-02,1.75,1.5,2,1,9,10",
        "",
        "2024-01-03,2.5,1.75,3,1,9,20",
    ],
    "newest first": [OURS[:-1], "2024-01-03,1.75,3,1,2.5,20", "2024-01-02,1.5,2,1,1.75,10"],
    "marks at the end": [
        OURS[:-1],
        "2024-01-02,1.5,2,1,1.75,10,,",
        "2024-01-03,1.75,3,1,2.5,20,,",
    ],
    "windows": [OURS[:-1] + "\r", "2024-01-02,1.5,2,1,1.75,10\r", "2024-01-03,1.75,3,1,2.5,20\r"],
}


@pytest.mark.parametrize("kind", FILES)
def test_the_many_kinds_of_files_hold_the_same_bars(tmp_path: Path, kind: str) -> None:
    folder = a_folder(tmp_path, **{"EURUSD - D1__csv": "\n".join(FILES[kind])})

    raw = folder.fetch("EURUSD", DAY, timeout_s=1)

    assert raw.opened_ns.tolist() == moments("2024-01-02", "2024-01-03").tolist()
    assert raw.open.tolist() == [1.5, 1.75]
    assert raw.high.tolist() == [2.0, 3.0]
    assert raw.low.tolist() == [1.0, 1.0]
    assert raw.close.tolist() == [1.75, 2.5]
    assert raw.volume.tolist() == [10.0, 20.0]


@pytest.mark.parametrize(
    ("file", "symbol", "interval"),
    [
        ("GOOGL.1d.csv", "GOOGL", "1d"), ("GSPC.1d.csv", "^GSPC", "1d"),
        ("^GSPC.1d.csv", "^GSPC", "1d"), ("EURUSD - D1.csv", "EURUSD", "1d"),
        ("EURUSD - H1.csv", "EURUSD=X", "1h"), ("EURUSD_M15.CSV", "EURUSD", "15m"),
        ("BTC-USD.1h.csv", "BTC-USD", "1h"), ("brk.b.1d.csv", "BRK.B", "1d"),
    ],
)  # fmt: skip
def test_files_are_found_by_the_names_people_give_them(
    tmp_path: Path, file: str, symbol: str, interval: str
) -> None:
    (tmp_path / file).write_text(f"{OURS}2024-01-02,1,1,1,1,1\n")
    folder = CsvFolder(tmp_path)

    assert folder.intervals(symbol) == (parse_interval(interval),)
    assert len(folder.fetch(symbol, parse_interval(interval), timeout_s=1)) == 1


def test_files_that_are_not_bars_are_not_offered(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, actions__csv="x", notes__txt="x", **{"a b c__csv": "x"})
    (tmp_path / "DIR.1d.csv").mkdir()

    assert folder.search("", timeout_s=1) == []


def test_a_folder_that_is_missing_is_empty(tmp_path: Path) -> None:
    folder = CsvFolder(tmp_path / "none")

    assert folder.search("", timeout_s=1) == []
    with pytest.raises(UnknownSymbol):
        folder.fetch("GOOGL", DAY, timeout_s=1)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "hello\n", "time,open,high,low\n2024-01-02,1,1,1\n", OURS,
     f"{OURS}soon,1,1,1,1,1\n",
     "2024-01-02,1,1\n", "time,open,high,low,close,close\n2024-01-02,1,1,1,1,1\n", "\0\0\0\0"],
)  # fmt: skip
def test_a_file_that_holds_no_bars_is_refused(tmp_path: Path, text: str) -> None:
    folder = a_folder(tmp_path, GOOGL__1d__csv=text)

    with pytest.raises(BadBars) as refused:
        folder.fetch("GOOGL", DAY, timeout_s=1)
    assert refused.value.field == "symbol"


def test_a_cell_that_cannot_be_read_becomes_a_finding(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day:02},1,1,1,1,1\n" for day in range(2, 20))
    text = f"{OURS}{rows}2024-01-22,1,1,1,n/a,1\nnever,1,1,1,1,1\n2024-01-24,1,1,1,1\n"

    raw = a_folder(tmp_path, OU__1d__csv=text).fetch("OU", DAY, timeout_s=1)
    series, report = validate(raw)

    assert np.isnan(raw.close[18])
    assert raw.opened_ns[19] == NO_TIME
    assert [f.kind for f in report.findings if f.left_out] == [
        FindingKind.MISSING,
        FindingKind.NO_TIME,
    ]
    assert len(series) == 19


def test_splits_beside_the_bars_come_with_them(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        ORLY__1d__csv=f"{OURS}2025-06-09,1375,1376,1332,1348,1\n2025-06-10,90,92,89,91,15\n",
        splits__csv="symbol,date,ratio\nORLY,2025-06-10,15:1\n",
    )

    series, report = validate(folder.fetch("ORLY", DAY, timeout_s=1))

    assert series.close[0] == pytest.approx(1348 / 15)
    assert [f.kind for f in report.findings] == [FindingKind.ADJUSTED]


def test_a_broken_file_of_splits_is_told_instead_of_passed_over(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        A__1d__csv=f"{OURS}2024-01-02,1,1,1,1,1\n",
        splits__csv="symbol,date\nA,2024-01-02\n",
    )

    with pytest.raises(SourceUnavailable, match=r"splits\.csv, line 2"):
        folder.fetch("A", DAY, timeout_s=1)


def test_search_tells_what_is_in_the_files_and_notices_new_ones(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        GOOGL__1d__csv=f"{OURS}2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n",
        GOOGL__1h__csv=f"{OURS}2024-01-02T14:30,1,1,1,1,1\n",
        MSFT__1d__csv="nonsense",
    )

    found = folder.search("goo", timeout_s=1)

    assert [(info.symbol, info.source, info.bars) for info in found] == [("GOOGL", "csv", 2)]
    assert found[0].intervals == (HOUR, DAY)
    assert found[0].last is not None
    assert found[0].last.day == 3
    assert [(info.symbol, info.bars) for info in folder.search("ms", timeout_s=1)] == [
        ("MSFT", None)
    ]

    (tmp_path / "MSFT.1d.csv").write_text(f"{OURS}2024-01-02,1,1,1,1,1\n")
    os.utime(tmp_path / "MSFT.1d.csv", (1, 1))
    assert folder.search("ms", timeout_s=1)[0].bars == 1
