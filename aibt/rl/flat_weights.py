"""One flat vector of weights, seen by name."""

from itertools import pairwise

import torch

from aibt.rl.network import Architecture


def named_views(architecture: Architecture, flat: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return the learned tensors by name, in the memory of `flat`, [P], one after another."""
    shapes = architecture.learned_shapes
    ends = [0]
    for shape in shapes.values():
        ends.append(ends[-1] + int(torch.Size(shape).numel()))
    return {
        name: flat[start:stop].view(shape)
        for (name, shape), (start, stop) in zip(shapes.items(), pairwise(ends), strict=True)
    }
