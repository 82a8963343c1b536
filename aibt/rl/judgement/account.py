"""One account that holds given sides over the out-of-sample bars, through the ledger."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.split import Part
from aibt.rl.trade_record import TradeRecord
from aibt.trading.actions import Action
from aibt.trading.costs import Costs

Sides = NDArray[np.int8]
Floats = NDArray[np.float64]

_WALKED_BARS: Final = 1_024  # of a slice: some 10 ms
_NOTHING: Final = 1e-9  # of the balance: what a bust leaves, so that its logarithm is finite
_EVERYTHING: Final = 1e300  # times the balance: what hindsight may come to
_ACTIONS: Final = {-1: Action.BEAR, 0: Action.CLOSE, 1: Action.BULL}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Account:
    """What became of an account.

    Attributes:
        equities: over the starting balance, at the close of every bar of the part; the first
            is 1. After a bust it stays at a billionth; no more than 10³⁰⁰. Shape [n + 1].
        sides: held over each bar after the first, -1, 0 or 1. Shape [n].
        trades: positions that were opened.
        turnover: sum of |change of side|, closing at the end included.
    """

    equities: Floats
    sides: Sides
    trades: int
    turnover: int


class AccountWalk:
    """Holds one side after the other, some thousand bars per call of `advance`.

    Args:
        wanted: side decided at the end of every bar of `part` but the last; it fills at the
            next open. Shape [len(part) - 1].
    """

    def __init__(
        self, series: BarSeries, part: Part, wanted: Sides, *, balance: float, costs: Costs
    ) -> None:
        if wanted.shape != (len(part) - 1,):
            raise ValueError(f"{wanted.shape} sides for {len(part)} bars")
        self._part, self._wanted, self._balance = part, wanted, balance
        self._record = TradeRecord(series, balance=balance, costs=costs, kept=1)
        self._equities = np.full(len(part), balance)
        self._sides = np.zeros(len(part) - 1, np.int8)
        self._turnover = 0
        self._at = 0
        self.done = False

    def advance(self) -> None:
        """Do one slice."""
        record, first = self._record, self._part.start
        stop = min(self._at + _WALKED_BARS, len(self._wanted))
        for at in range(self._at, stop):
            self._turn(first + at, int(self._wanted[at]))
            self._sides[at] = record.side
            equity = record.equity(first + at + 1)
            if equity <= 0:
                self._end(first + at + 1)
                self._equities[at + 1 :] = 0.0
                return
            self._equities[at + 1] = equity
        self._at = stop
        if stop == len(self._wanted):
            last = self._part.stop - 1
            self._end(last)
            self._equities[-1] = record.equity(last)

    def result(self) -> Account:
        """Return what became of it, once it is done."""
        return Account(
            equities=np.clip(self._equities / self._balance, _NOTHING, _EVERYTHING),
            sides=self._sides,
            trades=self._record.count,
            turnover=self._turnover,
        )

    def _turn(self, bar: int, side: int) -> None:
        before = self._record.side
        if side != before:
            self._record.decide(bar, _ACTIONS[side])
            self._turnover += abs(self._record.side - before)

    def _end(self, bar: int) -> None:
        self._turnover += abs(self._record.side)
        self._record.close(bar)
        self.done = True


def chained(accounts: list[Account]) -> Account:
    """Return successive accounts as one, each starting with what the one before left."""
    equities = [np.ones(1)]
    for account in accounts:
        equities.append(account.equities[1:] * equities[-1][-1])
    return Account(
        equities=np.concatenate(equities),
        sides=np.concatenate([account.sides for account in accounts]),
        trades=sum(account.trades for account in accounts),
        turnover=sum(account.turnover for account in accounts),
    )
