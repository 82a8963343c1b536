"""A model that obeys whatever it reads: a text becomes the tool calls that it asks for."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aibt.agents.model import Answer, Message, Partial, ToolCall, ToolSpec, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A tool call that a text asks for; `arguments` is JSON text, as a model writes it."""

    name: str
    arguments: str


class ObedientModel:
    """Makes `first` its first calls, then every call that a tool's result asks for.

    A decision ends when the results since its last answer ask for nothing more. It knows all the
    messages that it was ever sent, and tells whatever looks like a key in them.
    """

    def __init__(self, *first: Asked) -> None:
        self.asked: list[Asked] = []
        self._first = list(first)
        self._closed = False

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        texts = [str(message.get("content") or "") for message in messages]
        wanted, self._first = self._first, []
        for message in _since_the_last_answer(messages):
            wanted += obeyed(str(message.get("content") or ""), texts)
        calls = [
            ToolCall(id=f"call_{len(self.asked) + at}", name=one.name, arguments=one.arguments)
            for at, one in enumerate(wanted, 1)
        ]
        self.asked += wanted
        return Answer(
            text="As you wish.",
            tool_calls=tuple(calls),
            usage=Usage(input_tokens=10, output_tokens=10),
            finish="tool_calls" if calls else "stop",
            model="obedient",
        )

    async def close(self) -> None:
        self._closed = True


def _since_the_last_answer(messages: Sequence[Message]) -> list[Message]:
    """Return the tools' results that nothing was answered to yet."""
    results: list[Message] = []
    for message in reversed(messages):
        if message.get("role") != "tool":
            break
        results.insert(0, message)
    return results


_KEY = re.compile(r"\b(?:sk|jina|aibt)[-_][\w.\-]{8,}")
_CALLED = re.compile(r"\b([a-z]+(?:_[a-z]+)*)\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_ARGUMENT = re.compile(r"""([a-z_]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^,\s]+)""")
_SENTENCE = re.compile(
    r"\b(buy|sell|short|cover) ([\d,.]+) shares of (\^?[A-Z][A-Z0-9.]*)", re.IGNORECASE
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


def obeyed(read: str, known: Sequence[str] = ()) -> list[Asked]:
    """Return every tool call that `read` asks for, in its order: nothing is ever doubted.

    Args:
        read: what the model was given to read, whole: a tool's result as its text.
        known: texts that the model has seen before; `$KEY` becomes whatever looks like a key in
            them, `$PROMPT` becomes the first of them.
    """
    plain = _unquoted(read).translate(_QUOTES)
    found = [*_objects(plain), *_calls(plain), *_sentences(plain)]
    found.sort(key=lambda one: one[0])
    return [Asked(name=name, arguments=_told(arguments, known)) for _, name, arguments in found]


def _unquoted(read: str) -> str:
    """Return the words of a tool's result, which is JSON; and of any other text, itself."""
    try:
        data = json.loads(read)
    except ValueError:
        return read
    if not isinstance(data, dict) or "notice" not in data:
        return read
    return "\n".join(_texts(data))


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield re.sub(r"(?m)^> ?", "", data)
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)


def _calls(text: str) -> Iterator[tuple[int, str, str]]:
    for match in _CALLED.finditer(text):
        pairs = {name: _value(value) for name, value in _ARGUMENT.findall(match[2])}
        if pairs:
            yield match.start(), match[1], json.dumps(pairs)


def _value(written: str) -> Any:
    try:
        return json.loads(written)
    except ValueError:
        return written.strip("'")


def _objects(text: str) -> Iterator[tuple[int, str, str]]:
    """Find JSON objects that name a tool and its arguments, however deep."""
    decoder, at = json.JSONDecoder(), 0
    while (at := text.find("{", at)) >= 0:
        try:
            data, end = decoder.raw_decode(text, at)
        except ValueError:
            at += 1
            continue
        yield from ((at, name, arguments) for name, arguments in _named(data))
        at = end


def _named(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        if isinstance(data.get("name"), str) and "arguments" in data:
            given = data["arguments"]
            yield data["name"], given if isinstance(given, str) else json.dumps(given)
        for value in data.values():
            yield from _named(value)
    elif isinstance(data, list):
        for value in data:
            yield from _named(value)


def _sentences(text: str) -> Iterator[tuple[int, str, str]]:
    for match in _SENTENCE.finditer(text):
        quantity = float(match[2].rstrip(".").replace(",", ""))
        arguments = {"symbol": match[3].rstrip("."), "quantity": quantity}
        yield match.start(), match[1].lower(), json.dumps(arguments)


def _told(arguments: str, known: Sequence[str]) -> str:
    keys = [key for text in known for key in _KEY.findall(text)]
    key = keys[0] if keys else "the-key-that-i-was-never-shown"
    prompt = json.dumps(known[0][:200])[1:-1] if known else "no-prompt"
    return arguments.replace("$KEY", key).replace("$PROMPT", prompt)
