"""From a source's raw columns to a `BarSeries`: what is wrong is found, said and left out.

What can be mended by leaving a bar out is mended so; nothing is invented. Every finding
stands in the `Report`, so that nothing is traded through silently.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.errors import BadBars
from aibt.market.actions import CorporateAction
from aibt.market.bars import BarSeries, moment
from aibt.market.calendar import MarketCalendar, bar_ends, calendar_for
from aibt.market.raw import NO_TIME, RawBars
from aibt.market.splits import SplitJump, split_jumps, without_splits
from aibt.market.ticks import bad_ticks

Bools = NDArray[np.bool_]

_ROUNDING: Final = 1e-6  # a source's arithmetic may put a close this far above its high
_FEW: Final = 5  # so many bars may be bad, however short the series is
_SHARE: Final = 0.1  # above this share of bad bars the others are not to be trusted either


class FindingKind(StrEnum):
    """What is wrong with a bar."""

    NO_TIME = "no_time"
    ORDER = "order"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    MISSING = "missing"
    NOT_POSITIVE = "not_positive"
    RANGE = "range"
    VOLUME = "volume"
    BAD_TICK = "bad_tick"
    SPLIT = "split"
    ADJUSTED = "adjusted"


_SAYS: Final = {
    FindingKind.NO_TIME: "its time cannot be read",
    FindingKind.ORDER: "it is not in the order of time",
    FindingKind.DUPLICATE: "it comes twice",
    FindingKind.CONFLICT: "another bar with other numbers has the same time",
    FindingKind.MISSING: "a price is missing",
    FindingKind.NOT_POSITIVE: "a price is not positive",
    FindingKind.RANGE: "its open or close is outside its low and high",
    FindingKind.VOLUME: "its volume is missing or negative, and counted as 0",
    FindingKind.BAD_TICK: "a price springs away for this one bar and back",
}
_SERIOUS: Final = frozenset(_SAYS) - {FindingKind.DUPLICATE, FindingKind.VOLUME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one bar."""

    kind: FindingKind
    index: int  # of the bar in the raw columns
    at: datetime | None  # when it opened; none: its time could not be read
    text: str
    left_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found in a source's bars, in the order of the bars."""

    bars: int  # in the raw columns
    findings: tuple[Finding, ...] = ()
    jumps: tuple[SplitJump, ...] = ()  # in the series; what is explained was taken out of it

    @property
    def left_out(self) -> int:
        """Number of bars that are not in the series."""
        return sum(finding.left_out for finding in self.findings)

    def of(self, kind: FindingKind) -> tuple[Finding, ...]:
        """Return the findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind is kind)

    def notes(self) -> tuple[str, ...]:
        """Return a sentence for a person for each kind of finding."""
        said = []
        for kind in FindingKind:
            found = self.of(kind)
            if found:
                first = found[0]
                others = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
                said.append(f"{first.text}{others}")
        return tuple(said)


def validate(
    raw: RawBars,
    *,
    calendar: MarketCalendar | None = None,
    actions: Sequence[CorporateAction] = (),
) -> tuple[BarSeries, Report]:
    """Return the bars that can be used, and what was found.

    Left out and reported: bars with no time, out of order, repeated, with a missing or not
    positive price, with a price outside low and high, and bad ticks (`aibt.market.ticks`).
    A jump near a whole ratio is reported; one that `actions` (or the raw bars' own) explain
    as a split is taken out of the prices before it (`aibt.market.splits`).

    Args:
        raw: a source's columns.
        calendar: the market's hours; none: as the symbol says.
        actions: splits and dividends of this symbol, besides those in `raw`.

    Raises:
        BadBars: columns differ in length, no bar is left, or more than a tenth of the bars
            (and more than five) are bad.
    """
    hours = calendar or calendar_for(raw.symbol)
    _check_shape(raw)
    wrong = _Wrong(raw)
    tidy, volumes_bad = _with_small_errors_mended(raw)
    for kind, broken in _broken_rules(tidy):
        wrong.leave_out(kind, broken)
    _find_disorder(tidy, wrong)

    kept = wrong.kept()
    spikes = kept[bad_ticks(tidy.taking(kept))] if len(kept) else kept
    wrong.leave_out(FindingKind.BAD_TICK, spikes)
    wrong.check_hope()

    kept = wrong.kept()
    wrong.mention(FindingKind.VOLUME, np.intersect1d(np.flatnonzero(volumes_bad), kept))
    good = tidy.taking(kept)
    jumps = split_jumps(good, hours, (*raw.actions, *actions))
    for jump in jumps:
        wrong.add_split(int(kept[jump.index]), jump)
    good = without_splits(good, jumps)
    series = BarSeries(
        symbol=good.symbol,
        interval=good.interval,
        opened_ns=good.opened_ns,
        ended_ns=bar_ends(good.opened_ns, good.interval, hours),
        open=good.open,
        high=good.high,
        low=good.low,
        close=good.close,
        volume=good.volume,
    )
    return series, replace(wrong.report(), jumps=jumps)


class _Wrong:
    """Collects findings: the first that leaves a bar out is the one that is told."""

    def __init__(self, raw: RawBars) -> None:
        self._raw = raw
        self._out = np.zeros(len(raw), np.bool_)
        self._findings: list[Finding] = []

    def kept(self) -> NDArray[np.int64]:
        return np.flatnonzero(~self._out)

    def leave_out(self, kind: FindingKind, broken: NDArray[np.generic]) -> None:
        indices = np.flatnonzero(broken) if broken.dtype == np.bool_ else broken
        for index in indices[~self._out[indices]]:
            self._add(kind, int(index), f"was left out: {_SAYS[kind]}", left_out=True)
        self._out[indices] = True

    def mention(self, kind: FindingKind, indices: NDArray[np.int64]) -> None:
        for index in indices:
            self._add(kind, int(index), f"was changed: {_SAYS[kind]}", left_out=False)

    def add_split(self, index: int, jump: SplitJump) -> None:
        if jump.explained:
            self._add(
                FindingKind.ADJUSTED,
                index,
                f"begins after a split of {jump.says}: the prices before it were adjusted",
                left_out=False,
            )
        else:
            self._add(
                FindingKind.SPLIT,
                index,
                f"opens as after a split of {jump.says} of which nothing is known: "
                "the prices were not adjusted",
                left_out=False,
            )

    def check_hope(self) -> None:
        bad = sum(finding.kind in _SERIOUS for finding in self._findings)
        if not len(self.kept()) or bad > max(_FEW, _SHARE * len(self._raw)):
            first = self._findings[0].text if self._findings else "there are none"
            raise BadBars(self._raw.symbol, f"{bad} of {len(self._raw)} are bad; {first}")

    def report(self) -> Report:
        ordered = sorted(self._findings, key=lambda finding: finding.index)
        return Report(bars=len(self._raw), findings=tuple(ordered))

    def _add(self, kind: FindingKind, index: int, says: str, *, left_out: bool) -> None:
        ns = int(self._raw.opened_ns[index])
        at = None if ns == NO_TIME else moment(ns)
        when = "" if at is None else f" ({at:%Y-%m-%d %H:%M} UTC)"
        text = f"bar {index}{when} {says}"
        self._findings.append(Finding(kind=kind, index=index, at=at, text=text, left_out=left_out))


def _check_shape(raw: RawBars) -> None:
    columns = (raw.opened_ns, raw.open, raw.high, raw.low, raw.close, raw.volume)
    if any(column.shape != raw.opened_ns.shape or column.ndim != 1 for column in columns):
        raise BadBars(raw.symbol, "columns differ in length")
    if not len(raw):
        raise BadBars(raw.symbol, "there are none")


def _with_small_errors_mended(raw: RawBars) -> tuple[RawBars, Bools]:
    bad_volume = ~(np.isfinite(raw.volume) & (raw.volume >= 0))
    top = np.fmax(raw.open, raw.close)
    bottom = np.fmin(raw.open, raw.close)
    with np.errstate(invalid="ignore", over="ignore"):
        slightly_over = (top > raw.high) & (top <= raw.high * (1 + _ROUNDING))
        slightly_under = (bottom < raw.low) & (bottom >= raw.low * (1 - _ROUNDING))
    mended = replace(
        raw,
        high=np.where(slightly_over, top, raw.high),
        low=np.where(slightly_under, bottom, raw.low),
        volume=np.where(bad_volume, 0.0, raw.volume),
    )
    return mended, bad_volume


def _broken_rules(raw: RawBars) -> tuple[tuple[FindingKind, Bools], ...]:
    prices = np.stack([raw.open, raw.high, raw.low, raw.close])
    missing: Bools = np.asarray(~np.isfinite(prices).all(axis=0))
    with np.errstate(invalid="ignore"):
        negative: Bools = np.asarray(prices.min(axis=0) <= 0)
        above: Bools = np.asarray(prices.max(axis=0) > raw.high)
        below: Bools = np.asarray(prices.min(axis=0) < raw.low)
    return (
        (FindingKind.NO_TIME, raw.opened_ns == NO_TIME),
        (FindingKind.MISSING, missing),
        (FindingKind.NOT_POSITIVE, negative),
        (FindingKind.RANGE, above | below),
    )


def _find_disorder(raw: RawBars, wrong: _Wrong) -> None:
    """Leave out as few bars as give rising times; of two with one time and other numbers, both."""
    kept = wrong.kept()
    if (np.diff(raw.opened_ns[kept]) > 0).all():
        return
    columns = (raw.opened_ns, raw.open, raw.high, raw.low, raw.close, raw.volume)
    rows = list(zip(*(column[kept].tolist() for column in columns), strict=True))
    by_time: dict[float, set[tuple[float, ...]]] = {}
    repeated = []
    for index, row in zip(kept.tolist(), rows, strict=True):
        versions = by_time.setdefault(row[0], set())
        if row in versions:
            repeated.append(index)
        versions.add(row)
    conflicting = [
        index for index, row in zip(kept.tolist(), rows, strict=True) if len(by_time[row[0]]) > 1
    ]
    wrong.leave_out(FindingKind.CONFLICT, np.array(conflicting, np.int64))
    wrong.leave_out(FindingKind.DUPLICATE, np.array(repeated, np.int64))
    kept = wrong.kept()
    in_order = kept[_longest_rising(raw.opened_ns[kept].tolist())]
    wrong.leave_out(FindingKind.ORDER, np.setdiff1d(kept, in_order))


def _longest_rising(times: list[int]) -> NDArray[np.int64]:
    """Return the positions of a longest strictly rising part of `times` (patience sorting)."""
    tails: list[int] = []
    tail_at: list[int] = []
    before = [-1] * len(times)
    for at, time in enumerate(times):
        pile = bisect_left(tails, time)
        before[at] = tail_at[pile - 1] if pile else -1
        if pile == len(tails):
            tails.append(time)
            tail_at.append(at)
        else:
            tails[pile] = time
            tail_at[pile] = at
    chain = []
    at = tail_at[-1] if tail_at else -1
    while at >= 0:
        chain.append(at)
        at = before[at]
    return np.array(chain[::-1], np.int64)
