"""A race: contenders learn by turns of their own, on a clock that stands while they are judged."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aibt.rl.environment import Actions
from aibt.rl.preparation import Preparation
from benchmarks.learning_market import Judgement, Market

TARGETS: Final = (0.80, 0.90, 0.95, 0.98, 0.99)
_FIRST_LOOK_S: Final = 0.02
_LOOK_EVERY: Final = 0.08  # of the time on the clock
_JUDGED_AT_ONCE: Final = 8_192  # bars of a forward pass


class Contender(Protocol):
    """Someone who learns to trade on a market."""

    @property
    def steps(self) -> int:
        """Environment steps, or state-action values, that it has learned from so far."""
        ...

    def train_slice(self) -> None:
        """Learn for a short while."""
        ...

    def decide(self, bars: NDArray[np.int32]) -> Actions:
        """Return the greedy action at each bar for sides -1, 0, +1. Shape [B, 3]."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A contender as it is entered into a race.

    Attributes:
        name: as it is printed.
        make: returns a new one for what it is to learn from.
        changes: of the parameters (`benchmarks.learning_market.parameters`).
        budget_s: when it stops, on its clock.
        unit: of `Contender.steps`.
    """

    name: str
    make: Callable[[Preparation], Contender]
    budget_s: float
    changes: Mapping[str, Any] = field(default_factory=dict)
    unit: str = "steps"


@dataclass(slots=True, kw_only=True)
class Run:
    """What one contender did with one seed.

    Attributes:
        reached_s: clock at the first look at which a target was met, by target.
        best: the judgement of the highest share.
        best_s: clock at that look.
        rate: steps or values a second, over the time on the clock without its features.
        clock_s: clock at its end.
    """

    name: str
    seed: int
    reached_s: dict[float, float] = field(default_factory=dict)
    best: Judgement | None = None
    best_s: float = 0.0
    rate: float = 0.0
    clock_s: float = 0.0


def run(
    entry: Entry,
    on: Market,
    seed: int,
    *,
    stop_at: float = TARGETS[-1],
    now: Callable[[], float] = time.perf_counter,
    look_every: float = _LOOK_EVERY,
) -> Run:
    """Let one contender learn until it reaches `stop_at`, its budget is spent, or it stalls.

    The clock begins at the first call on loaded bars: features and new weights are on it,
    judging is not. It stalls when it knows something, half of the budget is spent, and its best
    look is long past: at less than a third of the time on the clock.
    """
    found = Run(name=entry.name, seed=seed)
    gc.collect()  # nobody pays for what the one before him left
    preparation, clock = on.prepared(**entry.changes, seed=seed)
    began = now()
    contender = entry.make(preparation)
    clock += now() - began
    started, look_at = clock, max(clock, _FIRST_LOOK_S)
    bars = on.judged_bars
    while found.best is None or clock < entry.budget_s:
        began = now()
        contender.train_slice()
        clock += now() - began
        if clock < min(look_at, entry.budget_s):
            continue
        look_at = clock * (1 + look_every)
        judgement = on.judge(decided(contender, bars))
        for target in TARGETS:
            if judgement.share >= target:
                found.reached_s.setdefault(target, clock)
        if found.best is None or judgement.share > found.best.share:
            found.best, found.best_s = judgement, clock
        stalls = clock > max(3 * found.best_s, entry.budget_s / 2)
        if judgement.share >= stop_at or (stalls and found.best.share >= TARGETS[0]):
            break
    found.rate = contender.steps / max(clock - started, 1e-9)
    found.clock_s = clock
    return found


def decided(contender: Contender, bars: NDArray[np.int32]) -> Actions:
    """Return the greedy actions at many bars, some at a time. Shape [B, 3]."""
    parts = [
        contender.decide(bars[at : at + _JUDGED_AT_ONCE])
        for at in range(0, len(bars), _JUDGED_AT_ONCE)
    ]
    return np.concatenate(parts)


def compilation_s(entry: Entry, on: Market) -> float:
    """Return how much longer a first slice and look take than those of a second contender."""
    taken = []
    for _ in range(2):
        preparation, _ = on.prepared(**entry.changes)
        began = time.perf_counter()
        contender = entry.make(preparation)
        contender.train_slice()
        decided(contender, on.judged_bars[:_JUDGED_AT_ONCE])
        taken.append(time.perf_counter() - began)
    return max(taken[0] - taken[1], 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Seconds to a target over seeds; infinite where it was not reached.

    Attributes:
        at_least: the median, where who never reached it is taken to have at his end: what the
            median is no less than.
    """

    median: float
    at_least: float
    lowest: float
    highest: float
    reached: int
    runs: int


def spread(runs: list[Run], target: float) -> Spread:
    """Return the median and range of the seconds to `target` over several runs."""
    seconds = sorted(found.reached_s.get(target, float("inf")) for found in runs)
    known = sorted(found.reached_s.get(target, found.clock_s) for found in runs)
    return Spread(
        median=statistics.median_high(seconds),
        at_least=statistics.median_low(known),
        lowest=seconds[0],
        highest=seconds[-1],
        reached=sum(np.isfinite(seconds)),
        runs=len(seconds),
    )
