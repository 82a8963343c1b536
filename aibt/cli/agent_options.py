"""The options that say what an agent is, for `create` and `update` alike."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from aibt.cli.complaints import Misused
from aibt.cli.market import SourceName


class ToolName(StrEnum):
    """What an agent may use."""

    TRADE = "trade"
    PRICE = "price"
    SEARCH = "search"
    MATH = "math"


class Clearable(StrEnum):
    """What an agent need not have."""

    PROVIDER = "provider"
    PROMPT = "prompt"
    BOTS = "bots"
    SOURCE = "source"
    BENCHMARK = "benchmark"
    MAX_TOKENS = "max_tokens"
    MAX_COST = "max_cost"
    MAX_TURNOVER = "max_turnover"
    FEE_BPS = "fee_bps"
    SLIPPAGE_BPS = "slippage_bps"
    TEMPERATURE = "temperature"
    SEED = "seed"


_NOTHING: Final[dict[str, Any]] = {"bots": [], "prompt": ""}  # for all others: null
_MODEL: Final = "The model"
_MARKET: Final = "What it trades"
_LIMITS: Final = "Limits"
_COSTS: Final = "Costs and account"

BaseModel = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        help="baseline/buy-and-hold, baseline/equal-weight, baseline/momentum, baseline/random, "
        "script/demo, bot/NAME, or a model as its provider calls it: openai/gpt-5-mini.",
        rich_help_panel=_MODEL,
    ),
]
Provider = Annotated[
    str | None,
    typer.Option(
        "--provider",
        help="Whose key of yours to use; else the installation's (OPENAI_API_BASE).",
        rich_help_panel=_MODEL,
    ),
]
Prompt = Annotated[
    str | None,
    typer.Option("--prompt", help="What you tell it besides.", rich_help_panel=_MODEL),
]
PromptFile = Annotated[
    Path | None,
    typer.Option("--prompt-file", help="The same, from a file.", rich_help_panel=_MODEL),
]
Tools = Annotated[
    list[ToolName] | None,
    typer.Option(
        "--tool", help="May be repeated; trade is always there. Else all.", rich_help_panel=_MODEL
    ),
]
Bots = Annotated[
    list[str] | None,
    typer.Option(
        "--bot", help="A bot of yours that it may ask; may be repeated.", rich_help_panel=_MODEL
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option("--temperature", help="0 to 2; else the model's own.", rich_help_panel=_MODEL),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", help="Of a baseline's chance, and a wish to the model.", rich_help_panel=_MODEL
    ),
]
Universe = Annotated[
    list[str] | None,
    typer.Option(
        "--universe",
        "-u",
        metavar="SYMBOLS",
        help="Such as ^GSPC,GOOGL: separated by commas, or repeated.",
        rich_help_panel=_MARKET,
    ),
]
Interval = Annotated[
    str | None,
    typer.Option(
        "--period",
        "-p",
        help="Bar interval: it decides at the end of each bar. D1, H1 … or 1d, 1h.",
        rich_help_panel=_MARKET,
    ),
]
Source = Annotated[
    SourceName | None,
    typer.Option(
        "--source",
        help="Market source; else the first that has a symbol.",
        rich_help_panel=_MARKET,
    ),
]
Benchmark = Annotated[
    str | None,
    typer.Option("--benchmark", help="Symbol to compare it with.", rich_help_panel=_MARKET),
]
MaxRounds = Annotated[
    int | None,
    typer.Option(
        "--max-rounds", help="Requests to the model per decision.", rich_help_panel=_LIMITS
    ),
]
MaxTokens = Annotated[
    int | None,
    typer.Option("--max-tokens", help="Tokens of one session.", rich_help_panel=_LIMITS),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost", help="US dollars that one session may cost.", rich_help_panel=_LIMITS
    ),
]
MaxPosition = Annotated[
    float | None,
    typer.Option(
        "--max-position",
        help="Largest position in one symbol, as a share of equity.",
        rich_help_panel=_LIMITS,
    ),
]
MaxLeverage = Annotated[
    float | None,
    typer.Option(
        "--max-leverage", help="All positions together over equity.", rich_help_panel=_LIMITS
    ),
]
MaxTurnover = Annotated[
    float | None,
    typer.Option(
        "--max-turnover",
        help="Value traded per decision, over equity.",
        rich_help_panel=_LIMITS,
    ),
]
PriceCollar = Annotated[
    float | None,
    typer.Option(
        "--price-collar",
        help="Cancel an order whose open is further from the decision's price than this fraction.",
        rich_help_panel=_LIMITS,
    ),
]
AllowShort = Annotated[
    bool | None,
    typer.Option("--short/--no-short", help="May it sell short?", rich_help_panel=_LIMITS),
]
Balance = Annotated[
    float | None, typer.Option("--balance", help="Starting cash.", rich_help_panel=_COSTS)
]
FeeBps = Annotated[
    float | None,
    typer.Option(
        "--fee-bps", help="Fee, basis points; else the setting's.", rich_help_panel=_COSTS
    ),
]
SlippageBps = Annotated[
    float | None,
    typer.Option(
        "--slippage-bps",
        help="Slippage, basis points; else the setting's.",
        rich_help_panel=_COSTS,
    ),
]
IsPublic = Annotated[
    bool | None,
    typer.Option(
        "--public/--private",
        help="Whether everybody sees its results on the leaderboard.",
        rich_help_panel=_COSTS,
    ),
]


def symbols_of(given: Sequence[str] | None) -> list[str] | None:
    """Return the symbols of `--universe`, which were separated by commas or repeated."""
    if given is None:
        return None
    found = [part.strip() for text in given for part in text.split(",")]
    return [symbol for symbol in found if symbol]


def prompt_of(text: str | None, file: Path | None) -> str | None:
    """Return the prompt, wherever it was given.

    Raises:
        Misused: it was given twice, or the file cannot be read.
    """
    if file is None:
        return text
    if text is not None:
        raise Misused("--prompt-file: say either this or --prompt.")
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Misused(f"--prompt-file: {file} cannot be read: {reason}.") from None


def cleared_of(given: Sequence[Clearable] | None, changes: dict[str, Any]) -> dict[str, Any]:
    """Return what `--clear` takes away, as the values that stand for nothing.

    Raises:
        Misused: something is to be taken away and set at once.
    """
    for name in given or ():
        if changes.get(name) is not None:
            raise Misused(f"--clear: {name} cannot be taken away and set at once.")
    return {name.value: _NOTHING.get(name) for name in given or ()}


def tools_of(given: Sequence[ToolName] | None) -> list[str] | None:
    """Return the tools that were asked for, `trade` always among them."""
    if not given:
        return None
    return [tool.value for tool in ToolName if tool in given or tool is ToolName.TRADE]
