"""The figures of a report as a person reads them: their names, their units, what they mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aibt.rl.judgement.page.drawing import MINUS, percent, signed

NOTHING: Final = "\N{EN DASH}"
"""Stands where nothing is known."""


def number(value: float, *, digits: int = 2) -> str:
    """Return a number that has no unit."""
    return f"{value:,.{digits}f}".replace("-", MINUS)


def basis_points(value: float) -> str:
    """Return growth per bar, in hundredths of a per cent."""
    return f"{signed(10_000 * value, digits=2)} bp"


def share(value: float) -> str:
    """Return a share, which is never negative."""
    return percent(value).lstrip("+")


def count(value: float) -> str:
    """Return how many there are."""
    return f"{value:,.0f}"


def shown(value: object, show: Callable[[float], str]) -> str:
    """Return a figure as `show` writes it, or a dash where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return NOTHING
    return show(value)


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is called, how it is written, and what it means in one line."""

    label: str
    show: Callable[[float], str]
    meaning: str


METRICS: Final[Mapping[str, Figure]] = {
    "total_return": Figure(
        "Return", percent, "what the account gained over all out-of-sample bars, costs paid"
    ),
    "annual_return": Figure("Per year", percent, "the same as a compound rate per year"),
    "volatility": Figure("Volatility", share, "yearly standard deviation of the returns per bar"),
    "sharpe": Figure(
        "Sharpe", number, "yearly mean return over its standard deviation, risk-free rate 0"
    ),
    "sortino": Figure("Sortino", number, "the same over the deviation of losses alone"),
    "calmar": Figure("Calmar", number, "yearly return over the deepest drawdown"),
    "max_drawdown": Figure(
        "Drawdown", share, "the deepest fall from a peak, as a share of the peak"
    ),
    "mean_log_return": Figure(
        "Growth", basis_points, "mean logarithmic growth per bar, in hundredths of a per cent"
    ),
    "trades": Figure("Trades", count, "positions that were opened"),
    "turnover": Figure(
        "Turnover", number, "mean change of side per bar: 0 never trades, 2 turns over every bar"
    ),
    "exposure": Figure("Exposure", share, "share of the bars over which a position was held"),
}
"""Of `CurveMetrics`, by their names."""

INTERVALS: Final[Mapping[str, Figure]] = {
    "growth": Figure(
        "Growth per bar", basis_points, "of the account that is split evenly over the seeds"
    ),
    "excess": Figure(
        "Above buy-and-hold", basis_points, "growth per bar less that of buying once and holding"
    ),
    "sharpe": Figure("Sharpe", number, "yearly, of the same account"),
    "total_return": Figure("Return", percent, "of the same account, over all bars"),
}
"""Of `AlgorithmReport`, by their names."""

STATISTICS: Final[Mapping[str, str]] = {
    "Interval": "drawn again and again from blocks of the same bars: where the figure may as well "
    "lie; one that holds zero is no evidence",
    "Above zero": "share of those draws in which the figure is above zero",
    "Median, middle half, spread": "over the seeds: the same training with other random numbers; "
    "a figure that only some seeds show is luck",
    "Deflated Sharpe": "the probability that the true Sharpe ratio is above the best that luck "
    "alone shows in so many trials (Bailey and López de Prado, 2014)",
    "Over-fitting": "how often the trial that is best in one half of the bars is not above the "
    "median in the other; 50 % is what chance does (Bailey and others, 2017)",
    "Upper bound": "a policy that saw the future; nobody can reach it, and it is no baseline",
}
"""What the statistics mean, in a line each."""
