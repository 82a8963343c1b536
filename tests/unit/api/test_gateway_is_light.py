import subprocess
import sys


def test_the_gateway_loads_no_numerical_library_and_no_ray() -> None:
    code = (
        "import sys, aibt.api.app, aibt.protocol.docs;"
        "print([name for name in ('torch', 'numba', 'pandas', 'ray') if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert result.stdout.strip() == "[]"
