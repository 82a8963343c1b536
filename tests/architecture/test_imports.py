"""The layers of the design hold, and light processes stay light."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIGHT = [
    "actors.gateway",
    "actors.platform",
    "actors.supervisor",
    "actors.bot",
    "actors.predictor",
    "actors.session",
    "actors.session_build",
    "actors.tool_services",
    "serve_app",
]


def test_imports_point_one_way() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("module", LIGHT)
def test_a_control_process_loads_neither_torch_nor_numba(module: str) -> None:
    script = (
        f"import sys, {module}; "
        "heavy = {'torch', 'numba', 'pandas', 'yfinance'} & set(sys.modules); "
        "print(','.join(sorted(heavy)))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )

    assert loaded.stdout.strip() == ""
