"""The floor: the same loop as one writes it by hand with the `openai` client, in one file.

The same prompts and tool descriptions go over the same socket; the tools are plain functions over
lists; nothing is written down, checked, paused or replayed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openai import AsyncOpenAI

from aibt.agents.model import ToolSpec
from aibt.market.instruments import Instrument
from benchmarks.agents_bench import Stopwatch


class PlainAccount:
    """Cash and positions of a script: floats, filled at the next open."""

    def __init__(self, market: Sequence[Instrument], balance: float) -> None:
        self.bars = {
            one.symbol: {
                name: getattr(one.series, name).tolist()
                for name in ("opened_ns", "open", "high", "low", "close", "volume")
            }
            for one in market
        }
        self.cash = balance
        self.held: dict[str, float] = {}
        self.waiting: list[tuple[str, float]] = []  # symbol, and share of equity
        self.day = -1

    def fill(self) -> None:
        """Go on by a day."""
        self.day += 1
        for symbol, share in self.waiting:
            price = self.bars[symbol]["open"][self.day]
            units = self.equity() * share / price - self.held.get(symbol, 0.0)
            self.cash -= units * price * 1.0015
            self.held[symbol] = self.held.get(symbol, 0.0) + units
        self.waiting.clear()

    def equity(self) -> float:
        closes = (self.bars[symbol]["close"][self.day] for symbol in self.held)
        return self.cash + sum(
            units * close for units, close in zip(self.held.values(), closes, strict=True)
        )

    def get_quote(self, symbol: str) -> dict[str, Any]:
        of = self.bars[symbol]
        bar = {name: column[self.day] for name, column in of.items()}
        return {"symbol": symbol, **bar, "held": self.held.get(symbol, 0.0)}

    def get_bars(self, symbol: str, count: int) -> dict[str, Any]:
        end = self.day + 1
        return {
            "symbol": symbol,
            **{
                name: column[max(0, end - count) : end]
                for name, column in self.bars[symbol].items()
            },
        }

    def buy(self, symbol: str, share: float) -> dict[str, Any]:
        self.waiting.append((symbol, share))
        return {"symbol": symbol, "share": share, "status": "accepted"}

    def close(self, symbol: str) -> dict[str, Any]:
        self.waiting.append((symbol, 0.0))
        return {"symbol": symbol, "status": "accepted"}


async def plain_loop(
    url: str,
    account: PlainAccount,
    prompts: Sequence[Sequence[Mapping[str, Any]]],
    specs: Sequence[ToolSpec],
    watch: Stopwatch,
) -> None:
    """Decide once for each of `prompts`."""
    tools = [
        {
            "type": "function",
            "function": {
                "name": spec.name,
                "description": spec.description,
                "parameters": spec.parameters,
            },
        }
        for spec in specs
    ]
    functions: dict[str, Callable[..., Any]] = {
        name: getattr(account, name) for name in ("get_quote", "get_bars", "buy", "close")
    }
    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        for opening in prompts:
            watch.step()
            account.fill()
            messages: list[Any] = [*opening]
            while True:
                with watch.of("client"):
                    text, calls = await _asked(client, messages, tools)
                messages.append({"role": "assistant", "content": text, "tool_calls": calls or None})
                if not calls:
                    break
                for call in calls:
                    function = call["function"]
                    found = functions[function["name"]](**json.loads(function["arguments"]))
                    content = json.dumps(found)
                    messages.append(
                        {"role": "tool", "tool_call_id": call["id"], "content": content}
                    )
    watch.step()


async def _asked(
    client: AsyncOpenAI, messages: list[Any], tools: list[Any]
) -> tuple[str, list[dict[str, Any]]]:
    stream = await client.chat.completions.create(
        model="at/once",
        messages=messages,
        tools=tools,
        stream=True,
        stream_options={"include_usage": True},
    )
    text, calls = "", []
    async for chunk in stream:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            for piece in choice.delta.tool_calls or ():
                if piece.index == len(calls):
                    function = {"name": piece.function.name, "arguments": ""}
                    calls.append({"id": piece.id, "type": "function", "function": function})
                calls[piece.index]["function"]["arguments"] += piece.function.arguments or ""
    return text, calls
