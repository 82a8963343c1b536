"""How long a bar lasts: one canonical form (`1h`) for the many that people write (`H1`, `60m`)."""

import re
from dataclasses import dataclass

from aibt.errors import Invalid

NS_PER_S = 1_000_000_000
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_ORDINARY = re.compile(r"([1-9][0-9]{0,3})([a-zA-Z]+)")
_METATRADER = re.compile(r"([MHDWmhdw])([1-9][0-9]{0,3})")
_UNITS = {"m": "m", "min": "m", "h": "h", "d": "d", "w": "w", "wk": "w"}


@dataclass(frozen=True, slots=True)
class Interval:
    """A whole number of minutes, hours, days or weeks; `str()` is the canonical form.

    There is one way to say a length: sixty minutes are `Interval(1, "h")` alone, so that
    equal lengths are equal intervals.

    Raises:
        ValueError: the unit is unknown, or the length is said in a unit that is too small.
    """

    count: int
    unit: str  # m, h, d or w

    def __post_init__(self) -> None:
        if self.unit not in _SECONDS or self.count < 1:
            raise ValueError(f"{self.count}{self.unit} is no interval")
        if self.unit != _largest_unit(self.seconds):
            raise ValueError(f"{self.count}{self.unit} is not the canonical form of its length")

    @property
    def seconds(self) -> int:
        """Length in seconds; a day here is 86,400 of them, whatever the market's hours."""
        return self.count * _SECONDS[self.unit]

    @property
    def ns(self) -> int:
        """Length in nanoseconds."""
        return self.seconds * NS_PER_S

    @property
    def is_intraday(self) -> bool:
        """Whether several such bars fit into one day."""
        return self.seconds < _SECONDS["d"]

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


def parse_interval(text: str, *, field: str = "period") -> Interval:
    """Read `D1`, `1d`, `H1`, `60m`, `15min`, `W1`, `1wk`… into its canonical interval.

    Sixty minutes are one hour and twenty-four hours one day, so `60m == H1 == 1h`.

    Raises:
        Invalid: `text` is not an interval, or is longer than four weeks.
    """
    if match := _METATRADER.fullmatch(text):
        unit, count = match[1].lower(), int(match[2])
    elif match := _ORDINARY.fullmatch(text):
        count = int(match[1])
        # 1M is a month to every source that knows it, so it is not taken for a minute
        unit = "" if match[2] == "M" else _UNITS.get(match[2].lower(), "")
    else:
        raise Invalid(field, f"{text[:20]!r} is not a period such as D1, H1, M15, 1d, 1h or 15m")
    if unit not in _SECONDS:
        raise Invalid(field, f"{text[:20]!r} is not a period such as D1, H1, M15, 1d, 1h or 15m")
    seconds = count * _SECONDS[unit]
    if seconds > 4 * _SECONDS["w"]:
        raise Invalid(field, f"{text[:20]!r} is longer than four weeks")
    larger = _largest_unit(seconds)
    return Interval(seconds // _SECONDS[larger], larger)


def _largest_unit(seconds: int) -> str:
    return next(unit for unit in ("w", "d", "h", "m") if seconds % _SECONDS[unit] == 0)
