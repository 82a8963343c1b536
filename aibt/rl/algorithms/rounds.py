"""What a round of rollouts comes to: each account's steps as a sequence, each bar but once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.environment import Floats, Indices
from aibt.rl.network import SIDES
from aibt.rl.rollout import Rollout


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Round:
    """K steps of N accounts under one policy. Arrays have shape [K, N] but `visited`.

    Attributes:
        visited: the bars that were met, next bars among them, in order, each once. Shape [U].
        at, to: places in `visited` of the bar acted at and of the next one.
        sides, to_sides: side held, plus 1, before the action and after it.
        rewards: in units of the market's volatility.
        ends: the account was bust: nothing follows.
        breaks: the next step is that of another pass.
    """

    visited: Indices
    at: NDArray[np.int32]
    to: NDArray[np.int32]
    sides: NDArray[np.int64]
    actions: NDArray[np.int64]
    to_sides: NDArray[np.int64]
    rewards: Floats
    ends: NDArray[np.bool_]
    breaks: NDArray[np.bool_]

    @property
    def accounts(self) -> int:
        """N."""
        return int(self.at.shape[1])


def round_of(rollouts: Sequence[Rollout], *, unit: float) -> Round:
    """Return what the workers collected, their accounts side by side in worker order."""

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate(
            [
                getattr(rollout.transitions, name).reshape(-1, rollout.environments)
                for rollout in rollouts
            ],
            axis=1,
        )

    truncations = np.concatenate(
        [rollout.truncations.reshape(-1, rollout.environments) for rollout in rollouts], axis=1
    )
    bars = joined("bars").astype(np.int32)
    lowest = int(bars.min())
    met = np.zeros(int(bars.max()) + 2 - lowest, np.bool_)
    met[bars - lowest] = True
    met[bars + 1 - lowest] = True
    places = np.cumsum(met, dtype=np.int32) - 1
    ends = joined("terminations").astype(np.bool_)
    return Round(
        visited=(np.flatnonzero(met) + lowest).astype(np.int32),
        at=places[bars - lowest],
        to=places[bars + 1 - lowest],
        sides=joined("sides").astype(np.int64) + 1,
        actions=joined("actions").astype(np.int64),
        to_sides=joined("next_sides").astype(np.int64) + 1,
        rewards=(joined("rewards") / np.float32(unit)).astype(np.float32),
        ends=ends,
        breaks=ends | truncations,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Some accounts of a round, for one update; steps one after the other. Shape [M] each.

    Attributes:
        bars: those that these accounts acted at, each once. Shape [U].
        at: place in `bars` of each step's.
        cells: place of (bar, side) in a table of U · 3 rows.
        choices: place of (bar, side, action) in a table of U · 3 · 4 numbers.
        chosen: which steps these are, in the round's order.
    """

    bars: torch.Tensor
    cells: torch.Tensor
    choices: torch.Tensor
    chosen: torch.Tensor


def batch_of(found: Round, accounts: NDArray[np.int64], device: torch.device) -> Batch:
    """Return the steps of these accounts."""
    at = found.at[:, accounts]
    met = np.zeros(len(found.visited), np.bool_)
    met[at] = True
    places = np.cumsum(met, dtype=np.int64) - 1
    cells = places[at] * SIDES + found.sides[:, accounts]
    steps = np.arange(found.at.size).reshape(found.at.shape)[:, accounts]

    def given(array: NDArray[np.generic]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, np.int64).ravel()).to(device)

    return Batch(
        bars=given(found.visited[met]),
        cells=given(cells),
        choices=given(cells * 4 + found.actions[:, accounts]),
        chosen=given(steps),
    )


def returns_of(found: Round, futures: Floats, *, gamma: float, lambda_: float) -> Floats:
    """Return the λ-returns of a round. Shape [K, N].

    y_k = r_k + γ · (λ · y_{k+1} + (1 - λ) · V_{k+1}); r_k alone after a bust; and r_k + γ · V
    of the last real observation where the bars or the round end.

    Args:
        found: the round.
        gamma: γ, per bar.
        lambda_: λ, in [0, 1].
        futures: what is expected from the next bar and side on, V. Shape [K, N].
    """
    found_returns = np.empty_like(found.rewards)
    discount, kept = np.float32(gamma), np.float32(lambda_)
    later: Floats = futures[-1]
    for step in range(len(futures) - 1, -1, -1):
        future = futures[step]
        mixed = future if step == len(futures) - 1 else kept * later + (1 - kept) * future
        ahead = np.where(found.breaks[step], future, mixed)
        ahead = np.where(found.ends[step], np.float32(0), ahead)
        later = found.rewards[step] + discount * ahead
        found_returns[step] = later
    return found_returns
