"""The head's map of the row, found in closed form before any gradient is followed."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.algorithms.least_squares import LeastSquares
from aibt.rl.market_network import MarketNetwork
from aibt.rl.network import Architecture

_BARS: Final = (8_192, 8_192, 131_072, 131_072)
"""Bars that each fit is made from at most: a few tell most, and soon, and are not yet a pass."""
_BATCH: Final = 16_384  # bars summed up at once, some 5 ms
_STATE: Final = "fit."


class HeadFits:
    """Fits of the head's skip connection and bias, each to returns that the last one foretold.

    Least-squares policy iteration (Lagoudakis & Parr 2003): the caller gives rows and the
    λ-returns of the greedy policy of the network as it is.

    Attributes:
        done: how many are.

    Args:
        network: whose head is fitted.
        architecture: of it.
        window: how many inputs are returns: many and noisy, they are shrunk apart.
        device: where what is given lies.
    """

    CHUNK: Final = 256

    def __init__(
        self,
        network: MarketNetwork,
        architecture: Architecture,
        window: int,
        device: torch.device,
    ) -> None:
        self._network, self._device = network, device
        self._groups = window, architecture.features - window
        self._outputs = architecture.outputs
        self._sums: LeastSquares | None = None
        self.done = 0

    @property
    def are_over(self) -> bool:
        """Whether no fit is left to be made."""
        return self.done >= len(_BARS)

    @property
    def is_underway(self) -> bool:
        """Whether one is begun and not concluded."""
        return self._sums is not None

    @property
    def is_look(self) -> bool:
        """Whether the present one is made from a few bars only, and is no pass over them."""
        return not self.are_over and _BARS[self.done] < _BARS[-1]

    @property
    def bars(self) -> int:
        """How many bars the present one is made from at most."""
        return _BARS[self.done]

    def chunks_at_once(self, length: int) -> int:
        """Return how many chunks are summed up at once: an even number, for two halves."""
        return max(2, _BATCH // length // 2 * 2)

    def begin(self) -> None:
        """Begin the next one."""
        self._sums = LeastSquares(self._groups, self._outputs, self._device)

    def add(self, rows: torch.Tensor, returns: torch.Tensor) -> None:
        """Take chunks of rows and what each side is worth there. Shapes [B, K, F], [B, K, O]."""
        self._begun().add(rows, returns)

    def conclude(self) -> None:
        """Put what the present one comes to into the head."""
        found = self._begun().solve().t()
        named = self._network.named()
        named["head.skip"].copy_(found[:, :-1])
        named["head.bias"].copy_(found[:, -1])
        self._sums = None
        self.done += 1

    def go_on_after(self, done: int | None = None) -> None:
        """Give up the present one; `done` of them are made, None: all."""
        self.done, self._sums = len(_BARS) if done is None else done, None

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the sums of the present one, as copies; none: there is none."""
        sums = self._sums.state() if self._sums is not None else {}
        return {_STATE + name: held for name, held in sums.items()}

    def load_state(self, done: int, tensors: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on from what `state` returned among other tensors, after so many fits."""
        self.go_on_after(done)
        sums = {
            name.removeprefix(_STATE): held
            for name, held in tensors.items()
            if name.startswith(_STATE)
        }
        if sums:
            self.begin()
            self._begun().load_state(sums)

    def _begun(self) -> LeastSquares:
        if self._sums is None:
            raise RuntimeError("no fit was begun")
        return self._sums
