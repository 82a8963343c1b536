import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

SIMULATED = pytest.param({"NUMBA_ENABLE_CUDASIM": "1"}, id="simulated")
REAL = pytest.param({}, id="real")


def compared(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.unit.envs.cuda_against_cpu"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, **environment},
        timeout=110,
        check=True,
    )


@pytest.mark.parametrize("gpu", [SIMULATED, *[REAL] * torch.cuda.is_available()])
def test_accounts_on_a_gpu_are_those_on_a_cpu(gpu: dict[str, str]) -> None:
    compared(gpu)
