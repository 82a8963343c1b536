"""From accounts to the figures of a report."""

from collections.abc import Sequence
from dataclasses import fields
from math import expm1
from typing import Final

import numpy as np

from aibt.rl.judgement.account import Account, Floats
from aibt.rl.judgement.report import (
    CurveMetrics,
    DeflatedSharpeReport,
    IntervalReport,
    OverfittingReport,
    Summary,
)
from aibt.trading.metrics import (
    ConfidenceInterval,
    annual_return,
    bar_returns,
    bootstrap_intervals,
    calmar_ratio,
    expected_maximum_sharpe,
    interquartile_mean,
    max_drawdown,
    mean_interval,
    probabilistic_sharpe_ratio,
    probability_of_overfitting,
    return_moments,
    sharpe_ratio,
    sortino_ratio,
    total_return,
    volatility,
)
from aibt.trading.metrics.overfitting import BLOCKS

_SEED: Final = 20_140_107  # of every bootstrap: the same accounts give the same report


def generator_of(place: int) -> np.random.Generator:
    """Return the random numbers of one figure of a report."""
    return np.random.default_rng([_SEED, place])


def log_returns(account: Account) -> Floats:
    """Return the growth of each bar. Shape [n]."""
    found: Floats = np.diff(np.log(account.equities))
    return found


def pooled(accounts: Sequence[Account]) -> Account:
    """Return the account that is split evenly over others, anew at every bar.

    Its side is the sign of the mean side, which decides over its exposure alone; turnover and
    trades are means, rounded.
    """
    returns = np.mean([bar_returns(account.equities) for account in accounts], axis=0)
    sides = np.mean([account.sides for account in accounts], axis=0)
    return Account(
        equities=np.r_[1.0, np.cumprod(1 + returns)],
        sides=np.sign(sides).astype(np.int8),
        trades=round(float(np.mean([account.trades for account in accounts]))),
        turnover=round(float(np.mean([account.turnover for account in accounts]))),
    )


def curve_metrics(account: Account, bars_per_year: float) -> CurveMetrics:
    """Return the figures of one account."""
    equities = account.equities
    count = len(account.sides)
    annual, depth = annual_return(equities, bars_per_year), max_drawdown(equities)
    return CurveMetrics(
        total_return=total_return(equities),
        annual_return=annual,
        volatility=volatility(equities, bars_per_year),
        sharpe=sharpe_ratio(equities, bars_per_year),
        sortino=sortino_ratio(equities, bars_per_year),
        calmar=calmar_ratio(annual, depth),
        max_drawdown=depth,
        mean_log_return=float(log_returns(account).mean()),
        trades=account.trades,
        turnover=account.turnover / count,
        exposure=float(np.abs(account.sides).mean()),
    )


def summaries(seeds: Sequence[CurveMetrics]) -> dict[str, Summary]:
    """Return each figure over the seeds in which it is defined."""
    return {
        field.name: _summary([getattr(metrics, field.name) for metrics in seeds])
        for field in fields(CurveMetrics)
    }


def _summary(values: Sequence[float | None]) -> Summary:
    known = np.array([value for value in values if value is not None], np.float64)
    if not len(known):
        return Summary(median=None, mean_inner=None, low=None, high=None, deviation=None)
    return Summary(
        median=float(np.median(known)),
        mean_inner=interquartile_mean(known),
        low=float(known.min()),
        high=float(known.max()),
        deviation=float(known.std(ddof=1)) if len(known) > 1 else None,
    )


def interval_of_mean(values: Floats, *, level: float, place: int) -> IntervalReport:
    """Return the mean of values per bar [n] with its block-bootstrap interval."""
    found = mean_interval(values, generator_of(place), level=level)
    return IntervalReport(
        value=float(values.mean()),
        low=found.low if found else None,
        high=found.high if found else None,
        level=level,
        above_zero=found.above_zero if found else None,
    )


def interval_of_total(growth: IntervalReport, bars: int) -> IntervalReport:
    """Return the total return's interval from that of the mean log return: one is of the other."""
    return IntervalReport(
        value=_grown(growth.value, bars),
        low=_grown(growth.low, bars),
        high=_grown(growth.high, bars),
        level=growth.level,
        above_zero=growth.above_zero,
    )


def _grown(mean: float | None, bars: int) -> float | None:
    if mean is None or mean * bars > 700:
        return None
    return expm1(mean * bars)


def interval_of_sharpe(
    account: Account, bars_per_year: float, *, level: float, place: int
) -> IntervalReport:
    """Return the yearly Sharpe ratio with its block-bootstrap interval."""
    found: ConfidenceInterval | None = bootstrap_intervals(
        bar_returns(account.equities), bars_per_year, generator_of(place), level=level
    ).sharpe
    return IntervalReport(
        value=sharpe_ratio(account.equities, bars_per_year),
        low=found.low if found else None,
        high=found.high if found else None,
        level=level,
        above_zero=None,
    )


def variance_of_trials(accounts: Sequence[Account], bars: int, *, earlier: int) -> float:
    """Return the variance of the Sharpe ratios per bar over all trials made.

    Of `earlier` trials only the number is known: they are taken to have differed at least as
    ratios without skill do, 1 / (n - 1). Trials that are alike would else pardon all others.
    """
    ratios = [
        moments.sharpe if (moments := return_moments(bar_returns(account.equities))) else 0.0
        for account in accounts
    ]
    without_skill = 1 / max(bars - 1, 1)
    if len(ratios) < 2:
        return without_skill
    seen = float(np.var(ratios, ddof=1))
    return max(seen, without_skill) if earlier else seen


def deflated_sharpe(account: Account, variance: float, trials: int) -> DeflatedSharpeReport:
    """Return how sure the account's Sharpe ratio is after so many trials."""
    returns = bar_returns(account.equities)
    moments = return_moments(returns)
    threshold = expected_maximum_sharpe(variance, trials)
    if moments is None:
        return DeflatedSharpeReport(
            sharpe=None,
            threshold=threshold,
            probability=None,
            probability_above_zero=None,
            skewness=None,
            kurtosis=None,
            bars=len(returns),
            trials=trials,
        )
    return DeflatedSharpeReport(
        sharpe=moments.sharpe,
        threshold=threshold,
        probability=probabilistic_sharpe_ratio(moments, threshold),
        probability_above_zero=probabilistic_sharpe_ratio(moments),
        skewness=moments.skewness,
        kurtosis=moments.kurtosis,
        bars=len(returns),
        trials=trials,
    )


def overfitting(accounts: Sequence[Account]) -> OverfittingReport:
    """Return the probability of over-fitting over the accounts as trials."""
    returns = np.column_stack([bar_returns(account.equities) for account in accounts])
    found = probability_of_overfitting(returns)
    return OverfittingReport(
        probability=found.probability if found else None,
        trials=len(accounts),
        blocks=BLOCKS,
        combinations=found.combinations if found else 0,
        loss=found.loss if found else None,
    )
