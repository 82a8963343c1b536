"""What is said between session and model in one decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from aibt.agents import entries
from aibt.agents.model import Answer, Message, ToolCall
from aibt.live.journal import Entry


class Conversation:
    """The messages of one decision, and what is still to be done. A fold over entries."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.round = 0  # of the last request
        self.answer: Answer | None = None  # to the last request
        self._results = 0  # of the last answer's calls

    @property
    def is_waiting(self) -> bool:
        """Whether the last request has no answer."""
        return self.round > 0 and self.answer is None

    @property
    def is_over(self) -> bool:
        """Whether the model asks for nothing more."""
        return self.answer is not None and not self.answer.tool_calls

    @property
    def note(self) -> str:
        """What the model said last, nothing where it has said nothing."""
        return "" if self.answer is None else self.answer.text

    @property
    def open_calls(self) -> Sequence[tuple[int, ToolCall]]:
        """The last answer's calls that have no result, with their place in it."""
        calls = self.answer.tool_calls if self.answer is not None else ()
        return [(index, call) for index, call in enumerate(calls) if index >= self._results]

    def asked(self, messages: Sequence[Message]) -> None:
        """Note a further request, with what it says that was not said before."""
        self.messages += messages
        self.round += 1
        self.answer = None
        self._results = 0

    def answered(self, answer: Answer) -> None:
        """Note the answer to the last request."""
        self.answer = answer
        self.messages.append(_assistant(answer))

    def resulted(self, call: ToolCall, text: str) -> None:
        """Note the result of the next open call."""
        self._results += 1
        self.messages.append({"role": "tool", "tool_call_id": call.id, "content": text})

    def take(self, entry: Entry) -> None:
        """Note what the journal says."""
        data: Mapping[str, Any] = entry.data
        if entry.kind == entries.REQUEST:
            self.asked(data["messages"])
        elif entry.kind == entries.ANSWER:
            self.answered(entries.read_answer(entry))
        elif entry.kind == entries.RESULT and self.open_calls:
            self.resulted(self.open_calls[0][1], data["text"])


def _assistant(answer: Answer) -> Message:
    calls = [
        {
            "id": call.id,
            "type": "function",
            # a provider refuses a history with arguments that are not JSON
            "function": {
                "name": call.name,
                "arguments": "{}" if call.fault is not None else call.arguments,
            },
        }
        for call in answer.tool_calls
    ]
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
    if calls:
        message["tool_calls"] = calls
    return message
