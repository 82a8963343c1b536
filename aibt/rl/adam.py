"""Adam on one flat vector (Kingma & Ba 2015, algorithm 1)."""

from typing import Final

import torch

_FIRST: Final = 0.9
_SECOND: Final = 0.999
_EPSILON: Final = 1e-8


class Adam:
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
        scale: float = (1 - _SECOND**self.updates) ** 0.5
        step = learning_rate / (1 - _FIRST**self.updates)
        self._weights.addcdiv_(self.mean, (self.square.sqrt() / scale).add_(_EPSILON), value=-step)

    def scalars(self, learning_rate: float) -> tuple[float, float]:
        """See `aibt.rl.captured.Rule`: the step's length, and the scale of the square's root."""
        self.updates += 1
        scale: float = (1 - _SECOND**self.updates) ** 0.5
        return learning_rate / (1 - _FIRST**self.updates), scale

    def move(self, gradient: torch.Tensor, scalars: torch.Tensor) -> None:
        """See `aibt.rl.captured.Rule`: what `update` does, but for roundings."""
        step, scale = scalars[0], scalars[1]
        norm = torch.linalg.vector_norm(gradient)
        gradient.mul_((self._clip_norm / (norm + 1e-6)).clamp_(max=1.0))
        self.mean.lerp_(gradient, 1 - _FIRST)
        self.square.mul_(_SECOND).addcmul_(gradient, gradient, value=1 - _SECOND)
        denominator = (self.square.sqrt() / scale).add_(_EPSILON)
        self._weights.sub_(self.mean / denominator * step)
