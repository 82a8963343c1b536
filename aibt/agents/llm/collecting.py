"""Puts an answer together from the pieces that it is streamed in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aibt.agents.llm.failures import AnswerIsError, BadAnswer
from aibt.agents.llm.usage import usage_told
from aibt.agents.model import ToolCall, Usage

MAX_CHARACTERS = 2_000_000
"""Text, reasoning and arguments of one answer together."""

_THINK, _END_OF_THINK = "<think>", "</think>"


@dataclass(slots=True, kw_only=True)
class _Call:
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)  # of its arguments


class Collector:
    """What has come of an answer. Nothing of its shape is taken for granted."""

    def __init__(self) -> None:
        self.finish = ""
        self.model = ""
        self.usage: Usage | None = None
        self.characters = 0
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_Call] = []
        self._at: dict[int, _Call] = {}  # the latest call of each index

    def take(self, chunk: object) -> None:
        """Take one piece: a chunk of a stream, or a whole answer.

        Raises:
            AnswerIsError: it is an error.
            BadAnswer: it is not a piece of an answer, or too much by now.
        """
        if chunk is None:
            return
        if not isinstance(chunk, Mapping):
            raise BadAnswer("its answer is not in the form of a chat completion")
        if chunk.get("error"):
            raise AnswerIsError(chunk["error"])
        if isinstance(model := chunk.get("model"), str) and model:
            self.model = model
        self.usage = usage_told(chunk.get("usage")) or self.usage
        choice = _first(chunk.get("choices"))
        if choice is None:
            return
        if choice.get("error"):
            raise AnswerIsError(choice["error"])
        if isinstance(finish := choice.get("finish_reason"), str) and finish:
            self.finish = finish
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, Mapping):
            self._add(delta)

    @property
    def is_empty(self) -> bool:
        """Whether there is neither text, nor reasoning, nor a call."""
        return not (self._calls or self.text.strip() or self.reasoning.strip())

    @property
    def text(self) -> str:
        """The text so far, without a leading `<think>` part."""
        return self._told()[1]

    @property
    def reasoning(self) -> str:
        """The reasoning so far, in whatever way the provider sends it."""
        return self._told()[0]

    @property
    def shown(self) -> str:
        """Reasoning and text so far."""
        return "\n\n".join(part for part in self._told() if part)

    @property
    def calls(self) -> list[ToolCall]:
        """The tool calls so far, in the order in which they began."""
        return [
            ToolCall(id=call.id, name=call.name, arguments="".join(call.pieces))
            for call in self._calls
        ]

    def _told(self) -> tuple[str, str]:
        reasoning, text = _storable("".join(self._reasoning)), _storable("".join(self._text))
        if text.lstrip().startswith(_THINK):
            thought, _, text = text.lstrip().removeprefix(_THINK).partition(_END_OF_THINK)
            reasoning += thought.strip()
            text = text.lstrip()
        return reasoning, text

    def _add(self, delta: Mapping[str, object]) -> None:
        self._add_text(delta.get("content"))
        self._add_text(delta.get("refusal"))
        for key in ("reasoning", "reasoning_content"):
            if isinstance(thought := delta.get(key), str) and thought:
                self._reasoning.append(self._counted(thought))
                break
        else:
            self._add_details(delta.get("reasoning_details"))
        calls = delta.get("tool_calls")
        for position, call in enumerate(calls if isinstance(calls, list) else []):
            self._add_call(call, position)
        if isinstance(call := delta.get("function_call"), Mapping):  # of before there were tools
            self._add_call({"index": 0, "function": call}, 0)

    def _add_text(self, content: object) -> None:
        """Add text that is plain, or a list of parts of which some are thoughts."""
        if isinstance(content, str):
            self._text.append(self._counted(content))
        for part in content if isinstance(content, list) else []:
            if not isinstance(part, Mapping):
                continue
            if isinstance(text := part.get("text"), str):
                self._text.append(self._counted(text))
            thoughts = part.get("thinking")
            for thought in thoughts if isinstance(thoughts, list) else [{"text": thoughts}]:
                if isinstance(thought, Mapping) and isinstance(text := thought.get("text"), str):
                    self._reasoning.append(self._counted(text))

    def _add_details(self, details: object) -> None:
        for detail in details if isinstance(details, list) else []:
            if isinstance(detail, Mapping):
                thought = detail.get("text") or detail.get("summary")
                if isinstance(thought, str):
                    self._reasoning.append(self._counted(thought))

    def _add_call(self, piece: object, position: int) -> None:
        if not isinstance(piece, Mapping):
            return
        function = piece.get("function")
        members: Mapping[str, object] = function if isinstance(function, Mapping) else {}
        found_id, found_name = _plain(piece.get("id")), _plain(members.get("name"))
        call = self._call_for(piece.get("index"), position, found_id, found_name)
        call.id = call.id or found_id
        self._counted(found_name)
        if found_name.startswith(call.name):
            call.name = found_name  # the name again, or more of it
        elif not call.name.startswith(found_name):
            call.name += found_name
        arguments = members.get("arguments")
        if isinstance(arguments, Mapping):
            arguments = json.dumps(arguments)
        if isinstance(arguments, str) and arguments:
            call.pieces.append(self._counted(arguments))

    def _call_for(self, index: object, position: int, found_id: str, name: str) -> _Call:
        """Return the call that a piece belongs to, which may be a new one.

        The index says which; where it is missing, or always the same, another id does, or a
        name where the call before has its arguments already.
        """
        is_numbered = isinstance(index, int) and not isinstance(index, bool)
        at = index if isinstance(index, int) and is_numbered else -1
        call = self._at.get(at)
        if call is None and not is_numbered and not found_id and not name and self._calls:
            call = self._calls[-1]
        is_other = call is not None and bool(
            (found_id and call.id and found_id != call.id)
            or (name and not is_numbered and not found_id and call.pieces)
        )
        if call is None or is_other or (position > 0 and not is_numbered and name):
            self._counted(" " * 64)  # calls without end are too much, too
            call = _Call()
            self._calls.append(call)
        self._at[at] = call
        return call

    def _counted(self, text: str) -> str:
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            raise BadAnswer("its answer is too long")
        return text


def _first(choices: object) -> Mapping[str, object] | None:
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, Mapping) else None


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _storable(text: str) -> str:
    """Return `text` without what no database keeps: NUL, and halves of characters."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
