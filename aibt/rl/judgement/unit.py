"""One training of a walk-forward evaluation, and the one look at what it never saw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aibt.clock import Clock
from aibt.live.events import Emission
from aibt.market.bars import BarSeries
from aibt.rl.algorithms import make_algorithm
from aibt.rl.checkpoint import TrainedWeights
from aibt.rl.environment import EnvironmentFactory
from aibt.rl.judgement.account import Account, AccountWalk, Sides
from aibt.rl.parameters import TrainingParameters
from aibt.rl.preparation import Preparation, prepare
from aibt.rl.split import Part, Split
from aibt.rl.training import TrainingRun
from aibt.trading.actions import target_side

_MOST_BARS: Final = 2_048  # of a slice of forward passes
_OPERATIONS: Final = 400_000_000  # multiplications of a slice: some 10 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitKey:
    """Which training of an evaluation: `fold` counts from 1."""

    algorithm: str
    seed: int
    fold: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitResult:
    """What a training and its test came to.

    Attributes:
        episodes, best_episode, validation_score: see `aibt.rl.judgement.report.FoldOutcome`.
        account: over the fold's test part.
    """

    key: UnitKey
    episodes: int
    best_episode: int
    validation_score: float
    account: Account

    def to_json(self) -> dict[str, Any]:
        """Return the same as JSON's own types; floats come back to the bit."""
        return {
            "algorithm": self.key.algorithm,
            "seed": self.key.seed,
            "fold": self.key.fold,
            "episodes": self.episodes,
            "best_episode": self.best_episode,
            "validation_score": self.validation_score,
            "equities": self.account.equities.tolist(),
            "sides": self.account.sides.tolist(),
            "trades": self.account.trades,
            "turnover": self.account.turnover,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "UnitResult":
        """Read what `to_json` returned.

        Raises:
            ValueError: a field is missing or not of its kind.
        """
        try:
            return cls(
                key=UnitKey(
                    algorithm=str(given["algorithm"]),
                    seed=int(given["seed"]),
                    fold=int(given["fold"]),
                ),
                episodes=int(given["episodes"]),
                best_episode=int(given["best_episode"]),
                validation_score=float(given["validation_score"]),
                account=Account(
                    equities=np.array(given["equities"], np.float64),
                    sides=np.array(given["sides"], np.int8),
                    trades=int(given["trades"]),
                    turnover=int(given["turnover"]),
                ),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no result of a training: {error!r}") from error


class Unit:
    """Trains on one fold, then judges the best weights once on its test part.

    The training is given the bars before the test part and no later one, so that nothing of
    the test can choose weights, statistics or the end of the training.

    Args:
        series: all bars.
        fold: of `aibt.rl.judgement.plan.Plan`.
        parameters: with the unit's seed.
        factory: makes the training's environments.

    Raises:
        Invalid: the algorithm or the device cannot be had.
    """

    def __init__(
        self,
        key: UnitKey,
        *,
        series: BarSeries,
        fold: Split,
        parameters: TrainingParameters,
        factory: EnvironmentFactory,
        clock: Clock,
    ) -> None:
        self.key = key
        self._series, self._fold, self._parameters = series, fold, parameters
        self._run = TrainingRun(
            training_preparation(parameters, series, fold), factory, sink=_Silence(), clock=clock
        )
        self._look: _Look | None = None

    @property
    def done(self) -> bool:
        """Whether `result` may be asked."""
        return self._look is not None and self._look.done

    @property
    def share_done(self) -> float:
        """How far it is, 0 to 1, for show: a training may end before its last episode."""
        if self._look is not None:
            return 1.0
        return self._run.episode / self._run.parameters.max_episodes

    def advance(self) -> None:
        """Do one slice."""
        if not self._run.ended:
            self._run.advance()
        elif self._look is None:
            preparation = prepare(
                self._parameters, self._series.slice(0, self._fold.test.stop), parts=self._fold
            )
            self._look = _Look(preparation, self._weights())
        else:
            self._look.advance()

    def result(self) -> UnitResult:
        """Return what it came to.

        Raises:
            ValueError: it is not done.
        """
        if self._look is None or not self._look.done:
            raise ValueError(f"{self.key} is not done")
        facts = self._weights().facts
        return UnitResult(
            key=self.key,
            episodes=self._run.episode,
            best_episode=int(facts["episode"]),
            validation_score=float(facts["score"]),
            account=self._look.account(),
        )

    def _weights(self) -> TrainedWeights:
        best = self._run.best_weights()
        if best is None:
            raise ValueError(f"{self.key} ended without an evaluation")
        return best


def training_preparation(
    parameters: TrainingParameters, series: BarSeries, fold: Split
) -> Preparation:
    """Return what a fold's training is given: no bar of the test part.

    What a training shows as out of sample are here the bars of the gap before the test.
    """
    gap = Part(start=fold.validation.stop, stop=fold.test.start)
    return prepare(parameters, series.slice(0, fold.test.start), parts=replace(fold, test=gap))


class _Look:
    """The greedy policy of given weights over a test part, once."""

    def __init__(self, preparation: Preparation, weights: TrainedWeights) -> None:
        self._preparation, self._part = preparation, preparation.split.test
        self._algorithm = make_algorithm(preparation.problem)
        self._algorithm.load_weights(weights.weights)
        self._decisions: NDArray[np.int8] = np.zeros((len(self._part) - 1, 3), np.int8)
        self._slice = max(1, min(_MOST_BARS, _OPERATIONS // (3 * preparation.architecture.size)))
        self._decided = 0
        self._walk: AccountWalk | None = None

    @property
    def done(self) -> bool:
        return self._walk is not None and self._walk.done

    def advance(self) -> None:
        if self._walk is not None:
            self._walk.advance()
        elif self._decided < len(self._decisions):
            start = self._decided
            stop = min(start + self._slice, len(self._decisions))
            bars = np.arange(self._part.start + start, self._part.start + stop, dtype=np.int32)
            self._decisions[start:stop] = self._algorithm.values(bars).argmax(axis=2)
            self._decided = stop
        else:
            parameters = self._preparation.parameters
            self._walk = AccountWalk(
                self._preparation.series,
                self._part,
                sides_of(self._decisions),
                balance=parameters.balance,
                costs=parameters.costs,
            )

    def account(self) -> Account:
        if self._walk is None:
            raise ValueError("nothing was walked yet")
        return self._walk.result()


def sides_of(decisions: NDArray[np.int8]) -> Sides:
    """Return the side held after each decision, beginning flat. Shape [n].

    Args:
        decisions: action at each bar for sides -1, 0, +1. Shape [n, 3].
    """
    side = 0
    found = []
    for row in decisions.tolist():
        side = target_side(side, row[side + 1])
        found.append(side)
    return np.array(found, np.int8)


class _Silence:
    """A sink that takes nothing down: a unit is told of by its evaluation alone."""

    def emit(self, emission: Emission) -> None:
        pass
