"""From an evaluation's row and its finished units to the run that computes. It loads torch."""

from collections.abc import Mapping, Sequence
from typing import Final

from actors.evaluation_host import Done, Reached
from actors.evaluation_request import of_trainings, plan_of, seeds_of
from actors.training_files import TrainingFiles
from aibt.clock import Clock
from aibt.live.events import Json
from aibt.market.dataset import load_dataset
from aibt.rl.devices import use_one_thread
from aibt.rl.judgement.unit import UnitKey, UnitResult
from aibt.rl.judgement.walk_forward import WalkForward
from aibt.store.records import Evaluation
from envs.factory import trading_environments

_POINTS: Final = 1_000
"""Of each curve of a stored report: no screen shows more, and a list of reports stays light."""


class EvaluationRun:
    """A `WalkForward`, with the units that it finishes as they are stored."""

    def __init__(self, walk: WalkForward) -> None:
        self._walk = walk
        self._known = {result.key for result in walk.results}

    @property
    def ended(self) -> bool:
        return self._walk.ended

    def advance(self) -> Sequence[Done]:
        """Do one slice; return the units that it finished."""
        self._walk.advance()
        if self._walk.progress.units_done == len(self._known):
            return ()
        new = [result for result in self._walk.results if result.key not in self._known]
        self._known.update(result.key for result in new)
        return [_done(result) for result in new]

    def reached(self) -> Reached:
        """Return how far it is."""
        progress = self._walk.progress
        return Reached(
            units=progress.units,
            units_done=progress.units_done,
            share=progress.share,
            doing=progress.doing,
        )

    def report(self) -> Mapping[str, Json]:
        """Return the report."""
        return self._walk.report().to_json(most_points=_POINTS)


def build_evaluation(
    evaluation: Evaluation,
    units: Mapping[str, Mapping[str, Json]],
    *,
    files: TrainingFiles,
    clock: Clock,
) -> EvaluationRun:
    """Return the run of an evaluation, from the units that are finished. Blocking.

    Raises:
        NotFound, BadBars: its frozen bars are gone or damaged.
        Invalid: its device cannot be had here.
    """
    use_one_thread()
    bars = load_dataset(evaluation.dataset, files.datasets)
    request = evaluation.request
    earlier = request["earlier_trials"]
    walk = WalkForward(
        bars,
        source=str(evaluation.data["source"]),
        plan=plan_of(request, len(bars)),
        parameters=of_trainings(request),
        seeds=seeds_of(request),
        factory=trading_environments,
        clock=clock,
        results=[UnitResult.from_json(data) for data in units.values()],
        earlier_trials=earlier if isinstance(earlier, int) else 0,
    )
    return EvaluationRun(walk)


def unit_key(key: UnitKey) -> str:
    """Return the key under which a unit is stored."""
    return f"{key.algorithm}/{key.seed}/{key.fold}"


def _done(result: UnitResult) -> Done:
    data: dict[str, Json] = result.to_json()
    equities = result.account.equities
    gained = float(equities[-1] / equities[0] - 1) if len(equities) and equities[0] else None
    return Done(
        key=unit_key(result.key),
        data=data,
        told={
            "algorithm": result.key.algorithm,
            "seed": result.key.seed,
            "fold": result.key.fold,
            "total_return": gained,
            "trades": result.account.trades,
            "episodes": result.episodes,
        },
    )
