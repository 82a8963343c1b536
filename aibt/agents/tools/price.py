"""The price tools: bars, quotes and the account, as far as the desk's clock lets one know them."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from aibt.agents.tools.desk import Desk, Result
from aibt.agents.tools.server import DeskOf, ToolServer, bound_to, tool_server
from aibt.agents.tools.tool import Arguments, Number, Symbol, Tool

INSTRUCTIONS = (
    "Prices of one trading session's universe and the state of its account, as known at the "
    "session's present moment. Nothing later can be had."
)
MOST_BARS = 500
_BOT_PATTERN = r"^[^\W_][\w .\-]{0,63}$"


class NoArguments(Arguments):
    pass


class SymbolArguments(Arguments):
    symbol: Symbol


class BarsArguments(SymbolArguments):
    count: Annotated[
        int, Field(ge=1, le=MOST_BARS, description="how many of the latest bars"), Number
    ] = 60


async def _bars(desk: Desk, given: BarsArguments) -> Result:
    return await desk.bars(given.symbol, given.count)


async def _quote(desk: Desk, given: SymbolArguments) -> Result:
    return await desk.quote(given.symbol)


async def _universe(desk: Desk, _: NoArguments) -> Result:
    return await desk.universe()


async def _account(desk: Desk, _: NoArguments) -> Result:
    return await desk.account()


_TOOLS = (
    Tool(
        name="get_bars",
        description=(
            f"The last `count` known bars of a symbol (1 to {MOST_BARS}, default 60), oldest "
            "first: times (ISO 8601, UTC), opens, highs, lows, closes, volumes, as lists of the "
            "same length. Prices are in the symbol's quote currency, corrected for splits."
        ),
        arguments=BarsArguments,
        run=_bars,
    ),
    Tool(
        name="get_quote",
        description="The latest known bar of a symbol, how old it is, and what you hold of it.",
        arguments=SymbolArguments,
        run=_quote,
    ),
    Tool(
        name="get_universe",
        description=(
            "All symbols that you may trade, each with its last known close, its change as a "
            "fraction (0.01 is 1 per cent), and whether it is halted."
        ),
        arguments=NoArguments,
        run=_universe,
    ),
    Tool(
        name="get_account",
        description=(
            "Your account now: cash, equity, positions (negative quantities are short), pending "
            "orders, costs and limits."
        ),
        arguments=NoArguments,
        run=_account,
    ),
)


def price_tools(bots: Sequence[str] | None = ()) -> tuple[Tool, ...]:
    """Return the tools; `ask_bot` is among them where bots may be asked.

    Args:
        bots: names that may be asked; None: whichever the desk allows.
    """
    return _TOOLS if bots is not None and not bots else (*_TOOLS, _ask_bot_tool(bots))


def price_server(desk: Desk | DeskOf, *, bots: Sequence[str] | None = ()) -> ToolServer:
    """Return the MCP server `price` over one desk, or over each request's own."""
    desk_of = desk if callable(desk) else bound_to(desk)
    return tool_server("price", INSTRUCTIONS, price_tools(bots), desk_of)


def _ask_bot_tool(bots: Sequence[str] | None) -> Tool:
    def known(bot: str) -> str:
        if bots is not None and bot not in bots:
            raise ValueError(f"must be one of: {', '.join(bots)}")
        return bot

    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
    if bots is not None:
        schema["enum"] = list(bots)

    class BotArguments(SymbolArguments):
        bot: Annotated[
            str,
            Field(max_length=64, pattern=_BOT_PATTERN),
            AfterValidator(known),
            WithJsonSchema({**schema, "description": "name of the bot"}),
        ]

    async def ask(desk: Desk, given: BotArguments) -> Result:
        return await desk.ask_bot(given.bot, given.symbol)

    return Tool(
        name="ask_bot",
        description=(
            "What a trained bot would do with a symbol now: hold, close, bull, bear in per cent "
            "that add up to 100. It is one opinion, and may be wrong."
        ),
        arguments=BotArguments,
        run=ask,
        time_limit_s=30.0,
    )
