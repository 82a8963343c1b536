"""Every name makes an algorithm, and is told of in one sentence."""

from dataclasses import fields

import numpy as np
import pytest

from aibt.rl.algorithms import make_algorithm
from aibt.rl.catalogue import (
    ALGORITHMS,
    DEFAULT_ALGORITHM,
    ENCODERS,
    HEADS,
    UNUSED,
    collects,
    default_environments,
    unknown_algorithm,
)
from aibt.rl.parameters import TrainingParameters
from tests.unit.rl.builders import a_preparation, some_parameters


def test_the_default_comes_first() -> None:
    assert next(iter(ALGORITHMS)) == DEFAULT_ALGORITHM


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_name_makes_an_algorithm_that_values_bars(name: str, encoder: str) -> None:
    preparation = a_preparation(algorithm=name, encoder=encoder)

    algorithm = make_algorithm(preparation.problem)

    assert algorithm.collects is collects(name)
    start = preparation.split.train.start
    bars = np.arange(start, start + 5, dtype=np.int32)
    assert algorithm.values(bars).shape == (5, 3, 4)
    chances = algorithm.behaviour(bars, 0.2)
    assert chances.shape == (5, 3, 4)
    assert chances.dtype == np.float32
    np.testing.assert_allclose(chances.sum(axis=2), 1.0, rtol=1e-5)
    assert (chances >= 0).all()
    assert {n: a.shape for n, a in algorithm.weights().items()} == preparation.architecture.shapes
    assert algorithm.loss is None
    assert algorithm.updates_owed == 0


@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_is_said_to_the_user_is_one_sentence(name: str) -> None:
    said = [ALGORITHMS[name], *UNUSED.get(name, {}).values()]

    for sentence in said:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert ". " not in sentence
        assert len(sentence) < 200


def test_what_is_unused_is_a_parameter_of_an_algorithm_that_there_is() -> None:
    names = {field.name for field in fields(TrainingParameters)}

    assert set(UNUSED) <= set(ALGORITHMS)
    assert all(set(unused) <= names for unused in UNUSED.values())
    assert set(HEADS) == set(ALGORITHMS) - {"dqn"}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_each_worker_has_an_account_where_nobody_says_how_many(name: str) -> None:
    assert default_environments(name, 0) >= 1
    assert default_environments(name, 5_000) == 5_000
    assert some_parameters(algorithm=name, environments=0).environments == default_environments(
        name, 0
    )


def test_the_error_of_a_name_that_there_is_not_lists_those_that_there_are() -> None:
    error = unknown_algorithm("x" * 1_000)

    assert error.field == "algorithm"
    assert all(name in error.reason for name in ALGORITHMS)
