"""Functions compiled for a CPU, kept on disk from one process to the next."""

from typing import Any

from numba import njit


def compiled(function: Any) -> Any:
    """Compile at the first call, once for the file it stands in: a later process finds the code.

    The file's changes are noticed, those of others are not: it calls nothing outside its file.
    """
    try:
        return njit(function, error_model="numpy", cache=True)
    except RuntimeError:  # no folder for it can be written
        return njit(function, error_model="numpy")
