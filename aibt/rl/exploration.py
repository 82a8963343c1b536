"""How often an action is drawn instead of chosen."""

from typing import Final

_SPAN: Final = 200  # episodes over which a random action becomes certain, as the protocol has it


def epsilon(episode: int, discounter_rate: int) -> float:
    """Return the share of random actions in an episode: clamp((rate - k) / 200, 0, 1).

    Args:
        episode: k, the number of episodes that ended before it.
        discounter_rate: exploration budget; 80 begins at 40 % and ends in episode 80.
    """
    return min(max((discounter_rate - episode) / _SPAN, 0.0), 1.0)
