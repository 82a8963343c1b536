"""Rectified Adam on one flat vector.

Liu et al., *On the Variance of the Adaptive Learning Rate and Beyond* (2020), algorithm 2.
"""

from typing import Final

import torch

_FIRST: Final = 0.9
_SECOND: Final = 0.999
_EPSILON: Final = 1e-8
_LONGEST: Final = 2 / (1 - _SECOND) - 1
_TRACTABLE: Final = 5.0  # below it the variance cannot be told, and the step is not adapted


class RAdam:
    """Moves `weights` in place, against gradients clipped to a norm.

    Args:
        weights: what is optimized. Shape [P].
        clip_norm: longest gradient that is taken as it is; longer ones are shortened to it.
    """

    def __init__(self, weights: torch.Tensor, *, clip_norm: float) -> None:
        self._weights = weights
        self._clip_norm = clip_norm
        self.mean = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)
        self.updates = 0

    def update(self, gradient: torch.Tensor, learning_rate: float) -> None:
        """Take one step; `gradient` [P] is overwritten."""
        self.updates += 1
        norm = torch.linalg.vector_norm(gradient)
        gradient.mul_((self._clip_norm / (norm + 1e-6)).clamp_(max=1.0))
        self.mean.lerp_(gradient, 1 - _FIRST)
        self.square.mul_(_SECOND).addcmul_(gradient, gradient, value=1 - _SECOND)
        kept = _SECOND**self.updates
        length = _LONGEST - 2 * self.updates * kept / (1 - kept)
        step = learning_rate / (1 - _FIRST**self.updates)
        if length <= _TRACTABLE:
            self._weights.add_(self.mean, alpha=-step)
            return
        rectified = (
            (length - 4) * (length - 2) * _LONGEST / ((_LONGEST - 4) * (_LONGEST - 2) * length)
        ) ** 0.5
        scale = (1 - kept) ** 0.5
        self._weights.addcdiv_(
            self.mean, self.square.sqrt().add_(_EPSILON), value=-step * rectified * scale
        )

    def scalars(self, learning_rate: float) -> tuple[float, float]:
        """See `aibt.rl.captured.Rule`: the step's length plain, and adapted; one of them is 0."""
        self.updates += 1
        kept = _SECOND**self.updates
        length = _LONGEST - 2 * self.updates * kept / (1 - kept)
        step = learning_rate / (1 - _FIRST**self.updates)
        if length <= _TRACTABLE:
            return step, 0.0
        rectified: float = (
            (length - 4) * (length - 2) * _LONGEST / ((_LONGEST - 4) * (_LONGEST - 2) * length)
        ) ** 0.5
        return 0.0, step * rectified * (1 - kept) ** 0.5

    def move(self, gradient: torch.Tensor, scalars: torch.Tensor) -> None:
        """See `aibt.rl.captured.Rule`: what `update` does, but for roundings."""
        plain, adapted = scalars[0], scalars[1]
        norm = torch.linalg.vector_norm(gradient)
        gradient.mul_((self._clip_norm / (norm + 1e-6)).clamp_(max=1.0))
        self.mean.lerp_(gradient, 1 - _FIRST)
        self.square.mul_(_SECOND).addcmul_(gradient, gradient, value=1 - _SECOND)
        scaled = adapted / self.square.sqrt().add_(_EPSILON) + plain
        self._weights.sub_(self.mean * scaled)
