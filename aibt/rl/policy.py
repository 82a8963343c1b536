"""Trained weights as something to ask, whatever network they are of."""

from collections.abc import Callable

import numpy as np
import torch

from aibt.rl.encoder import RowEncoder
from aibt.rl.environment import Floats, Indices
from aibt.rl.market_network import MarketNetwork
from aibt.rl.network import ACTIONS, SIDES, Architecture, Weights
from aibt.rl.q_network import QNetwork

Ask = Callable[[Floats, Indices], Floats]
"""Rows of a series [T, F], bars [B] → values of the actions for sides -1, 0, +1. [B, 3, 4]."""

_CPU = torch.device("cpu")


def policy_of(architecture: Architecture, weights: Weights) -> Ask:
    """Return what answers by these weights, on the CPU.

    Raises:
        ValueError: they are those of another network.
    """
    flat = torch.zeros(architecture.size)
    if not architecture.is_joint:
        network = MarketNetwork(architecture, flat)
        network.load(weights)
        return lambda rows, bars: network.values(torch.tensor(rows), bars)
    joint = QNetwork(architecture, flat)
    joint.load(weights)

    def ask(rows: Floats, bars: Indices) -> Floats:
        inputs = RowEncoder(rows[bars], _CPU).inputs_of_all_sides(
            np.arange(len(bars), dtype=np.int32)
        )
        found: Floats = joint.values(inputs).view(len(bars), SIDES, ACTIONS).numpy()
        return found

    return ask
