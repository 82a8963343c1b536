"""How often an action is drawn instead of chosen."""

from typing import Final

import numpy as np

from aibt.rl.environment import Floats
from aibt.rl.network import POLICY_TEMPERATURE

_SPAN: Final = 200  # episodes over which a random action becomes certain, as the protocol has it


def epsilon(episode: int, discounter_rate: int) -> float:
    """Return the share of random actions in an episode: clamp((rate - k) / 200, 0, 1).

    Args:
        episode: k, the number of episodes that ended before it.
        discounter_rate: exploration budget; 80 begins at 40 % and ends in episode 80.
    """
    return min(max((discounter_rate - episode) / _SPAN, 0.0), 1.0)


def as_policy(values: Floats) -> Floats:
    """Return the probabilities that values stand for where a policy is learned. [..., 4].

    Args:
        values: logits times `aibt.rl.network.POLICY_TEMPERATURE`.
    """
    logits = values / np.float32(POLICY_TEMPERATURE)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    found: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return found


def epsilon_greedy(values: Floats, epsilon: float) -> Floats:
    """Return the probability of each action: the best one, or with ε any of them alike.

    Args:
        values: of the actions at each bar for sides -1, 0, +1. Shape [B, 3, 4].
        epsilon: ε, in [0, 1].
    """
    actions = values.shape[-1]
    greedy = values.argmax(axis=-1)[..., None] == np.arange(actions)
    probabilities: Floats = np.where(
        greedy, np.float32(1 - epsilon + epsilon / actions), np.float32(epsilon / actions)
    )
    return probabilities
