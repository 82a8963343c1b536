"""Splits that a source's prices still show: found, and taken out where they are known of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aibt.market.actions import CorporateAction
from aibt.market.bars import Prices, Times
from aibt.market.calendar import MarketCalendar, session_dates
from aibt.market.raw import RawBars

_NEAR: Final = 0.08  # log; how far from the whole ratio a split's first open may be
_MEASURED: Final = 0.045  # log; the same for the mean of open and close, smoother than either
_SMALLEST: Final = 0.35  # log; smaller jumps are everyday news
_EXPLAINED: Final = 0.2  # log; a known split's own day may move this much besides


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitJump:
    """An overnight jump near a whole ratio; `explained` by an action of that day, or not."""

    index: int  # of the first bar after it
    date_ns: int  # that bar's session, 00:00 UTC
    ratio: float  # price before over price after
    explained: bool

    @property
    def says(self) -> str:
        """The ratio as people write it: `15:1`, `1:10`."""
        if self.ratio >= 1:
            return f"{self.ratio:g}:1"
        return f"1:{1 / self.ratio:g}"


def split_jumps(
    raw: RawBars, calendar: MarketCalendar, actions: Sequence[CorporateAction]
) -> tuple[SplitJump, ...]:
    """Return the overnight jumps that look like a split, and those that are known to be one.

    Unexplained is a jump whose next open lies near a whole multiple or part of the last
    close, both as it opens and over its first session, and from which the price does not
    come back the day after. A known split that prices do not show (they are adjusted
    already) is none. Only shares split: indices, pairs and coins are not looked at.

    Args:
        raw: bars with rising times and positive prices.
        calendar: the market's hours.
        actions: what is known of this symbol.
    """
    if not calendar.has_sessions or raw.symbol.startswith("^") or len(raw) < 2:
        return ()
    dates = session_dates(raw.opened_ns, calendar)
    first = np.flatnonzero(np.diff(dates) > 0) + 1  # first bar of each session but the first
    overnight = np.log(raw.close[first - 1] / raw.open[first])
    known = _known(first, dates, overnight, actions)
    explained = {jump.index for jump in known}
    unknown = [
        SplitJump(index=int(index), date_ns=int(dates[index]), ratio=ratio, explained=False)
        for index, jump in zip(first, overnight, strict=True)
        if abs(jump) > _SMALLEST
        and int(index) not in explained
        and (ratio := _whole_ratio(raw, int(index))) is not None
    ]
    return tuple(sorted((*known, *unknown), key=lambda jump: jump.index))


def without_splits(raw: RawBars, jumps: Sequence[SplitJump]) -> RawBars:
    """Return `raw` in the shares of its last bar, as far as its splits are explained."""
    factors = np.ones(len(raw))
    for jump in jumps:
        if jump.explained:
            factors[: jump.index] *= jump.ratio
    return replace(
        raw,
        open=raw.open / factors,
        high=raw.high / factors,
        low=raw.low / factors,
        close=raw.close / factors,
        volume=raw.volume * factors,
    )


def _known(
    first: Times, dates: Times, overnight: Prices, actions: Sequence[CorporateAction]
) -> list[SplitJump]:
    found: dict[int, SplitJump] = {}  # by bar: two files may tell of one split
    for action in actions:
        if action.split is None:
            continue
        size = float(np.log(action.split))
        at = int(np.searchsorted(dates[first], action.on_ns))  # the day itself, or the next
        # nearer to the split than to no split: prices are often adjusted already
        if at < len(first) and abs(overnight[at] - size) < min(_EXPLAINED, abs(size) / 2):
            index = int(first[at])
            found[index] = SplitJump(
                index=index, date_ns=int(dates[index]), ratio=action.split, explained=True
            )
    return list(found.values())


def _whole_ratio(raw: RawBars, index: int) -> float | None:
    opened, after = float(raw.open[index]), float(raw.close[min(index + 1, len(raw) - 1)])
    ratio = split_ratio(float(raw.close[index - 1]), opened, float(raw.close[index]))
    if ratio is None:
        return None
    stays = abs(np.log(after / opened)) < abs(np.log(raw.close[index - 1] / opened)) / 2
    return ratio if stays else None


def split_ratio(before: float, opened: float, closed: float) -> float | None:
    """Return the whole ratio that a jump over night is near, or None: it looks like no split.

    Nothing that came after the bar is looked at.

    Args:
        before: the last close of the session before.
        opened: the first price of the next.
        closed: the last price of that first bar.
    """
    jump = np.log(before / opened)
    size = abs(jump)
    if size <= _SMALLEST:
        return None
    whole = max(2, round(float(np.exp(size))))
    away = abs(size - np.log(whole))
    middle = np.log(before) - (np.log(opened) + np.log(closed)) / 2
    settled = abs(abs(middle) - np.log(whole))
    if min(away, settled) > _MEASURED or max(away, settled) > _NEAR:
        return None
    return float(whole) if jump > 0 else 1.0 / whole
