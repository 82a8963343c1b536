"""What a round of rollouts comes to: each account's steps as a sequence, each bar but once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.network import ACTIONS, SIDES
from aibt.rl.rollout import Rollout

_CHOICES: Final = SIDES * ACTIONS
_MANY: Final = 8  # steps of a batch to a bar of the round


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Round:
    """K steps of N accounts under one policy, on the learner's device.

    Every tensor has shape [K, N] but `bars`.

    Attributes:
        bars: those that were met, next bars among them, and maybe others; in order, each
            once. Shape [U].
        at: place in `bars` of the bar acted at; the next bar's is one later.
        sides, to_sides: side held, plus 1, before the action and after it.
        rewards: in units of the market's volatility.
        ends: the account was bust: nothing follows.
        breaks: the next step is that of another pass.
    """

    bars: torch.Tensor
    at: torch.Tensor
    sides: torch.Tensor
    actions: torch.Tensor
    to_sides: torch.Tensor
    rewards: torch.Tensor
    ends: torch.Tensor
    breaks: torch.Tensor

    @property
    def cells(self) -> torch.Tensor:
        """Place of (bar, side) acted at in a table of U · 3 rows. Shape [K, N]."""
        return self.at * SIDES + self.sides

    @property
    def next_cells(self) -> torch.Tensor:
        """Place of (bar, side) that the step led to in the same table. Shape [K, N]."""
        return (self.at + 1) * SIDES + self.to_sides

    @property
    def choices(self) -> torch.Tensor:
        """Place of (bar, side, action) in a table of U · 3 · 4 numbers. Shape [K, N]."""
        return self.cells * ACTIONS + self.actions


def bars_met(rollouts: Sequence[Rollout]) -> NDArray[np.int64]:
    """Return the bars that were met in a round, next bars among them, in order, each once."""
    bars = np.concatenate([_on_host(rollout.transitions.bars) for rollout in rollouts])
    return np.union1d(bars, bars + 1).astype(np.int64)


def round_of(rollouts: Sequence[Rollout], bars: torch.Tensor, *, unit: float) -> Round:
    """Return what the workers collected, their accounts side by side in worker order.

    Args:
        rollouts: of one round, each of as many steps.
        bars: in order, each once; those that were met are among them. Shape [U], on the
            device where it is learned from.
        unit: rewards are told in multiples of it.

    Raises:
        ValueError: a bar that was met is not among `bars`; of what was collected on a device
            that is not looked at.
    """
    device = bars.device

    def joined(arrays: Sequence[Any]) -> torch.Tensor:
        """Return copies: what was collected is good until the next round alone."""
        columns = [
            array.reshape(-1, rollout.environments)
            for array, rollout in zip(arrays, rollouts, strict=True)
        ]
        if isinstance(columns[0], torch.Tensor):
            return torch.cat(columns, 1)
        return torch.from_numpy(np.concatenate(columns, axis=1)).to(device)

    def stepped(name: str) -> torch.Tensor:
        return joined([getattr(rollout.transitions, name) for rollout in rollouts])

    met = stepped("bars")
    if isinstance(rollouts[0].transitions.bars, torch.Tensor):
        at = torch.searchsorted(bars, met.long())  # to check would be to wait for the device
    else:
        at = _places(met, bars)
    ends = stepped("terminations")
    return Round(
        bars=bars,
        at=at,
        sides=stepped("sides").long() + 1,
        actions=stepped("actions").long(),
        to_sides=stepped("next_sides").long() + 1,
        rewards=stepped("rewards") / unit,
        ends=ends,
        breaks=ends | joined([rollout.truncations for rollout in rollouts]),
    )


def _places(met: torch.Tensor, bars: torch.Tensor) -> torch.Tensor:
    """Return the place in `bars` of each bar that was met, the next bar's being one later."""
    lowest = int(bars[0])
    places = torch.full((int(bars[-1]) + 2 - lowest,), -1, dtype=torch.long, device=bars.device)
    order = torch.arange(len(bars), device=bars.device)
    places[bars - lowest] = order
    places[:-1].masked_fill_(places[1:] < 0, -1)  # the next bar is one of them as well
    if int(met.min()) < lowest or int(met.max()) > int(bars[-1]):
        raise ValueError("the round was at a bar that was not foreseen")
    at = places.index_select(0, (met - lowest).flatten()).view(met.shape)
    if int(at.min()) < 0:
        raise ValueError("the round was at a bar that was not foreseen")
    return at


def _on_host(array: Any) -> NDArray[Any]:
    return array.cpu().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """What the updates after a round learn from: the steps of an account one after another.

    Attributes:
        bars: those that were met, and maybe others; in order, each once. Shape [U].
        choices: place of (bar, side, action) in a table of U · 3 · 4 numbers. Shape [N, K].
        judged: what is known of each step, by name. Shape [N, K] each.
    """

    bars: torch.Tensor
    choices: torch.Tensor
    judged: Mapping[str, torch.Tensor]


def lessons_of(found: Round, judged: Mapping[str, torch.Tensor]) -> Lessons:
    """Return what to learn from a round; `judged` is of its steps, [K, N] each."""
    return Lessons(
        bars=found.bars,
        choices=found.choices.t().contiguous(),
        judged={name: table.t().contiguous() for name, table in judged.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """The steps of some accounts of a round, for one update; M of them.

    Attributes:
        bars: those that these accounts acted at, and maybe others, each once. Shape [U].
        choices: place of (bar, side, action) in a table of U · 3 · 4 numbers. Shape [M].
        judged: what is known of each step, by name. Shape [M] each.
    """

    bars: torch.Tensor
    choices: torch.Tensor
    judged: Mapping[str, torch.Tensor]

    @property
    def cells(self) -> torch.Tensor:
        """Place of (bar, side) in a table of U · 3 rows. Shape [M]."""
        return self.choices // ACTIONS


def batch_of(lessons: Lessons, accounts: NDArray[np.int64]) -> Batch:
    """Return the steps of these accounts.

    Where they are many to a bar all bars of the round are taken: hardly one was not met.
    """
    chosen = torch.from_numpy(accounts).to(lessons.choices.device)
    bars, choices = lessons.bars, lessons.choices.index_select(0, chosen).flatten()
    if len(choices) < _MANY * len(bars):
        places = choices // _CHOICES
        met = torch.zeros(len(bars), dtype=torch.bool, device=bars.device)
        met[places] = True
        skipped = (~met).cumsum(0)  # before each bar that was met
        choices = choices - skipped.index_select(0, places) * _CHOICES
        bars = bars[met]
    return Batch(
        bars=bars,
        choices=choices,
        judged={
            name: table.index_select(0, chosen).flatten() for name, table in lessons.judged.items()
        },
    )


def taken(table: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Return a table's numbers, counted row by row, at places of any shape."""
    return table.flatten().index_select(0, places.flatten()).view(places.shape)


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
