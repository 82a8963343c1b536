"""A linear map fitted in closed form, as strongly shrunk as the bars themselves ask for."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

_RIDGES: Final = (1e-4, 1e-2, 0.1, 1.0, 10.0, 100.0)  # of the mean square of an input


class LeastSquares:
    """Ridge regression whose strength is chosen by cross-validation of two halves.

    What is given is summed up at once (moments, not rows), so any number of bars fits. The
    halves are made of stretches of successive bars: each is fitted alone with
    every strength, and judged by its squared error on the other (Stone 1974); both together
    then give the map. Where nothing can be foretold, the strongest wins, and the map is near 0.

    Args:
        groups: how many inputs are shrunk alike, group after group: all strengths of one are tried
            with all of another. Their sum is D; the constant is fitted as well and not shrunk.
        outputs: O.
    """

    def __init__(self, groups: Sequence[int], outputs: int, device: torch.device) -> None:
        size = sum(groups) + 1
        tried = torch.tensor([*product(_RIDGES, repeat=len(groups))], dtype=torch.float64)
        self._ridges = tried.repeat_interleave(torch.tensor(groups), dim=1).to(device)  # [C, D]
        self._products = torch.zeros(2, size, size, dtype=torch.float64, device=device)
        self._targets = torch.zeros(2, size, outputs, dtype=torch.float64, device=device)

    def add(self, inputs: torch.Tensor, targets: torch.Tensor) -> None:
        """Take sequences of bars: the first ones for the one half, the others for the other.

        Args:
            inputs: shape [B, K, D].
            targets: shape [B, K, O].
        """
        middle = len(targets) // 2
        given = torch.cat([inputs, targets.new_ones(*targets.shape[:2], 1)], 2)
        for half, part in enumerate((slice(0, middle), slice(middle, None))):
            columns = given[part].flatten(0, 1)
            self._products[half] += columns.t() @ columns
            self._targets[half] += columns.t() @ targets[part].flatten(0, 1)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return all that `load_state` needs, as copies."""
        return {
            "products": self._products.cpu().numpy().copy(),
            "targets": self._targets.cpu().numpy().copy(),
        }

    def load_state(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on from `state`.

        Raises:
            ValueError: the arrays are not those of a fit of this shape.
        """
        mine = {"products": self._products, "targets": self._targets}
        for name, held in mine.items():
            if name not in state or state[name].shape != tuple(held.shape):
                raise ValueError(f"{name} is not that of this fit")
        for name, held in mine.items():
            held.copy_(torch.tensor(state[name]))

    def solve(self) -> torch.Tensor:
        """Return the map, in float32. Shape [D + 1, O], the constant's last."""
        scale = self._products.diagonal(dim1=1, dim2=2).sum() / self._products.shape[1]
        ridges = self._ridges * scale
        halves = self._fits(self._products, self._targets, ridges / 2)  # [2, C, D + 1, O]
        products, targets = self._products.flip(0)[:, None], self._targets.flip(0)[:, None]
        errors = (halves * (products @ halves) - 2 * halves * targets).sum((0, 2, 3))
        best = ridges[errors.argmin()][None]
        both = self._products.sum(0)[None], self._targets.sum(0)[None]
        return self._fits(*both, best)[0, 0].to(torch.float32)

    def _fits(
        self, products: torch.Tensor, targets: torch.Tensor, ridges: torch.Tensor
    ) -> torch.Tensor:
        """Return the maps of each sum of moments with each choice of ridges. [N, C, D + 1, O]."""
        shrinking = torch.nn.functional.pad(ridges, (0, 1), value=1e-6)
        factors = torch.linalg.cholesky(products[:, None] + torch.diag_embed(shrinking))
        return torch.cholesky_solve(targets[:, None].expand(-1, len(ridges), -1, -1), factors)
