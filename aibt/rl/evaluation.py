"""Judging: the greedy policy over bars it did not learn from, accounted for by the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.live.events import Json
from aibt.rl.environment import Floats, Indices
from aibt.rl.network import AFTER
from aibt.rl.preparation import Preparation
from aibt.rl.split import Part
from aibt.rl.trade_record import TradeRecord
from aibt.trading.actions import Action
from aibt.trading.metrics import max_drawdown, sharpe_ratio

PARTS: Final = ("validation", "out_of_sample")
_WORST_SCORE: Final = -1e9  # below every score of an account that lives
_MOST_BARS: Final = 2_048  # of a slice of forward passes
_OPERATIONS: Final = 400_000_000  # multiplications of a slice: some 10 ms
_MOVES: Final = 128  # changes of side in a slice of accounting: some 10 ms

Values = Callable[[Indices], Floats]
"""Bars [B] → values of the four actions for sides -1, 0, +1. Shape [B, 3, 4]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """How a policy did on one part.

    Attributes:
        score: log growth of equity over the part, net of costs: the sum of the rewards that
            training maximizes, and what chooses the best weights; far below all others for an
            account that is bust, and for values that are not finite, which decide nothing.
        sharpe: yearly Sharpe ratio of the returns per bar; None where undefined.
        max_drawdown: fraction of the peak equity.
        buy_and_hold: profit of buying at the first open and holding, same costs.
        trades: as the wire has them.
    """

    profit: float
    score: float
    sharpe: float | None
    max_drawdown: float
    buy_and_hold: float
    trades: tuple[Mapping[str, Json], ...]

    def to_json(self) -> dict[str, Json]:
        """Return what the wire says of an evaluation."""
        return {
            "profit": self.profit,
            "sharpe": self.sharpe,
            "trades": len(self.trades),
            "max_drawdown": self.max_drawdown,
            "buy_and_hold": self.buy_and_hold,
        }


class Evaluation:
    """Validation, then out of sample, in slices short enough to be interrupted between.

    A pure function of the weights and the bars: one that is cut off is begun again.
    """

    def __init__(self, preparation: Preparation) -> None:
        parts = {
            "validation": preparation.split.validation,
            "out_of_sample": preparation.split.test,
        }
        self._walks = [_Walk(preparation, parts[name]) for name in PARTS]
        self.results: dict[str, PartResult] = {}

    @property
    def done(self) -> bool:
        """Whether `results` holds both parts."""
        return len(self.results) == len(PARTS)

    def advance(self, values: Values) -> None:
        """Do one slice; the weights behind `values` stay the same from the first to the last."""
        at = len(self.results)
        walk = self._walks[at]
        walk.advance(values)
        if walk.done:
            self.results[PARTS[at]] = walk.result()


def buy_and_hold(preparation: Preparation, part: Part) -> float:
    """Return the profit of buying at the part's first fill and selling at its last close."""
    balance = preparation.parameters.balance
    record = TradeRecord(preparation.series, balance=balance, costs=preparation.parameters.costs)
    record.decide(part.start, Action.BULL)
    record.close(part.stop - 1)
    return record.equity(part.stop - 1) - balance


class _Walk:
    """One part: first what is decided at each bar for each side, then the account."""

    def __init__(self, preparation: Preparation, part: Part) -> None:
        parameters = preparation.parameters
        self._preparation, self._part = preparation, part
        self._balance = parameters.balance
        self._decisions: NDArray[np.int8] = np.zeros((len(part) - 1, 3), np.int8)
        per_bar = 3 * preparation.architecture.size
        self._slice = max(1, min(_MOST_BARS, _OPERATIONS // per_bar))
        self._decided = 0
        self._is_finite = True
        self._record = TradeRecord(
            preparation.series, balance=parameters.balance, costs=parameters.costs
        )
        self._moves: list[NDArray[np.intp]] = []  # where each side is left, by side + 1
        self._at = 0  # the next decision, counted from the part's first bar
        self._equities = np.full(len(part), parameters.balance)
        self.done = False

    def advance(self, values: Values) -> None:
        if self._decided < len(self._decisions):
            self._decide(values)
        else:
            self._walk()

    def result(self) -> PartResult:
        last = self._part.stop - 1
        equities = self._equities
        final = float(equities[-1])
        return PartResult(
            profit=final - self._balance,
            score=log(final / self._balance) if final > 0 and self._is_finite else _WORST_SCORE,
            sharpe=sharpe_ratio(equities, self._preparation.bars_per_year),
            max_drawdown=max_drawdown(equities),
            buy_and_hold=buy_and_hold(self._preparation, self._part),
            trades=self._record.trades(marked_at=last),
        )

    def _decide(self, values: Values) -> None:
        start = self._decided
        stop = min(start + self._slice, len(self._decisions))
        bars = np.arange(self._part.start + start, self._part.start + stop, dtype=np.int32)
        found = values(bars)
        self._is_finite &= bool(np.isfinite(found).all())
        self._decisions[start:stop] = found.argmax(axis=2)
        self._decided = stop
        if stop == len(self._decisions):
            leads_to = np.take_along_axis(AFTER, self._decisions.T.astype(np.int64), 1) - 1
            self._moves = [np.flatnonzero(leads_to[side + 1] != side) for side in (-1, 0, 1)]

    def _walk(self) -> None:
        """Go from one change of side to the next, many times.

        Between two of them the account is cash and a quantity, so it is marked at all of their
        closes at once; the ledger is told of the changes alone.
        """
        record, first, end = self._record, self._part.start, len(self._decisions)
        for _ in range(_MOVES):
            moves = self._moves[record.side + 1]
            ahead = int(np.searchsorted(moves, self._at))
            place = int(moves[ahead]) if ahead < len(moves) else end
            if self._mark(self._at + 1, place + 1):
                return
            if place == end:
                record.close(self._part.stop - 1)
                self._equities[-1] = record.equity(self._part.stop - 1)
                self.done = True
                return
            record.decide(first + place, int(self._decisions[place, record.side + 1]))
            self._at = place + 1
            if self._mark(self._at, self._at + 1):
                return

    def _mark(self, start: int, stop: int) -> bool:
        """Mark the account at these closes of the part; return whether it was bust at one."""
        cash, quantity = self._record.holdings
        first = self._part.start
        closes = self._preparation.series.close[first + start : first + stop]
        marked = self._equities[start:stop]
        marked[:] = cash + quantity * closes
        busts = np.flatnonzero(marked <= 0)
        if not len(busts):
            return False
        last = start + int(busts[0])
        self._record.close(first + last)
        self._equities = self._equities[: last + 1]
        self.done = True
        return True
