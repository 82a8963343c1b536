"""Holds the accounts on a GPU, or on numba's simulator of one, to those on a CPU.

A process of its own: whether numba simulates a GPU is settled when it is imported.
"""

import numpy as np

from aibt.rl.environment import Trajectories
from aibt.trading.costs import Costs
from envs.trading_cuda_env import CudaAccounts
from envs.trading_vector_env import TradingVectorEnv
from tests.unit.trading.builders import some_bars

BARS, ENVIRONMENTS, STEPS = 24, 5, 15
COSTS = Costs(fee_bps=20, slippage_bps=5)


def on_host(array: object) -> np.ndarray:
    found = array.copy_to_host() if hasattr(array, "copy_to_host") else array
    return np.asarray(found)


def compare(seed: int, spread: float, wanted: int | None) -> None:
    generator = np.random.default_rng(seed)
    prices = 100 * np.exp(np.cumsum(generator.normal(0, spread, (2, BARS)), axis=1))
    bars = some_bars(prices[0].tolist(), prices[1].tolist())
    starts = generator.integers(0, BARS - 1, ENVIRONMENTS).astype(np.int32)
    cpu = TradingVectorEnv(
        bars,
        num_envs=ENVIRONMENTS,
        balance=1_000.0,
        costs=COSTS,
        start=starts,
        rows=np.zeros((BARS, 0), np.float32),
    )
    gpu = CudaAccounts(bars, num_envs=ENVIRONMENTS, balance=1_000.0, costs=COSTS, start=starts)
    thresholds = np.sort(generator.random((BARS, 3, 3), dtype=np.float32), axis=-1)
    for _ in range(2):
        draws = generator.random((STEPS, ENVIRONMENTS), dtype=np.float32)
        expected, found = (
            cpu.follow(thresholds, draws, wanted),
            gpu.follow(thresholds, draws, wanted),
        )
        assert isinstance(expected, Trajectories)
        assert found["passes"] == expected.passes
        for name in ("bars", "sides", "actions", "next_sides", "terminations", "truncations"):
            np.testing.assert_array_equal(on_host(found[name]), getattr(expected, name), name)
        np.testing.assert_allclose(on_host(found["rewards"]), expected.rewards, 1e-5, 1e-7)
        np.testing.assert_allclose(on_host(found["equities"]), expected.equities, 1e-9, 1e-6)
    for _ in range(3):
        actions = generator.integers(0, 4, ENVIRONMENTS).astype(np.int8)
        step, steps = gpu.advance(actions), cpu.advance(actions)
        for name in ("bars", "sides", "next_sides", "terminations", "truncations"):
            np.testing.assert_array_equal(on_host(step[name]), getattr(steps, name), name)
        np.testing.assert_allclose(on_host(step["rewards"]), steps.rewards, 1e-5, 1e-7)
        np.testing.assert_allclose(on_host(step["equities"]), steps.equities, 1e-9, 1e-6)
    for name, array in cpu.state().items():
        np.testing.assert_allclose(gpu.state()[name], array, 1e-9, 1e-6)
    gpu.load_state(cpu.state())


if __name__ == "__main__":
    for seed, spread, wanted in ((0, 0.01, None), (1, 0.4, None), (2, 0.4, 2), (3, 0.01, 1)):
        compare(seed, spread, wanted)
