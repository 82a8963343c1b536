"""The algorithms by name; torch is loaded when one is made, not when it is named."""

from collections.abc import Mapping
from typing import Final

from aibt.errors import Invalid
from aibt.rl.algorithms.base import Algorithm, Problem

ALGORITHMS: Final[Mapping[str, str]] = {
    "dqn": "Double DQN: tries one action at a time and learns from a replay of what came of it.",
}
"""What each algorithm does, in one sentence for its user, by name."""

DEFAULT_ALGORITHM: Final = "dqn"


def make_algorithm(problem: Problem) -> Algorithm:
    """Return the algorithm that `problem.parameters.algorithm` names, with new weights.

    Raises:
        Invalid: there is none of this name, or the device cannot be used.
    """
    name = problem.parameters.algorithm
    if name == "dqn":
        from aibt.rl.algorithms.dqn import DoubleDqn

        return DoubleDqn(problem)
    raise Invalid("algorithm", f"{name!r} is none of {', '.join(ALGORITHMS)}")
