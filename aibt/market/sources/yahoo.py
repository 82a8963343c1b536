"""The `yahoo` source: Yahoo Finance through yfinance.

Prices are as traded, adjusted for splits and not for dividends (`auto_adjust=False`): the
levels are real, and a dividend does not rewrite the whole history. Splits and dividends
come along as actions. Pairs of currencies are Yahoo's `EURUSD=X`. Yahoo keeps intraday bars
for a limited time; all that it keeps is fetched.
"""

import logging
import random
import threading
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aibt.clock import Clock, nanoseconds
from aibt.errors import SourceUnavailable, UnknownSymbol
from aibt.market.actions import CorporateAction
from aibt.market.calendar import bar_ends, calendar_for
from aibt.market.intervals import Interval, parse_interval
from aibt.market.raw import RawBars
from aibt.market.sources.base import SymbolInfo
from aibt.market.symbols import currency_pair, parse_symbol

if TYPE_CHECKING:
    from aibt.market.sources.yahoo_session import YahooSession

# weeks are made from days: Yahoo's own are known to be adjusted wrongly
_PERIODS: Final = {
    parse_interval(text): (text, days)
    for text, days in (
        ("1m", 8),
        ("2m", 60),
        ("5m", 60),
        ("15m", 60),
        ("30m", 60),
        ("1h", 730),
        ("1d", None),
    )
}  # fmt: skip: a table reads better in rows
_ATTEMPTS: Final = 5
_FIRST_WAIT_S: Final = 0.5
_REFUSED: Final = (401, 403, 407)
# what yfinance raises on answers that are not what it expects, besides its own errors
_UNREADABLE: Final = (ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError)
# yfinance keeps one session and one cookie for the whole process
_ONE_AT_A_TIME: Final = threading.Lock()


