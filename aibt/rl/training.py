"""One training: loaded bars in, best weights out, in units of work that may be paused between."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from aibt.clock import Clock
from aibt.errors import Invalid
from aibt.live.events import Emission, EventSink, Json
from aibt.rl.algorithms import make_algorithm
from aibt.rl.algorithms.base import AlgorithmState
from aibt.rl.announcer import Announcer, EpisodeEnd
from aibt.rl.best import Best, why_to_end
from aibt.rl.checkpoint import (
    Checkpoint,
    TrainedWeights,
    load_knowledge,
    save_knowledge,
    save_weights,
)
from aibt.rl.environment import EnvironmentFactory
from aibt.rl.evaluation import PARTS, Evaluation, PartResult
from aibt.rl.network import Weights
from aibt.rl.parameters import HOT, Change, TrainingParameters, changed
from aibt.rl.preparation import Preparation
from aibt.rl.rollout import InProcessWorkers, RolloutState, RolloutWorkers
from aibt.rl.shown import ShownAccount
from aibt.rl.status import SpeedMeter, TrainingStatus, prediction

_ROUND: Final = 32  # vector steps of a round of remote workers
_SHOWN: Final = 16  # steps of the shown account in a round in which nothing is collected
_REFRESH_S: Final = 0.02


class TrainingRun:
    """Trains one bot, a unit of at most some 20 ms per call of `advance`.

    The order is: collect a round; update as often as is owed; if an episode ended, evaluate;
    at the boundary apply the changes that are due and see whether to end; collect again. It
    is the same wherever the calls are paused between, killed and restored.

    One thread advances it; `status` and `picture` may be read from any. Every other method
    is for that thread, or for a moment in which nothing advances.

    Args:
        preparation: see `aibt.rl.preparation.prepare`.
        factory: makes the environments of the training's own process.
        sink: takes what happens: `episode`, `trade`, `log`.
        clock: for what is shown, never for what is computed.
        initial_weights: to start from; None: new ones from the seed.
        workers: collect in other processes; None: in this one.

    Raises:
        Invalid: the algorithm or the device cannot be had, or the initial weights are those
            of another network (field `fresh`: new ones can be asked for).
    """

    def __init__(
        self,
        preparation: Preparation,
        factory: EnvironmentFactory,
        *,
        sink: EventSink,
        clock: Clock,
        initial_weights: Weights | None = None,
        workers: RolloutWorkers | None = None,
    ) -> None:
        parameters = preparation.parameters
        self._preparation = preparation
        self._parameters = parameters
        self._algorithm = make_algorithm(preparation.problem)
        if initial_weights is not None:
            try:
                self._algorithm.load_weights(initial_weights)
            except ValueError as error:
                raise Invalid("fresh", f"the bot's weights do not fit: {error}") from error
        self._workers: RolloutWorkers = (
            InProcessWorkers(preparation.rollout_setups(), factory) if workers is None else workers
        )
        self._announcer = Announcer(sink)
        self._clock = clock
        train = preparation.split.train
        self._shown = ShownAccount(
            preparation.series,
            start=train.start,
            balance=parameters.balance,
            costs=parameters.costs,
        )
        self._changes: deque[tuple[Change, Path | None]] = deque()
        self._known_changes = self._applied_changes = 0
        self._steps = self._episode = self._surplus_passes = 0
        self._round_began = -1  # step at which the last round did
        self._evaluated_episode = 0
        self._evaluation_due = initial_weights is not None  # the bot's best is the one to beat
        self._evaluation: Evaluation | None = None
        self._best: Best | None = None
        self._latest: dict[str, dict[str, Json]] = {}
        self._judged: tuple[int, float] | None = None
        self._ended_because: str | None = None
        self._announced = False
        self._meter = SpeedMeter()
        self._refreshed_s = clock.monotonic()
        self._stopped = False
        self._shown_status = self._picture(self._refreshed_s)
        self._status_json = self._shown_status.to_json()

    @property
    def steps(self) -> int:
        """Environment transitions so far; a change made now applies from here."""
        return self._steps

    @property
    def episode(self) -> int:
        """Episodes that have ended."""
        return self._episode

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return self._ended_because is not None

    @property
    def ended_because(self) -> str | None:
        """Why it ended, as a sentence; None before."""
        return self._ended_because

    @property
    def parameters(self) -> TrainingParameters:
        """The parameters as they hold now."""
        return self._parameters

    @property
    def applied_changes(self) -> int:
        """Number of the last change that holds; 0 before the first."""
        return self._applied_changes

    @property
    def is_evaluating(self) -> bool:
        """Whether an evaluation is under way: cut off here, it is begun again."""
        return self._evaluation is not None

    @property
    def judged(self) -> tuple[int, float] | None:
        """Validation score of the weights, and after how many episodes it was taken.

        None: they have not been evaluated since they began, or were taken over. Safe in any thread.
        """
        return self._judged

    @property
    def stopped(self) -> bool:
        """Whether it ended because its owner stopped it."""
        return self._stopped

    @property
    def picture(self) -> TrainingStatus:
        """What is shown, at most some 20 ms old while it advances."""
        return self._shown_status

    def status(self) -> Mapping[str, Json]:
        """Return the picture by its wire names; another object each time it is taken anew."""
        return self._status_json

    def advance(self) -> None:
        """Do one unit of work; nothing, once it has ended."""
        if self.ended:
            return
        if not self._announced:
            self._announced = True
            self._announcer.loaded(self._steps, self._preparation)
        if self._algorithm.updates_owed:
            self._algorithm.update()
        elif self._evaluation_due:
            self._evaluate()
        else:
            self._apply_due()
            self._ended_because = (
                "it was stopped"
                if self._stopped
                else why_to_end(self._parameters, self._episode, self._best)
            )
            if self._ended_because is None and self._is_foreseen():
                self._collect()
        now_s = self._clock.monotonic()
        if now_s - self._refreshed_s >= _REFRESH_S or self.ended:
            self.refresh_status(now_s)

    def refresh_status(self, now_s: float | None = None) -> None:
        """Take a new picture at once, for a moment in which nothing advances."""
        self._refreshed_s = self._clock.monotonic() if now_s is None else now_s
        self._shown_status = self._picture(self._refreshed_s)
        self._status_json = self._shown_status.to_json()

    def schedule(self, change: Change, knowledge: Path | None = None) -> None:
        """Let new parameters, or the end, hold from `change.step` on: before the round there.

        A change that a checkpoint includes already is passed over, so that recovery may give
        all of them again.

        Args:
            change: comes after all that were given before.
            knowledge: what `save_knowledge` of another run wrote, to be taken over there; it
                is read when it is due.

        Raises:
            Invalid: a value cannot be had; nothing has changed then.
            ValueError: it comes out of order, or for a step that is past.
        """
        if change.number <= self._known_changes:
            return
        if change.number != self._known_changes + 1:
            raise ValueError(f"change {change.number} comes after {self._known_changes}")
        earliest = self._changes[-1][0].step if self._changes else self._round_began + 1
        if change.step < earliest:
            raise ValueError(f"change {change.number} is for step {change.step}, which is past")
        upcoming = self._parameters
        for earlier, _ in self._changes:
            upcoming = changed(upcoming, earlier.changes)
        changed(upcoming, change.changes)
        self._changes.append((change, knowledge))
        self._known_changes = change.number

    def best_weights(self) -> TrainedWeights | None:
        """Return the best weights so far; None before the first evaluation."""
        if self._best is None:
            return None
        return TrainedWeights(
            weights=self._best.weights,
            architecture=self._preparation.architecture,
            statistics=self._preparation.table.statistics,
            facts={**self._best.facts(), "algorithm": self._parameters.algorithm},
        )

    def last_words(self) -> list[Emission]:
        """Return what is to be told together with the end; nothing before it.

        The sink is not told, as an end counts only once it is stored: one whose process is
        lost before may yet be put off by a change of the parameters.
        """
        if self._ended_because is None:
            return []
        return [self._announcer.ended(self._steps, self._ended_because, self._best)]

    def save_best(self, path: Path) -> bool:
        """Write the best weights so far; return whether there are any.

        Raises:
            OSError: they could not be written.
        """
        best = self.best_weights()
        if best is not None:
            save_weights(best, path)
        return best is not None

    def save_knowledge(self, path: Path) -> None:
        """Write what it has learned by now, for another of its shape to take over.

        Raises:
            OSError: it could not be written.
        """
        knowledge = self._algorithm.knowledge()
        save_knowledge(knowledge.tensors, knowledge.facts, path)

    def snapshot(self) -> Checkpoint:
        """Return everything that `restore` needs, as copies: milliseconds, no file."""
        algorithm, workers = self._algorithm.state(), self._workers.states()
        tensors = {f"algorithm.{name}": tensor for name, tensor in algorithm.tensors.items()}
        for worker, state in enumerate(workers):
            for name, array in state.environment.items():
                tensors[f"worker.{worker}.{name}"] = np.asarray(array)
        if self._best is not None:
            for name, weights in self._best.weights.items():
                tensors[f"best.{name}"] = weights
        facts = {
            "parameters": self._parameters.to_json(),
            "algorithm": algorithm.facts,
            "workers": [state.generator for state in workers],
            "best": None if self._best is None else self._best.facts(),
            "latest": self._latest,
            "judged": self._judged,
            "shown": self._shown.state(),
            "emitted": self._announcer.state(),
            "announced": self._announced,
            "steps": self._steps,
            "round_began": self._round_began,
            "episode": self._episode,
            "surplus_passes": self._surplus_passes,
            "evaluated_episode": self._evaluated_episode,
            "evaluation_due": self._evaluation_due,
            "applied_changes": self._applied_changes,
            "ended_because": self._ended_because,
            "stopped": self._stopped,
        }
        return Checkpoint(steps=self._steps, tensors=tensors, facts=facts, best=self.best_weights())

    @classmethod
    def restore(
        cls,
        preparation: Preparation,
        factory: EnvironmentFactory,
        checkpoint: Checkpoint,
        *,
        sink: EventSink,
        clock: Clock,
        workers: RolloutWorkers | None = None,
    ) -> "TrainingRun":
        """Return a run that goes on from `checkpoint`, to the same bits.

        `preparation` is that of the parameters the training began with; those that changed
        come from the checkpoint. Changes it does not include are given again by `schedule`.

        Raises:
            Invalid: the device cannot be had.
            ValueError: the checkpoint is of another training.
        """
        found = TrainingParameters.from_json(checkpoint.facts["parameters"])
        hot = {name: getattr(found, name) for name in HOT}
        if replace(preparation.parameters, **hot) != found:
            raise ValueError("the checkpoint is that of a training with other parameters")
        run = cls(preparation, factory, sink=sink, clock=clock, workers=workers)
        run._load(checkpoint, found)
        return run

    def _load(self, checkpoint: Checkpoint, parameters: TrainingParameters) -> None:
        facts = checkpoint.facts
        self._parameters = parameters
        self._algorithm.change(parameters)
        self._algorithm.load_state(
            AlgorithmState(tensors=_part(checkpoint, "algorithm."), facts=facts["algorithm"])
        )
        self._workers.load_states(
            [
                RolloutState(environment=_part(checkpoint, f"worker.{worker}."), generator=found)
                for worker, found in enumerate(facts["workers"])
            ]
        )
        if facts["best"] is not None:
            weights: Any = _part(checkpoint, "best.")
            self._best = Best(weights=weights, **facts["best"])
        self._latest = dict(facts["latest"])
        judged = facts.get("judged")
        self._judged = None if judged is None else (int(judged[0]), float(judged[1]))
        self._shown.load_state(facts["shown"])
        self._announcer.load_state(facts["emitted"])
        self._announced = bool(facts["announced"])
        self._steps = int(facts["steps"])
        self._round_began = int(facts["round_began"])
        self._episode = int(facts["episode"])
        self._surplus_passes = int(facts["surplus_passes"])
        self._evaluated_episode = int(facts["evaluated_episode"])
        self._evaluation_due = bool(facts["evaluation_due"])
        self._applied_changes = self._known_changes = int(facts["applied_changes"])
        self._ended_because = facts["ended_because"]
        self._stopped = bool(facts["stopped"])
        self.refresh_status()

    def _apply_due(self) -> None:
        while self._changes and self._changes[0][0].step <= self._steps:
            change, knowledge = self._changes.popleft()
            if knowledge is not None:
                tensors, facts = load_knowledge(knowledge)
                self._algorithm.take_over(AlgorithmState(tensors=tensors, facts=facts))
                self._judged = None
            self._parameters = changed(self._parameters, change.changes)
            self._algorithm.change(self._parameters)
            self._applied_changes = change.number
            self._stopped = self._stopped or change.stop

    @property
    def _vector_steps(self) -> int:
        """Steps of every environment in the next round."""
        in_process = self._parameters.rollout_workers == 0
        return self._algorithm.vector_steps if in_process else _ROUND

    def _is_foreseen(self) -> bool:
        """Do a unit of what comes before a round is collected; say if nothing was left of it."""
        return self._algorithm.foresee(lambda: self._workers.bars_ahead(self._vector_steps))

    def _collect(self) -> None:
        self._round_began = self._steps
        parameters = self._parameters
        if not self._algorithm.collects:
            learned = self._algorithm.begin()
            self._steps += learned.bars
            self._end_passes(learned.passes)
            walked = self._workers.collect(
                self._algorithm, epsilon=0.0, vector_steps=_SHOWN, passes_wanted=None
            )
            self._shown.follow(walked[0].shown)
            return
        in_process = parameters.rollout_workers == 0
        environments = parameters.environments
        rollouts = self._workers.collect(
            self._algorithm,
            epsilon=self._algorithm.epsilon(self._episode),
            vector_steps=self._vector_steps,
            passes_wanted=environments - self._surplus_passes if in_process else None,
        )
        self._steps += sum(len(rollout.transitions) for rollout in rollouts)
        self._shown.follow(rollouts[0].shown)
        self._algorithm.learn_from(rollouts)
        self._end_passes(sum(rollout.passes for rollout in rollouts))

    def _end_passes(self, count: int) -> None:
        passes = self._surplus_passes + count
        ended, self._surplus_passes = divmod(passes, self._parameters.environments)
        self._episode += ended
        self._evaluation_due = ended > 0

    def _evaluate(self) -> None:
        if self._evaluation is None:
            self._evaluation = Evaluation(self._preparation)
        self._evaluation.advance(self._algorithm.values)
        if self._evaluation.done:
            results = self._evaluation.results
            self._evaluation, self._evaluation_due = None, False
            self._judge(results)

    def _judge(self, results: Mapping[str, PartResult]) -> None:
        score = results["validation"].score
        self._judged = (self._episode, score)
        self._latest = {name: results[name].to_json() for name in PARTS}
        is_best = self._best is None or score > self._best.score
        if is_best:
            self._best = Best(
                episode=self._episode,
                score=score,
                weights=self._algorithm.weights(),
                results=self._latest,
            )
        if self._episode:
            ended = EpisodeEnd(
                first_episode=self._evaluated_episode + 1,
                episode=self._episode,
                shown=self._shown.last_pass or self._shown.so_far(),
                epsilon=self._algorithm.epsilon(self._episode - 1),
                loss=self._algorithm.loss,
                results=self._latest,
                is_best=is_best,
            )
            self._announcer.episode(self._steps, ended)
        self._evaluated_episode = self._episode
        if is_best:
            self._announcer.best(self._steps, self._episode, results)

    def _picture(self, now_s: float) -> TrainingStatus:
        shown, train = self._shown, self._preparation.split.train
        values = self._algorithm.values(np.array([shown.day], np.int32))[0, shown.side + 1]
        results = self._best.results if self._best is not None else {}
        return TrainingStatus(
            episode=self._episode,
            max_episodes=self._parameters.max_episodes,
            day=shown.day,
            first_day=train.start,
            last_day=train.stop - 1,
            max_profit=shown.max_profit,
            max_balance=shown.max_balance,
            balance=shown.balance,
            profit=shown.profit,
            trade_count=shown.trade_count,
            rewards=shown.rewards,
            last_decision=shown.last_decision,
            prediction=prediction(values.tolist()),
            trades=shown.trades(),
            steps=self._steps,
            steps_per_second=self._meter.look(now_s, self._steps),
            loss=self._algorithm.loss,
            epsilon=self._algorithm.epsilon(self._episode),
            validation=results.get("validation"),
            out_of_sample=results.get("out_of_sample"),
        )


def _part(checkpoint: Checkpoint, prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in checkpoint.tensors.items()
        if name.startswith(prefix)
    }
