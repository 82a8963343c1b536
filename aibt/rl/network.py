"""The multi-layer perceptron's shape, its weights by name, and its use without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aibt.rl.environment import Floats

Weights = Mapping[str, Floats]
SIDES = 3
ACTIONS = 4
ONE_HOT: Floats = np.eye(SIDES, dtype=np.float32)  # row `side + 1`
ONE_HOT.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """[Linear → ReLU] × `depth`, each `width` wide, then Linear to the four actions.

    The input is a bar's feature row followed by its side as one of three.
    """

    features: int
    width: int
    depth: int

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each tensor by name, in the order in which they are applied."""
        sizes = [self.features + SIDES, *[self.width] * self.depth, ACTIONS]
        found: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, outputs) in enumerate(pairwise(sizes)):
            found[f"layers.{layer}.weight"] = (outputs, inputs)
            found[f"layers.{layer}.bias"] = (outputs,)
        return found

    @property
    def size(self) -> int:
        """Number of weights."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())


def check_weights(architecture: Architecture, weights: Weights) -> None:
    """Refuse weights of another shape.

    Raises:
        ValueError: a tensor is missing, unknown, or has another shape; the message says which.
    """
    wanted = architecture.shapes
    if set(weights) != set(wanted):
        differing = ", ".join(sorted(set(weights) ^ set(wanted)))
        raise ValueError(f"the weights are those of another network: {differing}")
    for name, shape in wanted.items():
        if weights[name].shape != shape:
            raise ValueError(
                f"the weights are those of another network: {name} has shape "
                f"{weights[name].shape}, not {shape}"
            )


class NumpyNetwork:
    """The network for acting: arrays only, so that a rollout worker loads no torch.

    It reads the arrays it was given in place: what changes them changes the network.

    Args:
        weights: tensors by name, see `Architecture.shapes`.
    """

    def __init__(self, architecture: Architecture, weights: Weights) -> None:
        check_weights(architecture, weights)
        self._layers = [
            (weights[f"layers.{layer}.weight"], weights[f"layers.{layer}.bias"])
            for layer in range(architecture.depth + 1)
        ]
        self._input = np.zeros(architecture.features + SIDES, np.float32)
        self._outputs = [np.zeros(len(bias), np.float32) for _, bias in self._layers]
        self._features = architecture.features

    def of_one(self, row: Floats, side: int) -> Floats:
        """Return the four values of one row and side. Shape [4]; reused by the next call."""
        values = self._input
        values[: self._features] = row
        values[self._features :] = ONE_HOT[side + 1]
        last = len(self._layers) - 1
        for layer, ((weight, bias), output) in enumerate(
            zip(self._layers, self._outputs, strict=True)
        ):
            np.dot(weight, values, out=output)
            np.add(output, bias, out=output)
            if layer < last:
                np.maximum(output, 0.0, out=output)
            values = output
        return values

    def of_many(self, rows: Floats, sides: NDArray[np.integer]) -> Floats:
        """Return the values of rows [B, F] and sides [B]. Shape [B, 4]."""
        values = np.concatenate([rows, ONE_HOT[sides + 1]], axis=1)
        last = len(self._layers) - 1
        for layer, (weight, bias) in enumerate(self._layers):
            values = values @ weight.T + bias
            if layer < last:
                np.maximum(values, 0.0, out=values)
        return values
