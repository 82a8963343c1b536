"""What an algorithm has learned, as arrays and numbers: copied out, and copied in again."""

from collections.abc import Mapping
from math import isfinite, nan
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


def finite_or_none(loss: torch.Tensor | float | None) -> float | None:
    """Return a loss as JSON can hold it: None for one that is not finite, or for none yet."""
    known = None if loss is None else float(loss)
    return known if known is not None and isfinite(known) else None


def none_as_nan(told: float | None) -> float:
    """Return a number that `finite_or_none` told of."""
    return nan if told is None else told
