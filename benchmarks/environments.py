"""Environment steps a second: ours beside gym-anytrading and gym-trading-env, on the same bars."""

import contextlib
import io
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pandas as pd
from gymnasium.vector import SyncVectorEnv

from aibt.clock import SystemClock
from aibt.market.bars import BarSeries
from aibt.market.catalog import market_data
from aibt.settings import MarketSettings
from aibt.trading.costs import Costs
from benchmarks.figures import Figure
from envs.trading_env import TradingEnv
from envs.trading_vector_env import TradingVectorEnv

SECTION = "environment steps, EURUSD H1, random actions, one process"
WINDOW = 32
SIZES = (1, 1_024, 16_384)
PEERS_SIZE = 16
DRAWN = 256
FOLLOWED = 32  # steps of a round
ROUNDS, ROUND_S = 3, 1.0
COSTS = Costs(fee_bps=1, slippage_bps=1)

Step = Callable[[int], object]


def environment_rows() -> Sequence[Figure]:
    """Measure ours and the peers, in this process, one after the other."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        bars = eurusd()
        return [*ours(bars), *anytrading(bars), *trading_env(bars)]


def eurusd() -> BarSeries:
    """Return the hourly bars that come with the package."""
    market = market_data(MarketSettings(sources=("sample",)), Path("/nonexistent"), SystemClock())
    return market.resolve("EURUSD", "1h", "sample").series


def ours(bars: BarSeries) -> list[Figure]:
    figures = []
    first = TradingVectorEnv(bars, num_envs=1)
    began = time.perf_counter()
    first.reset()
    first.step(np.array([0]))
    compiled = time.perf_counter() - began
    figures.append(
        Figure(section=SECTION, name="aibt, compilation, once a process", value=compiled, unit="s")
    )
    for mode in ("index", "features"):
        what = "bar's index, side" if mode == "index" else f"{first.rows.shape[1]} features, side"
        for size in SIZES:
            starts = np.random.default_rng(0).integers(WINDOW, len(bars) - 1, size)
            environment = TradingVectorEnv(
                bars,
                num_envs=size,
                costs=COSTS,
                fit_until=len(bars),
                start=starts.astype(np.int32),
                observations=mode,
                copy=False,
            )
            environment.reset()
            name = f"aibt TradingVectorEnv, {size:,} environments, {mode}"
            figures.append(rate(name, vector_step(environment, size), size, what))
            if mode == "index":
                name = f"aibt TradingVectorEnv.follow, {size:,} environments"
                each = size * FOLLOWED
                figures.append(rate(name, followed(environment, size), each, "bar's index, side"))
    single = TradingEnv(bars, costs=COSTS)
    what = f"{first.rows.shape[1]} features, side"
    figures.append(rate("aibt TradingEnv, plain Python", single_step(single), 1, what))
    return figures


def anytrading(bars: BarSeries) -> list[Figure]:
    from gym_anytrading.envs import StocksEnv

    frame = pd.DataFrame(
        {"Open": bars.open, "High": bars.high, "Low": bars.low, "Close": bars.close}
    )

    def make() -> gymnasium.Env[Any, Any]:
        environment: gymnasium.Env[Any, Any] = StocksEnv(
            df=frame, window_size=WINDOW, frame_bound=(WINDOW, len(frame))
        )
        return environment

    return peer("gym-anytrading StocksEnv", make, f"{WINDOW} prices and changes")


def trading_env(bars: BarSeries) -> list[Figure]:
    from gym_trading_env.environments import TradingEnv as Peer

    frame = pd.DataFrame(
        {"open": bars.open, "high": bars.high, "low": bars.low, "close": bars.close},
        index=pd.to_datetime(bars.opened_ns),
    )
    frame["feature_return"] = frame["close"].pct_change().fillna(0.0)

    def make() -> gymnasium.Env[Any, Any]:
        environment: gymnasium.Env[Any, Any] = Peer(
            df=frame,
            positions=[-1, 0, 1],
            trading_fees=1e-4,
            windows=WINDOW,
            verbose=0,
        )
        return environment

    return peer("gym-trading-env", make, f"{WINDOW} bars of one feature and the position")


def peer(name: str, make: Callable[[], gymnasium.Env[Any, Any]], what: str) -> list[Figure]:
    single = make()
    together = SyncVectorEnv([make for _ in range(PEERS_SIZE)])
    together.reset(seed=0)
    return [
        rate(f"{name}, single", single_step(single), 1, what),
        rate(
            f"{name}, SyncVectorEnv of {PEERS_SIZE}",
            vector_step(together, PEERS_SIZE),
            PEERS_SIZE,
            what,
        ),
    ]


def single_step(environment: gymnasium.Env[Any, Any]) -> Step:
    environment.action_space.seed(0)
    actions = [environment.action_space.sample() for _ in range(DRAWN)]
    environment.reset(seed=0)

    def step(count: int) -> None:
        _, _, terminated, truncated, _ = environment.step(actions[count % DRAWN])
        if terminated or truncated:
            environment.reset()

    return step


def vector_step(environment: Any, size: int) -> Step:
    space = environment.single_action_space
    actions = np.random.default_rng(0).integers(
        0, space.n, (DRAWN, size)
    )  # int64, as spaces draw them

    def step(count: int) -> object:
        return environment.step(actions[count % DRAWN])

    return step


def followed(environment: TradingVectorEnv, size: int) -> Step:
    """Step by a table of random actions, as a training does in a round."""
    thresholds = np.tile(np.array([0.25, 0.5, 0.75], np.float32), (len(environment.rows), 3, 1))
    draws = np.random.default_rng(0).random((FOLLOWED, size), dtype=np.float32)

    def step(_: int) -> object:
        return environment.follow(thresholds, draws)

    return step


def rate(name: str, step: Step, size: int, observed: str) -> Figure:
    """Return the median of several rounds, after a warm-up."""
    rates = [steps_a_second(step, size, seconds) for seconds in (0.3, *[ROUND_S] * ROUNDS)]
    return Figure(
        section=SECTION,
        name=name,
        value=statistics.median(rates[1:]),
        unit="steps/s",
        note=f"sees {observed}",
    )


def steps_a_second(step: Step, size: int, seconds: float) -> float:
    began = time.perf_counter()
    done = 0
    while True:
        for _ in range(16):
            step(done)
            done += 1
        taken = time.perf_counter() - began
        if taken >= seconds:
            return done * size / taken
