"""What is recorded and replayed on a GPU is, step by step, what is computed without."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from aibt.errors import Invalid
from aibt.rl import captured
from aibt.rl.adam import Adam
from aibt.rl.algorithms import make_algorithm
from aibt.rl.captured import Captured, InPlace, Rule, Work
from aibt.rl.radam import RAdam
from aibt.rl.rollout import InProcessWorkers
from envs.factory import trading_environments
from tests.unit.rl.builders import a_preparation, a_run, a_sine, some_parameters, to_the_end


class Tape:
    """A recorder that does what was recorded anew, and remembers what it was asked."""

    def __init__(self, *, fails: bool = False) -> None:
        self.done, self.recorded, self.replayed = 0, 0, 0
        self._fails = fails

    def do(self, work: Work) -> None:
        self.done += 1
        work()

    def record(self, work: Work) -> Work:
        if self._fails:
            raise RuntimeError("operation not permitted when stream is capturing")
        self.recorded += 1

        def replay() -> None:
            self.replayed += 1
            work()

        return replay


def in_place_on(tape: Tape | None) -> Callable[[Rule, torch.device], InPlace]:
    return lambda rule, device: InPlace(rule, device, Captured(tape))


def test_work_is_done_twice_then_recorded_and_from_then_on_replayed() -> None:
    tape, found = Tape(), []
    captured = Captured(tape)

    for _ in range(5):
        captured("one", lambda: found.append(1))
    captured("another", lambda: found.append(2))

    assert found == [1, 1, 1, 1, 1, 2]
    assert (tape.done, tape.recorded, tape.replayed) == (3, 1, 3)


def test_what_cannot_be_recorded_is_done_as_it_is_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found: list[int] = []
    captured = Captured(Tape(fails=True))

    with caplog.at_level(logging.WARNING):
        for _ in range(6):
            captured("one", lambda: found.append(1))

    assert len(found) == 6
    assert len(caplog.records) == 1
    assert "not permitted" in caplog.text


def test_what_was_forgotten_is_recorded_anew() -> None:
    tape = Tape()
    captured = Captured(tape)

    for _ in range(3):
        captured("one", lambda: None)
    captured.forget()
    for _ in range(3):
        captured("one", lambda: None)

    assert tape.recorded == 2


def test_no_more_is_kept_than_there_is_room_for() -> None:
    tape, found = Tape(), []
    many = Captured(tape)

    for size in range(60):
        for _ in range(4):
            many(size, lambda size=size: found.append(size))  # type: ignore[misc] # bound early

    assert found == [size for size in range(60) for _ in range(4)]
    assert len(many._replays) <= captured._MOST


@pytest.mark.parametrize("kind", [Adam, RAdam])
def test_a_step_told_by_numbers_beside_the_weights_is_the_same_step(kind: Any) -> None:
    generator = torch.Generator().manual_seed(1)
    one, other = (torch.ones(40) for _ in range(2))
    plain, told = kind(one, clip_norm=1.0), kind(other, clip_norm=1.0)

    for step in range(12):
        gradient = torch.randn(40, generator=generator)
        rate = 1e-3 if step < 6 else 5e-2
        plain.update(gradient.clone(), rate)
        told.move(gradient.clone(), torch.tensor(told.scalars(rate)))

        assert plain.updates == told.updates
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7)


def moved(name: str, updates: int, **changes: Any) -> tuple[np.ndarray, np.ndarray, float | None]:
    """The weights of a counterfactual learner after so many steps, those that act, and the loss."""
    preparation = a_preparation(
        a_sine(400, noise=0.01), algorithm=name, hidden_layers=16, batch_size=2, **changes
    )
    algorithm = make_algorithm(preparation.problem)
    algorithm.load_weights(algorithm.weights())  # no fits: steps from the first one on
    for _ in range(updates):
        if not algorithm.updates_owed:
            algorithm.begin()
        algorithm.update()
    held = algorithm.state().tensors
    return held["network"], held["acting"], algorithm.loss


ROUNDS = ["pqn", "ppo"]
COUNTERFACTUAL = ["counterfactual", "counterfactual-policy"]


@pytest.mark.parametrize("encoder", ["mlp", "conv", "gru"])
@pytest.mark.parametrize("name", COUNTERFACTUAL)
def test_counterfactual_steps_in_place_are_its_steps(
    name: str, encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to roundings; the last chunks of a pass are fewer, and a graph of their own."""
    tape = Tape()
    plain = moved(name, 40, encoder=encoder, depth=1)

    monkeypatch.setattr("aibt.rl.algorithms.counterfactual.in_place", in_place_on(tape))
    found = moved(name, 40, encoder=encoder, depth=1)

    assert tape.recorded
    assert tape.replayed > 20
    for mine, theirs in zip(found[:2], plain[:2], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)
    assert found[2] == pytest.approx(plain[2], rel=1e-3)


