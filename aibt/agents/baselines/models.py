"""Baselines and RL bots as models: they look, place orders and say what they did.

They keep nothing between two answers: what they need stands in the conversation, so that a
recovered session goes on with them as with any model.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aibt.agents.baselines.market_talk import (
    ACCOUNT,
    BARS,
    FREE,
    LOOKS,
    REDUCING,
    UNIVERSE,
    Made,
    calling,
    calls_made,
    holdings,
    orders_to,
    tradable,
)
from aibt.agents.baselines.strategies import Shown, Strategy
from aibt.agents.model import Answer, Message, Partial, ToolSpec

_SIDES: Final = {"bull": 1, "bear": -1, "close": 0}
Calls = list[tuple[str, Mapping[str, Any]]]


class BaselineModel:
    """A strategy that answers as a model.

    Args:
        name: as it is shown.
        strategy: says what to hold.
        seed: of its random numbers; those of one decision depend on what it is told, too.
    """

    def __init__(self, name: str, strategy: Strategy, seed: int) -> None:
        self._name = name
        self._strategy = strategy
        self._seed = seed

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        del tools, partial
        await asyncio.sleep(0)  # a session that asks at once lets the others have their turn
        made = calls_made(messages)
        if not made:
            return calling([(ACCOUNT, {}), (UNIVERSE, {})], before=0)
        if any(one.name not in LOOKS for one in made):
            return _said(_summary(made))
        symbols = tradable(made)
        if self._strategy.bars and not any(one.name == BARS for one in made):
            looks: Calls = [
                (BARS, {"symbol": symbol, "count": self._strategy.bars}) for symbol in symbols
            ]
            if looks:
                return calling(looks, before=len(made))
        orders = self._orders(messages, made, symbols)
        return calling(orders, before=len(made)) if orders else _said("Nothing to change.")

    async def close(self) -> None:
        """Free nothing."""

    def _orders(
        self, messages: Sequence[Message], made: Sequence[Made], symbols: Sequence[str]
    ) -> Calls:
        held = holdings(made)
        closes = {
            str(one.arguments["symbol"]): one.result.get("closes", [])
            for one in made
            if one.name == BARS
        }
        told = str(messages[1].get("content")) if len(messages) > 1 else ""
        draw = random.Random(f"{self._seed} {told}")
        shown = Shown(symbols=symbols, closes=closes, held=held, draw=draw)
        targets = self._strategy.targets(shown)
        calls = [
            call
            for symbol, target in sorted(targets.items())
            for call in orders_to(symbol, target, held.shares.get(symbol, 0.0))
        ]
        return sorted(calls, key=lambda call: call[0] not in REDUCING)  # they pay for the others


class BotModel:
    """An RL bot that trades a session: each symbol has an equal part, on the side it predicts.

    Args:
        bot: its name among the owner's; the session's plan lets it be asked.
    """

    def __init__(self, bot: str) -> None:
        self._bot = bot

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        del tools, partial
        made = calls_made(messages)
        if not made:
            return calling([(ACCOUNT, {}), (UNIVERSE, {})], before=0)
        if any(one.name not in LOOKS for one in made):
            return _said(_summary(made))
        symbols = tradable(made)
        if symbols and not any(one.name == "ask_bot" for one in made):
            asks: Calls = [("ask_bot", {"bot": self._bot, "symbol": one}) for one in symbols]
            return calling(asks, before=len(made))
        held = holdings(made)
        orders: Calls = []
        for one in made:
            says = str(one.result.get("max"))
            if one.name != "ask_bot" or says not in _SIDES:
                continue
            symbol, now = str(one.arguments["symbol"]), held.shares.get(one.arguments["symbol"], 0)
            side = _SIDES[says]
            if (now > 0) - (now < 0) != side and symbol not in held.pending:
                orders += orders_to(symbol, side / len(symbols), now)
        return calling(orders, before=len(made)) if orders else _said(_predictions(made))

    async def close(self) -> None:
        """Free nothing."""


def _said(text: str) -> Answer:
    return Answer(text=text, usage=FREE)


def _summary(made: Sequence[Made]) -> str:
    """Return one sentence about the orders of this decision."""
    said = []
    for one in made:
        if one.name in LOOKS:
            continue
        share = one.arguments.get("share")
        much = "" if share is None else f" {share:.1%}"
        went = "" if one.result.get("status") == "accepted" else " (denied)"
        said.append(f"{one.name} {one.arguments.get('symbol')}{much}{went}")
    return "; ".join(said) + "."


def _predictions(made: Sequence[Made]) -> str:
    told = [
        f"{one.arguments['symbol']} {one.result.get('max', 'unknown')}"
        for one in made
        if one.name == "ask_bot"
    ]
    return f"Nothing to change: {', '.join(told)}." if told else "Nothing to trade."
