"""Where a learner computes."""

import torch

from aibt.errors import Invalid


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
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    return torch.device("cuda")


def use_one_thread() -> None:
    """Let this process compute with one thread on the CPU."""
    torch.set_num_threads(1)
