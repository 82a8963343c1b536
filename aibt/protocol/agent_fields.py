"""The types of an agent's fields: what each may be, and what it means."""

import unicodedata
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from aibt.protocol.message import MAX_NUMBER, PROVIDER_PATTERN, Name, Symbol, canonical_name

OF_BOT: Final = "bot/"
"""What a base model begins with that is one of the owner's bots; its name follows."""

Tool = Literal["trade", "price", "search", "math"]
_TOOLS: Final[tuple[Tool, ...]] = ("trade", "price", "search", "math")
_BREAKS: Final = frozenset("\t\n\r")


def _known_or_plain(base_model: str) -> str:
    """Return a base model in its one form; only names of bots have spaces and other letters."""
    if base_model.startswith(OF_BOT):
        return OF_BOT + canonical_name(base_model.removeprefix(OF_BOT))
    if not all("!" <= char <= "~" for char in base_model):
        raise ValueError("a base model has only printable ASCII characters and no spaces")
    return base_model


def legible(text: str) -> str:
    """Return a text as it is.

    Raises:
        ValueError: a control character is in it, which no database takes.
    """
    if any(unicodedata.category(char) == "Cc" and char not in _BREAKS for char in text):
        raise ValueError("there is a control character in it")
    return text


def _unique(values: list[str]) -> list[str]:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(f"{value} is there twice")
    return values


def _with_trade(tools: list[Tool]) -> list[Tool]:
    """Return tools in their one order; without `trade` nobody is a trader."""
    return [tool for tool in _TOOLS if tool in tools or tool == "trade"]


BaseModelName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=128,
        description="which model decides, as its provider calls it; ours are "
        "`baseline/buy-and-hold`, `baseline/equal-weight`, `baseline/momentum`, "
        "`baseline/random`, `script/demo` and `bot/` with the name of a bot of yours",
    ),
    AfterValidator(_known_or_plain),
]
Provider = Annotated[str, Field(pattern=PROVIDER_PATTERN)]
Prompt = Annotated[
    str,
    Field(max_length=16_384, description="instructions beside those that every agent is given"),
    AfterValidator(legible),
]
Universe = Annotated[
    list[Symbol],
    Field(
        min_length=1,
        max_length=500,
        description="what it may trade: 1 to 500 symbols, none twice",
        json_schema_extra={"uniqueItems": True},
    ),
    AfterValidator(_unique),
]
Balance = Annotated[float, Field(gt=0, le=1e12, description="starting cash of a session")]
ToolNames = Annotated[
    list[Tool],
    Field(max_length=4, description="what it may use; `trade` is always among them"),
    AfterValidator(_with_trade),
]
BotNames = Annotated[
    list[Name],
    Field(
        max_length=100,
        description="bots of yours that it may ask",
        json_schema_extra={"uniqueItems": True},
    ),
    AfterValidator(_unique),
]
MaxRounds = Annotated[int, Field(ge=1, le=100, description="requests to the model per decision")]
MaxTokens = Annotated[
    int, Field(ge=1, le=MAX_NUMBER, description="tokens of one session; null: no limit of its own")
]
MaxCost = Annotated[
    float, Field(gt=0, le=1e6, description="US dollars of one session; null: no limit of its own")
]
Leverage = Annotated[float, Field(gt=0, le=4)]
Turnover = Annotated[
    float,
    Field(gt=0, le=100, description="traded value per decision over equity; null: no limit"),
]
PriceCollar = Annotated[
    float,
    Field(
        gt=0,
        le=1,
        description="an order is cancelled whose open is further than this fraction from the "
        "price it was decided at",
    ),
]
Temperature = Annotated[
    float, Field(ge=0, le=2, description="of the model's answers; null: the provider's own")
]
Seed = Annotated[
    int, Field(ge=0, le=MAX_NUMBER, description="of all random numbers; null: one is drawn")
]
