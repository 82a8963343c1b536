import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import Invalid, UnknownSymbol
from aibt.market.intervals import parse_interval
from aibt.market.sources.sample import Samples
from aibt.market.sources.synthetic import (
    MOMENTUM_BACK,
    Synthetic,
    kind_and_seed,
    sine_wave,
)
from aibt.market.validation import validate

HOUR = parse_interval("1h")
KINDS = ("SINE", "OU", "TREND", "MOMENTUM", "RANDOM")


def bars(symbol: str, interval: str = "1h") -> np.ndarray:
    return Synthetic().fetch(symbol, parse_interval(interval), timeout_s=1).close


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_sound_bars_that_open_at_the_last_close(kind: str) -> None:
    raw = Synthetic(bars=500).fetch(f"{kind}-3", HOUR, timeout_s=1)

    series, report = validate(raw)

    assert len(series) == 500
    assert report.findings == ()
    assert series.open[1:].tolist() == series.close[:-1].tolist()


@given(st.sampled_from(KINDS), st.integers(0, 99), st.integers(2, 60), st.integers(2, 60))
def test_a_seed_gives_the_same_bars_and_a_longer_market_begins_with_the_shorter(
    kind: str, seed: int, one: int, other: int
) -> None:
    short, long = sorted((one, other))

    assert bars(f"{kind}-{seed}-{long}")[:short].tolist() == bars(f"{kind}-{seed}-{short}").tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_another_seed_gives_another_market(kind: str) -> None:
    assert bars(f"{kind}-1").tolist() != bars(f"{kind}-2").tolist()


def test_the_mean_reverting_market_has_the_numbers_it_is_known_for() -> None:
    level = np.log(bars("OU-5-200K") / 100)

    back = np.dot(level[1:], level[:-1]) / np.dot(level[:-1], level[:-1])
    assert back == pytest.approx(0.9, abs=0.01)
    assert np.std(level[1:] - 0.9 * level[:-1]) == pytest.approx(0.01, rel=0.02)
    assert level.mean() == pytest.approx(0, abs=0.002)


def test_a_return_of_the_momentum_market_keeps_a_share_of_the_one_before() -> None:
    returns = np.diff(np.log(bars("MOMENTUM-3-200K")))

    back = np.dot(returns[1:], returns[:-1]) / np.dot(returns[:-1], returns[:-1])
    assert back == pytest.approx(MOMENTUM_BACK, abs=0.01)
    assert np.std(returns[1:] - MOMENTUM_BACK * returns[:-1]) == pytest.approx(0.01, rel=0.02)


def test_the_wave_of_a_sine_is_told_without_its_noise() -> None:
    found = np.log(bars("SINE-4-2K") / 100) - sine_wave(4, 2_001)[1:]

    assert found.mean() == pytest.approx(0, abs=3e-4)
    assert found.std() == pytest.approx(0.002, rel=0.1)


def test_a_symbol_says_kind_and_seed() -> None:
    assert kind_and_seed("OU-7-100K") == ("OU", 7)
    assert kind_and_seed("SINE") == ("SINE", 0)
    with pytest.raises(ValueError, match="GOOGL"):
        kind_and_seed("GOOGL")


def test_a_random_walk_has_no_memory_and_a_trend_has_some() -> None:
    def memory(symbol: str) -> float:
        returns = np.diff(np.log(bars(symbol)))
        sums = returns[: len(returns) // 20 * 20].reshape(-1, 20).sum(axis=1)
        return float(np.corrcoef(sums[1:], sums[:-1])[0, 1])

    assert abs(memory("RANDOM-1-200K")) < 0.03
    assert memory("TREND-1-200K") > 0.1


def test_the_sine_comes_back_every_32_bars() -> None:
    level = np.log(bars("SINE-1-20K"))

    assert np.corrcoef(level[32:], level[:-32])[0, 1] > 0.99
    assert np.corrcoef(level[16:], level[:-16])[0, 1] < -0.99


def test_counts_are_written_in_ones_or_thousands() -> None:
    assert len(bars("OU-7-2K")) == len(bars("OU-7-2000")) == 2_000
    assert len(bars("OU-7")) == 5_000


@pytest.mark.parametrize("symbol", ["OU-7-1", "OU-7-9999999", "OU-7-9999K"])
def test_too_few_or_too_many_bars_are_refused(symbol: str) -> None:
    with pytest.raises(Invalid) as refused:
        bars(symbol)
    assert refused.value.field == "symbol"


def test_bars_beyond_the_end_of_time_are_refused() -> None:
    with pytest.raises(Invalid):
        bars("OU-7-100K", "1w")


@pytest.mark.parametrize("symbol", ["GOOGL", "OU-", "OU-x", "OUX", "-7"])
def test_other_symbols_are_unknown(symbol: str) -> None:
    assert Synthetic().intervals(symbol) == ()
    with pytest.raises(UnknownSymbol):
        bars(symbol)


def test_search_names_the_kinds() -> None:
    assert [info.symbol for info in Synthetic().search("", timeout_s=1)] == list(KINDS)
    assert [info.symbol for info in Synthetic().search("ou-7", timeout_s=1)] == ["OU"]


def test_the_samples_are_the_four_series_that_their_provenance_names() -> None:
    found = {info.symbol: info for info in Samples().search("", timeout_s=1)}

    assert {symbol: info.bars for symbol, info in found.items()} == {
        "^GSPC": 5_031, "^IXIC": 5_031, "GOOGL": 2_335, "EURUSD": 6_225,
    }  # fmt: skip
    assert [str(found[symbol].first)[:10] for symbol in ("^GSPC", "EURUSD")] == [
        "1999-01-04", "2017-01-01",
    ]  # fmt: skip
    assert Samples().search("alphabet", timeout_s=1)[0].symbol == "GOOGL"


def test_a_sample_in_another_period_is_not_in_the_samples() -> None:
    with pytest.raises(UnknownSymbol):
        Samples().fetch("GOOGL", HOUR, timeout_s=1)
