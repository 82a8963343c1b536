"""A tool call's arguments as a model wrote them, made into the JSON object that they mean."""

import json
import re
from dataclasses import dataclass

from aibt.agents.llm import near_json
from aibt.live.events import Json

MAX_LENGTH = 32_768
"""Characters of one call's arguments; longer ones are not read."""

_FENCE = re.compile(r"\s*```[A-Za-z_]*")
_HIDDEN = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|\x00|[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What was made of a call's arguments.

    Attributes:
        text: a JSON object, or what the model wrote where there is a fault.
        note: what had to be repaired, or None.
        fault: why they cannot be read, or None.
    """

    text: str
    note: str | None = None
    fault: str | None = None


def read_arguments(text: str, *, was_cut: bool = False) -> Arguments:
    """Return the arguments of `text`: unchanged if they are a JSON object, else repaired.

    Args:
        text: as the model wrote them.
        was_cut: the answer ended because it was too long. Then what has no end is not
            repaired: of `{"quantity": 100` nobody knows whether it was to be 1000.
    """
    if len(text) > MAX_LENGTH:
        shown = text[:200]
        return Arguments(
            text=shown, fault=f"the arguments are longer than {MAX_LENGTH:,} characters"
        )
    if not text.strip():
        return Arguments(text="{}")
    try:
        value, note = _value(text, was_cut)
        is_storable = not _HIDDEN.search(text) or _is_storable(value)
    except (ValueError, RecursionError) as error:
        return Arguments(text=text, fault=f"the arguments are no JSON object: {_reason(error)}")
    if not isinstance(value, dict):
        return Arguments(text=text, fault=f"the arguments are {_kind(value)}, not a JSON object")
    if not is_storable:
        return Arguments(
            text=_HIDDEN.sub("", text), fault="the arguments hold a NUL or half a character"
        )
    return Arguments(text=text if note is None else json.dumps(value), note=note)


def _value(text: str, was_cut: bool) -> tuple[Json, str | None]:
    """Return what `text` means, and what had to be done to read it.

    Raises:
        ValueError: it cannot be read.
    """
    value, note = _once(text, was_cut)
    for _ in range(3):
        if value is None:
            return {}, "no arguments were written as null"
        if not isinstance(value, str):
            break
        if not value.strip():
            return {}, "no arguments were written as an empty string"
        value, _ = _once(value, was_cut)
        note = "arguments were encoded twice"
    return value, note


def _once(text: str, was_cut: bool) -> tuple[Json, str | None]:
    try:
        value: Json = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except ValueError:
        pass
    else:
        return value, None
    fence = _FENCE.match(text)
    reading = near_json.read(text, fence.end() if fence else 0)
    if text[reading.end :].strip(" \t\r\n;,}])`"):
        raise ValueError("more follows after their end")
    if reading.was_cut and was_cut:
        raise ValueError("the answer was cut off in the middle of them")
    return reading.value, "arguments that were nearly JSON were repaired"


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no value")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError(f"{text[:20]} is too large")
    return value


def _reason(error: Exception) -> str:
    return "they are nested too deeply" if isinstance(error, RecursionError) else str(error)


def _is_storable(value: Json) -> bool:
    """Return whether a database can keep `value`: no NUL, no half of a surrogate pair."""
    plain = json.dumps(value, ensure_ascii=False)
    try:
        plain.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in plain


def _kind(value: Json) -> str:
    match value:
        case list():
            return "a list"
        case str():
            return "a string"
        case bool():
            return "true or false"
        case _:
            return "a number"
