"""What is learned together is what each would have learned alone, whoever else is there."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.batch import advance_together, are_joined, step_of, take_together
from aibt.rl.training import TrainingRun
from envs.factory import trading_environments
from tests.unit.rl.builders import AChange, a_preparation, a_run, a_sine, to_the_end

MEMBERS = [
    {"lr": 1e-3, "gamma": 0.9, "seed": 1},
    {"lr": 3e-3, "gamma": 0.97, "seed": 2},
    {"lr": 2e-4, "gamma": 0.5, "seed": 3},
    {"lr": 1e-3, "gamma": 0.9, "seed": 4},
]
OF_A_WEIGHT = 2e-4
"""How far a weight may be from that of the training alone, by the order of sums in float32."""

LEARNED = ("network", "acting", "adam.mean", "adam.square")
PREPARED = {
    encoder: a_preparation(
        a_sine(400, noise=0.005),
        algorithm="counterfactual",
        encoder=encoder,
        batch_size=4,
        min_episodes=12,
        max_episodes=12,
    )
    for encoder in ("mlp", "conv", "gru")
}


def members(encoder: str = "mlp") -> list[TrainingRun]:
    prepared = PREPARED[encoder]
    return [
        a_run(
            replace(prepared, parameters=replace(prepared.parameters, **own)),  # type: ignore[arg-type]  # each of the kind that its name has
            factory=trading_environments,
        )
        for own in MEMBERS
    ]


def all_to_the_end(runs: Sequence[TrainingRun]) -> None:
    while left := [run for run in runs if not run.ended]:
        advance_together(left)


def assert_as_alone(run: TrainingRun, alone: TrainingRun, *, within: float = OF_A_WEIGHT) -> None:
    found, wanted = run.snapshot(), alone.snapshot()
    for name in LEARNED:
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


@pytest.mark.parametrize("encoder", ["mlp", "conv"])
def test_each_learns_what_it_would_have_learned_alone(encoder: str) -> None:
    together, alone = members(encoder), members(encoder)

    all_to_the_end(together)

    for run, one in zip(together, alone, strict=True):
        to_the_end(one)
        assert one.snapshot().facts["algorithm"]["updates"] > 15
        assert_as_alone(run, one)


def test_one_that_is_paused_midway_stands_still_and_is_none_the_worse_for_it() -> None:
    together, alone = members(), members()
    for _ in range(60):
        advance_together(together)
    paused, *others = together
    before = paused.snapshot()

    all_to_the_end(others)

    after = paused.snapshot()
    assert after.facts == before.facts
    for name, tensor in before.tensors.items():
        np.testing.assert_array_equal(tensor, after.tensors[name])
    to_the_end(paused)
    for run, one in zip(together, alone, strict=True):
        assert_as_alone(run, to_the_end(one))


def test_one_goes_on_alone_from_the_checkpoint_that_it_left_together() -> None:
    together = members()
    for _ in range(60):
        advance_together(together)
    left = together[1].snapshot()
    parameters = replace(PREPARED["mlp"].parameters, **MEMBERS[1])  # type: ignore[arg-type]  # as above

    on = TrainingRun.restore(
        replace(PREPARED["mlp"], parameters=parameters),
        trading_environments,
        left,
        sink=together[1]._announcer._sink,
        clock=together[1]._clock,
    )

    assert_as_alone(to_the_end(on), to_the_end(members()[1]))


def test_a_change_and_what_is_taken_over_hold_for_the_one_they_are_for(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge"
    source = members()[1]
    for _ in range(60):
        source.advance()
    source.save_knowledge(knowledge)
    change = AChange(number=1, step=1_500, changes={"lr": 5e-3, "gamma": 0.8, "batch_size": 7})
    together, alone = members(), members()
    for runs in (together, alone):
        runs[0].schedule(change, knowledge)

    all_to_the_end(together)

    for run, one in zip(together, alone, strict=True):
        assert_as_alone(run, to_the_end(one))


@settings(max_examples=6, deadline=None)
@given(
    chosen=st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=6),
)
def test_whoever_is_left_out_of_a_turn_does_not_move(chosen: list[set[int]]) -> None:
    runs = members()
    while any(step_of(run) is None for run in runs):
        advance_together([run for run in runs if step_of(run) is None])

    for some in chosen:
        before = [run.snapshot().tensors["algorithm.network"] for run in runs]
        while any(step_of(runs[one]) is None for one in some):
            advance_together([runs[one] for one in some if step_of(runs[one]) is None])
        take_together([step for one in some if (step := step_of(runs[one])) is not None])
        for number, run in enumerate(runs):
            is_same = np.array_equal(before[number], run.snapshot().tensors["algorithm.network"])
            assert is_same is (number not in some)


def test_what_cannot_be_done_together_is_done_by_each_alone() -> None:
    recurrent, alone = members("gru")[:1], members("gru")[:1]
    other = [a_run(a_preparation(algorithm="dqn", batch_size=8)) for _ in range(2)]

    for _ in range(60):
        advance_together([*recurrent, other[0]])
        assert step_of(recurrent[0]) is None
        assert step_of(other[0]) is None
        alone[0].advance()
        other[1].advance()

    for run, one in ((recurrent[0], alone[0]), (other[0], other[1])):
        for name, tensor in run.snapshot().tensors.items():
            np.testing.assert_array_equal(tensor, one.snapshot().tensors[name])


def test_members_learn_together_on_a_gpu_and_take_turns_on_a_cpu() -> None:
    assert are_joined("counterfactual", "cuda")
    assert not are_joined("counterfactual", "cpu")
    assert not are_joined("dqn", "cuda")
