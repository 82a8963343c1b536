"""Makes the environments that a training asks for (`aibt.rl.environment.EnvironmentFactory`)."""

import numpy as np

from aibt.market.bars import BarSeries
from aibt.rl.environment import DeviceEnvironment, VectorEnvironment
from aibt.trading.costs import Costs
from envs.trading_vector_env import TradingVectorEnv


class TradingEnvironments:
    """Makes environments that observe the index of their bar, and begin at bar `start`.

    Features are the learner's: the environments are given none.
    """

    def __call__(
        self, bars: BarSeries, *, num_envs: int, start: int, balance: float, costs: Costs
    ) -> VectorEnvironment:
        """Return N environments on the CPU."""
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

    def on_device(
        self, bars: BarSeries, *, num_envs: int, start: int, balance: float, costs: Costs
    ) -> DeviceEnvironment:
        """Return N environments in a GPU's memory."""
        from envs.trading_cuda_env import CudaAccounts  # numba.cuda: where there is a GPU

        return CudaAccounts(bars, num_envs=num_envs, start=start, balance=balance, costs=costs)


trading_environments = TradingEnvironments()
