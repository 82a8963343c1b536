"""Where a training stands, as one value, and that value as a checkpoint and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from aibt.live.events import Json
from aibt.rl.algorithms.base import AlgorithmState
from aibt.rl.best import Best
from aibt.rl.checkpoint import Checkpoint, TrainedWeights
from aibt.rl.parameters import TrainingParameters
from aibt.rl.rollout import RolloutState


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a training has come.

    Attributes:
        steps: environment transitions so far.
        round_began: step at which the last round did; -1 before the first.
        episode: episodes that have ended.
        surplus_passes: passes that ended since, fewer than make another episode.
        evaluated_episode: the episode after which the last evaluation was.
        evaluation_due: whether the next one is to come before another round.
        applied_changes: number of the last change that holds; 0 before the first.
        latest: what the last evaluation found, by part.
        judged: after how many episodes the weights as they are were evaluated, and their
            validation score; None: they were not.
        announced: whether its beginning was told.
        ended_because: why it ended, as a sentence; None before.
        stopped: whether its owner stopped it.
    """

    steps: int = 0
    round_began: int = -1
    episode: int = 0
    surplus_passes: int = 0
    evaluated_episode: int = 0
    evaluation_due: bool = False
    applied_changes: int = 0
    latest: dict[str, dict[str, Json]] = field(default_factory=dict)
    judged: tuple[int, float] | None = None
    announced: bool = False
    ended_because: str | None = None
    stopped: bool = False

    def facts(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {named.name: getattr(self, named.name) for named in fields(self)}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Progress":
        """Return what `facts` made; others among them are passed over."""
        facts = {"judged": None, **facts}  # the first checkpoints did not tell it
        found = cls(**{named.name: facts[named.name] for named in fields(cls)})
        found.latest = dict(found.latest)
        if found.judged is not None:
            episode, score = found.judged
            found.judged = int(episode), float(score)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingState:
    """All that makes a training go on to the same bits, as copies.

    Attributes:
        parameters: as they hold now.
        workers: of each worker, in order.
        shown, emitted: of the account that is shown, and of what was told; ready for JSON.
    """

    parameters: TrainingParameters
    progress: Progress
    algorithm: AlgorithmState
    workers: list[RolloutState]
    best: Best | None
    shown: Any
    emitted: Any

    def to_checkpoint(self, best: TrainedWeights | None) -> Checkpoint:
        """Return it as arrays and facts, beside the weights that a bot is left with."""
        tensors = {f"algorithm.{name}": held for name, held in self.algorithm.tensors.items()}
        for number, worker in enumerate(self.workers):
            for name, array in worker.environment.items():
                tensors[f"worker.{number}.{name}"] = np.asarray(array)
        if self.best is not None:
            tensors |= {f"best.{name}": held for name, held in self.best.weights.items()}
        facts = {
            **self.progress.facts(),
            "parameters": self.parameters.to_json(),
            "algorithm": self.algorithm.facts,
            "workers": [worker.generator for worker in self.workers],
            "best": None if self.best is None else self.best.facts(),
            "shown": self.shown,
            "emitted": self.emitted,
        }
        return Checkpoint(steps=self.progress.steps, tensors=tensors, facts=facts, best=best)

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "TrainingState":
        """Return what `to_checkpoint` made."""
        facts = checkpoint.facts
        best = None
        if facts["best"] is not None:
            best = Best(weights=_part(checkpoint, "best."), **facts["best"])
        return cls(
            parameters=TrainingParameters.from_json(facts["parameters"]),
            progress=Progress.of(facts),
            algorithm=AlgorithmState(
                tensors=_part(checkpoint, "algorithm."), facts=facts["algorithm"]
            ),
            workers=[
                RolloutState(
                    environment=_part(checkpoint, f"worker.{number}."), generator=generator
                )
                for number, generator in enumerate(facts["workers"])
            ],
            best=best,
            shown=facts["shown"],
            emitted=facts["emitted"],
        )


def _part(checkpoint: Checkpoint, prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in checkpoint.tensors.items()
        if name.startswith(prefix)
    }
