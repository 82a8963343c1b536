"""Which bars teach, choose and judge, fold after fold in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from aibt.errors import Invalid
from aibt.rl.split import Part, Split

HORIZON: Final = 1  # bars that a reward looks ahead
FOLDS: Final = 5
_LEARNED_FIRST: Final = 50  # per cent of the bars before the first test part
_VALIDATION_SHARE: Final = 5  # one in so many of the bars before a test part
_SHORTEST: Final = 8  # decisions that a part must have room for, as in `aibt.rl.split`
_MOST_FOLDS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Folds in the order of time: train | purge | validation | purge, embargo | test.

    Every fold learns from all the bars before it, so `train` grows. Decisions of `test` are
    made at all its bars but the last, at which the next fold's begin: every out-of-sample
    bar is judged once, and none is left out.

    Attributes:
        purge: bars between two parts: so many that no window of returns holds one of the other
            part and no reward reaches into it.
        embargo: further bars before each test part, for what depends over longer times, such
            as an observation's longer averages.
    """

    bars: int
    purge: int
    embargo: int
    folds: tuple[Split, ...]

    @property
    def out_of_sample(self) -> Part:
        """All test parts together."""
        return Part(start=self.folds[0].test.start, stop=self.folds[-1].test.stop)


def walk_forward_plan(
    bars: int,
    *,
    window: int,
    folds: int = FOLDS,
    learned_first: int = _LEARNED_FIRST,
    embargo: int = 0,
) -> Plan:
    """Return the folds of a series of so many bars.

    Args:
        bars: of the series.
        window: log returns that an observation holds; as many bars warm up.
        folds: test parts, of equal length but for a bar.
        learned_first: per cent of the bars before the first test part.
        embargo: see `Plan`.

    Raises:
        Invalid: a number is out of range, or a part would hold fewer than nine bars; fields
            `folds`, `learned_first` and `embargo`.
    """
    ranges = (
        ("folds", folds, 1, _MOST_FOLDS),
        ("learned_first", learned_first, 1, 99),
        ("embargo", embargo, 0, bars),
    )
    for name, value, lowest, highest in ranges:
        if not lowest <= value <= highest:
            raise Invalid(name, f"{value} is not between {lowest} and {highest}")
    purge = window + HORIZON
    first = bars * learned_first // 100
    borders = np.linspace(first, max(bars - 1, first), folds + 1).round().astype(int).tolist()
    found = tuple(
        _fold(start, last, window=window, purge=purge, embargo=embargo)
        for start, last in pairwise(borders)
    )
    for number, fold in enumerate(found, 1):
        for name in ("train", "validation", "test"):
            length = len(getattr(fold, name))
            if length <= _SHORTEST:
                raise Invalid(
                    "folds",
                    f"fold {number} of {folds} would have {length} of {bars} bars for {name}, "
                    f"more than {_SHORTEST} are needed",
                )
    return Plan(bars=bars, purge=purge, embargo=embargo, folds=found)


def _fold(start: int, last: int, *, window: int, purge: int, embargo: int) -> Split:
    known = max(start - purge - embargo, 0)
    validation_start = known - known // _VALIDATION_SHARE
    return Split(
        train=Part(start=window, stop=max(validation_start - purge, window)),
        validation=Part(start=validation_start, stop=known),
        test=Part(start=start, stop=last + 1),
        out_of_sample=known,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedSplit:
    """One way to take some groups of bars for the test and to learn from the rest."""

    train: tuple[Part, ...]
    test: tuple[Part, ...]


def combinatorial_purged_splits(
    bars: int, *, groups: int, tested: int, purge: int, embargo: int = 0
) -> Iterator[PurgedSplit]:
    """Yield every way to test on `tested` of `groups` successive groups of bars.

    Bars within `purge` of a test group do not train, nor do the `embargo` bars that follow
    the purge after one (López de Prado, *Advances in Financial Machine Learning*, 2018, chapter
    12). Training then also uses bars after the test: it serves to estimate how a choice
    generalizes, and is no walk forward. Parts of training that hold nothing are left out.

    Raises:
        ValueError: so many groups cannot be had or tested.
    """
    if not 1 <= tested < groups <= bars:
        raise ValueError(f"{tested} of {groups} groups of {bars} bars cannot be tested")
    borders = np.linspace(0, bars, groups + 1).round().astype(int).tolist()
    for chosen in combinations(range(groups), tested):
        test = tuple(Part(start=borders[at], stop=borders[at + 1]) for at in chosen)
        free = np.ones(bars, np.bool_)
        for part in test:
            free[max(part.start - purge, 0) : part.stop + purge + embargo] = False
        edges = np.flatnonzero(np.diff(np.r_[0, free.astype(np.int8), 0])).tolist()
        train = tuple(
            Part(start=start, stop=stop)
            for start, stop in zip(edges[::2], edges[1::2], strict=True)
        )
        yield PurgedSplit(train=train, test=test)
