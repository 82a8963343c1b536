"""What is learned together is what each would have learned alone, whoever else is there."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.batch import are_joined, step_of, take_together
from aibt.rl.training import TrainingRun
from envs.factory import trading_environments
from tests.unit.rl.builders import AChange, a_preparation, a_run, to_the_end
from tests.unit.rl.members import assert_as_alone, members, prepared
from tests.unit.rl.on_each_device import DEVICES


def go_on(runs: Sequence[TrainingRun]) -> None:
    """Let each do what is its own until all stand before an update; then make it as one."""
    steps = [step_of(run) for run in runs]
    if None not in steps:
        take_together([step for step in steps if step is not None])
        return
    for run, step in zip(runs, steps, strict=True):
        if step is None:
            run.advance()


def all_to_the_end(runs: Sequence[TrainingRun]) -> None:
    while left := [run for run in runs if not run.ended]:
        go_on(left)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("encoder", ["mlp", "conv"])
def test_each_learns_what_it_would_have_learned_alone(encoder: str, device: str) -> None:
    together, alone = members(encoder, device=device), members(encoder, device=device)

    all_to_the_end(together)

    for run, one in zip(together, alone, strict=True):
        to_the_end(one)
        assert one.snapshot().facts["algorithm"]["updates"] > 15
        assert_as_alone(run, one)


def test_one_that_is_paused_midway_stands_still_and_is_none_the_worse_for_it() -> None:
    together, alone = members(), members()
    for _ in range(60):
        go_on(together)
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
        go_on(together)
    left = together[1].snapshot()

    on = TrainingRun.restore(
        prepared(1),
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
    before_an_update(runs)

    for some in chosen:
        before = [run.snapshot().tensors["algorithm.network"] for run in runs]
        before_an_update([runs[one] for one in some])
        go_on([runs[one] for one in some])
        for number, run in enumerate(runs):
            is_same = np.array_equal(before[number], run.snapshot().tensors["algorithm.network"])
            assert is_same is (number not in some)


def before_an_update(runs: Sequence[TrainingRun]) -> None:
    while any(step_of(run) is None for run in runs):
        go_on(runs)


def test_what_cannot_be_done_together_stands_before_nothing_that_others_could_do() -> None:
    recurrent, other = members("gru")[0], a_run(a_preparation(algorithm="dqn", batch_size=8))

    for run in (recurrent, other):
        while run.learner is None:
            run.advance()
        for _ in range(60):
            assert step_of(run) is None
            run.advance()


def test_members_learn_together_on_a_gpu_and_take_turns_on_a_cpu() -> None:
    assert are_joined("counterfactual", "cuda")
    assert not are_joined("counterfactual", "cpu")
    assert not are_joined("dqn", "cuda")
