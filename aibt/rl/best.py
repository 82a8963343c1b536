"""The best weights so far, by validation alone, and when to give up finding better ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aibt.live.events import Json
from aibt.rl.environment import Floats
from aibt.rl.parameters import TrainingParameters

_LEAST_PATIENCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """Weights with the greatest validation score; of equal ones the first.

    Attributes:
        episode: the episode after which they were evaluated; 0: what training started from.
        score: see `aibt.rl.evaluation.PartResult`.
        results: what the wire says of each part's evaluation, by part.
    """

    episode: int
    score: float
    weights: Mapping[str, Floats]
    results: Mapping[str, Mapping[str, Json]]

    def facts(self) -> dict[str, Any]:
        """Return all but the weights, as JSON's own types."""
        results = {name: dict(result) for name, result in self.results.items()}
        return {"episode": self.episode, "score": self.score, "results": results}


def patience(parameters: TrainingParameters) -> int:
    """Return how many episodes may pass without a better validation: at least five."""
    return max(_LEAST_PATIENCE, parameters.min_episodes)


def why_to_end(parameters: TrainingParameters, episode: int, best: Best | None) -> str | None:
    """Return why a training ends after so many episodes, as a sentence, or None if it does not."""
    if episode >= parameters.max_episodes:
        return f"all {episode} episodes are done"
    waited = episode - (best.episode if best is not None else 0)
    if episode >= parameters.min_episodes and waited >= patience(parameters):
        return f"validation has not improved for {waited} episodes"
    return None
