"""From bars and parameters to what a training and its workers compute with."""

from dataclasses import dataclass

from aibt.market.bars import BarSeries
from aibt.market.calendar import bars_per_year, calendar_for
from aibt.market.features import FeatureTable, feature_table
from aibt.rl.algorithms import architecture_of
from aibt.rl.algorithms.base import Problem
from aibt.rl.catalogue import collects
from aibt.rl.network import Architecture
from aibt.rl.parameters import TrainingParameters
from aibt.rl.rollout import RolloutSetup
from aibt.rl.split import Split, split


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Preparation:
    """Bars split into parts, with their features; everything a training reads and never changes."""

    parameters: TrainingParameters
    series: BarSeries
    split: Split
    table: FeatureTable
    architecture: Architecture
    bars_per_year: float  # of this market, for yearly figures

    @property
    def problem(self) -> Problem:
        """What the algorithm learns from."""
        return Problem(
            parameters=self.parameters,
            architecture=self.architecture,
            rows=self.table.rows,
            train_start=self.split.train.start,
            train_opens=self.series.open[: self.split.train.stop],
            reward_unit=self.table.statistics.volatility,
        )

    def rollout_setups(self) -> list[RolloutSetup]:
        """Return what each worker needs, in worker order; one where there are no processes.

        A worker is given the bars and rows up to the end of the training part, no later one.
        The environments are shared out evenly, the first workers have one more. Where the
        algorithm collects nothing there is one, for the account that is shown.
        """
        parameters, train = self.parameters, self.split.train
        workers = max(parameters.rollout_workers, 1)
        environments = parameters.environments if collects(parameters.algorithm) else 1
        share, more = divmod(environments, workers)
        bars, rows = self.series.slice(0, train.stop), self.table.rows[: train.stop]
        return [
            RolloutSetup(
                bars=bars,
                rows=rows,
                architecture=self.architecture,
                environments=share + (worker < more),
                start=train.start,
                first=worker * share + min(worker, more),
                all_environments=environments,
                balance=parameters.balance,
                costs=parameters.costs,
                seed=parameters.seed,
                worker=worker,
            )
            for worker in range(workers)
        ]


def prepare(
    parameters: TrainingParameters, series: BarSeries, *, parts: Split | None = None
) -> Preparation:
    """Split the bars and compute their features, with the training part's statistics.

    Args:
        parameters: of the training.
        series: all bars that are known.
        parts: how to split them; None: by `train_data_percentage`.

    Raises:
        Invalid: a part would be too short; field `train_data_percentage`.
        BadBars: there are too few bars to learn from.
    """
    if parts is None:
        parts = split(
            len(series),
            train_data_percentage=parameters.train_data_percentage,
            window=parameters.window,
            warm_up=parameters.window,
        )
    table = feature_table(series, window=parameters.window, fit_until=parts.train.stop)
    architecture = architecture_of(parameters, table.rows.shape[1])
    return Preparation(
        parameters=parameters,
        series=series,
        split=parts,
        table=table,
        architecture=architecture,
        bars_per_year=bars_per_year(series.interval, calendar_for(series.symbol)),
    )
