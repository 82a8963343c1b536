"""How long to wait before a request is sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waits that double, and vary by chance, so that many who failed at once do not come back so.

    Attributes:
        random: a number in [0, 1).
        first_s: the longest first wait in seconds.
        longest_s: of all waits that we choose.
        longest_told_s: of those that a provider asks for by `Retry-After`.
    """

    random: Callable[[], float]
    first_s: float = 1.0
    longest_s: float = 30.0
    longest_told_s: float = 60.0

    def wait_s(self, failures: int, retry_after_s: float | None) -> float:
        """Return the seconds to wait after so many `failures` (1, 2, …)."""
        if retry_after_s is not None:
            told_s = retry_after_s * (1 + 0.1 * self.random())
            return min(told_s, self.longest_told_s)
        doubled_s = self.first_s * 2.0 ** min(failures - 1, 30)
        return min(doubled_s, self.longest_s) * (0.5 + 0.5 * self.random())


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` asks for, as a number or as a date, or None."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _seconds_until(header, now)
    return max(0.0, seconds) if isfinite(seconds) else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, IndexError):
        return float("nan")
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
