"""A batch of a round as a step over memory that stays in place, see `aibt.rl.captured`."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.algorithms.rounds import Batch, Lessons
from aibt.rl.captured import InPlace
from aibt.rl.network import ACTIONS, SIDES

_CHOICES: Final = SIDES * ACTIONS
_BARS: Final = "bar acted at"
_REST: Final = "side and action"  # as one number below 12
_SHAPES: Final = 4  # of rounds whose memory is kept; a round that is cut short has another

StepOf = Callable[[Batch, torch.Tensor], torch.Tensor]
"""Takes the optimizer's step from a batch, by its numbers, and returns the loss."""


class LessonsInPlace:
    """Learns from batches of accounts of a round without asking which bars they have met.

    To find these is to wait for the GPU, and their number changes from batch to batch. So a
    batch of fewer steps than there are bars encodes a bar for each step, and one of more steps
    encodes every bar once.

    Args:
        in_place: takes the steps.
        bars: at which decisions are learned.
        device: where they are learned from.
        step: see `StepOf`.
    """

    def __init__(self, in_place: InPlace, bars: range, device: torch.device, step: StepOf) -> None:
        self._in_place, self._step = in_place, step
        self._first = bars.start
        self._all = torch.arange(bars.start, bars.stop, device=device)
        self._held: dict[tuple[int, ...], dict[str, torch.Tensor]] = {}
        self._taken: tuple[Lessons, dict[str, torch.Tensor]] | None = None

    def update(
        self, lessons: Lessons, accounts: NDArray[np.int64], learning_rate: float
    ) -> torch.Tensor:
        """Learn from some accounts of a round, and return the loss; see `InPlace.update`."""
        if self._taken is None or self._taken[0] is not lessons:
            self._taken = lessons, self._take(lessons)
        held = self._taken[1]

        def step(chosen: torch.Tensor, scalars: torch.Tensor) -> torch.Tensor:
            return self._step(self._batch(held, chosen), scalars)

        return self._in_place.update(lessons.choices.shape, accounts, learning_rate, step)

    def _take(self, lessons: Lessons) -> dict[str, torch.Tensor]:
        """Return a round where all rounds of its shape lie. Shape [N, K] each."""
        rounds = tuple(lessons.choices.shape)
        given = {
            _BARS: lessons.bars[lessons.choices // _CHOICES],
            _REST: lessons.choices % _CHOICES,
            **lessons.judged,
        }
        held = self._held.get(rounds)
        if held is None:
            if len(self._held) >= _SHAPES:
                self._held.clear()
                self._in_place.forget()  # what was recorded reads that memory
            held = self._held[rounds] = {
                name: torch.empty_like(table) for name, table in given.items()
            }
        for name, table in given.items():
            held[name].copy_(table)
        return held

    def _batch(self, held: Mapping[str, torch.Tensor], chosen: torch.Tensor) -> Batch:
        taken = {name: table.index_select(0, chosen).flatten() for name, table in held.items()}
        bars, choices = taken.pop(_BARS), taken.pop(_REST)
        if len(bars) < len(self._all):
            places = torch.arange(len(bars), device=bars.device)
        else:
            bars, places = self._all, bars - self._first
        return Batch(bars=bars, choices=places * _CHOICES + choices, judged=taken)
