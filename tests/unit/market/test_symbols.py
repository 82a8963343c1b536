import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import Invalid
from aibt.market.symbols import currency_pair, parse_symbol, same_instrument


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("googl", "GOOGL"), ("^gspc", "^GSPC"), ("eurusd=x", "EURUSD=X"), ("brk-b", "BRK-B"),
        ("vod.l", "VOD.L"), ("ＧＯＯＧＬ", "GOOGL"), ("0700.hk", "0700.HK"),
        ("OU-7-100K", "OU-7-100K"),
    ],
)  # fmt: skip
def test_a_symbol_has_one_canonical_form(text: str, symbol: str) -> None:
    assert parse_symbol(text) == symbol


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "../../x", "A/B", "A\\B", "A\0", "A\n", "A" * 16, "A" * 10_000, "-A", ".A", "=A",
        "ß", "ı", "é", "А",  # the last is Cyrillic
        "😀", "A B", "%2e", "ﷺ",
    ],
)  # fmt: skip
def test_what_is_no_symbol_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_symbol(text)

    assert refused.value.field == "symbol"
    assert len(str(refused.value)) < 200


@given(st.text(max_size=20))
def test_whatever_is_accepted_is_plain_and_short_and_accepted_again(text: str) -> None:
    try:
        symbol = parse_symbol(text)
    except Invalid:
        return
    assert symbol.isascii()
    assert 1 <= len(symbol) <= 15
    assert not set(symbol) & set("/\\ \0\n%")
    assert parse_symbol(symbol) == symbol


def test_pairs_are_known_with_and_without_yahoos_ending() -> None:
    assert currency_pair("EURUSD") == currency_pair("EURUSD=X") == "EURUSD"
    assert currency_pair("GOOGLE") is None


def test_an_index_is_the_same_with_and_without_its_mark() -> None:
    assert same_instrument("^GSPC") == same_instrument("GSPC")


def test_bars_intervals_symbols_and_the_catalog_load_neither_pandas_nor_yfinance() -> None:
    loads = (
        "import sys, aibt.market.bars, aibt.market.intervals, aibt.market.symbols, "
        "aibt.market.catalog, aibt.market.features, aibt.market.dataset; "
        "print(sorted({'pandas','pyarrow','yfinance','exchange_calendars'} & set(sys.modules)))"
    )

    told = subprocess.run(
        [sys.executable, "-c", loads], capture_output=True, text=True, timeout=60, check=True
    )

    assert told.stdout.strip() == "[]"
