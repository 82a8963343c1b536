"""What a round of rollouts comes to: each account's steps as a sequence, each bar but once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.network import ACTIONS, SIDES
from aibt.rl.rollout import Rollout


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Round:
    """K steps of N accounts under one policy, on the learner's device.

    Every tensor has shape [K, N] but `visited`.

    Attributes:
        visited: the bars that were met, next bars among them, in order, each once. Shape [U].
        at, to: places in `visited` of the bar acted at and of the next one.
        sides, to_sides: side held, plus 1, before the action and after it.
        rewards: in units of the market's volatility.
        ends: the account was bust: nothing follows.
        breaks: the next step is that of another pass.
    """

    visited: torch.Tensor
    at: torch.Tensor
    to: torch.Tensor
    sides: torch.Tensor
    actions: torch.Tensor
    to_sides: torch.Tensor
    rewards: torch.Tensor
    ends: torch.Tensor
    breaks: torch.Tensor

    @property
    def accounts(self) -> int:
        """N."""
        return self.at.shape[1]


def round_of(rollouts: Sequence[Rollout], *, unit: float, device: torch.device) -> Round:
    """Return what the workers collected, their accounts side by side in worker order.

    Args:
        rollouts: of one round, each of as many steps.
        unit: rewards are told in multiples of it.
        device: where to learn from it.
    """

    def joined(arrays: Sequence[NDArray[Any]]) -> torch.Tensor:
        """Return copies: what was collected is good until the next round alone."""
        columns = [
            array.reshape(-1, rollout.environments)
            for array, rollout in zip(arrays, rollouts, strict=True)
        ]
        return torch.from_numpy(np.concatenate(columns, axis=1)).to(device)

    def stepped(name: str) -> torch.Tensor:
        return joined([getattr(rollout.transitions, name) for rollout in rollouts])

    bars = stepped("bars").long()
    ends = stepped("terminations")
    lowest = int(bars.min())
    met = torch.zeros(int(bars.max()) + 2 - lowest, dtype=torch.bool, device=device)
    here = bars - lowest
    met[here] = True
    met[here + 1] = True
    places = met.cumsum(0) - 1
    return Round(
        visited=met.nonzero().squeeze(1) + lowest,
        at=places[here],
        to=places[here + 1],
        sides=stepped("sides").long() + 1,
        actions=stepped("actions").long(),
        to_sides=stepped("next_sides").long() + 1,
        rewards=stepped("rewards") / unit,
        ends=ends,
        breaks=ends | joined([rollout.truncations for rollout in rollouts]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Some accounts of a round, for one update; M steps one after the other.

    Attributes:
        bars: those that these accounts acted at, each once. Shape [U].
        cells: place of (bar, side) in a table of U · 3 rows. Shape [M].
        choices: place of (bar, side, action) in a table of U · 3 · 4 numbers. Shape [M].
        accounts: which they are. Shape [A].
    """

    bars: torch.Tensor
    cells: torch.Tensor
    choices: torch.Tensor
    accounts: torch.Tensor

    def of(self, table: torch.Tensor) -> torch.Tensor:
        """Return what a table of the round, [K, N], holds for these steps. Shape [M]."""
        return table.index_select(1, self.accounts).flatten()


def batch_of(found: Round, accounts: NDArray[np.int64]) -> Batch:
    """Return the steps of these accounts."""
    chosen = torch.from_numpy(accounts).to(found.at.device)
    at = found.at.index_select(1, chosen)
    met = torch.zeros(len(found.visited), dtype=torch.bool, device=at.device)
    met[at] = True
    places = met.cumsum(0) - 1
    cells = places[at] * SIDES + found.sides.index_select(1, chosen)
    return Batch(
        bars=found.visited[met],
        cells=cells.flatten(),
        choices=(cells * ACTIONS + found.actions.index_select(1, chosen)).flatten(),
        accounts=chosen,
    )


def returns_of(
    found: Round, futures: torch.Tensor, *, gamma: float, lambda_: float
) -> torch.Tensor:
    """Return the λ-returns of a round. Shape [K, N].

    y_k = r_k + γ · (λ · y_{k+1} + (1 - λ) · V_{k+1}); r_k alone after a bust; and r_k + γ · V
    of the last real observation where the bars or the round end.

    Args:
        found: the round.
        gamma: γ, per bar.
        lambda_: λ, in [0, 1].
        futures: what is expected from the next bar and side on, V. Shape [K, N].
    """
    kept = torch.where(found.breaks, 0.0, gamma * lambda_)  # of what comes later
    kept[-1] = 0.0
    discounts = torch.where(found.ends, 0.0, gamma) - kept
    returns = found.rewards + discounts * futures
    for step in range(len(returns) - 2, -1, -1):
        returns[step].addcmul_(kept[step], returns[step + 1])
    return returns
