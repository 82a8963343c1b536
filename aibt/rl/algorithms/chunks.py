"""A chunk of bars backwards: what the values should be, and how the expected reward would grow.

Each rule is written twice: compiled for the CPU, one chunk after the other, and in torch for
other devices, all chunks side by side. Tests hold the two to each other.

U[b, t, s] is how holding side s over bar t is valued; g[b, t, s] what it earns there; C[s, s']
what it costs to go from s to s'. Shapes [B, K + 1, 3], [B, K, 3], [3, 3].
"""

from functools import cache
from typing import Any

import numpy as np
import torch


def lambda_returns(
    values: torch.Tensor,
    growth: torch.Tensor,
    costs: torch.Tensor,
    gamma: float | torch.Tensor,
    lambda_: float,
) -> torch.Tensor:
    """Return what each side at each bar is worth by what came after it. Shape [B, K, 3].

    γ is one number, or one of each chunk, [B].

    y(t, s) = g(t, s) + γ · [λ · (y(t+1, s*) - C(s, s*)) + (1 - λ) · (U(t+1, s*) - C(s, s*))],
    s* the side of greatest U(t+1, s*) - C(s, s*); y is U at the end of the chunk (Peng &
    Williams 1996, of the greedy policy; all sides are known, so nothing is sampled).
    """
    if values.device.type == "cpu":
        found = torch.empty_like(growth)
        gammas = np.broadcast_to(np.asarray(gamma, np.float32), len(growth))
        _compiled().lambda_returns(
            values.numpy(), growth.numpy(), costs.numpy(), gammas,
            np.float32(lambda_), found.numpy(),
        )  # fmt: skip
        return found
    return _lambda_returns_in_torch(values, growth, costs, gamma, lambda_)


def _lambda_returns_in_torch(
    values: torch.Tensor,
    growth: torch.Tensor,
    costs: torch.Tensor,
    gamma: float | torch.Tensor,
    lambda_: float,
) -> torch.Tensor:
    if isinstance(gamma, torch.Tensor):
        gamma = gamma.unsqueeze(1)
    later = values[:, -1]
    returns = []
    for bar in range(growth.shape[1] - 1, -1, -1):
        ahead = values[:, bar + 1].unsqueeze(1) - costs
        best, side = ahead.max(2)
        held = later.gather(1, side) - costs.expand_as(ahead).gather(2, side.unsqueeze(2)).squeeze(
            2
        )
        later = growth[:, bar] + gamma * (lambda_ * held + (1 - lambda_) * best)
        returns.append(later)
    return torch.stack(returns[::-1], 1)


def policy_slopes(
    values: torch.Tensor,
    growth: torch.Tensor,
    costs: torch.Tensor,
    gamma: float,
    temperature: float,
) -> tuple[torch.Tensor, torch.Tensor | float]:
    """Return the gradient of the expected reward with regard to U, and that reward per bar.

    The policy goes from s to s' with probability softmax((U(t, s') - C(s, s')) / τ); the
    distribution over the sides is carried through the chunk, so the reward expected of it is
    a function of U whose gradient is exact, with no sampling. It begins at each side equally
    likely. With γ below 1 each bar's decisions follow the rewards from there on, which weigh
    γ less per bar, and all bars count alike: as is usual, and then the gradient of no single
    sum of rewards (Nota & Thomas, *Is the Policy Gradient a Gradient?*, 2020). Shape [B, K, 3].
    """
    if values.device.type == "cpu":
        found = torch.empty_like(growth)
        reward = _compiled().policy_slopes(
            values.numpy(), growth.numpy(), costs.numpy(), np.float32(gamma),
            np.float32(temperature), found.numpy(),
        )  # fmt: skip
        return found, reward / (growth.shape[0] * growth.shape[1])
    return _policy_slopes_in_torch(values, growth, costs, gamma, temperature)


def _policy_slopes_in_torch(
    values: torch.Tensor,
    growth: torch.Tensor,
    costs: torch.Tensor,
    gamma: float,
    temperature: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    moves = torch.softmax((values[:, :-1].unsqueeze(2) - costs) / temperature, 3)
    shares = [values.new_full((len(values), 1, 3), 1 / 3)]
    for bar in range(growth.shape[1]):
        shares.append(shares[-1] @ moves[:, bar])
    slopes, ahead = [], values.new_zeros(len(values), 3)
    for bar in range(growth.shape[1] - 1, -1, -1):
        gains = (growth[:, bar] + gamma * ahead).unsqueeze(1) - costs  # [B, 3, 3]
        ahead = (moves[:, bar] * gains).sum(2)
        pulls = moves[:, bar] * (gains - ahead.unsqueeze(2)) / temperature
        slopes.append((shares[bar] @ pulls).squeeze(1))
    before, after = torch.stack(shares[:-1], 1), torch.cat(shares[1:], 1)
    paid = (before @ (moves * costs).sum(3).unsqueeze(3)).sum()
    earned = (after * growth).sum()
    return torch.stack(slopes[::-1], 1), (earned - paid) / growth.shape[:2].numel()


def compile_now(*, policy: bool) -> None:
    """Compile what learning will call, so that no update waits for it.

    Args:
        policy: whether `policy_slopes` is among that; `lambda_returns` always is.
    """
    values, growth, costs = torch.zeros(1, 2, 3), torch.zeros(1, 1, 3), torch.zeros(3, 3)
    lambda_returns(values, growth, costs, 1.0, 1.0)
    if policy:
        policy_slopes(values, growth, costs, 1.0, 1.0)


@cache
def _compiled() -> Any:
    from aibt.rl.algorithms import chunk_kernels  # numba: compiled when it is first asked for

    return chunk_kernels
