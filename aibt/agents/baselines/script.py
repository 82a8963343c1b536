"""A scripted model: it talks, calculates and trades as a language model does, without one.

It buys what has fallen below its mean and sells what has risen above it, a plain reversal rule, and
shows what a session looks like: reasoning that streams, several tools, orders, a note.
"""

import asyncio
from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any, Final

from aibt.agents.baselines.market_talk import (
    ACCOUNT,
    BARS,
    LOOKS,
    UNIVERSE,
    Made,
    calling,
    calls_made,
    holdings,
    orders_to,
    tradable,
)
from aibt.agents.model import Answer, Message, Partial, ToolSpec, Usage

_BARS: Final = 21
_ENTER: Final = 1.0  # standard deviations from the mean
_LEAVE: Final = 0.2
_INVESTED: Final = 0.9  # of equity at most: prices move until the open
_CHARACTERS_PER_TOKEN: Final = 4
_CHUNK: Final = 12  # characters that stream at once


class ScriptedModel:
    """Looks at each symbol's last month, and trades against what is far from its mean.

    Args:
        pause_s: between two pieces of a text, so that it can be seen to stream; 0: none.
    """

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        del tools
        made = calls_made(messages)
        looked = [one for one in made if one.name == BARS]
        if not made:
            text = "I look at my account and at the market first."
            return await self._said(
                messages, partial, text, [(ACCOUNT, {}), (UNIVERSE, {})], before=0
            )
        if any(one.name not in LOOKS for one in made):
            orders = [one for one in made if one.name not in LOOKS]
            taken = sum(one.result.get("status") == "accepted" for one in orders)
            text = f"{taken} of {len(orders)} orders were accepted; I look again at the next bar."
            return await self._said(messages, partial, text, [], before=len(made))
        if not looked:
            looks = [(BARS, {"symbol": one, "count": _BARS}) for one in tradable(made)]
            text = "How far is each symbol from its mean of the last month?"
            return await self._said(messages, partial, text, looks, before=len(made))
        text, calls = _decision(made, looked)
        return await self._said(messages, partial, text, calls, before=len(made))

    async def close(self) -> None:
        """Free nothing."""

    async def _said(
        self,
        messages: Sequence[Message],
        partial: Partial,
        text: str,
        calls: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        before: int,
    ) -> Answer:
        for end in range(_CHUNK, len(text) + _CHUNK, _CHUNK):
            partial(text[:end])
            await asyncio.sleep(self._pause_s)
        read = sum(len(str(message.get("content"))) for message in messages)
        usage = Usage(
            input_tokens=read // _CHARACTERS_PER_TOKEN,
            output_tokens=len(text) // _CHARACTERS_PER_TOKEN,
            cost=0.0,
        )
        answer = calling(calls, before=before, text=text)
        finish = "tool_calls" if calls else "stop"
        return Answer(
            text=text, tool_calls=answer.tool_calls, usage=usage, finish=finish, model="script/demo"
        )


def _decision(
    made: Sequence[Made], looked: Sequence[Made]
) -> tuple[str, list[tuple[str, Mapping[str, Any]]]]:
    held = holdings(made)
    calls: list[tuple[str, Mapping[str, Any]]] = []
    said = []
    for one in looked:
        symbol, closes = str(one.arguments["symbol"]), one.result.get("closes", [])
        if len(closes) < _BARS or symbol in held.pending:
            continue
        spread = pstdev(closes)
        score = (closes[-1] - fmean(closes)) / spread if spread else 0.0
        now = held.shares.get(symbol, 0.0)
        target = _target(score, now, _INVESTED / len(looked), held.allow_short)
        said.append(f"{symbol} {score:+.1f}")
        if (target > 0) - (target < 0) != (now > 0) - (now < 0):
            calls += orders_to(symbol, target, now)
    text = f"In standard deviations from the mean: {', '.join(said) or 'too few bars yet'}."
    return text, calls


def _target(score: float, now: float, weight: float, allow_short: bool) -> float:
    if score <= -_ENTER:
        return weight
    if score >= _ENTER:
        return -weight if allow_short else 0.0
    if abs(score) <= _LEAVE:
        return 0.0
    return now
