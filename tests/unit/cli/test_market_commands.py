"""`aibt fetch` and `aibt symbols` against a real server."""

from pathlib import Path

from aibt.errors import SourceUnavailable
from aibt.market.intervals import parse_interval
from aibt.market.sources.csv_files import read_bars
from aibt.protocol.market import BarsMessage
from tests.fakes.platform import EPOCH
from tests.unit.cli.builders import World


def test_fetch_shows_how_many_bars_there_are_and_how_old_they_are(world: World) -> None:
    result = world.run("fetch", "EURUSD", "--period", "H1", "--from", "2024-01-01")

    assert result.exit_code == 0, result.output
    for words in ("EURUSD 1h from sample", "1 min 0 s ago", "2024-01-01 00:00", "▁█"):
        assert words in result.stdout


def test_fetch_writes_what_the_csv_source_reads(world: World, tmp_path: Path) -> None:
    column = [1.0, 1.5]
    bars = BarsMessage(
        symbol="EURUSD", period="1h", source="csv", fetched_at=EPOCH, age_s=0.0,
        date_range=["2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z"],
        opens=column, highs=column, lows=column, closes=column, volumes=column,
        notes=["one bar was left out"],
    )  # fmt: skip

    async def found(*_: object, **__: object) -> BarsMessage:
        return bars

    world.platform.bars = found  # type: ignore[method-assign] - the fake's own answer
    path = tmp_path / "EURUSD.1h.csv"

    result = world.run("fetch", "EURUSD", "-p", "1h", "--csv", str(path))
    read = read_bars(path, "EURUSD", parse_interval("1h"))

    assert result.exit_code == 0, result.output
    assert "Note: one bar was left out" in result.stdout
    assert str(path) in result.stderr
    assert read.close.tolist() == column


def test_a_file_that_cannot_be_written_is_named(world: World, tmp_path: Path) -> None:
    result = world.run("fetch", "EURUSD", "--csv", str(tmp_path / "no" / "where.csv"))

    assert result.exit_code == 1
    assert result.stderr.startswith("--csv: ")


def test_an_unknown_symbol_is_refused_with_its_field(world: World) -> None:
    result = world.run("fetch", "NOPE")

    assert result.exit_code == 1
    assert result.stderr == "symbol: no market source has NOPE in 1d\n"


def test_a_source_that_is_down_is_named(world: World) -> None:
    world.platform.failures["bars"] = SourceUnavailable("yahoo", "429")

    result = world.run("fetch", "GOOGL")

    assert result.exit_code == 1
    assert "market source yahoo is unavailable: 429" in result.stderr
    assert world.platform.calls["bars"] == 1


def test_a_wrong_period_is_refused_with_its_field(world: World) -> None:
    result = world.run("fetch", "EURUSD", "--period", "1y")

    assert result.exit_code == 1
    assert result.stderr.startswith("period: ")


def test_bars_as_json_are_what_the_wire_says(world: World) -> None:
    assert world.json("fetch", "EURUSD")["closes"] == [1.0, 1.1]


def test_symbols_are_found_by_part_of_their_name(world: World) -> None:
    found, none = world.run("symbols", "eur"), world.run("symbols", "xyz")

    assert "EURUSD" in found.stdout
    assert "1h" in found.stdout
    assert "No source knows a symbol like 'xyz'" in none.stderr
    assert world.json("symbols")["symbols"][0]["source"] == "sample"
