"""What an algorithm has learned, as arrays: copied out, and copied in again."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.network import Architecture


def copied_out(learned: Mapping[str, torch.Tensor]) -> dict[str, NDArray[Any]]:
    """Return copies of tensors, by name."""
    return {name: held.detach().cpu().numpy().copy() for name, held in learned.items()}


def copy_in(
    learned: Mapping[str, torch.Tensor],
    tensors: Mapping[str, NDArray[np.generic]],
    architecture: Architecture,
) -> None:
    """Fill tensors with arrays of the same names; others are passed over.

    Raises:
        ValueError: one is missing, or has another shape; nothing was filled.
    """
    for name, held in learned.items():
        if name not in tensors or tensors[name].shape != tuple(held.shape):
            raise ValueError(f"{name} is not that of {architecture}")
    for name, held in learned.items():
        held.detach().copy_(torch.tensor(tensors[name]))
