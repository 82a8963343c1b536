"""What an account is worth: plain figures of its equity curve and of its fills."""

from aibt.trading.metrics.bootstrap import (
    BootstrapIntervals,
    ConfidenceInterval,
    MeanInterval,
    block_length,
    bootstrap_intervals,
    mean_interval,
)
from aibt.trading.metrics.curve import Curve, bar_returns
from aibt.trading.metrics.deflated_sharpe import (
    ReturnMoments,
    expected_maximum_sharpe,
    probabilistic_sharpe_ratio,
    return_moments,
)
from aibt.trading.metrics.drawdown import Drawdown, deepest_drawdown, max_drawdown
from aibt.trading.metrics.overfitting import Overfitting, probability_of_overfitting
from aibt.trading.metrics.returns import (
    MonthReturn,
    annual_rate,
    annual_return,
    calmar_ratio,
    mean_exposure,
    monthly_returns,
    sharpe_ratio,
    sortino_ratio,
    total_return,
    turnover,
    volatility,
)
from aibt.trading.metrics.round_trips import (
    AccountFill,
    OpenPosition,
    RoundTrip,
    RoundTrips,
    StockSplit,
    profit_factor,
    round_trips,
    win_rate,
)
from aibt.trading.metrics.seeds import interquartile_mean

__all__ = [
    "AccountFill",
    "BootstrapIntervals",
    "ConfidenceInterval",
    "Curve",
    "Drawdown",
    "MeanInterval",
    "MonthReturn",
    "OpenPosition",
    "Overfitting",
    "ReturnMoments",
    "RoundTrip",
    "RoundTrips",
    "StockSplit",
    "annual_rate",
    "annual_return",
    "bar_returns",
    "block_length",
    "bootstrap_intervals",
    "calmar_ratio",
    "deepest_drawdown",
    "expected_maximum_sharpe",
    "interquartile_mean",
    "max_drawdown",
    "mean_exposure",
    "mean_interval",
    "monthly_returns",
    "probabilistic_sharpe_ratio",
    "probability_of_overfitting",
    "profit_factor",
    "return_moments",
    "round_trips",
    "sharpe_ratio",
    "sortino_ratio",
    "total_return",
    "turnover",
    "volatility",
    "win_rate",
]
