"""A GPU: environment steps a second and the share of its bandwidth they reach, and training."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.parameters import BFLOAT16, PRECISIONS
from benchmarks.environments import COSTS, WINDOW, eurusd
from benchmarks.figures import Figure
from benchmarks.learning_market import Market, market
from benchmarks.learning_ours import Ours

SECTION: Final = "a GPU"
NONE: Final = "There is no GPU that torch can use: its figures are left out."

_SIZES: Final = (1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576)
_STEPS: Final = 32  # of a round
_READ: Final = 4  # bytes of a step: its uniform number
_WRITTEN: Final = 13  # bar 4, side 1, action 1, reward 4, next side 1, endings 2
_STATE: Final = 2 * (4 + 3 * 8)  # bytes of a round: bar, cash, quantity, equity, read and written
BYTES_A_STEP: Final = _READ + _WRITTEN + _STATE / _STEPS
"""What an environment step has to move; prices and table are small, and stay in the caches."""

_COPIED: Final = 1 << 30  # bytes
_ROUNDS, _ROUND_S, _WARM_S = 3, 1.0, 1.0
_TRAINED: Final = (
    # algorithm, environments, chunks or accounts of a batch, unit
    ("pqn", 1_024, 128, "environment steps/s"),
    ("pqn", 16_384, 4_096, "environment steps/s"),
    ("ppo", 16_384, 4_096, "environment steps/s"),
    ("counterfactual", 1, 128, "state-action values/s"),
    ("counterfactual", 1, 2_048, "state-action values/s"),
)
_SEEDS: Final = (0, 1, 2)
_JUDGED_AFTER: Final = {"counterfactual": 60_000_000, "pqn": 20_000_000}  # values, steps


def gpu_rows() -> Sequence[Figure]:
    """Measure on the GPU there is; without one say so, and measure nothing."""
    import torch

    if not torch.cuda.is_available():
        print(NONE)
        return []
    bandwidth = _bandwidth()
    device = torch.cuda.get_device_name()
    figures = [
        _figure("memory, a copy", bandwidth, "bytes/s", f"{device}; read and written, 1 GiB")
    ]
    figures += _environments(bandwidth)
    on = market("OU", 100_000)
    return [*figures, *_training(on), *_precisions(on)]


def _environments(bandwidth: float) -> list[Figure]:
    """Steps by a table, in launches that wait for nothing, for ever more environments."""
    import torch

    from envs.trading_cuda_env import CudaAccounts

    bars = eurusd()
    thresholds = torch.tensor([0.25, 0.5, 0.75], device="cuda").repeat(len(bars), 3, 1)
    figures = []
    for size in _SIZES:
        before = _used()
        starts = np.random.default_rng(0).integers(WINDOW, len(bars) - 1, size).astype(np.int32)
        environment = CudaAccounts(bars, num_envs=size, costs=COSTS, start=starts, balance=10_000.0)
        draws = torch.rand((_STEPS, size), device="cuda")

        def walk(environment: CudaAccounts = environment, draws: torch.Tensor = draws) -> object:
            return environment.walk(thresholds, draws)

        found = _rate(walk, size * _STEPS)
        taken = max(_used() - before, 0)
        share = found * BYTES_A_STEP / bandwidth
        name = f"environment, {size:,}"
        figures += [
            _figure(
                f"{name}, steps", found, "steps/s", f"bar's index, side; rounds of {_STEPS} steps"
            ),
            _figure(
                f"{name}, share of the bandwidth",
                share,
                "of a copy's",
                f"{BYTES_A_STEP:g} bytes a step",
            ),
            _figure(f"{name}, memory", taken / 1e6, "MB", "as the driver gives it out"),
        ]
        del environment, draws
    return figures


def _training(on: Market) -> list[Figure]:
    """Training throughput, all on the device, with what a training shows left out."""
    import torch

    figures = []
    for algorithm, environments, batch, unit in _TRAINED:
        for precision in PRECISIONS:
            torch.cuda.reset_peak_memory_stats()
            given: dict[str, Any] = {"environments": environments, "batch_size": batch}
            ours = _ours(on, algorithm, precision, **given)
            found = _trained(ours)
            size = f", {environments:,} environments" if environments > 1 else ""
            peak = torch.cuda.max_memory_allocated() / 1e6
            figures.append(
                _figure(
                    f"{algorithm}{size}, batches of {batch:,}, {precision}",
                    found,
                    unit,
                    f"learning included; {peak:,.0f} MB of torch's at most",
                )
            )
    return figures


def _precisions(on: Market) -> list[Figure]:
    """What bfloat16 costs in what is learned: it stays off unless it keeps the score."""
    figures = []
    for algorithm, steps in _JUDGED_AFTER.items():
        if algorithm not in ALGORITHMS:
            continue
        found: dict[str, list[float]] = {name: [] for name in PRECISIONS}
        for seed in _SEEDS:
            for precision in PRECISIONS:
                ours = _ours(on, algorithm, precision, seed=seed)
                while ours.steps < steps:
                    ours.train_slice()
                found[precision].append(on.judge(ours.decide(on.judged_bars)).share)
        for precision, shares in found.items():
            note = f"out of sample, {len(_SEEDS)} seeds, {min(shares):.3f} to {max(shares):.3f}"
            if precision == BFLOAT16:
                note += "; asked for by TrainingParameters.precision"
            figures.append(
                _figure(
                    f"{algorithm} after {steps:,}, {precision}",
                    statistics.median(shares),
                    "of the optimum",
                    note,
                )
            )
    return figures


def _ours(on: Market, algorithm: str, precision: str, **changes: Any) -> Ours:
    given = {"algorithm": algorithm, "device": "cuda", "precision": precision, **changes}
    return Ours(on.prepared(**given)[0])


def _trained(ours: Ours) -> float:
    """Return what is learned from in a second, the GPU's own end waited for."""
    import torch

    rates = []
    for seconds in (_WARM_S, *[_ROUND_S] * _ROUNDS):
        torch.cuda.synchronize()
        before, began = ours.steps, time.perf_counter()
        while time.perf_counter() - began < seconds:
            ours.train_slice()
        torch.cuda.synchronize()
        rates.append((ours.steps - before) / (time.perf_counter() - began))
    return statistics.median(rates[1:])


def _rate(work: Callable[[], object], size: int) -> float:
    """Return how much work is done in a second, `size` for each call, after a warm-up."""
    import torch

    rates = []
    for seconds in (_WARM_S, *[_ROUND_S] * _ROUNDS):
        torch.cuda.synchronize()
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            for _ in range(64):
                work()
            torch.cuda.synchronize()
            done += 64
        rates.append(done * size / (time.perf_counter() - began))
    return statistics.median(rates[1:])


def _bandwidth() -> float:
    """Return the bytes that a copy reads and writes in a second."""
    import torch

    one, other = (torch.empty(_COPIED, dtype=torch.uint8, device="cuda") for _ in range(2))
    return _rate(lambda: other.copy_(one), 2 * _COPIED)


def _used() -> int:
    """Return the bytes of the device's memory that are given out."""
    import torch

    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    free, there = torch.cuda.mem_get_info()
    return there - free


def _figure(name: str, value: float, unit: str, note: str) -> Figure:
    return Figure(section=SECTION, name=name, value=value, unit=unit, note=note)
