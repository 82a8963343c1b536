"""What an account is worth: plain figures of its equity curve and of its fills."""

from aibt.trading.metrics.bootstrap import (
    BootstrapIntervals,
    ConfidenceInterval,
    block_length,
    bootstrap_intervals,
)
from aibt.trading.metrics.curve import Curve, bar_returns
from aibt.trading.metrics.drawdown import Drawdown, deepest_drawdown, max_drawdown
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

__all__ = [
    "AccountFill",
    "BootstrapIntervals",
    "ConfidenceInterval",
    "Curve",
    "Drawdown",
    "MonthReturn",
    "OpenPosition",
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
    "max_drawdown",
    "mean_exposure",
    "monthly_returns",
    "profit_factor",
    "round_trips",
    "sharpe_ratio",
    "sortino_ratio",
    "total_return",
    "turnover",
    "volatility",
    "win_rate",
]
