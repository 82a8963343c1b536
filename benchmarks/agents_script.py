"""What the measured model says: it looks at a symbol a day, buys it or closes it, and is done.

The same decisions come from a model in process (`AtOnce`) and from a provider behind a socket
(`a_provider`), which is a process of its own so that its work is not counted as ours.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from aibt.agents.model import Answer, Message, Partial, ToolCall, ToolSpec, Usage
from tests.fakes.openai import Asked, Body, FakeOpenAI, Reply, Wire, says, tool_call

BARS = 20
REQUESTS_PER_STEP, CALLS_PER_STEP = 3, 3
THOUGHT = "The last closes say more than the headlines; one position is changed a day."
_UNIVERSE = re.compile(r"You trade \d+ symbols: ([^\n]*)\.\n")
_DATE = re.compile(r"It is \w+ (\d{4}-\d{2}-\d{2})")

Call = tuple[str, dict[str, Any]]


def decision(messages: Sequence[Mapping[str, Any]]) -> tuple[str, list[Call]]:
    """Return what is said next, and the tools that are called with it."""
    turn = sum(message["role"] == "assistant" for message in messages)
    rules, known = str(messages[0]["content"]), str(messages[1]["content"])
    universe = (_UNIVERSE.search(rules) or [""])[1].split(", ")
    on = date.fromisoformat((_DATE.search(known) or [""])[1])
    symbol = universe[on.toordinal() % len(universe)]
    if turn == 0:
        return THOUGHT, [
            ("get_quote", {"symbol": symbol}),
            ("get_bars", {"symbol": symbol, "count": BARS}),
        ]
    if turn == 1 and f" {symbol} bought at" in known:
        return "It has been held long enough.", [("close", {"symbol": symbol})]
    if turn == 1:
        return "It is bought.", [("buy", {"symbol": symbol, "share": 0.9 / len(universe)})]
    return f"{symbol} was changed; the others are kept.", []


class AtOnce:
    """A model in process: it answers as soon as it is asked, or after `wait_s` seconds."""

    def __init__(self, wait_s: float = 0.0) -> None:
        self._wait_s = wait_s

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        del tools
        if self._wait_s:
            await asyncio.sleep(self._wait_s)
        text, calls = decision(messages)
        partial(text)
        wanted = tuple(
            ToolCall(id=f"call_{len(messages)}_{index}", name=name, arguments=json.dumps(arguments))
            for index, (name, arguments) in enumerate(calls)
        )
        finish = "tool_calls" if calls else "stop"
        usage = Usage(input_tokens=1_000, output_tokens=30, cost=0.0)
        return Answer(text=text, tool_calls=wanted, usage=usage, finish=finish, model="at/once")

    async def close(self) -> None:
        """Free nothing."""


@contextmanager
def a_provider(wait_s: float = 0.0) -> Iterator[str]:
    """Run a provider in a process of its own; give its base URL."""
    command = [sys.executable, "-m", "benchmarks.agents_script", str(wait_s)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the provider has no pipes")
        yield process.stdout.readline().strip()
        process.stdin.close()


def _reply(body: Body, wait_s: float) -> Reply:
    text, calls = decision(body["messages"])
    said = says(text, *(tool_call(name, arguments) for name, arguments in calls))

    async def reply(asked: Asked, wire: Wire) -> None:
        await asyncio.sleep(wait_s)
        await said(asked, wire)

    return reply


def main() -> None:
    wait_s = float(sys.argv[1])
    with FakeOpenAI() as provider:
        provider.default = lambda body: _reply(body, wait_s)
        print(provider.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
