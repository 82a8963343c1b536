"""The four actions, and the side each one leads to."""

from enum import IntEnum
from typing import Final


class Action(IntEnum):
    """What a bot can decide at the end of a bar; the numbers are those of the wire."""

    HOLD = 0
    CLOSE = 1
    BULL = 2
    BEAR = 3


LONG: Final = 1
FLAT: Final = 0
SHORT: Final = -1


def target_side(side: int, action: int) -> int:
    """Return the side held after `action`: hold keeps it, bull is +1, bear -1, close 0.

    Plain whole-number arithmetic, so that numba compiles it as it stands.
    """
    if action == 0:
        return side
    if action == 1:
        return 0
    if action == 2:
        return 1
    return -1
