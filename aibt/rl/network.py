"""A network's shape and its weights by name, and its use without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.rl.environment import Floats
from aibt.trading.actions import target_side

Weights = Mapping[str, Floats]
SIDES = 3
ACTIONS = 4
ONE_HOT: Floats = np.eye(SIDES, dtype=np.float32)  # row `side + 1`
ONE_HOT.setflags(write=False)

AFTER: NDArray[np.int64] = np.array(
    [[target_side(side, action) + 1 for action in range(ACTIONS)] for side in (-1, 0, 1)]
)
"""Side + 1 after each action, by side held + 1. Shape [3, 4]."""
AFTER.setflags(write=False)

POLICY_TEMPERATURE: Final = 0.25
"""A value that is so much greater is e times as likely, where values stand for a policy."""

TAPS: Final = 4
"""Bars that a layer of the convolution reads; how far apart, `dilation` says."""
COSTS: Final = "costs"
"""Name of what is not learned: the cost of going from a side to another. Shape [3, 3]."""

_JOINT: Final = "joint"
_ENCODERS: Final = (_JOINT, "mlp", "conv", "gru")
_OUTPUTS: Final = {
    "actions": SIDES * ACTIONS,
    "afterstates": SIDES,
    "policy": SIDES * ACTIONS + SIDES,
}
_DILATIONS: Final = 4  # layers after which a convolution dilates by 1 again
_NORM_EPSILON: Final = 1e-5
_RECURRENT_CONTEXT: Final = 128  # bars that the GRU has read at least, where there are so many


def dilation(layer: int) -> int:
    """Return how many bars apart a layer of the convolution reads: 1, 4, 16, 64, 1, 4 and so on.

    It begins again as in *WaveNet*: eight layers read 510 bars back, not 65,535.
    """
    found: int = TAPS ** (layer % _DILATIONS)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """What a network reads, how it encodes a bar, and what its head makes of that.

    `encoder` is one of:

    - `joint`: no encoding apart: feature row and side go through [Linear → ReLU] × `depth`
      together, then Linear to the four actions (`dqn`).
    - `mlp`: [Linear → LayerNorm → ReLU] × `depth` over the row, the window of returns in it.
    - `conv`: a causal convolution over the rows, dilated 1, 4, 16, 64, 1, 4 …, a residual
      layer each (van den Oord et al., *WaveNet*, 2016; Bai et al. 2018).
    - `gru`: recurrent over the rows (Cho et al. 2014).

    `head` is a linear map of the encoding, and of the row itself, to one of:

    - `actions`: values of the four actions for each side held.
    - `afterstates`: the value of each side held over the next bar; what it costs to get there
      is known (`costs`), so that the values of the actions follow.
    - `policy`: logits of the four actions and a value, for each side held.
    """

    features: int
    width: int
    depth: int
    encoder: str = _JOINT
    head: str = "actions"

    def __post_init__(self) -> None:
        if self.encoder not in _ENCODERS:
            raise ValueError(f"encoder {self.encoder!r} is none of {', '.join(_ENCODERS)}")
        if self.head not in _OUTPUTS or (self.encoder == _JOINT and self.head != "actions"):
            raise ValueError(f"there is no head {self.head!r} for the encoder {self.encoder}")

    @property
    def is_joint(self) -> bool:
        """Whether the side goes through the network together with the bar."""
        return self.encoder == _JOINT

    @property
    def outputs(self) -> int:
        """Numbers that the head makes of a bar."""
        return ACTIONS if self.is_joint else _OUTPUTS[self.head]

    @property
    def context(self) -> int:
        """Bars before a bar that its encoding reads (for `gru`: at least)."""
        if self.encoder == "conv":
            return (TAPS - 1) * sum(map(dilation, range(self.depth)))
        return _RECURRENT_CONTEXT if self.encoder == "gru" else 0

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each tensor by name, in the order in which they are applied."""
        if self.is_joint:
            return self._joint_shapes()
        found: dict[str, tuple[int, ...]] = {}
        width, inputs = self.width, self.features
        if self.encoder == "conv":
            found |= {"encoder.in.weight": (width, inputs), "encoder.in.bias": (width,)}
            inputs = TAPS * width
        for layer in range(self.depth):
            name = f"encoder.{layer}"
            if self.encoder == "gru":
                found |= {
                    f"{name}.weight": (3 * width, inputs),
                    f"{name}.bias": (3 * width,),
                    f"{name}.hidden_weight": (3 * width, width),
                    f"{name}.hidden_bias": (3 * width,),
                }
            else:
                found |= {
                    f"{name}.weight": (width, inputs),
                    f"{name}.bias": (width,),
                    f"{name}.gain": (width,),
                    f"{name}.shift": (width,),
                }
            inputs = TAPS * width if self.encoder == "conv" else width
        found |= {
            "head.weight": (self.outputs, width),
            "head.skip": (self.outputs, self.features),
            "head.bias": (self.outputs,),
        }
        if self.head == "afterstates":
            found[COSTS] = (SIDES, SIDES)
        return found

    @property
    def learned_shapes(self) -> dict[str, tuple[int, ...]]:
        """Those of `shapes` that are learned."""
        return {name: shape for name, shape in self.shapes.items() if name != COSTS}

    @property
    def size(self) -> int:
        """Number of learned weights."""
        return sum(prod(shape) for shape in self.learned_shapes.values())

    def _joint_shapes(self) -> dict[str, tuple[int, ...]]:
        sizes = [self.features + SIDES, *[self.width] * self.depth, ACTIONS]
        found: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, outputs) in enumerate(pairwise(sizes)):
            found[f"layers.{layer}.weight"] = (outputs, inputs)
            found[f"layers.{layer}.bias"] = (outputs,)
        return found


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
    """A network without torch, for what only acts: encoders that need but one row.

    It reads the arrays it was given in place: what changes them changes the network.

    Args:
        weights: tensors by name, see `Architecture.shapes`.

    Raises:
        ValueError: they are those of another network, or of one that reads more than a row.
    """

    def __init__(self, architecture: Architecture, weights: Weights) -> None:
        check_weights(architecture, weights)
        if architecture.context:
            raise ValueError(f"the encoder {architecture.encoder} needs torch")
        self._architecture, self._weights = architecture, weights

    def values(self, rows: Floats) -> Floats:
        """Return the values of the actions for sides -1, 0, +1. Shapes [B, F] → [B, 3, 4]."""
        return self._of_joint(rows) if self._architecture.is_joint else self._of_market(rows)

    def _of_joint(self, rows: Floats) -> Floats:
        sides = np.tile(ONE_HOT, (len(rows), 1))
        values = np.concatenate([np.repeat(rows, SIDES, axis=0), sides], axis=1)
        for layer in range(self._architecture.depth + 1):
            weight = self._weights[f"layers.{layer}.weight"]
            values = values @ weight.T + self._weights[f"layers.{layer}.bias"]
            if layer < self._architecture.depth:
                np.maximum(values, 0.0, out=values)
        return values.reshape(len(rows), SIDES, ACTIONS)

    def _of_market(self, rows: Floats) -> Floats:
        named, encoded = self._weights, rows
        for layer in range(self._architecture.depth):
            name = f"encoder.{layer}"
            encoded = encoded @ named[f"{name}.weight"].T + named[f"{name}.bias"]
            encoded = encoded - encoded.mean(axis=1, keepdims=True)
            variance = np.square(encoded).mean(axis=1, keepdims=True)
            encoded = encoded / np.sqrt(variance + np.float32(_NORM_EPSILON))
            encoded = encoded * named[f"{name}.gain"] + named[f"{name}.shift"]
            np.maximum(encoded, 0.0, out=encoded)
        outputs = encoded @ named["head.weight"].T + rows @ named["head.skip"].T
        return action_values(self._architecture, outputs + named["head.bias"], named)


def action_values(architecture: Architecture, outputs: Floats, weights: Weights) -> Floats:
    """Return what a head's outputs, [B, O], say of the actions: their values. [B, 3, 4].

    Those of a policy are its logits times `POLICY_TEMPERATURE`, so that what is shown of them
    is the policy itself.
    """
    if architecture.head == "afterstates":
        before = np.arange(SIDES)[:, None]
        found: Floats = outputs[:, AFTER] - weights[COSTS][before, AFTER]
        return found
    values = outputs[:, : SIDES * ACTIONS].reshape(-1, SIDES, ACTIONS)
    return values * np.float32(POLICY_TEMPERATURE) if architecture.head == "policy" else values
