"""Stored transitions, as indices: what a bar looks like is gathered when it is learned from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from aibt.rl.environment import Actions, Bools, Floats, Indices, Sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """Transitions side by side; every array has shape [B].

    The next bar is `bars + 1`: an environment holds over exactly one bar.
    """

    bars: Indices
    sides: Sides
    actions: Actions
    rewards: Floats
    next_sides: Sides
    terminations: Bools

    def __len__(self) -> int:
        return len(self.bars)


class ReplayBuffer:
    """The last `capacity` transitions; 12 bytes each.

    Args:
        capacity: how many are kept; the oldest goes first.

    Raises:
        ValueError: `capacity` is not positive.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity is {capacity}, but must be positive")
        self._stored = Transitions(
            bars=np.zeros(capacity, np.int32),
            sides=np.zeros(capacity, np.int8),
            actions=np.zeros(capacity, np.int8),
            rewards=np.zeros(capacity, np.float32),
            next_sides=np.zeros(capacity, np.int8),
            terminations=np.zeros(capacity, np.bool_),
        )
        self._columns: dict[str, NDArray[np.generic]] = {
            field.name: getattr(self._stored, field.name) for field in fields(Transitions)
        }
        self._capacity = capacity
        self._added = 0

    def __len__(self) -> int:
        return min(self._added, self._capacity)

    def add(self, transitions: Transitions) -> None:
        """Store transitions, over the oldest ones where there is no more room."""
        count = len(transitions)
        skipped = max(count - self._capacity, 0)
        start = (self._added + skipped) % self._capacity
        first = min(count - skipped, self._capacity - start)  # those before the ring closes
        for name, column in self._columns.items():
            given = getattr(transitions, name)[skipped:]
            column[start : start + first] = given[:first]
            if first < len(given):
                column[: len(given) - first] = given[first:]
        self._added += count

    @property
    def stored(self) -> Transitions:
        """The room for transitions, the first `len(self)` places of it in use; not a copy."""
        return self._stored

    def draw(self, batch_size: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Draw places of `stored`, equally likely and with replacement. Shape [B].

        Raises:
            ValueError: the buffer is empty.
        """
        return generator.integers(0, len(self), batch_size)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return all that `load_state` needs, as copies of the part that is in use."""
        found = {name: column[: len(self)].copy() for name, column in self._columns.items()}
        return {**found, "added": np.array([self._added], np.int64)}

    def load_state(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on from `state`, to the same draws.

        Raises:
            ValueError: the arrays are not those of a buffer of this capacity.
        """
        if set(state) != {*self._columns, "added"}:
            raise ValueError("this is no state of a replay buffer")
        added = int(np.asarray(state["added"], np.int64)[0])
        used = min(added, self._capacity)
        for name, column in self._columns.items():
            if state[name].shape != (used,) or state[name].dtype != column.dtype:
                raise ValueError(f"column {name} is not that of {used} transitions")
        for name, column in self._columns.items():
            column[:used] = state[name]
        self._added = added
