"""Makes the environments that a training asks for (`aibt.rl.environment.EnvironmentFactory`)."""

import numpy as np

from aibt.market.bars import BarSeries
from aibt.rl.environment import VectorEnvironment
from aibt.trading.costs import Costs
from envs.trading_vector_env import TradingVectorEnv


def trading_environments(
    bars: BarSeries, *, num_envs: int, start: int, balance: float, costs: Costs
) -> VectorEnvironment:
    """Return N environments that observe the index of their bar, and begin at bar `start`.

    Features are the learner's: the environments are given none.
    """
    return TradingVectorEnv(
        bars,
        num_envs=num_envs,
        balance=balance,
        costs=costs,
        start=start,
        observations="index",
        rows=np.zeros((len(bars), 0), np.float32),
        copy=False,
    )
