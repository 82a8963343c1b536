"""What accounts came to: figures, equity curves, and the leaderboard they stand on."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from aibt.protocol.agent_fields import legible
from aibt.protocol.message import MAX_ID, Params, Symbol, WireMessage
from aibt.store.records import Score

Kind = Literal["agent", "bot", "baseline"]


def _numbered(topic: str) -> str:
    if int(topic.partition("/")[2]) > MAX_ID:
        raise ValueError("nothing has so high a number")
    return topic


Topic = Annotated[
    str,
    Field(
        pattern=r"^(session|training)/[1-9][0-9]{0,9}$",
        description="whose account: `session/7` or `training/7`",
    ),
    AfterValidator(_numbered),
]


class PerformanceFigures(WireMessage):
    """The figures of one account; null where one is undefined or not known.

    Returns and ratios are fractions, money is in the account's currency.
    """

    total_return: float = Field(description="profit over the starting balance")
    annual_return: float | None = Field(description="the same per year, compounded")
    volatility: float | None = Field(description="yearly standard deviation of the returns")
    sharpe: float | None = Field(description="yearly Sharpe ratio")
    sortino: float | None = Field(description="yearly Sortino ratio")
    calmar: float | None = Field(description="`annual_return` over `max_drawdown`")
    max_drawdown: float = Field(description="fraction of the peak equity")
    max_drawdown_from: AwareDatetime | None = Field(description="when the peak was last seen")
    max_drawdown_until: AwareDatetime | None = Field(description="when the fall was deepest")
    recovered_at: AwareDatetime | None = Field(description="first at the peak again; null: not yet")
    win_rate: float | None = Field(description="fraction of the closed trades with a profit")
    profit_factor: float | None = Field(description="gains of the closed trades over their losses")
    trades: int = Field(description="closed ones: entries with their exits")
    turnover: float | None = Field(description="traded value per year over mean equity")
    exposure: float | None = Field(description="mean gross value of the positions over equity")
    benchmark_return: float | None = Field(description="total return of the benchmark")
    excess_return: float | None = Field(description="`total_return` less the benchmark's")
    sharpe_low: float | None = Field(description="lower end of the 95% interval of `sharpe`")
    sharpe_high: float | None = Field(description="upper end")
    return_low: float | None = Field(description="lower end of the 95% interval of `total_return`")
    return_high: float | None = Field(description="upper end")
    profit: float = Field(description="last equity less the starting balance, net of fees")
    fees: float = Field(description="paid in all")
    model_cost: float | None = Field(description="of the language model, US dollars")
    profit_after_model_cost: float | None = Field(description="`profit` less `model_cost`")
    bars: int = Field(description="how many bars the account lived through")


class PerformanceMessage(WireMessage):
    """An account over time, as columns of equal length, and its figures."""

    topic: str
    times: list[str] = Field(description="ISO times")
    equities: list[float]
    exposures: list[float] = Field(description="gross value of the positions over equity")
    benchmark: list[float | None] | None = Field(
        description="the starting balance in the benchmark; null: there is none"
    )
    summary: PerformanceFigures


class LeaderboardQuery(Params):
    """Which accounts to compare."""

    kinds: list[Kind] = Field(default=[], max_length=3, description="only these; empty: any")
    symbol: Symbol | None = Field(default=None, description="only those that traded it")
    mine: bool = Field(default=False, description="only your own")
    name: Annotated[str, AfterValidator(legible)] | None = Field(
        default=None, max_length=64, description="only agents and bots of this name"
    )
    limit: int = Field(default=200, ge=1, le=1_000, description="at most so many")


class ScoreMessage(WireMessage):
    """One line of the leaderboard: an account that has ended, or stands still for now."""

    topic: str = Field(description="whose account: `session/7` or `training/7`")
    kind: Kind
    name: str = Field(description="of the agent or the bot")
    label: str = Field(description="base model, or algorithm")
    mine: bool = Field(description="whether it is yours")
    symbols: list[str] = Field(description="what it traded")
    start: AwareDatetime
    end: AwareDatetime
    is_public: bool = Field(description="whether everybody sees it")
    figures: PerformanceFigures


class LeaderboardMessage(WireMessage):
    """Your accounts and everybody's public ones, the highest total return first."""

    scores: list[ScoreMessage]


class VisibilityPut(Params):
    """Whether everybody sees an account of yours on the leaderboard."""

    topic: Topic
    is_public: bool


def score_message(score: Score, reader_id: int) -> ScoreMessage:
    """Return a line of the leaderboard as the wire shows it to one reader.

    Raises:
        KeyError: a figure is missing.
        pydantic.ValidationError: the row breaks the wire's contract.
    """
    return ScoreMessage.of(
        {
            "topic": score.topic,
            "kind": score.kind,
            "name": score.name,
            "label": score.label,
            "mine": score.owner_id == reader_id,
            "symbols": list(score.symbols),
            "start": score.start,
            "end": score.end,
            "is_public": score.is_public,
            "figures": {name: score.data[name] for name in PerformanceFigures.model_fields},
        }
    )
