"""What learning on a market of known optimum is measured by: sides held, against log prices."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aibt.rl.environment import Sides

Prices = NDArray[np.float64]


def score(sides: Sides, closes: Prices, cost: float) -> float:
    """Return the mean per bar of side × log price change - cost × |change of side|.

    A side decided at the end of a bar is held from there to the end of the next one, so it
    earns the change between their closes where bars open at the last close, as those of the
    `synthetic` source do. The account begins flat and is not closed at the end.

    Args:
        sides: side held over each bar, as the environment filled it. Shape [B].
        closes: log price is taken of them; `closes[i]` is the one `sides[i]` was decided at.
            Shape [B + 1].
        cost: share of the traded value that one unit of side costs.

    Raises:
        ValueError: there is no bar, or not one close more than sides.
    """
    if not len(sides) or len(closes) != len(sides) + 1:
        raise ValueError(f"{len(sides)} sides do not fit {len(closes)} closes")
    earned = float(np.dot(sides.astype(np.float64), np.diff(np.log(closes))))
    return earned / len(sides) - cost * turnover(sides)


def turnover(sides: Sides) -> float:
    """Return the mean per bar of |change of side|, from flat on.

    Args:
        sides: side held over each bar. Shape [B].
    """
    return float(np.abs(np.diff(sides.astype(np.int64), prepend=0)).mean())


def held_sides(choices: Sides) -> Sides:
    """Return the side held over each bar by who begins flat and keeps to `choices`. Shape [B].

    Args:
        choices: side chosen at the end of each bar by who holds -1, 0, +1. Shape [B, 3].
    """
    rows: Sequence[Sequence[int]] = choices.tolist()
    side, found = 0, []
    for row in rows:
        side = row[side + 1]
        found.append(side)
    return np.array(found, np.int8)
