"""Where learning is tested: on the CPU, and on a GPU where there is one, with nothing to skip."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import pytest
import torch

Test = TypeVar("Test", bound=Callable[..., Any])

THERE: Final = ["cpu", *["cuda"] * torch.cuda.is_available()]
_SAYS_SO: Final = pytest.mark.filterwarnings(
    # of kernels that might round otherwise: whether they do, the tests themselves say
    "default:.*deterministic:UserWarning",
    "default:RNN module weights:UserWarning",
)
DEVICES: Final = [
    pytest.param(name, marks=[_SAYS_SO] if name == "cuda" else [], id=name) for name in THERE
]


def on_each_device(test: Test) -> Test:
    """Run a test once for each device that is there."""
    found: Test = pytest.mark.usefixtures("device")(
        pytest.mark.parametrize("device", DEVICES, indirect=True)(test)
    )
    return found
