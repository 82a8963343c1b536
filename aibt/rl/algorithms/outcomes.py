"""What every side would have earned at every bar, and what going there costs: known, not tried."""

from dataclasses import dataclass
from math import inf, log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.rl.environment import Floats
from aibt.rl.network import SIDES
from aibt.trading.costs import Costs

Prices = NDArray[np.float64]
_LEAST_GROWTH: Final = -10.0  # as the environment floors it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """The rewards of a price-taker, in units of the market's volatility per bar.

    A decision at the end of bar t fills at the open of t + 1, and the next one at the open of
    t + 2, so the side in between earns what the price does from the one open to the other.

    Attributes:
        growth: log growth of equity held in each side from the open of bar t + 1 to that of
            t + 2, by t. Shape [T - 2, 3].
        costs: log growth lost by going from a side to another. Shape [3, 3].

    What is approximated: the exposure is taken as ±1 at each open, while an account keeps its
    quantity until its side changes; long that is the same, short the exposure drifts. A bust
    is not foreseen. The final judge is the ledger.
    """

    growth: Floats
    costs: Floats

    def __len__(self) -> int:
        return len(self.growth)


def outcomes(opens: Prices, costs: Costs, *, unit: float) -> Outcomes:
    """Return what each side earns over bars that open at `opens`, [T].

    Args:
        opens: opening prices.
        costs: of every fill.
        unit: growth is told in multiples of it.
    """
    ratios = opens[2:] / opens[1:-1]
    growth = np.zeros((len(ratios), SIDES))
    growth[:, 2] = np.log(ratios)
    with np.errstate(invalid="ignore", divide="ignore"):
        short = np.log(2.0 - ratios)
    growth[:, 0] = np.where(ratios < 2.0, short, _LEAST_GROWTH)
    growth = np.maximum(growth, _LEAST_GROWTH) / unit
    return Outcomes(
        growth=growth.astype(np.float32), costs=(move_costs(costs) / unit).astype(np.float32)
    )


def move_costs(costs: Costs) -> Prices:
    """Return the log growth lost by each change of side, from `account_rule.side_quantity`.

    Buying one unit of value costs k₊ and selling one k₋; leaving a side loses log(1 - k) of
    the position, entering one log(1 + k). Where that takes all there is, or all but, it loses
    what the environment says of a bust. Shape [3, 3], from the row's side to the column's.
    """
    fee, slippage = costs.fee_bps / 10_000, costs.slippage_bps / 10_000
    buying, selling = (1 + slippage) * (1 + fee) - 1, 1 - (1 - slippage) * (1 - fee)
    found = np.zeros((SIDES, SIDES))
    for held in range(SIDES):
        for wanted in range(SIDES):
            if held != wanted:
                rate = buying if wanted > held else selling
                leaving = 0.0 if held == 1 else -log1p(-rate) if rate < 1 else inf
                entering = 0.0 if wanted == 1 else log1p(rate)
                found[held, wanted] = min(leaving + entering, -_LEAST_GROWTH)
    return found
