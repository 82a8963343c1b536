"""Chunks of successive bars, in the order in which they are learned from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


class ChunkOrder:
    """Lays chunks over bars, pass after pass, each from an offset and in an order that are drawn.

    Attributes:
        length: bars of a chunk of this pass; 0 before the first.

    Args:
        first: index of the first bar.
        last: index of the first bar after them.
        generator: of the draws.
    """

    def __init__(self, first: int, last: int, generator: np.random.Generator) -> None:
        self._first, self._last = first, last
        self._generator = generator
        self.length = 0
        self.give_up()

    @property
    def is_over(self) -> bool:
        """Whether no chunk of this pass is left, or none was begun."""
        return self._taken >= len(self._starts)

    def begin(self, length: int, most: int | None = None) -> None:
        """Begin a pass.

        Args:
            length: bars of a chunk, fewer where there are few bars.
            most: bars of the pass, at least two chunks; None: all.
        """
        self.length = max(1, min(length, (self._last - self._first) // 4))
        offset = int(self._generator.integers(0, self.length))
        starts = np.arange(self._first + offset, self._last - self.length + 1, self.length)
        self._starts = self._generator.permutation(starts.astype(np.int64))
        if most is not None:
            self._starts = self._starts[: max(2, most // self.length)]
        self._taken = 0

    def take(self, most: int) -> NDArray[np.int64]:
        """Return the first bars of the next chunks; fewer than `most` at the end of the pass."""
        starts = self._starts[self._taken : self._taken + most]
        self._taken += len(starts)
        return starts

    def give_up(self) -> None:
        """Forget the rest of this pass."""
        self._starts, self._taken = np.zeros(0, np.int64), 0

    def facts(self) -> dict[str, Any]:
        """Return what `load` needs besides the chunks."""
        state = self._generator.bit_generator.state
        return {"chunk": self.length, "taken": self._taken, "generator": state}

    def starts(self) -> NDArray[np.int64]:
        """Return the first bars of all chunks of this pass, as a copy. Shape [N]."""
        return self._starts.copy()

    def load(self, starts: NDArray[np.generic], facts: Mapping[str, Any]) -> None:
        """Go on from what `starts` and `facts` returned."""
        self.length, self._taken = int(facts["chunk"]), int(facts["taken"])
        self._starts = np.array(starts, np.int64)
        self._generator.bit_generator.state = dict(facts["generator"])