class Yahoo:
    """Bars and symbols from Yahoo Finance.

    A refusal for asking too often (429) is repeated after 0.5, 1, 2 and 4 seconds, each
    between half and one and a half times as long, as far as the time allowed reaches.
    """

    name = "yahoo"

    def __init__(
        self,
        clock: Clock,
        *,
        base_url: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Make the source; nothing is loaded or asked yet.

        Args:
            clock: for deadlines, and to tell bars that have ended from one that has not.
            base_url: asked instead of Yahoo's own addresses, by tests and mirrors.
            sleep: waits that many seconds.
            jitter: a number in [0, 1).
        """
        self._clock = clock
        self._base_url = base_url
        self._sleep = sleep
        self._jitter = jitter
        self._session: YahooSession | None = None

    def intervals(self, symbol: str) -> tuple[Interval, ...]:  # noqa: ARG002 - the same for all
        return tuple(_PERIODS)

    def fetch(self, symbol: str, interval: Interval, *, timeout_s: float) -> RawBars:
        if interval not in _PERIODS:
            raise UnknownSymbol(symbol, str(interval))

        def history(session: "YahooSession", left_s: float) -> Any:
            from yfinance.data import YfData
            from yfinance.scrapers.history import PriceHistory

            # not `yfinance.Ticker`: it would ask for the time zone first (which the answer
            # carries anyway), keep it in a database, and look ISINs up somewhere else
            prices = PriceHistory(YfData(session=session), _yahoo_name(symbol), "UTC", session)
            return prices.history(
                period="max",
                interval=_PERIODS[interval][0],
                auto_adjust=False,
                actions=True,
                timeout=left_s,
            )

        table = self._patiently(history, timeout_s, UnknownSymbol(symbol, str(interval)))
        try:
            raw = self._raw(table, symbol, interval)
        except _UNREADABLE as error:
            raise SourceUnavailable(self.name, f"its answer cannot be read: {error!r}") from error
        if not len(raw):
            raise UnknownSymbol(symbol, str(interval))
        return raw

    def search(self, query: str, *, timeout_s: float) -> list[SymbolInfo]:
        if not query.strip():
            return []

        def quotes(session: "YahooSession", left_s: float) -> Any:
            from yfinance import Search
            from yfinance.data import YfData

            YfData.cache_get.cache_clear()  # it keeps answers for ever, broken ones too
            found = Search(
                query.strip(),
                max_results=20,
                news_count=0,
                lists_count=0,
                include_cb=False,
                recommended=0,
                session=session,
                timeout=left_s,
            )  # fmt: skip: one setting a line says no more
            return found.quotes

        nothing = SourceUnavailable(self.name, "it knows nothing of searching")
        return [
            info for quote in self._patiently(quotes, timeout_s, nothing) if (info := _info(quote))
        ]

    def _patiently(
        self,
        ask: Callable[["YahooSession", float], Any],
        timeout_s: float,
        nothing_found: UnknownSymbol | SourceUnavailable,
    ) -> Any:
        """Ask again while Yahoo limits us; come back with its answer or with one of our errors."""
        deadline = self._clock.monotonic() + timeout_s
        if not _ONE_AT_A_TIME.acquire(timeout=max(0.0, timeout_s)):
            raise SourceUnavailable(self.name, "other requests are still waiting for it")
        try:
            session = self._begun(deadline)
            for attempt in range(_ATTEMPTS):
                left_s = deadline - self._clock.monotonic()
                if left_s <= 0:
                    break
                if (answer := self._once(ask, session, left_s, nothing_found)) is not None:
                    return answer
                wait_s = _FIRST_WAIT_S * 2**attempt * (0.5 + self._jitter())
                last = attempt == _ATTEMPTS - 1
                if last or wait_s >= deadline - self._clock.monotonic():
                    break
                self._sleep(wait_s)
            raise SourceUnavailable(self.name, "it limits how often it may be asked")
        finally:
            _ONE_AT_A_TIME.release()

    def _once(
        self,
        ask: Callable[["YahooSession", float], Any],
        session: "YahooSession",
        left_s: float,
        nothing_found: UnknownSymbol | SourceUnavailable,
    ) -> Any:
        """Return the answer, or None where Yahoo says that it is asked too often."""
        from yfinance import exceptions

        try:
            return ask(session, left_s)
        except exceptions.YFRateLimitError:
            return None
        except exceptions.YFTickerMissingError as error:
            status = session.chart_status or 0
            if status >= 500 or status in _REFUSED:
                raise SourceUnavailable(self.name, f"it answers with status {status}") from error
            raise nothing_found from error
        except exceptions.YFException as error:
            raise SourceUnavailable(self.name, str(error)) from error
        except OSError as error:  # curl_cffi's errors are OSErrors
            is_slow = "Timeout" in type(error).__name__
            says = "it does not answer" if is_slow else "it cannot be reached"
            raise SourceUnavailable(self.name, f"{says} ({type(error).__name__})") from error
        except _UNREADABLE as error:
            raise SourceUnavailable(self.name, f"its answer cannot be read: {error!r}") from error

    def _begun(self, deadline: float) -> "YahooSession":
        from yfinance import cache
        from yfinance.config import YfConfig

        from aibt.market.sources.yahoo_session import YahooSession

        # its caches are databases in the user's home, one of them of pickles
        cache.get_cookie_cache().dummy = True
        cache.get_tz_cache().dummy = True
        YfConfig.debug.hide_exceptions = False
        logging.getLogger("yfinance").setLevel(logging.CRITICAL)  # what it logs, we raise
        # it asks for the deprecation warnings of its own code to be shown to everybody
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"yfinance\.")
        if self._session is None:
            self._session = YahooSession(self._clock, self._base_url)
        self._session.begin(deadline)
        return self._session

    def _raw(self, table: Any, symbol: str, interval: Interval) -> RawBars:
        now = self._clock.now()
        times = table.index
        # a daily bar is dated by its session, whatever the exchange's time zone
        times = times.tz_convert("UTC") if interval.is_intraday else times.tz_localize(None)
        times = times.tz_localize(None) if times.tz is not None else times
        opened = times.to_numpy(dtype="datetime64[ns]").astype(np.int64)
        days = _PERIODS[interval][1]
        raw = RawBars(
            symbol=symbol,
            interval=interval,
            opened_ns=opened,
            open=table["Open"].to_numpy(dtype=np.float64),
            high=table["High"].to_numpy(dtype=np.float64),
            low=table["Low"].to_numpy(dtype=np.float64),
            close=table["Close"].to_numpy(dtype=np.float64),
            volume=table["Volume"].to_numpy(dtype=np.float64),
            fetched_at=now,
            actions=_actions(table, symbol),
            notes=(f"Yahoo keeps bars of {interval} for {days} days.",) if days else (),
        )
        ended = bar_ends(opened, interval, calendar_for(symbol)) <= nanoseconds(now)
        return raw.taking(np.flatnonzero(ended))


def _yahoo_name(symbol: str) -> str:
    pair = currency_pair(symbol)
    return f"{pair}=X" if pair else symbol


def _actions(table: Any, symbol: str) -> tuple[CorporateAction, ...]:
    found = []
    for column, kind in (("Stock Splits", "split"), ("Dividends", "dividend")):
        if column in table:
            given = table[column][table[column] > 0]
            found += [
                CorporateAction(symbol=symbol, on=when.date(), **{kind: float(number)})
                for when, number in given.items()
            ]
    return tuple(found)


def _info(quote: Any) -> SymbolInfo | None:
    """Return what one search result says, or None for a symbol that we cannot write."""
    try:
        title = quote.get("shortname") or quote.get("longname")
        return SymbolInfo(
            symbol=parse_symbol(str(quote["symbol"])),
            source=Yahoo.name,
            intervals=tuple(_PERIODS),
            title=str(title)[:80] if title else None,
        )
    except _UNREADABLE:
        return None
