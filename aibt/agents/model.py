"""What a session asks of a language model, whoever answers: a provider, a baseline, a script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aibt.live.events import Json

Message = Mapping[str, Json]
"""One chat message as OpenAI's Chat Completions has it: `role`, `content`, `tool_calls`, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model is told of it."""

    name: str
    description: str
    parameters: Mapping[str, Json]  # JSON schema of its arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that a model wants called.

    Attributes:
        id: the model's name for the call, unique within the answer.
        arguments: JSON text as the model wrote it, after repair; not yet validated.
        fault: why `arguments` cannot be read even after repair, or None. Such a call is not
            made: the model is told the fault instead of a result.
    """

    id: str
    name: str
    arguments: str
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an answer took.

    Attributes:
        cost: US dollars, as the provider says or as its prices give; None where neither is known.
    """

    input_tokens: int = 0
    output_tokens: int = 0  # reasoning included
    cached_tokens: int = 0  # of the input
    reasoning_tokens: int = 0  # of the output
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A model's whole answer to one request.

    Attributes:
        finish: why it ended: `stop`, `tool_calls`, `length`, `content_filter` …
        model: which model answered, as it calls itself.
        notes: sentences for the log: repairs, retries.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    finish: str = "stop"
    model: str = ""
    notes: tuple[str, ...] = ()


Partial = Callable[[str], None]
"""Told the text (reasoning included) that has streamed so far; must not block."""


class Model(Protocol):
    """Answers requests. Cancelling `answer` cuts the answer short and frees its connection."""

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        """Return the whole answer to `messages`.

        Raises:
            ModelUnavailable: the provider did not answer well after all retries.
            ModelRefused: it refuses for good: key, credit, model, or a request too long.
        """
        ...

    async def close(self) -> None:
        """Free its connections."""
        ...
