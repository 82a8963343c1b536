"""Members of a population that learns together, and what each would have learned alone."""

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
import pytest

from aibt.rl.preparation import Preparation
from aibt.rl.training import TrainingRun
from envs.factory import trading_environments
from tests.unit.rl.builders import Collected, a_preparation, a_run, a_sine

MEMBERS: Final = (
    {"lr": 1e-3, "gamma": 0.9, "seed": 1},
    {"lr": 3e-3, "gamma": 0.97, "seed": 2},
    {"lr": 2e-4, "gamma": 0.5, "seed": 3},
    {"lr": 1e-3, "gamma": 0.9, "seed": 4},
)
OF_A_WEIGHT: Final = 2e-4
"""How far a weight may be from that of the training alone, by the order of sums in float32."""

_LEARNED = ("network", "acting", "adam.mean", "adam.square")


@cache
def _prepared(encoder: str, device: str, bars: int, episodes: int) -> Preparation:
    return a_preparation(
        a_sine(bars, noise=0.005),
        algorithm="counterfactual",
        encoder=encoder,
        batch_size=4,
        min_episodes=episodes,
        max_episodes=episodes,
        device=device,
    )


def prepared(
    number: int, encoder: str = "mlp", *, device: str = "cpu", bars: int = 400, episodes: int = 12
) -> Preparation:
    """What the member of that number learns from; with 400 bars it owes two updates at most."""
    shared = _prepared(encoder, device, bars, episodes)
    return replace(shared, parameters=replace(shared.parameters, **MEMBERS[number]))  # type: ignore[arg-type]  # each of the kind that its name has


def a_member(preparation: Preparation, sink: Collected | None = None) -> TrainingRun:
    """A member that nobody has advanced yet."""
    return a_run(preparation, sink=sink, factory=trading_environments)


def members(encoder: str = "mlp", *, device: str = "cpu") -> list[TrainingRun]:
    """All of them."""
    return [a_member(prepared(number, encoder, device=device)) for number in range(len(MEMBERS))]


def assert_as_alone(run: TrainingRun, alone: TrainingRun, *, within: float = OF_A_WEIGHT) -> None:
    """See that a member knows what it would know by itself, and is as far."""
    found, wanted = run.snapshot(), alone.snapshot()
    for name in _LEARNED:
        mine = found.tensors[f"algorithm.{name}"].astype(np.float64)
        np.testing.assert_allclose(
            mine, wanted.tensors[f"algorithm.{name}"].astype(np.float64), atol=within
        )
    assert found.facts["steps"] == wanted.facts["steps"]
    assert found.facts["episode"] == wanted.facts["episode"]
    assert found.facts["parameters"] == wanted.facts["parameters"]
    assert found.facts["algorithm"]["updates"] == wanted.facts["algorithm"]["updates"]
    assert found.facts["algorithm"]["version"] == wanted.facts["algorithm"]["version"]
    assert found.facts["algorithm"]["loss"] == pytest.approx(
        wanted.facts["algorithm"]["loss"], rel=1e-3
    )
