"""What the baselines want to hold: the simple strategies that a model has to beat.

Each is a pure function of what it is shown; targets are signed shares of equity.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from aibt.agents.baselines.market_talk import Holdings

_LOOKBACK: Final = 63  # bars; a quarter of daily ones
_REBALANCE: Final = 0.1  # of its weight that a position may drift
_CHANGE_CHANCE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a strategy is shown at a decision.

    Attributes:
        symbols: that can be traded.
        closes: of each symbol, oldest first, as many as the strategy wants to see.
        draw: random numbers of this decision.
    """

    symbols: Sequence[str]
    closes: Mapping[str, Sequence[float]]
    held: Holdings
    draw: random.Random


class Strategy(Protocol):
    """Says what to hold."""

    bars: int  # closes of each symbol that it wants to see; 0: none

    def targets(self, shown: Shown) -> Mapping[str, float]:
        """Return the wanted share of each symbol that is to change; others stay as they are."""
        ...


class BuyAndHold:
    """Buys the universe in equal parts at the first chance, and keeps it."""

    bars = 0

    def targets(self, shown: Shown) -> Mapping[str, float]:
        missing = [
            one
            for one in shown.symbols
            if one not in shown.held.shares and one not in shown.held.pending
        ]
        return dict.fromkeys(missing, 1 / len(shown.symbols)) if shown.symbols else {}


class EqualWeight:
    """Keeps equal parts of the universe: where one has drifted by a tenth, all are brought back."""

    bars = 0

    def targets(self, shown: Shown) -> Mapping[str, float]:
        if not shown.symbols or shown.held.pending:
            return {}
        stuck = sum(
            abs(share) for one, share in shown.held.shares.items() if one not in shown.symbols
        )
        weight = max(1 - stuck, 0.0) / len(shown.symbols)
        drifts = [abs(shown.held.shares.get(one, 0.0) - weight) for one in shown.symbols]
        return dict.fromkeys(shown.symbols, weight) if max(drifts) > _REBALANCE * weight else {}


class Momentum:
    """Holds the better half of what has risen over the last quarter, in equal parts.

    Cross-sectional and absolute momentum (Jegadeesh and Titman, 1993; Antonacci, 2014), looked at
    anew at each bar, and traded only where the choice changes.
    """

    bars = _LOOKBACK + 1

    def targets(self, shown: Shown) -> Mapping[str, float]:
        grown = {
            symbol: shown.closes[symbol][-1] / shown.closes[symbol][0] - 1
            for symbol in shown.symbols
            if len(shown.closes.get(symbol, ())) > 1
        }
        ranked = sorted(grown, key=lambda symbol: grown[symbol], reverse=True)
        best = [one for one in ranked[: max(1, (len(ranked) + 1) // 2)] if grown[one] > 0]
        held = set(shown.held.shares) & set(shown.symbols)  # what is halted cannot be left
        leaving = dict.fromkeys(sorted(held - set(best)), 0.0)
        if not leaving and set(best) == held | (set(best) & shown.held.pending):
            return {}
        return {**leaving, **dict.fromkeys(best, 1 / len(best) if best else 0.0)}


class RandomTrader:
    """Now and then takes a side at random: what luck alone comes to, with the same costs."""

    bars = 0

    def targets(self, shown: Shown) -> Mapping[str, float]:
        sides = (-1, 0, 1) if shown.held.allow_short else (0, 1)
        return {
            symbol: shown.draw.choice(sides) / len(shown.symbols)
            for symbol in shown.symbols
            if shown.draw.random() < _CHANGE_CHANCE and symbol not in shown.held.pending
        }


STRATEGIES: Final[Mapping[str, Callable[[], Strategy]]] = {
    "buy-and-hold": BuyAndHold,
    "equal-weight": EqualWeight,
    "momentum": Momentum,
    "random": RandomTrader,
}
