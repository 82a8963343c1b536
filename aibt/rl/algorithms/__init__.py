"""What makes an algorithm; torch is loaded when one is made. Their names: `aibt.rl.catalogue`."""

from aibt.rl.algorithms.base import Algorithm, Problem
from aibt.rl.catalogue import HEADS
from aibt.rl.network import Architecture
from aibt.rl.parameters import TrainingParameters


def architecture_of(parameters: TrainingParameters, features: int) -> Architecture:
    """Return the shape of the network that these parameters ask for."""
    width, depth = parameters.hidden_layers, parameters.depth
    head = HEADS.get(parameters.algorithm)
    if head is None:
        return Architecture(features=features, width=width, depth=depth)
    return Architecture(
        features=features, width=width, depth=depth, encoder=parameters.encoder, head=head
    )


def make_algorithm(problem: Problem) -> Algorithm:
    """Return the algorithm that `problem.parameters.algorithm` names, with new weights.

    Raises:
        Invalid: the device cannot be used.
    """
    name = problem.parameters.algorithm
    if name == "dqn":
        from aibt.rl.algorithms.dqn import DoubleDqn

        return DoubleDqn(problem)
    if name in ("counterfactual", "counterfactual-policy"):
        from aibt.rl.algorithms.counterfactual import Counterfactual

        return Counterfactual(problem, form="values" if name == "counterfactual" else "policy")
    if name == "pqn":
        from aibt.rl.algorithms.pqn import ParallelQLearning

        return ParallelQLearning(problem)
    from aibt.rl.algorithms.ppo import ProximalPolicy

    return ProximalPolicy(problem)
