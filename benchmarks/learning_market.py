"""The market of a race: what is trained on, and how a policy is judged on bars it has not seen."""

import time
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.market.features import feature_table
from aibt.market.intervals import parse_interval
from aibt.market.sources.synthetic import synthetic_bars
from aibt.rl.environment import Actions
from aibt.rl.optimum import Optimum, optimum
from aibt.rl.parameters import TrainingParameters
from aibt.rl.preparation import Preparation, prepare
from aibt.rl.score import score, turnover
from aibt.rl.split import Split, split
from aibt.trading.costs import Costs
from envs.trading_vector_env import TradingVectorEnv

COSTS: Final = Costs(fee_bps=5, slippage_bps=5)
COST: Final = 0.001  # per unit of side: both together
WINDOW: Final = 32
WIDTH, DEPTH = 64, 2
MARKET_SEED: Final = 7
OUT_OF_SAMPLE: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How a policy did out of sample.

    Attributes:
        share: of the optimum's score on the same bars.
        score: mean per bar of side × log price change - cost × |change of side|.
        ledger: mean log growth of equity per bar, as the account has it.
        turnover: mean |change of side| per bar.
    """

    share: float
    score: float
    ledger: float
    turnover: float


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """A synthetic market, split as every training splits its bars.

    Attributes:
        series: training part, validation and what is out of sample.
        best: the known optimum.
        realised: its judgement out of sample.
    """

    kind: str
    train_data_percentage: int
    series: BarSeries
    split: Split
    best: Optimum
    realised: Judgement = field(init=False)

    def __post_init__(self) -> None:
        actions = self.best.decisions(self.series)[self.judged_bars]
        object.__setattr__(self, "realised", self._judged(actions, None))

    @property
    def name(self) -> str:
        """What it is called in a table."""
        return f"{self.kind}, {len(self.split.train):,} bars"

    @property
    def judged_bars(self) -> NDArray[np.int32]:
        """Bars that are decided at out of sample. Shape [B]."""
        first = self.split.test.start
        return np.arange(first, first + OUT_OF_SAMPLE, dtype=np.int32)

    def prepared(self, **changes: Any) -> tuple[Preparation, float]:
        """Return what a training computes with, and how many seconds its features took.

        The seconds are those of the bars that are learned from and validated on; those out of
        sample are there for judging alone.
        """
        given = parameters(train_data_percentage=self.train_data_percentage, **changes)
        preparation = prepare(given, self.series)
        known = self.series.slice(0, self.split.out_of_sample)
        began = time.perf_counter()
        feature_table(known, fit_until=self.split.train.stop)
        return preparation, time.perf_counter() - began

    def judge(self, actions: Actions) -> Judgement:
        """Let the environment fill a policy's actions out of sample, and judge its sides.

        Args:
            actions: at each bar of `judged_bars`, for sides -1, 0, +1. Shape [B, 3].
        """
        return self._judged(actions, self.realised.score)

    def _judged(self, actions: Actions, of: float | None) -> Judgement:
        first = self.split.test.start
        bars = self.series.slice(first, first + OUT_OF_SAMPLE + 2)
        environment = TradingVectorEnv(
            bars,
            costs=COSTS,
            start=0,
            observations="index",
            rows=np.zeros((len(bars), 0), np.float32),
            copy=False,
        )
        table = np.zeros((len(bars), 3, 3), np.float32)  # an action is how many are not above ½
        table[:OUT_OF_SAMPLE] = actions[:, :, None] <= np.arange(3)
        filled = environment.follow(table, np.full((OUT_OF_SAMPLE, 1), 0.5, np.float32))
        sides = filled.next_sides[:, 0]
        found = score(sides, bars.close[: OUT_OF_SAMPLE + 1], COST)
        return Judgement(
            share=1.0 if of is None else found / of,
            score=found,
            ledger=float(filled.rewards.astype(np.float64).mean()),
            turnover=turnover(sides),
        )


def parameters(**changes: Any) -> TrainingParameters:
    """Return those of every training in the race, with `changes`."""
    given: dict[str, Any] = {
        "lr": 1e-3,
        "gamma": 0.97,
        "batch_size": 128,
        "min_episodes": 1,
        "max_episodes": 1_000_000,
        "balance": 10_000.0,
        "train_data_percentage": 70,
        "seed": 0,
        "costs": COSTS,
        "hidden_layers": WIDTH,
        "depth": DEPTH,
        "discounter_rate": 80,
        "window": WINDOW,
        "algorithm": "dqn",
        "device": "cpu",
    }
    return TrainingParameters(**{**given, **changes})


def market(kind: str, train_bars: int) -> Market:
    """Return a market with at least so many bars to train on and `OUT_OF_SAMPLE` to judge by.

    The training part is four fifths of what is not out of sample, less a purge; the rest is
    validation, which nobody here looks at but who needs it to stop.
    """
    purge = WINDOW + 1
    known = (train_bars + WINDOW + purge) * 5 // 4 + 5
    unseen = purge + OUT_OF_SAMPLE + 8
    percentage = known * 100 // (known + unseen)
    series = bars_of(kind, MARKET_SEED, max(-(-known * 100 // percentage), known + unseen))
    parts = split(len(series), train_data_percentage=percentage, window=WINDOW, warm_up=WINDOW)
    return Market(
        kind,
        percentage,
        series,
        parts,
        optimum(kind, cost=COST, seed=MARKET_SEED),
    )


def bars_of(kind: str, seed: int, count: int) -> BarSeries:
    """Return hourly bars of a synthetic market; they are sound, so nothing is validated."""
    interval = parse_interval("1h")
    raw = synthetic_bars(kind, seed=seed, count=count, symbol=f"{kind}-{seed}", interval=interval)
    return BarSeries(
        symbol=raw.symbol,
        interval=interval,
        opened_ns=raw.opened_ns,
        ended_ns=raw.opened_ns + interval.ns,
        open=raw.open,
        high=raw.high,
        low=raw.low,
        close=raw.close,
        volume=raw.volume,
    )
