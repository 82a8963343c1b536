"""A step of the gradient that somebody else may take, together with others."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.adam import Adam
from aibt.rl.network import Architecture
from aibt.rl.parameters import TrainingParameters


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepDue:
    """A step of the gradient that an algorithm is to take next, for whoever takes several at once.

    Attributes:
        starts: first bars of its chunks. Shape [B].
        bars: of a chunk.
        rows, growth, costs: what is learned from. Shapes [T, F], [T, 3], [3, 3].
        weights, average: learned, and acted by; to be moved in place. Shape [P].
        optimizer: of the weights.
        taken: to be told of the loss once all is moved: a tensor of one number.
    """

    architecture: Architecture
    starts: NDArray[np.int64]
    bars: int
    rows: torch.Tensor
    growth: torch.Tensor
    costs: torch.Tensor
    weights: torch.Tensor
    average: torch.Tensor
    optimizer: Adam
    parameters: TrainingParameters
    taken: Callable[[torch.Tensor], None]
