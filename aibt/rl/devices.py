"""Where a learner computes."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import torch
from numpy.typing import NDArray

from aibt.errors import Invalid
from aibt.rl.parameters import BFLOAT16, TrainingParameters


def resolve_device(name: str) -> torch.device:
    """Return the device: `auto` is a GPU where torch sees one.

    On a GPU deterministic algorithms are asked for, as exact resume needs them.

    Raises:
        Invalid: `cuda` is asked for and there is none, or the name is unknown.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise Invalid("device", f"{name!r} is none of auto, cpu, cuda")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise Invalid("device", "there is no GPU that torch can use")
    # cuBLAS computes the same twice only with a workspace of fixed size, which it reads here
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # noqa: TID251 - no setting of ours
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    return torch.device("cuda")


def use_one_thread() -> None:
    """Let this process compute with one thread on the CPU."""
    torch.set_num_threads(1)


def sent(array: NDArray[Any], device: torch.device) -> torch.Tensor:
    """Return an array as a tensor on a device, without waiting for what the device still does.

    On the CPU it is the array's own memory.
    """
    held = torch.from_numpy(array)
    if device.type == "cpu":
        return held
    return held.pin_memory().to(device, non_blocking=True)


def precision(parameters: TrainingParameters) -> Callable[[], AbstractContextManager[object]]:
    """Return what a network is evaluated under while it learns, see `TrainingParameters`."""
    if parameters.precision != BFLOAT16:
        return nullcontext
    device = resolve_device(parameters.device).type
    # weights change between two evaluations, so no copy of them in bfloat16 is kept
    return partial(torch.autocast, device, dtype=torch.bfloat16, cache_enabled=False)
