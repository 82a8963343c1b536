"""What a tool answers, as text for a model: compact JSON of bounded size, or a refusal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aibt.agents.tools.desk import Result
from aibt.errors import AibtError
from aibt.live.events import Json

MAX_BYTES = 32 * 1024
"""Of the text that a model is shown; what a session keeps is whole."""

_LONGEST_SENTENCE = 1_000
_MOST_DIGITS = 400
_CUT = "cut to fit: "


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What came of one call.

    Attributes:
        ok: whether the tool did what was asked.
        data: its answer, whole; after a refusal `{"error": {"code", "says"}}`.
        text: the same for the model, at most `MAX_BYTES`.
    """

    ok: bool
    data: Json
    text: str


def refusal(error: AibtError) -> dict[str, Json]:
    """Return what a model is told of an error: its code and its sentence, and nothing else."""
    return failure(error.code, str(error))


def failure(code: str, says: str) -> dict[str, Json]:
    """Return a refusal in the tools' own words."""
    return {"error": {"code": code, "says": _printable(says)[:_LONGEST_SENTENCE]}}


def compact(data: Json | Result) -> str:
    """Return `data` as JSON in as few characters as can be, readable by any UTF-8 program.

    Raises:
        ValueError: there is a NaN or an infinity in it.
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode()


def fitted(data: Result, limit: int = MAX_BYTES) -> str:
    """Return `compact(data)`, its lists shortened alike until it has at most `limit` bytes.

    Series with `times` lose their oldest entries, other lists their last ones, and `cut` says
    what happened. Long texts are cut where no list is long enough.
    """
    text = compact(data)
    if len(text.encode()) <= limit:
        return text
    sizes = [len(value) for value in data.values() if isinstance(value, list | str)]
    lowest, highest = 0, max(sizes, default=0)
    while lowest < highest:
        middle = (lowest + highest + 1) // 2
        if len(_cut_to(data, middle).encode()) <= limit:
            lowest = middle
        else:
            highest = middle - 1
    return _cut_to(data, lowest)


def _cut_to(data: Result, length: int) -> str:
    newest = "times" in data
    short: dict[str, Json] = {}
    for name, value in data.items():
        if isinstance(value, list) and len(value) > length:
            short[name] = value[len(value) - length :] if newest else value[:length]
        elif isinstance(value, str) and len(value) > max(length, 200):
            short[name] = value[: max(length, 200)]
        else:
            short[name] = value
    which = "last" if newest else "first"
    return compact({**short, "cut": f"{_CUT}only the {which} {length} of each are shown"})


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def read_arguments(text: str, *, longest: int = 64 * 1024) -> Mapping[str, Json]:
    """Return the JSON object that `text` is; nothing at all stands for no arguments.

    Raises:
        ValueError: it is too long or no JSON object; the message helps the model.
    """
    if not text.strip():
        return {}
    if len(text) > longest:
        raise ValueError(f"the arguments are longer than {longest} characters")
    try:
        data = json.loads(
            text, parse_constant=_no_constant, parse_int=_whole, object_pairs_hook=_unique
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"the arguments are not JSON: {error.msg} at {error.pos}") from None
    except RecursionError:
        raise ValueError("the arguments are nested too deep") from None
    if isinstance(data, dict):
        return data
    raise ValueError('the arguments must be one JSON object, such as {"symbol": "GOOGL"}')


def _no_constant(name: str) -> Json:
    raise ValueError(f"the arguments are not JSON: {name} is no number")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("a number in the arguments is too long")
    return int(digits)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the arguments name something twice")
    return found
