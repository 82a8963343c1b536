"""What the network sees of a bar: here its feature row, gathered by the bar's index."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.environment import Floats, Indices
from aibt.rl.network import ONE_HOT, SIDES


class RowEncoder:
    """Feature rows of every bar on the learner's device.

    Transitions hold indices alone; a batch is gathered when it is used.

    Args:
        rows: feature rows of the whole series. Shape [T, F].
    """

    def __init__(self, rows: Floats, device: torch.device) -> None:
        self._rows = torch.tensor(rows, device=device)
        self._sides = torch.tensor(ONE_HOT, device=device)
        self._device = device

    def index(self, values: NDArray[Any]) -> torch.Tensor:
        """Return whole numbers as an index on the device. Shape [B]."""
        return torch.from_numpy(values.astype(np.int64)).to(self._device)

    def inputs(self, bars: torch.Tensor, sides: torch.Tensor) -> torch.Tensor:
        """Return the network's input: row, then side + 1 as one of three. Shape [B, F + 3]."""
        return torch.cat([self._rows.index_select(0, bars), self._sides.index_select(0, sides)], 1)

    def inputs_of_all_sides(self, bars: Indices) -> torch.Tensor:
        """Return the network's inputs of each bar with sides -1, 0, +1. Shape [3 B, F + 3]."""
        index = self.index(bars).repeat_interleave(SIDES)
        sides = torch.arange(SIDES, device=self._device).repeat(len(bars))
        return self.inputs(index, sides)
