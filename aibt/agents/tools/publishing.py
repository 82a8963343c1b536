"""When something on the web was published, at the latest: the only reading that leaks nothing."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_LONGEST: Final = 64
_ZONES: Final = timedelta(hours=12)  # what is written without a zone may be west of all others
_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NAMED: Final = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
    r"(?:([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})"
    r"|(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})\.?,? (\d{4}))"
)
_AGO: Final = re.compile(r"(\d{1,4}|an?) (second|minute|hour|day|week|month|year)s? ago")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SECONDS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 28 * 86_400,
    "year": 365 * 86_400,
}


def latest_publication(texts: Iterable[object], read_at: datetime) -> datetime | None:
    """Return the latest moment that any of `texts` can mean; None if one means none, or of none.

    A day without an hour counts as ended everywhere on earth, an hour without a zone as the
    westernmost one's.

    Args:
        texts: dates as the web writes them: ISO 8601, mail headers, `Mar 5, 2024`, `3 days ago`.
        read_at: when they were read, for those that count from then.
    """
    moments = [_latest(text, read_at) for text in texts]
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def _latest(text: object, read_at: datetime) -> datetime | None:
    if not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST:
        return None
    plain = " ".join(text.split())
    for read in (_day, _named, _iso, _mail):
        try:
            moment = read(plain)
        except (ValueError, OverflowError, TypeError):
            continue
        if moment is not None:
            return moment
    return _ago(plain, read_at)


def _whole_day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC) + timedelta(days=1) + _ZONES


def _day(text: str) -> datetime | None:
    match = _DAY.fullmatch(text)
    return _whole_day(int(match[1]), int(match[2]), int(match[3])) if match else None


def _named(text: str) -> datetime | None:
    match = _NAMED.fullmatch(text.lower())
    if match is None:
        return None
    name, day, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
    months = [
        at
        for at, month in enumerate(_MONTHS, 1)
        if month.startswith(name[:4] if name == "sept" else name)
    ]
    return _whole_day(int(year), months[0], int(day)) if len(months) == 1 else None


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d{2}-?\d{2}[T ]", text):
        return None
    return _with_zone(datetime.fromisoformat(text))


def _mail(text: str) -> datetime | None:
    return _with_zone(parsedate_to_datetime(text))


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC) + _ZONES
    return moment.astimezone(UTC)


def _ago(text: str, read_at: datetime) -> datetime | None:
    match = _AGO.fullmatch(text.lower())
    if match is None:
        return None
    count = 1 if match[1].startswith("a") else int(match[1])
    return read_at - timedelta(seconds=count * _SECONDS[match[2]])
