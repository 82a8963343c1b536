import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch


def compared(**environment: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.unit.envs.cuda_against_cpu"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, **environment},
        timeout=110,
        check=True,
    )


def test_accounts_on_a_simulated_gpu_are_those_on_a_cpu() -> None:
    compared(NUMBA_ENABLE_CUDASIM="1")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_accounts_on_a_gpu_are_those_on_a_cpu() -> None:
    compared()
