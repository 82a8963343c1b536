"""The reward: log growth of equity over a bar, floored at bust."""

from math import exp, log
from typing import Final

BUST_REWARD: Final = -10.0
"""Reward of a bar that leaves no equity, and the floor of all others."""

BUST_RATIO: Final = exp(BUST_REWARD)


def log_growth(before: float, after: float) -> float:
    """Return log(after / before), at least `BUST_REWARD`; `before` is positive."""
    ratio = after / before
    if ratio <= BUST_RATIO:
        return BUST_REWARD
    return log(ratio)
