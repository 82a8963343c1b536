"""Tool calls as a model meant them: what can be mended is, with a note; the rest has its fault."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from aibt.agents.llm.arguments import read_arguments
from aibt.agents.llm.sentences import one_line
from aibt.agents.llm.tool_names import meant
from aibt.agents.llm.written_calls import WrittenCall, written_calls
from aibt.agents.model import ToolCall

MAX_CALLS = 64
"""Calls of one answer; what is more is left out, with a note."""

_MAX_NAME = 64
_MAX_ID = 128
_UNIMPORTANT = re.compile(r"[\s\\]+")
_MAX_HEARD = 262_144  # characters
_SHORTEST_QUOTE = 8  # characters; a shorter piece may well stand in any text


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """An answer's text and calls after repair; `notes` are sentences for the log."""

    text: str
    calls: tuple[ToolCall, ...]
    notes: tuple[str, ...]


def repaired(
    text: str,
    calls: Sequence[ToolCall],
    tools: Collection[str],
    *,
    heard: Sequence[str] = (),
    was_cut: bool = False,
) -> Repaired:
    """Return what an answer of `text` and `calls` means.

    Args:
        text: the answer's, without its reasoning.
        calls: as they came; ids may be empty or given twice.
        tools: the names of the tools that there are.
        heard: what the model was told by tools. A call that is written in the text, and stands
            there too, is a quotation.
        was_cut: the answer ended because it was too long; see `read_arguments`.
    """
    notes: list[str] = []
    if not calls and (written := written_calls(text, tools)) is not None:
        if _is_quoted(written.calls, heard):
            notes.append("a tool call that the text repeats from a tool's result was left as text")
        else:
            text = written.text
            calls = [_as_call(call, was_cut=was_cut) for call in written.calls]
            notes.append(f"{len(calls)} tool call(s) were written into the text")
    if len(calls) > MAX_CALLS:
        notes.append(f"{len(calls) - MAX_CALLS} tool calls beyond {MAX_CALLS} were left out")
    mended: list[ToolCall] = []
    for call in calls[:MAX_CALLS]:
        identified = _identified(call, {before.id for before in mended}, notes)
        mended.append(_mended(identified, tools, notes, was_cut=was_cut))
    return Repaired(text=text, calls=tuple(mended), notes=tuple(notes))


def _as_call(call: WrittenCall, *, was_cut: bool) -> ToolCall:
    fault = (
        "the answer was cut off in the middle of this call" if was_cut and call.was_cut else None
    )
    return ToolCall(id="", name=call.name, arguments=call.arguments, fault=fault)


def _is_quoted(calls: Sequence[WrittenCall], heard: Sequence[str]) -> bool:
    """Return whether a tool's result has one of `calls`, however it is escaped and spaced."""
    told = [_UNIMPORTANT.sub("", result) for result in _latest(heard)]
    for call in calls:
        source, arguments = (_UNIMPORTANT.sub("", part) for part in (call.source, call.arguments))
        for result in told:
            if len(source) >= _SHORTEST_QUOTE and source in result:
                return True
            if len(arguments) >= _SHORTEST_QUOTE and arguments in result and call.name in result:
                return True
    return False


def _latest(heard: Sequence[str]) -> list[str]:
    """Return the last of `heard`, as much as is looked through."""
    kept: list[str] = []
    left = _MAX_HEARD
    for result in reversed(heard):
        kept.append(result[:left])
        left -= len(result)
        if left <= 0:
            break
    return kept


def _identified(call: ToolCall, taken: Collection[str], notes: list[str]) -> ToolCall:
    """Return `call` with an id of its own."""
    plain = (
        call.id if call.id.isascii() and call.id.isprintable() and len(call.id) <= _MAX_ID else ""
    )
    if plain and plain not in taken:
        return call
    if plain:
        notes.append("two tool calls had the same id")
    new = f"call_{uuid4().hex[:24]}"
    return replace(call, id=new)


def _mended(call: ToolCall, tools: Collection[str], notes: list[str], *, was_cut: bool) -> ToolCall:
    if call.fault is not None:
        return replace(call, name=one_line(call.name, max_length=_MAX_NAME))
    shown = one_line(call.name, max_length=_MAX_NAME)
    tool = meant(call.name, tools)
    arguments = read_arguments(call.arguments, was_cut=was_cut)
    if tool is None:
        fault = f"there is no tool {shown!r}; there are: {', '.join(sorted(tools)) or 'none'}"
        return ToolCall(id=call.id, name=shown, arguments=arguments.text, fault=fault)
    if tool != call.name:
        notes.append(f"the tool {shown!r} was taken for {tool!r}")
    if arguments.note:
        notes.append(f"{tool}: {arguments.note}")
    return ToolCall(id=call.id, name=tool, arguments=arguments.text, fault=arguments.fault)
