"""The algorithms and encoders there are, by name, and what holds where nobody says."""

from collections.abc import Mapping
from typing import Final

from aibt.errors import Invalid

ALGORITHMS: Final[Mapping[str, str]] = {
    "counterfactual": (
        "Learns from what every action in every position would have brought, at every bar: "
        "nothing is tried out, so it is by far the fastest."
    ),
    "counterfactual-policy": (
        "The same knowledge, but it follows the exact gradient of the profit expected of a "
        "policy instead of learning values."
    ),
    "pqn": (
        "Parallel Q-learning: many accounts act side by side and learn from what they "
        "met, with no replay and no target network."
    ),
    "ppo": (
        "Proximal policy optimization: many accounts act by a policy, which is moved a "
        "little at a time towards what did better than expected."
    ),
    "dqn": "Double DQN: one account tries actions and learns from a replay of what came of them.",
}
"""What each algorithm does, in one sentence for its user, by name; the default first."""

DEFAULT_ALGORITHM: Final = "counterfactual"

UNUSED: Final[Mapping[str, Mapping[str, str]]] = {
    "counterfactual": {
        "discounter_rate": "Nothing is tried out: what every action brings is known.",
        "rollout_workers": "Nothing is collected: it learns from the bars themselves.",
    },
    "counterfactual-policy": {
        "discounter_rate": "Nothing is tried out: what every action brings is known.",
        "rollout_workers": "Nothing is collected: it learns from the bars themselves.",
    },
    "ppo": {"discounter_rate": "Its policy explores by itself."},
    "dqn": {"encoder": "It has a network of its own."},
}
"""Parameters of a bot or a training that mean nothing to an algorithm, and why, in one sentence."""

HEADS: Final[Mapping[str, str]] = {
    "counterfactual": "afterstates",
    "counterfactual-policy": "afterstates",
    "pqn": "actions",
    "ppo": "policy",
}
"""What the network's head makes of a bar, see `aibt.rl.network.Architecture`; `dqn` has its own."""

ENCODERS: Final[Mapping[str, str]] = {
    "mlp": "Reads each bar by itself, with the window of returns up to it: the least work.",
    "conv": (
        "Reads the bars before it as well, by a causal convolution: 15 of them with two layers, "
        "510 with eight."
    ),
    "gru": "Reads bar after bar, and remembers of at least 128 bars what it takes to be of use.",
}
"""How a network reads the bars, in one sentence for its user, by name; the default first.

What each is made of: `aibt.rl.network.Architecture`.
"""

DEFAULT_ENCODER: Final = "mlp"

_ENVIRONMENTS: Final = {"pqn": 1_024, "ppo": 256}


def default_environments(algorithm: str, rollout_workers: int) -> int:
    """Return how many accounts an algorithm trades where nobody says."""
    return max(_ENVIRONMENTS.get(algorithm, 1), rollout_workers)


def collects(algorithm: str) -> bool:
    """Return whether an algorithm learns from what accounts of its own did."""
    return not algorithm.startswith("counterfactual")


def encoders_of(algorithm: str) -> tuple[str, ...]:
    """Return the encoders that an algorithm learns with; `dqn` has a network of its own."""
    return tuple(ENCODERS) if algorithm in HEADS else (DEFAULT_ENCODER,)


def algorithms_with(encoder: str) -> list[str]:
    """Return the algorithms that learn with an encoder."""
    return [name for name in ALGORITHMS if encoder in encoders_of(name)]


def refuse_encoder(algorithm: str, encoder: str) -> None:
    """Refuse an encoder that the algorithm cannot learn with.

    Raises:
        Invalid: it cannot; the field is `encoder`.
    """
    if encoder not in ENCODERS:
        raise unknown_encoder(encoder)
    if encoder not in encoders_of(algorithm):
        says = f"{algorithm} has a network of its own: it takes {DEFAULT_ENCODER}, not {encoder}"
        raise Invalid("encoder", says)


def unknown_algorithm(name: str) -> Invalid:
    """Return the error of a name that no algorithm has; it lists those that there are."""
    return Invalid("algorithm", f"{name!r:.40} is none of {', '.join(ALGORITHMS)}")


def unknown_encoder(name: str) -> Invalid:
    """Return the error of a name that no encoder has; it lists those that there are."""
    return Invalid("encoder", f"{name!r:.40} is none of {', '.join(ENCODERS)}")
