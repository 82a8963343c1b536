"""Adam on one flat vector (Kingma & Ba 2015, algorithm 1)."""

from collections.abc import Sequence
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
        self.clip_norm = clip_norm
        self.mean = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)
        self.updates = 0

    def update(self, gradient: torch.Tensor, learning_rate: float) -> None:
        """Take one step; `gradient` [P] is overwritten."""
        self.updates += 1
        norm = torch.linalg.vector_norm(gradient)
        gradient.mul_((self.clip_norm / (norm + 1e-6)).clamp_(max=1.0))
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
        gradient.mul_((self.clip_norm / (norm + 1e-6)).clamp_(max=1.0))
        self.mean.lerp_(gradient, 1 - _FIRST)
        self.square.mul_(_SECOND).addcmul_(gradient, gradient, value=1 - _SECOND)
        denominator = (self.square.sqrt() / scale).add_(_EPSILON)
        self._weights.sub_(self.mean / denominator * step)


def update_together(
    optimizers: Sequence[Adam],
    weights: torch.Tensor,
    gradients: torch.Tensor,
    learning_rates: Sequence[float],
) -> None:
    """Take a step of each optimizer at once, as `Adam.update` of each would.

    Args:
        optimizers: as many as there are rows. Shape [M].
        weights: theirs, stacked: moved here, and to be put back by whoever stacked them. [M, P].
        gradients: overwritten. Shape [M, P].
        learning_rates: one of each. Shape [M].
    """
    mean = torch.stack([one.mean for one in optimizers])
    square = torch.stack([one.square for one in optimizers])
    norms = torch.linalg.vector_norm(gradients, dim=1, keepdim=True)
    clips = gradients.new_tensor([[one.clip_norm] for one in optimizers])
    gradients.mul_((clips / (norms + 1e-6)).clamp_(max=1.0))
    mean.lerp_(gradients, 1 - _FIRST)
    square.mul_(_SECOND).addcmul_(gradients, gradients, value=1 - _SECOND)
    done = [one.updates + 1 for one in optimizers]
    factors = gradients.new_tensor(
        [
            [-rate / (1 - _FIRST**count), (1 - _SECOND**count) ** 0.5]
            for rate, count in zip(learning_rates, done, strict=True)
        ]
    )
    steps, scales = factors[:, :1], factors[:, 1:]
    weights.add_(steps * (mean / (square.sqrt() / scales).add_(_EPSILON)))
    put_back(mean, [one.mean for one in optimizers])
    put_back(square, [one.square for one in optimizers])
    for one, count in zip(optimizers, done, strict=True):
        one.updates = count


def put_back(stacked: torch.Tensor, held: Sequence[torch.Tensor]) -> None:
    """Copy the rows of a stack, [M, P], to where they came from, [P] each."""
    torch._foreach_copy_([*held], [*stacked.unbind()])  # one launch for many, on a GPU
