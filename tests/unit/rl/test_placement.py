"""Where a training collects, and that a GPU, or numba's simulator of one, does what a CPU does."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from aibt.rl import devices
from aibt.rl.algorithms import make_algorithm
from aibt.rl.placement import local_workers
from aibt.rl.rollout import InProcessWorkers
from envs.factory import trading_environments
from tests.unit.rl.builders import SimpleAccounts, a_preparation

SIMULATED = pytest.param({"NUMBA_ENABLE_CUDASIM": "1"}, id="simulated")
REAL = pytest.param({}, id="real")


@pytest.mark.parametrize("gpu", [SIMULATED, *[REAL] * torch.cuda.is_available()])
def test_what_is_collected_on_a_gpu_is_what_a_cpu_collects(gpu: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.unit.rl.collecting_on_a_device"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, **gpu},
        timeout=110,
        check=True,
    )


class OnDevice:
    """Stands in for `DeviceWorkers` where there is no device."""

    def __init__(self, setup: Any, make: Any, device: torch.device) -> None:
        self.device = device


@pytest.mark.parametrize(
    ("changes", "factory", "there"),
    [
        ({"algorithm": "pqn", "device": "auto"}, trading_environments, True),
        ({"algorithm": "ppo", "device": "auto"}, trading_environments, True),
        ({"algorithm": "pqn", "device": "cpu"}, trading_environments, False),
        ({"algorithm": "pqn", "device": "auto"}, SimpleAccounts, False),
        ({"algorithm": "dqn", "device": "auto"}, trading_environments, False),
        ({"algorithm": "counterfactual", "device": "auto"}, trading_environments, False),
    ],
    ids=lambda given: getattr(given, "__name__", str(given).split(" object")[0]),
)
def test_who_acts_on_the_gpu_it_learns_on_collects_there(
    changes: dict[str, Any], factory: Any, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparation = a_preparation(environments=3, **{**changes, "device": "cpu"})
    algorithm = make_algorithm(preparation.problem)
    given = a_preparation(environments=3, **changes)
    monkeypatch.setattr("aibt.rl.device_rollout.DeviceWorkers", OnDevice)
    monkeypatch.setattr(
        devices, "resolve_device", lambda name: torch.device("cpu" if name == "cpu" else "cuda")
    )

    found = local_workers(given, factory, algorithm)

    assert isinstance(found, OnDevice if there else InProcessWorkers)


def test_without_a_gpu_auto_collects_on_the_cpu() -> None:
    preparation = a_preparation(algorithm="pqn", environments=3, device="auto")
    if torch.cuda.is_available():
        return

    workers = local_workers(preparation, trading_environments, make_algorithm(preparation.problem))

    assert isinstance(workers, InProcessWorkers)


def test_what_goes_to_the_cpu_stays_where_it_is() -> None:
    import numpy as np

    array = np.arange(3)

    devices.sent(array, torch.device("cpu"))[1] = 7

    assert array.tolist() == [0, 7, 2]
