"""Population-based search: the worst take over the best's weights, and perturb his parameters.

Jaderberg et al., *Population Based Training of Neural Networks* (2017), with truncation selection
and without generations: a member is looked at by itself, so that none waits for another. Plain
functions of what they are given: the same members, marks and generator give the same step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any, Final, Literal

import numpy as np

from aibt.errors import Invalid

SEARCHED: Final = ("lr", "gamma")
"""Parameters that differ between members and are perturbed; they are hot (`parameters.HOT`)."""

FACTORS: Final = (0.8, 1.25)
RESAMPLED: Final = 0.25  # share of the perturbations that forget where they began
_WIDTH: Final = {"lr": 10.0, "gamma": 4.0}  # of a range that nobody named, to both sides
_START: Final = 0
_SEARCH: Final = 1
_HIGHEST_SEED: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Where a parameter may be.

    A learning rate is drawn and perturbed by its logarithm; a discount by that of 1 - gamma, the
    inverse of the horizon, as 0.99 and 0.999 are as far from each other as 0.9 and 0.99.
    """

    name: str
    lowest: float
    highest: float

    def __post_init__(self) -> None:
        if self.lowest > self.highest:
            raise Invalid(f"{self.name}_min", f"is above {self.name}_max, {self.highest:g}")
        if self.lowest < self.highest and min(self._ends()) <= 0:
            end = "_max" if self.name == "gamma" else "_min"
            raise Invalid(f"{self.name}{end}", "is no end of a range: its logarithm is infinite")

    @classmethod
    def around(cls, name: str, value: float) -> "Range":
        """Return where the search may take a parameter that all members begin with alike."""
        end, width = _outward(name, value), _WIDTH[name]
        ends = sorted(_inward(name, min(side, 1.0)) for side in (end / width, end * width))
        if min(_outward(name, side) for side in ends) <= 0:  # as for a discount of 1
            ends = [value, value]
        return cls(name=name, lowest=ends[0], highest=ends[1])

    def drawn(self, generator: np.random.Generator) -> float:
        """Return a value, each order of magnitude being as likely as another."""
        if self.lowest == self.highest:
            return self.lowest
        low, high = sorted(log(end) for end in self._ends())
        return self._within(_inward(self.name, exp(generator.uniform(low, high))))

    def perturbed(self, value: float, generator: np.random.Generator) -> float:
        """Return a value nearby, or sometimes any."""
        if generator.random() < RESAMPLED:
            return self.drawn(generator)
        factor = FACTORS[int(generator.integers(len(FACTORS)))]
        return self._within(_inward(self.name, _outward(self.name, value) * factor))

    def _within(self, value: float) -> float:
        return min(max(value, self.lowest), self.highest)

    def _ends(self) -> tuple[float, float]:
        return _outward(self.name, self.lowest), _outward(self.name, self.highest)


def _outward(name: str, value: float) -> float:
    return 1.0 - value if name == "gamma" else value


_inward = _outward  # 1 - (1 - gamma) is gamma


def ranges_of(request: Mapping[str, Any]) -> dict[str, Range]:
    """Return where each of `SEARCHED` may be, from a population's completed request.

    Where it names no range, members begin alike, with `lr` and `gamma`, and the search may take
    them up to ten times off the one and to a quarter or to four times the horizon of the other.

    Raises:
        Invalid: an end is missing, or above the other.
    """
    found = {}
    for name in SEARCHED:
        lowest, highest = (request.get(f"{name}_{end}") for end in ("min", "max"))
        if lowest is None and highest is None:
            found[name] = Range.around(name, float(request[name]))
        elif lowest is None or highest is None:
            missing = f"{name}_min" if lowest is None else f"{name}_max"
            raise Invalid(missing, "a range has two ends")
        else:
            found[name] = Range(name=name, lowest=float(lowest), highest=float(highest))
    return found


def beginnings(request: Mapping[str, Any]) -> list[dict[str, float | int]]:
    """Return `lr`, `gamma` and `seed` of each member, from a population's completed request.

    They depend on its `seed` and the member's number alone: more members begin as fewer do.

    Raises:
        Invalid: a range is none.
    """
    ranges, begun = ranges_of(request), list[dict[str, float | int]]()
    for member in range(1, int(request["members"]) + 1):
        generator = _generator(int(request["seed"]), _START, member)
        seed = int(generator.integers(_HIGHEST_SEED))
        values = {
            name: float(request[name])
            if request.get(f"{name}_min") is None
            else ranges[name].drawn(generator)
            for name in SEARCHED
        }
        begun.append({**values, "seed": seed})
    return begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member that lives, as the search sees it.

    Attributes:
        score: of its weights as they are, on the validation part; None: they have none yet.
        parameters: those of `SEARCHED` that hold now.
        is_due: whether it runs, and has done its episodes since it was looked at last.
        is_pinned: it is never changed.
        is_excluded: it is never changed, nor copied from, nor counted.
    """

    member: int
    score: float | None
    parameters: Mapping[str, float]
    is_due: bool = True
    is_pinned: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be done to a member.

    Attributes:
        kind: `exploit`: it takes over weights, optimizer and parameters of `source`, and perturbs
            these; `explore`: it perturbs its own, as no better one is there.
        changes: new values of some of `SEARCHED`.
        scores: what the decision saw, by the member's number.
    """

    kind: Literal["exploit", "explore"]
    member: int
    source: int | None
    changes: Mapping[str, float]
    scores: Mapping[int, float]


def next_step(
    members: Sequence[Member],
    *,
    fraction: float,
    ranges: Mapping[str, Range],
    seed: int,
    number: int,
) -> Step | None:
    """Return what to do to the worst member that is due and among the lowest, or None.

    Args:
        members: those that live; whoever is excluded or has no score takes no part.
        fraction: share of those who take part that is low, and share that is high, at most a half;
            at least one each.
        ranges: where the parameters may be.
        seed: of the population.
        number: how many steps came before; with `seed` it decides all that is drawn, so that a
            search goes on as it would have, wherever it was interrupted.
    """
    scores = {
        one.member: one.score for one in members if one.score is not None and not one.is_excluded
    }
    ranked = sorted(scores, key=lambda member: (scores[member], member))
    if len(ranked) < 2:
        return None
    some = max(1, int(fraction * len(ranked)))
    by_number = {one.member: one for one in members}
    for low in ranked[:some]:
        target = by_number[low]
        if target.is_pinned or not target.is_due:
            continue
        generator = _generator(seed, _SEARCH, number)
        high = ranked[-some:]
        source = by_number[high[int(generator.integers(len(high)))]]
        is_better = scores[source.member] > scores[low]
        base = source.parameters if is_better else target.parameters
        wanted = {name: ranges[name].perturbed(base[name], generator) for name in SEARCHED}
        return Step(
            kind="exploit" if is_better else "explore",
            member=low,
            source=source.member if is_better else None,
            changes={
                name: value for name, value in wanted.items() if value != target.parameters[name]
            },
            scores=scores,
        )
    return None


def _generator(seed: int, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
