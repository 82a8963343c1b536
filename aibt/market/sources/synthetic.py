"""The `synthetic` source: seeded markets whose best policy is known.

A symbol is `KIND`, `KIND-SEED` or `KIND-SEED-BARS`, as `OU`, `OU-7` or `OU-7-100K` (K is a
thousand; seed 0 and 5,000 bars unless told otherwise):

| kind | log price |
|---|---|
| `SINE` | a sine of 32 bars and height 0.05, a little noise around it; phase by seed |
| `OU` | Ornstein-Uhlenbeck: x(t) = 0.9·x(t-1) + 0.01·ε, the market of the learning benchmarks |
| `TREND` | two regimes, drift ±0.002 a bar, each kept with probability 0.98, noise 0.01 |
| `MOMENTUM` | each return is 0.3 of the one before and 0.01·ε |
| `RANDOM` | a random walk, 0.01·ε a bar: there is nothing to learn |

Every bar opens at the last close, and a longer market begins with the shorter one of the same
seed, bar for bar. Bars begin on 1970-01-01, around the clock, in any period. What can be earned
at best on each kind is worked out by `aibt.rl.optimum`.
"""

import re
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.errors import Invalid, UnknownSymbol
from aibt.market.intervals import Interval, parse_interval
from aibt.market.raw import RawBars
from aibt.market.sources.base import SymbolInfo

LogPrices = NDArray[np.float64]

BARS: Final = 5_000
MOST_BARS: Final = 5_000_000
BASE_PRICE: Final = 100.0  # log prices are told from here
SINE_BARS: Final = 32
SINE_HEIGHT: Final = 0.05
SINE_NOISE: Final = 0.002
OU_BACK: Final = 0.9
OU_NOISE: Final = 0.01
TREND_DRIFT: Final = 0.002
TREND_KEPT: Final = 0.98
TREND_NOISE: Final = 0.01
MOMENTUM_BACK: Final = 0.3
MOMENTUM_NOISE: Final = 0.01
RANDOM_NOISE: Final = 0.01

_VOLUME: Final = 1_000.0
_SYMBOL: Final = re.compile(r"([A-Z]+)(?:-([0-9]{1,9})(?:-([0-9]{1,7})(K?))?)?")
_LAST_NS: Final = 2**63 - 1


class Synthetic:
    """Markets made from a seed: the same symbol gives the same bars, always."""

    name = "synthetic"

    def __init__(self, bars: int = BARS) -> None:
        self._bars = bars

    def intervals(self, symbol: str) -> tuple[Interval, ...]:
        match = _SYMBOL.fullmatch(symbol)
        if match is None or match[1] not in _KINDS:
            return ()
        return tuple(parse_interval(text) for text in ("1m", "5m", "15m", "1h", "4h", "1d", "1w"))

    def fetch(self, symbol: str, interval: Interval, *, timeout_s: float) -> RawBars:  # noqa: ARG002 - arithmetic answers at once
        match = _SYMBOL.fullmatch(symbol)
        if match is None or match[1] not in _KINDS:
            raise UnknownSymbol(symbol, str(interval))
        count = int(match[3]) * (1_000 if match[4] else 1) if match[3] else self._bars
        if not 2 <= count <= min(MOST_BARS, _LAST_NS // interval.ns - 1):
            raise Invalid("symbol", f"{symbol}: {count} bars of {interval} are too few or too many")
        return synthetic_bars(
            match[1], seed=int(match[2] or 0), count=count, symbol=symbol, interval=interval
        )

    def search(self, query: str, *, timeout_s: float) -> list[SymbolInfo]:  # noqa: ARG002 - arithmetic answers at once
        wanted = query.strip().upper()
        return [
            SymbolInfo(
                symbol=kind, source=self.name, intervals=self.intervals(kind), bars=self._bars
            )
            for kind in _KINDS
            if wanted in kind or wanted.startswith(f"{kind}-")
        ]


def synthetic_bars(kind: str, *, seed: int, count: int, symbol: str, interval: Interval) -> RawBars:
    """Return `count` bars of a kind of market; each opens at the close before it.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in _KINDS:
        raise ValueError(f"there is no synthetic market {kind!r}")
    log_prices = _KINDS[kind](np.random.SeedSequence(seed), count + 1)  # one more: the first open
    prices = BASE_PRICE * np.exp(log_prices)
    opens, closes = prices[:-1], prices[1:]
    return RawBars(
        symbol=symbol,
        interval=interval,
        opened_ns=np.arange(count, dtype=np.int64) * interval.ns,
        open=opens,
        high=np.maximum(opens, closes),
        low=np.minimum(opens, closes),
        close=closes,
        volume=np.full(count, _VOLUME),
    )


def kind_and_seed(symbol: str) -> tuple[str, int]:
    """Return what a symbol of this source says; the seed is 0 where it names none.

    Raises:
        ValueError: it is not of this source.
    """
    match = _SYMBOL.fullmatch(symbol)
    if match is None or match[1] not in _KINDS:
        raise ValueError(f"{symbol!r} is no symbol of a synthetic market")
    return match[1], int(match[2] or 0)


def sine_wave(seed: int, count: int) -> LogPrices:
    """Return the `SINE` market's log price without its noise: before bar 0, then at each end."""
    phase = np.random.default_rng(np.random.SeedSequence(seed)).uniform(0, 2 * np.pi)
    return _wave(phase, count)


def _wave(phase: float, count: int) -> LogPrices:
    return SINE_HEIGHT * np.sin(2 * np.pi * np.arange(count) / SINE_BARS + phase)


def _sine(seed: np.random.SeedSequence, count: int) -> LogPrices:
    generator = np.random.default_rng(seed)
    phase = generator.uniform(0, 2 * np.pi)
    return _wave(phase, count) + SINE_NOISE * generator.standard_normal(count)


def _ornstein_uhlenbeck(seed: np.random.SeedSequence, count: int) -> LogPrices:
    return _autoregressive(seed, count, OU_BACK, OU_NOISE)


def _trend(seed: np.random.SeedSequence, count: int) -> LogPrices:
    turns, noise = (np.random.default_rng(child) for child in seed.spawn(2))
    changes = turns.random(count) >= TREND_KEPT
    direction = np.where(np.cumsum(changes) % 2 == 0, 1.0, -1.0)
    return np.cumsum(TREND_DRIFT * direction + TREND_NOISE * noise.standard_normal(count))


def _momentum(seed: np.random.SeedSequence, count: int) -> LogPrices:
    return np.cumsum(_autoregressive(seed, count, MOMENTUM_BACK, MOMENTUM_NOISE))


def _random(seed: np.random.SeedSequence, count: int) -> LogPrices:
    return np.cumsum(RANDOM_NOISE * np.random.default_rng(seed).standard_normal(count))


def _autoregressive(
    seed: np.random.SeedSequence, count: int, back: float, sigma: float
) -> LogPrices:
    noise = sigma * np.random.default_rng(seed).standard_normal(count)
    level = float(noise[0]) / float(np.sqrt(1 - back**2))  # begins in its long-run spread
    levels = [level]
    for shock in noise[1:].tolist():
        level = back * level + shock
        levels.append(level)
    return np.array(levels)


_KINDS: Final[dict[str, Callable[[np.random.SeedSequence, int], LogPrices]]] = {
    "SINE": _sine,
    "OU": _ornstein_uhlenbeck,
    "TREND": _trend,
    "MOMENTUM": _momentum,
    "RANDOM": _random,
}