def rounds_learned(name: str, rounds: int, **changes: Any) -> tuple[np.ndarray, float | None]:
    """The weights of who learns from rounds, and the loss, after so many."""
    given = {"environments": 10, "batch_size": 4, "hidden_layers": 16, **changes}
    preparation = a_preparation(a_sine(300, noise=0.01), algorithm=name, **given)
    algorithm = make_algorithm(preparation.problem)
    workers = InProcessWorkers(preparation.rollout_setups(), trading_environments)
    for count in range(rounds):
        steps = 5 if count % 4 == 3 else 32  # as a round is cut short where an episode ends
        found = workers.collect(algorithm, epsilon=1.0, vector_steps=steps, passes_wanted=None)
        algorithm.learn_from(found)
        while algorithm.updates_owed:
            algorithm.update()
    return algorithm.state().tensors["network"], algorithm.loss


@pytest.mark.parametrize("batch_size", [3, 9], ids=["a bar for each step", "every bar once"])
@pytest.mark.parametrize("name", ROUNDS)
def test_batches_of_a_round_in_place_are_its_batches(
    name: str, batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to roundings; a last batch of fewer accounts is a graph of its own."""
    tape = Tape()
    plain = rounds_learned(name, 4, batch_size=batch_size, lr=1e-4)

    monkeypatch.setattr("aibt.rl.algorithms.round_learner.in_place", in_place_on(tape))
    found = rounds_learned(name, 4, batch_size=batch_size, lr=1e-4)

    assert tape.recorded
    np.testing.assert_allclose(found[0], plain[0], rtol=1e-3, atol=1e-5)
    assert found[1] == pytest.approx(plain[1], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("name", [*COUNTERFACTUAL, *ROUNDS])
def test_recorded_or_not_the_bits_are_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    learner = "round_learner" if name in ROUNDS else "counterfactual"
    for tape in (None, Tape(), Tape(fails=True)):
        monkeypatch.setattr(f"aibt.rl.algorithms.{learner}.in_place", in_place_on(tape))
        many = {"environments": 6} if name in ROUNDS else {}
        preparation = a_preparation(
            algorithm=name, batch_size=2, max_episodes=2 if many else 6, **many
        )
        runs.append(to_the_end(a_run(preparation)).snapshot())

    for run in runs[1:]:
        assert run.facts == runs[0].facts
        np.testing.assert_equal(dict(run.tensors), dict(runs[0].tensors))


@pytest.mark.parametrize("name", COUNTERFACTUAL)
def test_a_new_discount_holds_in_what_was_recorded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed_midway() -> np.ndarray:
        preparation = a_preparation(
            a_sine(400, noise=0.01), algorithm=name, hidden_layers=16, batch_size=1
        )
        algorithm = make_algorithm(preparation.problem)
        algorithm.load_weights(algorithm.weights())
        for update in range(32):
            if update == 16:
                algorithm.change(some_parameters(algorithm=name, gamma=0.2, batch_size=1, lr=1e-2))
            if not algorithm.updates_owed:
                algorithm.begin()
            algorithm.update()
        return algorithm.state().tensors["network"]

    plain = changed_midway()
    monkeypatch.setattr("aibt.rl.algorithms.counterfactual.in_place", in_place_on(Tape()))

    np.testing.assert_allclose(changed_midway(), plain, rtol=1e-2, atol=1e-4)


# bfloat16


@pytest.mark.parametrize("name", COUNTERFACTUAL)
def test_products_in_bfloat16_lead_nearly_where_float32_does(name: str) -> None:
    exact = moved(name, 20)[0]
    found = moved(name, 20, precision="bfloat16")[0]

    assert found.dtype == np.float32
    assert not np.array_equal(found, exact)
    np.testing.assert_allclose(found, exact, atol=0.05)


@pytest.mark.parametrize("name", ROUNDS)
def test_so_they_do_in_rounds(name: str) -> None:
    exact = rounds_learned(name, 2, lr=1e-4)[0]
    found = rounds_learned(name, 2, lr=1e-4, precision="bfloat16")[0]

    assert found.dtype == np.float32
    assert not np.array_equal(found, exact)
    np.testing.assert_allclose(found, exact, atol=0.05)


def test_a_precision_that_there_is_not_is_refused() -> None:
    with pytest.raises(Invalid, match="none of float32, bfloat16"):
        some_parameters(algorithm="pqn", precision="float16")
    with pytest.raises(Invalid, match="dqn computes in float32"):
        some_parameters(algorithm="dqn", precision="bfloat16")
