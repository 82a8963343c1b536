"""A linear map fitted in closed form, as strongly shrunk as the bars themselves ask for."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

_RIDGES: Final = tuple(10.0**power for power in range(-5, 3))  # of the mean square of an input


class LeastSquares:
    """Ridge regression whose strength is chosen by cross-validation of two halves.

    What is given is summed up at once (moments, not rows), so any number of bars fits. The
    halves are made of stretches of successive bars: each is fitted alone with
    every strength, and judged by its squared error on the other (Stone 1974); both together
    then give the map. Where nothing can be foretold, the strongest wins, and the map is near 0.

    Args:
        inputs: D without the constant, which is fitted as well and not shrunk.
        outputs: O.
    """

    def __init__(self, inputs: int, outputs: int, device: torch.device) -> None:
        size = inputs + 1
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
        """Return the map, in float32. Shape [D, O]."""
        scale = self._products.diagonal(dim1=1, dim2=2).sum() / self._products.shape[1]
        errors = [self._error(ridge * float(scale) / 2) for ridge in _RIDGES]
        best = min(range(len(errors)), key=errors.__getitem__)
        both = self._fit(self._products.sum(0), self._targets.sum(0), _RIDGES[best] * float(scale))
        return both.to(torch.float32)

    def _error(self, ridge: float) -> float:
        found = 0.0
        for half in (0, 1):
            fitted = self._fit(self._products[half], self._targets[half], ridge)
            products, targets = self._products[1 - half], self._targets[1 - half]
            found += float((fitted * (products @ fitted)).sum() - 2 * (fitted * targets).sum())
        return found

    def _fit(self, products: torch.Tensor, targets: torch.Tensor, ridge: float) -> torch.Tensor:
        shrinking = torch.full((len(products),), ridge, dtype=torch.float64, device=products.device)
        shrinking[-1] = 1e-6
        found: torch.Tensor = torch.linalg.solve(products + torch.diag(shrinking), targets)
        return found
