"""A request to evaluate is completed, or refused with the field at fault."""

from typing import Any

import pytest

from actors.evaluation_request import (
    Tried,
    complete_evaluation,
    counting,
    of_trainings,
    plan_of,
    seeds_of,
    trainings_of,
    trials_of,
)
from actors.supervision import Demand
from aibt.errors import Invalid
from aibt.protocol.evaluations import EvaluationsStart
from aibt.rl.catalogue import ALGORITHMS, algorithms_with
from aibt.settings import CostSettings

COSTS = CostSettings(fee_bps=1.5, slippage_bps=0.5)


def completed(bars: int = 2_000, gpus: int = 0, **asked: Any) -> dict[str, Any]:
    params = EvaluationsStart.read({"symbol": "GOOGL", "period": "D1", **asked})
    prepared = {
        "dataset": "d", "bars": bars, "symbol": "GOOGL", "period": "1d", "source": "sample",
        "fetched_at": "2024-01-01T00:00:00+00:00", "notes": [],
    }  # fmt: skip
    request, data = complete_evaluation(params, prepared, Demand(2, gpus), COSTS)
    assert data["bars"] == bars
    assert "dataset" not in data
    return request


def test_nothing_is_left_open() -> None:
    request = completed()

    assert request["algorithms"] == [*ALGORITHMS]
    assert (request["fee_bps"], request["slippage_bps"]) == (1.5, 0.5)
    assert request["device"] == "cpu"
    assert None not in [value for name, value in request.items() if name != "source"]


def test_what_is_asked_for_is_what_the_trainings_are_told() -> None:
    request = completed(
        algorithms=["dqn"], seeds=3, seed=11, folds=2, lr=0.01, fee_bps=0.0, hidden_layers=8
    )

    told = of_trainings(request)["dqn"]

    assert (told.lr, told.hidden_layers, told.costs.fee_bps) == (0.01, 8, 0.0)
    assert seeds_of(request) == (11, 12, 13)
    assert trainings_of(request) == 6
    assert len(plan_of(request, 2_000).folds) == 2


def test_where_none_is_named_those_are_judged_that_take_the_encoder() -> None:
    request = completed(encoder="conv")

    assert request["algorithms"] == algorithms_with("conv") != [*ALGORITHMS]
    assert {one.encoder for one in of_trainings(request).values()} == {"conv"}
    with pytest.raises(Invalid) as refused:
        completed(algorithms=["pqn", "dqn"], encoder="conv")
    assert refused.value.field == "encoder"


def test_a_request_of_before_there_was_a_choice_of_encoders_is_told_the_only_one() -> None:
    request = completed()
    del request["encoder"]

    assert {one.encoder for one in of_trainings(request).values()} == {"mlp"}


def test_a_gpu_is_taken_where_there_is_one_and_the_request_leaves_it_open() -> None:
    assert completed(device="auto")["device"] == "cpu"
    assert completed(device="auto", gpus=1)["device"] == "cuda"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"bars": 200}, "folds"),
        ({"bars": 2_000, "folds": 50, "learned_first": 99}, "folds"),
        ({"embargo": 3_000}, "embargo"),
    ],
)
def test_too_few_bars_are_refused(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        completed(**asked)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"algorithms": ["dqn", "dqn"]}, "algorithms"),
        ({"algorithms": ["magic"]}, "algorithms"),
        ({"encoder": "joint"}, "encoder"),
        ({"seeds": 0}, "seeds"),
        ({"min_episodes": 9, "max_episodes": 8}, "max_episodes"),
        ({"device": "tpu"}, "device"),
    ],
)
def test_what_does_not_go_together_is_refused_before_any_bar_is_asked_for(
    asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        completed(**asked)

    assert refused.value.field == field


def test_what_was_tried_on_this_market_is_counted_and_said() -> None:
    tried = Tried(trainings=1_100, steps=75, judged=25)
    request, data = counting(completed(earlier_trials=5), {"notes": ["old"]}, tried)

    assert request["earlier_trials"] == 1_205
    old, said = data["notes"]  # type: ignore[misc, union-attr]
    assert old == "old"
    assert said == (
        "1,200 earlier trials of yours on this symbol and period are counted: 1,100 trainings, "
        "75 steps of searches, 25 in evaluations"
    )


def test_of_the_kinds_of_trials_only_those_are_said_that_there_were() -> None:
    _, data = counting(completed(), {"notes": []}, Tried(steps=3))

    assert data["notes"] == [
        "3 earlier trials of yours on this symbol and period are counted: 3 steps of searches"
    ]


def test_where_nothing_was_tried_nothing_is_said_of_it() -> None:
    asked: dict[str, Any] = completed(earlier_trials=5)

    assert counting(asked, {"notes": []}, Tried()) == (asked, {"notes": []})


def test_a_trial_is_an_algorithm_with_a_seed_whatever_the_folds() -> None:
    assert trials_of(completed(algorithms=["dqn", "pqn"], seeds=3, folds=5)) == 6
