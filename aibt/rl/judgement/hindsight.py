"""The best that could have been made of prices that are known: an upper bound, for no trader."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.judgement.account import Floats, Sides
from aibt.rl.split import Part
from aibt.trading.costs import Costs

_FLAT: Final = -1  # where a state came from; 0 and more: the bar at which a short began
_LONG: Final = -2
_SCALE: Final = 1e100  # above it all amounts are made smaller: only their ratios count


@dataclass(slots=True)
class _Shorts:
    """Shorts that may still become the best, by the fill at which they began.

    Attributes:
        cash, units: of each; its equity at price p is cash - units · p. Shape [L].
        began: index of the fill. Shape [L].
    """

    cash: Floats
    units: Floats
    began: NDArray[np.int64]

    def best(self, price: float) -> tuple[float, int]:
        """Return the most that is left when all are bought back at `price`, and its beginning."""
        if not len(self.cash):
            return 0.0, _FLAT
        left = self.cash - self.units * price
        at = int(left.argmax())
        return float(left[at]), int(self.began[at])

    def add(self, equity: float, price: float, began: int, range_: tuple[float, float]) -> None:
        """Add one of exposure -1, and drop those that it beats at every price there is."""
        cash, units = 2 * equity, equity / price
        lower = np.ones(len(self.cash), np.bool_)
        for at in range_:
            lower &= self.cash - self.units * at <= cash - units * at
        keep = ~lower
        self.cash = np.r_[self.cash[keep], cash]
        self.units = np.r_[self.units[keep], units]
        self.began = np.r_[self.began[keep], began]


class Hindsight:
    """Finds the sides of the greatest last equity, some hundred bars per call of `advance`.

    Dynamic programming over the side held, with the account's own rule (exposure ±1 when a
    position is opened, its quantity then stays, costs on every fill). A long's equity follows the
    price and a short's is a line in it, so that of all ways to be flat or long at a bar only the
    best counts, and of the shorts those that are best at some price.
    """

    _SLICE: Final = 256

    def __init__(self, series: BarSeries, part: Part, *, costs: Costs) -> None:
        fee, slippage = costs.fee_bps / 1e4, costs.slippage_bps / 1e4
        self._buying = (1 + slippage) * (1 + fee) - 1
        self._selling = 1 - (1 - slippage) * (1 - fee)
        self._prices = series.open[part.start + 1 : part.stop].tolist()  # at which fills may be
        self._last = float(series.close[part.stop - 1])
        around = [*self._prices, self._last]
        self._range = (min(around), max(around) * (1 + self._buying))
        self._flat, self._long = 1.0, 0.0  # cash; units
        self._shorts = _Shorts(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
        count = len(self._prices)
        self._flat_from = np.full(count, _FLAT, np.int64)
        self._long_from = np.full(count, _LONG, np.int64)
        self._short_from = np.full(count, _FLAT, np.int64)
        self._at = 0

    @property
    def done(self) -> bool:
        """Whether `sides` may be asked."""
        return self._at == len(self._prices)

    def advance(self) -> None:
        """Do one slice."""
        stop = min(self._at + self._SLICE, len(self._prices))
        for at in range(self._at, stop):
            self._step(at, self._prices[at])
        self._at = stop

    def _step(self, at: int, price: float) -> None:
        buying, selling = self._buying, self._selling
        covered, began = self._shorts.best(price * (1 + buying))
        held = self._long * price
        sold = held * (1 - selling)
        flat = max((self._flat, _FLAT), (sold, _LONG), (covered, began))
        # to turn round is one fill: what is closed and what is opened cost at one rate
        bought, bought_from = max((self._flat, _FLAT), (covered, began))
        long = max((self._long, _LONG), (bought / (1 + buying) / price, bought_from))
        opened = max((self._flat, _FLAT), (sold, _LONG))
        self._flat, self._flat_from[at] = flat
        self._long, self._long_from[at] = long
        if opened[0] > 0:
            self._shorts.add(opened[0] / (1 + selling), price, at, self._range)
            self._short_from[at] = opened[1]
        if self._flat > _SCALE:
            self._flat /= _SCALE
            self._long /= _SCALE
            self._shorts.cash /= _SCALE
            self._shorts.units /= _SCALE

    def sides(self) -> Sides:
        """Return the side to decide at each bar of the part but the last. Shape [n]."""
        covered, began = self._shorts.best(self._last * (1 + self._buying))
        sold = self._long * self._last * (1 - self._selling)
        _, state = max((self._flat, _FLAT), (sold, _LONG), (covered, began))
        found = np.zeros(len(self._prices), np.int8)
        at = len(self._prices) - 1
        while at >= 0:
            if state >= 0:
                found[state : at + 1] = -1
                at, state = state - 1, int(self._short_from[state])
            elif state == _LONG:
                found[at] = 1
                state, at = int(self._long_from[at]), at - 1
            else:
                state, at = int(self._flat_from[at]), at - 1
        return found
