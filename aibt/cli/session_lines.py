"""What happens in a session, as lines for a person."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from aibt.cli import formats
from aibt.protocol.errors import ErrorMessage
from aibt.protocol.run_messages import LogMessage, StateMessage
from aibt.protocol.sessions import (
    FillMessage,
    ResultMessage,
    StepMessage,
    ThoughtMessage,
    ToolMessage,
)

if TYPE_CHECKING:
    from rich.text import Text

SHORTENED: Final = 240  # characters of a result that are shown
_LEVELS: Final = {"warning": "yellow", "error": "red"}


def event_lines(kind: str, data: Mapping[str, Any]) -> "list[Text]":
    """Return the lines of one event; none for what a person need not read.

    Raises:
        pydantic.ValidationError: the event is not of this version.
    """
    lines_of = _LINES.get(kind)
    return [] if lines_of is None else lines_of(data)


def step_line(step: StepMessage) -> "Text":
    """Return the heading of what is decided at one time."""
    return _styled(f"Step {formats.count(step.step)}  {formats.moment(step.at)} UTC", "bold")


def shortened(data: object, most: int = SHORTENED) -> str:
    """Return a tool's result on one line, cut where it is long."""
    text = formats.plain(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False))
    if len(text) <= most:
        return text
    return f"{text[:most].rstrip()} … ({formats.count(len(text))} characters)"


def called(name: str, arguments: object) -> str:
    """Return a tool's call as it would be written in a program."""
    if not isinstance(arguments, Mapping):
        return formats.plain(f"{name}({arguments})")
    given = ", ".join(
        f"{key}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in arguments.items()
    )
    return formats.plain(f"{name}({given})")


def fill_says(fill: FillMessage) -> str:
    """Return one execution as a sentence without an end."""
    verb = "bought" if fill.quantity > 0 else "sold"
    return (
        f"{verb} {abs(fill.quantity):,.6g} {formats.plain(fill.symbol)} at "
        f"{formats.price(fill.price)}, fee {formats.amount(fill.fee)}"
    )


def _state_lines(data: Mapping[str, Any]) -> "list[Text]":
    state = StateMessage.of(data)
    why = f": {formats.plain(state.reason)}" if state.reason else ""
    return [_styled(f"Session {state.id} is {state.state}{why}.", "bold")]


def _thought_lines(data: Mapping[str, Any]) -> "list[Text]":
    text = ThoughtMessage.of(data).text
    return [_styled(f"  {line}", "italic") for line in _paragraphs(text)]


def _tool_lines(data: Mapping[str, Any]) -> "list[Text]":
    tool = ToolMessage.of(data)
    return [_styled(f"  → {called(tool.name, tool.arguments)}", "cyan")]


def _result_lines(data: Mapping[str, Any]) -> "list[Text]":
    result = ResultMessage.of(data)
    return [_styled(f"  ← {shortened(result.data)}", "dim" if result.ok else "red")]


def _fill_lines(data: Mapping[str, Any]) -> "list[Text]":
    fill = FillMessage.of(data)
    says = f"  ● {fill_says(fill)} ({formats.moment(fill.at)} UTC)"
    return [_styled(says, "green" if fill.quantity > 0 else "magenta")]


def _log_lines(data: Mapping[str, Any]) -> "list[Text]":
    log = LogMessage.of(data)
    if log.level == "debug":
        return []
    return [_styled(f"  {line}", _LEVELS.get(log.level, "")) for line in _paragraphs(log.text)]


def _error_lines(data: Mapping[str, Any]) -> "list[Text]":
    return [_styled(f"Error: {formats.plain(ErrorMessage.of(data).msg)}", "red")]


def _paragraphs(text: str) -> list[str]:
    return [line for line in map(formats.plain, text.splitlines()) if line]


def _styled(text: str, style: str) -> "Text":
    from rich.text import Text

    return Text(text, style=style)


_LINES: Final[dict[str, Callable[[Mapping[str, Any]], "list[Text]"]]] = {
    "state": _state_lines,
    "step": lambda data: [step_line(StepMessage.of(data))],
    "thought": _thought_lines,
    "tool": _tool_lines,
    "result": _result_lines,
    "fill": _fill_lines,
    "log": _log_lines,
    "error": _error_lines,
}
