"""Every name makes an algorithm, and is told of in one sentence."""

from dataclasses import fields

import numpy as np
import pytest

from aibt.errors import Invalid
from aibt.rl.algorithms import make_algorithm
from aibt.rl.catalogue import (
    ALGORITHMS,
    DEFAULT_ALGORITHM,
    DEFAULT_ENCODER,
    ENCODERS,
    HEADS,
    UNUSED,
    algorithms_with,
    collects,
    default_environments,
    encoders_of,
    refuse_encoder,
    unknown_algorithm,
    unknown_encoder,
)
from aibt.rl.parameters import TrainingParameters
from tests.unit.rl.builders import a_preparation, some_parameters


def test_the_default_comes_first() -> None:
    assert next(iter(ALGORITHMS)) == DEFAULT_ALGORITHM
    assert next(iter(ENCODERS)) == DEFAULT_ENCODER


def test_no_sentence_tells_of_more_accounts_than_trade_where_nobody_says() -> None:
    for name, sentence in ALGORITHMS.items():
        accounts = default_environments(name, 0)
        assert "thousands" not in sentence or accounts >= 2_000
        assert ("many accounts" in sentence) is (accounts > 1)


@pytest.mark.parametrize(
    ("name", "encoder"), [(name, each) for name in ALGORITHMS for each in encoders_of(name)]
)
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


@pytest.mark.parametrize("name", [*ALGORITHMS, *ENCODERS])
def test_what_is_said_to_the_user_is_one_sentence(name: str) -> None:
    said = [{**ALGORITHMS, **ENCODERS}[name], *UNUSED.get(name, {}).values()]

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


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_encoder_is_refused_where_the_algorithm_has_a_network_of_its_own(
    name: str, encoder: str
) -> None:
    assert DEFAULT_ENCODER in encoders_of(name)
    assert (name in algorithms_with(encoder)) is (encoder in encoders_of(name))

    if encoder in encoders_of(name):
        refuse_encoder(name, encoder)
        assert some_parameters(algorithm=name, encoder=encoder).encoder == encoder
        return
    with pytest.raises(Invalid) as refused:
        some_parameters(algorithm=name, encoder=encoder)
    assert refused.value.field == "encoder"
    assert name in refused.value.reason
    assert encoder in refused.value.reason


def test_an_encoder_means_nothing_only_where_there_is_no_choice() -> None:
    for name in ALGORITHMS:
        assert ("encoder" in UNUSED.get(name, {})) is (encoders_of(name) == (DEFAULT_ENCODER,))


def test_the_error_of_an_encoder_that_there_is_not_lists_those_that_there_are() -> None:
    error = unknown_encoder("x" * 1_000)

    assert error.field == "encoder"
    assert all(name in error.reason for name in ENCODERS)
    assert len(error.reason) < 200
    with pytest.raises(Invalid, match="joint"):
        refuse_encoder("pqn", "joint")
