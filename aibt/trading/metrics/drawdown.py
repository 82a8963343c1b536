"""How far an equity curve fell, from when, until when, and when it was back."""

from dataclasses import dataclass

import numpy as np

from aibt.trading.metrics.curve import Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """A fall from a peak. Places are indices into the curve.

    Attributes:
        depth: fraction of the peak, in (0, 1].
        peak: where the peak was last seen.
        trough: where the fall was deepest, for the first time.
        recovery: where equity first was at the peak again, None where it never was.
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None


def max_drawdown(equities: Curve) -> float:
    """Return the largest fall from a peak, as a fraction of the peak, in [0, 1].

    (peak - equity) / peak at its largest (Magdon-Ismail & Atiya, *Maximum Drawdown*, 2004).

    Raises:
        ValueError: the first equity is not positive.
    """
    return float(_depths(equities).max()) if len(equities) else 0.0


def deepest_drawdown(equities: Curve) -> Drawdown | None:
    """Return the fall that `max_drawdown` tells, the first of several; None without any.

    Raises:
        ValueError: the first equity is not positive.
    """
    if not len(equities):
        return None
    depths = _depths(equities)
    trough = int(depths.argmax())
    if depths[trough] == 0:
        return None
    peak = int(np.flatnonzero(depths[:trough] == 0)[-1])
    back = np.flatnonzero(equities[trough:] >= equities[peak])
    return Drawdown(
        depth=float(depths[trough]),
        peak=peak,
        trough=trough,
        recovery=trough + int(back[0]) if len(back) else None,
    )


def _depths(equities: Curve) -> Curve:
    if not equities[0] > 0:
        raise ValueError("a drawdown needs a positive equity to fall from")
    peaks = np.maximum.accumulate(equities)
    depths: Curve = np.minimum((peaks - equities) / peaks, 1.0)
    return depths
