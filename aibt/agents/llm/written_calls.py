r"""Tool calls that a model wrote into its text, where its provider did not see that they are calls.

Known forms: `<tool_call>{…}</tool_call>`, `<function=name>{…}</function>` (with `<parameter=…>`
as well), `[TOOL_CALLS][…]`, a fenced block of JSON, and a text that is nothing but JSON.

Text is also where a model quotes what it read, and an article can hold a forged call. So calls
are only found where the text ends with them: a model that calls a tool stops and waits.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from aibt.agents.llm import near_json
from aibt.agents.llm.tool_names import meant
from aibt.live.events import Json

MAX_READ = 32_768
"""Characters at the end of a text in which calls are looked for."""

_TRIES = 8
_MAX_CALLS = 64
_OPENING = re.compile(
    r"<tool_call>|<\|tool_call\|>|<\|python_tag\|>|\[TOOL_CALLS\]|<function=[^<>\s]{1,128}>"
    r"|```[a-z_]{0,16}[ \t]*\n"
)
_CLOSING = re.compile(r"\s*(?:</tool_call>|<\|/tool_call\|>|</function>|```|;)?\s*")
_SPACE = re.compile(r"\s*")
_PARAMETER = re.compile(r"\s*<parameter=([^<>\s]{1,128})>")
_END_OF_PARAMETER = "</parameter>"
_NAMES = ("name", "tool", "tool_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCall:
    """A call as it was written.

    Attributes:
        arguments: JSON text, or whatever stands there instead.
        was_cut: the text ended before the call did.
        source: the part of the text that was read as this call, without its opening mark.
    """

    name: str
    arguments: str
    was_cut: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The calls at the end of a text, and the text before them."""

    text: str
    calls: tuple[WrittenCall, ...]


def written_calls(text: str, known: Collection[str]) -> Written | None:
    """Return the calls with which `text` ends, or None where it does not end with calls.

    Args:
        text: what the model wrote, its reasoning left out.
        known: the tools there are. JSON that names none of them is only JSON, but what stands
            in a tool call's own marks is a call whatever it names.
    """
    offset = max(0, len(text) - MAX_READ)
    tail = text[offset:]
    for opening, _ in zip(_OPENING.finditer(tail), range(_TRIES), strict=False):
        calls = _to_the_end(tail, opening.start(), known)
        if calls:
            return Written(text=text[: offset + opening.start()].rstrip(), calls=tuple(calls))
    if offset == 0 and text.lstrip()[:1] in {"{", "["}:
        bare = _block(text, 0, known, is_marked=False)
        if bare is not None and not text[bare[1] :].strip():
            return Written(text="", calls=tuple(replace(call, source=text) for call in bare[0]))
    return None


def _to_the_end(text: str, at: int, known: Collection[str]) -> list[WrittenCall]:
    """Return the calls from `at` on, or none unless there is nothing else up to the end."""
    calls: list[WrittenCall] = []
    while at < len(text):
        opening = _OPENING.match(text, at)
        if opening is None or len(calls) > _MAX_CALLS:
            return []
        found = _marked(text, opening, known)
        if found is None:
            return []
        source = text[opening.end() : found[1]]
        calls += [replace(call, source=source) for call in found[0]]
        at = _after_closing(text, found[1])
    return calls


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after_closing(text: str, at: int) -> int:
    for _ in range(3):  # `</function></tool_call>`, each with its own
        closing = _CLOSING.match(text, at)
        if closing is None or closing.end() == at:
            break
        at = closing.end()
    return at


def _marked(
    text: str, opening: re.Match[str], known: Collection[str]
) -> tuple[list[WrittenCall], int] | None:
    mark, at = opening.group(), opening.end()
    if mark.startswith("```"):
        return _block(text, at, known, is_marked=False)
    if not mark.startswith("<function="):
        inner = _OPENING.match(text, _past_space(text, at))
        if inner and inner.group().startswith("<function="):
            return _marked(text, inner, known)
        return _block(text, at, known, is_marked=True)
    name = mark.removeprefix("<function=").removesuffix(">")
    if _PARAMETER.match(text, at):
        return _parameters(text, at, name)
    if text.startswith("</function>", _past_space(text, at)):
        return [WrittenCall(name=name, arguments="")], at
    try:
        reading = near_json.read(text, at)
    except ValueError:
        return None
    written = _written(reading.value)
    return [WrittenCall(name=name, arguments=written, was_cut=reading.was_cut)], reading.end


def _parameters(text: str, at: int, name: str) -> tuple[list[WrittenCall], int]:
    """Read `<parameter=symbol>GOOGL</parameter>…`, as some models were taught to write."""
    members: dict[str, Json] = {}
    was_cut = False
    while parameter := _PARAMETER.match(text, at):
        end = text.find(_END_OF_PARAMETER, parameter.end())
        was_cut = end < 0
        end = len(text) if was_cut else end
        members[parameter.group(1)] = _plain(text[parameter.end() : end].strip())
        at = end if was_cut else end + len(_END_OF_PARAMETER)
    return [WrittenCall(name=name, arguments=json.dumps(members), was_cut=was_cut)], at


def _plain(text: str) -> Json:
    """Return the JSON value of `text`, or `text` itself."""
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _block(
    text: str, at: int, known: Collection[str], *, is_marked: bool
) -> tuple[list[WrittenCall], int] | None:
    """Read one call, or a list of them, as JSON."""
    if not text.startswith(("{", "["), _past_space(text, at)):
        return None
    try:
        reading = near_json.read(text, at)
    except ValueError:
        return None
    items = reading.value if isinstance(reading.value, list) else [reading.value]
    calls = [_call(item, known, is_marked=is_marked, was_cut=reading.was_cut) for item in items]
    if not calls:
        return None
    whole = [call for call in calls if call is not None]
    return (whole, reading.end) if len(whole) == len(calls) else None


def _call(
    item: Json, known: Collection[str], *, is_marked: bool, was_cut: bool
) -> WrittenCall | None:
    if not isinstance(item, dict):
        return None
    inner = item.get("function")
    members: Mapping[str, Json] = inner if isinstance(inner, dict) else item
    name = next((members[key] for key in _NAMES if members.get(key)), None)
    if name is None and isinstance(inner, str):
        name = inner
    given = [members[key] for key in _ARGUMENTS if key in members]
    if not isinstance(name, str) or not (given or is_marked):
        return None
    if not is_marked and meant(name, known) is None:
        return None
    return WrittenCall(name=name, arguments=_written(given[0] if given else {}), was_cut=was_cut)


def _written(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
