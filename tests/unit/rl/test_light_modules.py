"""What a control process or a rollout worker imports of learning loads no torch."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "parameters",
        "split",
        "status",
        "checkpoint",
        "rollout",
        "preparation",
        "algorithms",
        "judgement.report",
        "judgement.walk_forward",
    ],
)
def test_a_module_that_others_import_is_light(module: str) -> None:
    script = (
        f"import sys, aibt.rl.{module}; "
        "print(','.join(sorted({'torch', 'numba', 'pandas'} & set(sys.modules))))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=100, check=True
    )

    assert loaded.stdout.strip() == ""
