"""A request to evaluate, completed: all that decides what will be computed, by wire names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from actors.supervision import Demand
from actors.training_request import WINDOW
from aibt.live.events import Json
from aibt.protocol.evaluations import EvaluationsStart
from aibt.rl.catalogue import DEFAULT_ENCODER, algorithms_with
from aibt.rl.judgement.plan import Plan, walk_forward_plan
from aibt.rl.parameters import TrainingParameters
from aibt.settings import CostSettings
from aibt.trading.costs import Costs

_OF_TRAININGS: Final = (
    "lr", "gamma", "batch_size", "min_episodes", "max_episodes", "balance", "hidden_layers",
    "depth", "discounter_rate", "environments", "device", "window",
)  # fmt: skip


def complete_evaluation(
    params: EvaluationsStart, prepared: Mapping[str, Json], there: Demand, costs: CostSettings
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return an evaluation's request with nothing left open, and what the wire says of its bars.

    Args:
        params: as the client sent them.
        prepared: the frozen bars, see `MarketDesk.prepare`.
        there: what the cluster has; `device: auto` takes a GPU if it has one.
        costs: where the request does not say.

    Raises:
        Invalid: the values do not go together, or leave too few bars for a part.
    """
    asked = params.model_dump(mode="json")
    for name, usual in (("fee_bps", costs.fee_bps), ("slippage_bps", costs.slippage_bps)):
        asked[name] = usual if asked[name] is None else asked[name]
    if asked["device"] == "auto":
        asked["device"] = "cuda" if there.gpus else "cpu"
    asked["algorithms"] = asked["algorithms"] or algorithms_with(params.encoder)
    asked["window"] = WINDOW
    of_trainings(asked)  # refuses what does not go together
    bars = prepared["bars"]
    plan_of(asked, bars if isinstance(bars, int) else 0)
    shown = ("bars", "symbol", "period", "source", "fetched_at", "notes")
    return asked, {name: prepared[name] for name in shown}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What an owner has tried on a market before.

    Attributes:
        trainings: that were queued, members of populations among them.
        steps: of the searches of populations.
        judged: trials of the evaluations that judged anything.
    """

    trainings: int = 0
    steps: int = 0
    judged: int = 0

    @property
    def trials(self) -> int:
        """All of them."""
        return self.trainings + self.steps + self.judged


def counting(
    request: Mapping[str, Json], data: Mapping[str, Json], tried: Tried
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return a completed request, and what the wire says of its bars, that count earlier trials.

    Args:
        request: what `complete_evaluation` returned.
        data: likewise.
        tried: on these bars.
    """
    if not tried.trials:
        return dict(request), dict(data)
    notes, earlier = data["notes"], _number(request, "earlier_trials") + tried.trials
    counts = {
        "trainings": tried.trainings,
        "steps of searches": tried.steps,
        "in evaluations": tried.judged,
    }
    parts = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    said = (
        f"{tried.trials:,} earlier trials of yours on this symbol and period are counted: {parts}"
    )
    told: list[Json] = [*notes, said] if isinstance(notes, list) else [said]
    return {**request, "earlier_trials": earlier}, {**data, "notes": told}


def trials_of(request: Mapping[str, Json]) -> int:
    """Return how many trials a completed request makes."""
    return len(seeds_of(request)) * len(_names(request))


def trainings_of(request: Mapping[str, Json]) -> int:
    """Return how many trainings a completed request makes."""
    return trials_of(request) * _number(request, "folds")


def seeds_of(request: Mapping[str, Json]) -> tuple[int, ...]:
    """Return the seeds of a completed request."""
    first = _number(request, "seed")
    return tuple(range(first, first + _number(request, "seeds")))


def of_trainings(request: Mapping[str, Json]) -> dict[str, TrainingParameters]:
    """Return what the trainings are told, by algorithm, from a completed request.

    Raises:
        Invalid: a value is out of its range, or two do not go together.
    """
    told: dict[str, Any] = {name: request[name] for name in _OF_TRAININGS}
    told["encoder"] = request.get("encoder", DEFAULT_ENCODER)
    rates: dict[str, Any] = {name: request[name] for name in ("fee_bps", "slippage_bps")}
    return {
        name: TrainingParameters(
            **told,
            algorithm=name,
            costs=Costs(**rates),
            seed=_number(request, "seed"),
            train_data_percentage=_number(request, "learned_first"),
        )
        for name in _names(request)
    }


def plan_of(request: Mapping[str, Json], bars: int) -> Plan:
    """Return the folds of a completed request.

    Raises:
        Invalid: they leave too few bars for a part.
    """
    return walk_forward_plan(
        bars,
        window=_number(request, "window"),
        folds=_number(request, "folds"),
        learned_first=_number(request, "learned_first"),
        embargo=_number(request, "embargo"),
    )


def _names(request: Mapping[str, Json]) -> list[str]:
    names = request["algorithms"]
    return [str(name) for name in names] if isinstance(names, list) else []


def _number(request: Mapping[str, Json], name: str) -> int:
    value = request[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is {value!r}")
    return value
