"""One training: loaded bars in, best weights out, in units of work that may be paused between."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from aibt.clock import Clock
from aibt.errors import Invalid
from aibt.live.events import Emission, EventSink, Json
from aibt.rl.algorithms import make_algorithm
from aibt.rl.algorithms.base import Algorithm, AlgorithmState
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
from aibt.rl.placement import local_workers
from aibt.rl.preparation import Preparation
from aibt.rl.rollout import RolloutWorkers
from aibt.rl.shown import ShownAccount
from aibt.rl.status import SpeedMeter, TrainingStatus, prediction
from aibt.rl.training_state import Progress, TrainingState

_ROUND: Final = 32  # vector steps of a round of remote workers
_SHOWN: Final = 16  # steps of the shown account in a round in which nothing is collected
PICTURE_S: Final = 0.02
"""How often a training that runs by itself takes a new picture of where it is."""


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
        picture_s: how old `status` may be while it advances.

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
        picture_s: float = PICTURE_S,
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
            local_workers(preparation, factory, self._algorithm) if workers is None else workers
        )
        self._announcer = Announcer(sink)
        self._clock, self._picture_s = clock, picture_s
        train = preparation.split.train
        self._shown = ShownAccount(
            preparation.series,
            start=train.start,
            balance=parameters.balance,
            costs=parameters.costs,
        )
        self._changes: deque[tuple[Change, Path | None]] = deque()
        self._known_changes = 0
        self._progress = Progress(
            evaluation_due=initial_weights is not None  # the bot's best is the one to beat
        )
        self._evaluation: Evaluation | None = None
        self._best: Best | None = None
        self._meter = SpeedMeter()
        self._refreshed_s = clock.monotonic()
        self._shown_status = self._picture(self._refreshed_s)
        self._status_json = self._shown_status.to_json()

    @property
    def steps(self) -> int:
        """Environment transitions so far; a change made now applies from here."""
        return self._progress.steps

    @property
    def episode(self) -> int:
        """Episodes that have ended."""
        return self._progress.episode

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return self._progress.ended_because is not None

    @property
    def ended_because(self) -> str | None:
        """Why it ended, as a sentence; None before."""
        return self._progress.ended_because

    @property
    def parameters(self) -> TrainingParameters:
        """The parameters as they hold now."""
        return self._parameters

    @property
    def applied_changes(self) -> int:
        """Number of the last change that holds; 0 before the first."""
        return self._progress.applied_changes

    @property
    def is_evaluating(self) -> bool:
        """Whether an evaluation is under way: cut off here, it is begun again."""
        return self._evaluation is not None

    @property
    def judged(self) -> tuple[int, float] | None:
        """Validation score of the weights, and after how many episodes it was taken.

        None: they have not been evaluated since they began, or were taken over. Safe in any thread.
        """
        return self._progress.judged

    @property
    def learner(self) -> Algorithm | None:
        """Whose update `advance` would do; None: it would do something else."""
        is_updating = self._progress.announced and not self.ended and self._algorithm.updates_owed
        return self._algorithm if is_updating else None

    @property
    def stopped(self) -> bool:
        """Whether it ended because its owner stopped it."""
        return self._progress.stopped

    @property
    def picture(self) -> TrainingStatus:
        """What is shown, some `picture_s` old while it advances."""
        return self._shown_status

    def status(self) -> Mapping[str, Json]:
        """Return the picture by its wire names; another object each time it is taken anew."""
        return self._status_json

    def advance(self) -> None:
        """Do one unit of work; nothing, once it has ended."""
        if self.ended:
            return
        if not self._progress.announced:
            self._progress.announced = True
            self._announcer.loaded(self._progress.steps, self._preparation)
        if self._algorithm.updates_owed:
            self._algorithm.update()
        elif self._progress.evaluation_due:
            self._evaluate()
        else:
            self._apply_due()
            self._progress.ended_because = (
                "it was stopped"
                if self._progress.stopped
                else why_to_end(self._parameters, self._progress.episode, self._best)
            )
            if self._progress.ended_because is None and self._is_foreseen():
                self._collect()
        now_s = self._clock.monotonic()
        if now_s - self._refreshed_s >= self._picture_s or self.ended:
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
        earliest = self._changes[-1][0].step if self._changes else self._progress.round_began + 1
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
        progress = self._progress
        if progress.ended_because is None:
            return []
        return [self._announcer.ended(progress.steps, progress.ended_because, self._best)]

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
        state = TrainingState(
            parameters=self._parameters,
            progress=self._progress,
            algorithm=self._algorithm.state(),
            workers=self._workers.states(),
            best=self._best,
            shown=self._shown.state(),
            emitted=self._announcer.state(),
        )
        return state.to_checkpoint(self.best_weights())

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
        picture_s: float = PICTURE_S,
    ) -> "TrainingRun":
        """Return a run that goes on from `checkpoint`, to the same bits.

        `preparation` is that of the parameters the training began with; those that changed
        come from the checkpoint. Changes it does not include are given again by `schedule`.

        Raises:
            Invalid: the device cannot be had.
            ValueError: the checkpoint is of another training.
        """
        state = TrainingState.of(checkpoint)
        hot = {name: getattr(state.parameters, name) for name in HOT}
        if replace(preparation.parameters, **hot) != state.parameters:
            raise ValueError("the checkpoint is that of a training with other parameters")
        run = cls(
            preparation, factory, sink=sink, clock=clock, workers=workers, picture_s=picture_s
        )
        run._load(state)
        return run

    def _load(self, state: TrainingState) -> None:
        self._parameters, self._progress, self._best = state.parameters, state.progress, state.best
        self._known_changes = state.progress.applied_changes
        self._algorithm.change(state.parameters)
        self._algorithm.load_state(state.algorithm)
        self._workers.load_states(state.workers)
        self._shown.load_state(state.shown)
        self._announcer.load_state(state.emitted)
        self.refresh_status()

    def _apply_due(self) -> None:
        while self._changes and self._changes[0][0].step <= self._progress.steps:
            change, knowledge = self._changes.popleft()
            if knowledge is not None:
                tensors, facts = load_knowledge(knowledge)
                self._algorithm.take_over(AlgorithmState(tensors=tensors, facts=facts))
                self._progress.judged = None
            self._parameters = changed(self._parameters, change.changes)
            self._algorithm.change(self._parameters)
            self._progress.applied_changes = change.number
            self._progress.stopped = self._progress.stopped or change.stop

    @property
    def _vector_steps(self) -> int:
        """Steps of every environment in the next round."""
        in_process = self._parameters.rollout_workers == 0
        return self._algorithm.vector_steps if in_process else _ROUND

    def _is_foreseen(self) -> bool:
        """Do a unit of what comes before a round is collected; say if nothing was left of it."""
        return self._algorithm.foresee(lambda: self._workers.bars_ahead(self._vector_steps))

    def _collect(self) -> None:
        self._progress.round_began = self._progress.steps
        parameters = self._parameters
        if not self._algorithm.collects:
            learned = self._algorithm.begin()
            self._progress.steps += learned.bars
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
            epsilon=self._algorithm.epsilon(self._progress.episode),
            vector_steps=self._vector_steps,
            passes_wanted=environments - self._progress.surplus_passes if in_process else None,
        )
        self._progress.steps += sum(len(rollout.transitions) for rollout in rollouts)
        self._shown.follow(rollouts[0].shown)
        self._algorithm.learn_from(rollouts)
        self._end_passes(sum(rollout.passes for rollout in rollouts))

    def _end_passes(self, count: int) -> None:
        passes = self._progress.surplus_passes + count
        ended, self._progress.surplus_passes = divmod(passes, self._parameters.environments)
        self._progress.episode += ended
        self._progress.evaluation_due = ended > 0

    def _evaluate(self) -> None:
        if self._evaluation is None:
            self._evaluation = Evaluation(self._preparation)
        self._evaluation.advance(self._algorithm.values)
        if self._evaluation.done:
            results = self._evaluation.results
            self._evaluation, self._progress.evaluation_due = None, False
            self._judge(results)

    def _judge(self, results: Mapping[str, PartResult]) -> None:
        score = results["validation"].score
        self._progress.judged = (self._progress.episode, score)
        self._progress.latest = {name: results[name].to_json() for name in PARTS}
        is_best = self._best is None or score > self._best.score
        if is_best:
            self._best = Best(
                episode=self._progress.episode,
                score=score,
                weights=self._algorithm.weights(),
                results=self._progress.latest,
            )
        if self._progress.episode:
            ended = EpisodeEnd(
                first_episode=self._progress.evaluated_episode + 1,
                episode=self._progress.episode,
                shown=self._shown.last_pass or self._shown.so_far(),
                epsilon=self._algorithm.epsilon(self._progress.episode - 1),
                loss=self._algorithm.loss,
                results=self._progress.latest,
                is_best=is_best,
            )
            self._announcer.episode(self._progress.steps, ended)
        self._progress.evaluated_episode = self._progress.episode
        if is_best:
            self._announcer.best(self._progress.steps, self._progress.episode, results)

    def _picture(self, now_s: float) -> TrainingStatus:
        shown, train = self._shown, self._preparation.split.train
        values = self._algorithm.values(np.array([shown.day], np.int32))[0, shown.side + 1]
        results = self._best.results if self._best is not None else {}
        return TrainingStatus(
            episode=self._progress.episode,
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
            steps=self._progress.steps,
            steps_per_second=self._meter.look(now_s, self._progress.steps),
            loss=self._algorithm.loss,
            epsilon=self._algorithm.epsilon(self._progress.episode),
            validation=results.get("validation"),
            out_of_sample=results.get("out_of_sample"),
        )
