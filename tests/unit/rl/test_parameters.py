import json
import pickle
from typing import Any

import pytest

from aibt.errors import Invalid
from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.parameters import TrainingParameters, changed
from tests.unit.rl.builders import some_parameters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lr", 0.0),
        ("lr", 1.5),
        ("lr", float("nan")),
        ("gamma", -0.1),
        ("gamma", float("inf")),
        ("batch_size", 0),
        ("batch_size", 8_193),
        ("batch_size", 2.5),
        ("batch_size", True),
        ("balance", 0.0),
        ("train_data_percentage", 0),
        ("train_data_percentage", 100),
        ("hidden_layers", 0),
        ("depth", 9),
        ("environments", 16_385),
        ("rollout_workers", 65),
        ("device", "tpu"),
        ("seed", -1),
    ],
)
def test_a_value_out_of_range_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        some_parameters(**{name: value})

    assert refused.value.field == name


def test_an_algorithm_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        some_parameters(algorithm="magic" * 20)

    assert refused.value.field == "algorithm"
    assert all(name in refused.value.reason for name in ALGORITHMS)
    assert len(refused.value.reason) < 200


def test_more_episodes_at_least_than_at_most_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        some_parameters(min_episodes=5, max_episodes=4)

    assert refused.value.field == "max_episodes"


def test_each_worker_has_an_environment_unless_told_otherwise() -> None:
    assert some_parameters().environments == 1
    assert some_parameters(rollout_workers=3).environments == 3
    with pytest.raises(Invalid) as refused:
        some_parameters(rollout_workers=3, environments=2)
    assert refused.value.field == "environments"


def test_hot_parameters_change_and_the_others_stay() -> None:
    before = some_parameters()

    after = changed(before, {"lr": 0.5, "gamma": 0.1, "batch_size": 3, "max_episodes": 9})

    assert (after.lr, after.gamma, after.batch_size, after.max_episodes) == (0.5, 0.1, 3, 9)
    assert changed(after, {name: getattr(before, name) for name in ("lr", "gamma")}).lr == before.lr
    assert after.balance == before.balance


@pytest.mark.parametrize("changes", [{"balance": 5.0}, {"lr": 2.0}, {"max_episodes": 1}])
def test_a_change_that_cannot_be_had_is_refused_by_its_name(changes: dict[str, float]) -> None:
    with pytest.raises(Invalid) as refused:
        changed(some_parameters(), changes)

    assert refused.value.field == next(iter(changes))


def test_parameters_survive_json_and_pickle() -> None:
    parameters = some_parameters(lr=0.1 + 0.2)

    assert TrainingParameters.from_json(json.loads(json.dumps(parameters.to_json()))) == parameters
    assert pickle.loads(pickle.dumps(parameters)) == parameters


def test_json_of_something_else_is_no_parameters() -> None:
    with pytest.raises(ValueError, match="no training parameters"):
        TrainingParameters.from_json({"lr": 1})
