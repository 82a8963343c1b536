"""What a training does from its first step to its end."""

import json
from typing import Any

import numpy as np
import pytest

from aibt.errors import Invalid
from aibt.protocol.training_messages import EpisodeMessage, StatusMessage, TradeMessage
from aibt.rl.best import Best, patience, why_to_end
from aibt.rl.network import Architecture
from aibt.rl.q_network import initial_weights
from tests.unit.rl.builders import (
    AChange,
    Collected,
    SimpleAccounts,
    a_preparation,
    a_run,
    a_sine,
    accounts_that_bust,
    some_parameters,
    to_the_end,
)


def a_best(episode: int) -> Best:
    return Best(episode=episode, score=0.0, weights={}, results={})


def test_all_episodes_are_run_and_each_is_one_pass() -> None:
    preparation = a_preparation(max_episodes=4, min_episodes=4)
    sink = Collected()

    run = to_the_end(a_run(preparation, sink=sink))

    episodes = sink.of("episode")
    length = len(preparation.split.train) - 1
    assert [data["episode"] for data in episodes] == [1, 2, 3, 4]
    assert [data["steps"] for data in episodes] == [length, 2 * length, 3 * length, 4 * length]
    assert run.steps == 4 * length
    assert run.ended_because == "all 4 episodes are done"


def test_with_several_environments_an_episode_is_as_many_passes() -> None:
    preparation = a_preparation(environments=5, max_episodes=2)
    sink = Collected()

    run = to_the_end(a_run(preparation, sink=sink))

    assert run.steps == 2 * 5 * (len(preparation.split.train) - 1)
    assert len(sink.of("episode")) == 2


def test_passes_that_end_in_one_round_are_told_as_the_range_they_are() -> None:
    preparation = a_preparation(rollout_workers=2, max_episodes=30, min_episodes=30)
    sink = Collected()

    to_the_end(a_run(preparation, sink=sink, factory=accounts_that_bust))

    ranges = [(data["first_episode"], data["episode"]) for data in sink.of("episode")]
    covered = [number for first, last in ranges for number in range(first, last + 1)]
    assert covered == list(range(1, len(covered) + 1))
    assert any(data["bust"] for data in sink.of("episode"))


def test_it_ends_when_validation_has_not_improved_but_never_before_the_least_episodes() -> None:
    parameters = some_parameters(min_episodes=8, max_episodes=100)

    assert patience(parameters) == 8
    assert why_to_end(parameters, 9, a_best(2)) is None
    assert why_to_end(parameters, 10, a_best(2)) == "validation has not improved for 8 episodes"
    assert why_to_end(parameters, 7, a_best(0)) is None
    assert why_to_end(parameters, 100, a_best(99)) == "all 100 episodes are done"
    assert patience(some_parameters(min_episodes=1)) == 5


def test_the_best_weights_are_those_of_the_greatest_validation_score() -> None:
    sink = Collected()

    run = to_the_end(a_run(a_preparation(max_episodes=6, min_episodes=6), sink=sink))

    episodes = sink.of("episode")
    profits = [data["validation"]["profit"] for data in episodes]
    best = run.best_weights()
    assert best is not None
    assert best.facts["episode"] == 1 + int(np.argmax(profits))
    assert [data["best"] for data in episodes] == [
        profit > max(profits[:at], default=-1e9) for at, profit in enumerate(profits)
    ]
    assert run.status()["validation"] == episodes[int(np.argmax(profits))]["validation"]


def test_out_of_sample_chooses_nothing() -> None:
    calm = a_sine(200, noise=0.005)
    prices = {name: getattr(calm, name).copy() for name in ("open", "high", "low", "close")}
    for column in prices.values():
        column[141:] = 1 / column[141:]  # what came after the training part, upside down
    other = type(calm)(
        symbol=calm.symbol,
        interval=calm.interval,
        opened_ns=calm.opened_ns,
        ended_ns=calm.ended_ns,
        volume=calm.volume,
        open=prices["open"],
        close=prices["close"],
        high=np.maximum(prices["low"], prices["high"]),
        low=np.minimum(prices["low"], prices["high"]),
    )

    one, two = (to_the_end(a_run(a_preparation(series))) for series in (calm, other))

    first, second = one.snapshot(), two.snapshot()
    np.testing.assert_array_equal(
        first.tensors["algorithm.online"], second.tensors["algorithm.online"]
    )
    assert first.facts["best"]["episode"] == second.facts["best"]["episode"]
    assert one.status()["out_of_sample"] != two.status()["out_of_sample"]


def test_the_last_trades_told_of_each_part_are_those_of_the_best_weights() -> None:
    sink = Collected()

    run = to_the_end(a_run(a_preparation(max_episodes=6, min_episodes=6), sink=sink))

    best = run.snapshot().facts["best"]
    for part in ("validation", "out_of_sample"):
        told = [data for data in sink.of("trade") if data["part"] == part]
        last = [data for data in told if data["episode"] == told[-1]["episode"]]
        assert told[-1]["episode"] == best["episode"]
        assert len(last) == best["results"][part]["trades"]
        profit = sum(data["profit"] for data in last)
        assert profit == pytest.approx(best["results"][part]["profit"], abs=0.005)


def test_everything_it_says_is_plain_json_with_a_key_of_its_own() -> None:
    sink = Collected()

    to_the_end(a_run(sink=sink))

    keys = [emission.key for emission in sink.emissions]
    assert len(set(keys)) == len(keys)
    assert all(
        key.split("/")[1] == sent.kind for key, sent in zip(keys, sink.emissions, strict=True)
    )
    json.dumps([dict(emission.data) for emission in sink.emissions], allow_nan=False)
    assert {emission.kind for emission in sink.emissions} == {"episode", "trade", "log"}


def test_the_wire_takes_what_it_says_once_the_host_has_added_its_own() -> None:
    sink = Collected()
    run = to_the_end(a_run(sink=sink))

    for data in sink.of("episode"):
        EpisodeMessage.of({**{name: data[name] for name in data if name != "best"}, "id": 7})
    for data in sink.of("trade"):
        TradeMessage.of({**data, "id": 7})
    StatusMessage.of({**run.status(), "id": 7, "state": "running", "cursor": 0})


def test_a_change_holds_from_its_step_on() -> None:
    run = a_run(a_preparation(environments=4))
    run.schedule(AChange(number=1, step=12, changes={"lr": 0.5}))
    seen: dict[int, float] = {}

    while run.steps < 24:
        run.advance()
        seen[run.steps] = run.parameters.lr

    assert seen[12] == 1e-3
    assert seen[16] == 0.5
    assert run.applied_changes == 1


def test_fewer_episodes_end_it_and_more_keep_it_going() -> None:
    length = len(a_preparation().split.train) - 1
    shorter, longer = a_run(), a_run()

    shorter.schedule(AChange(number=1, step=length + 1, changes={"max_episodes": 2}))
    longer.schedule(AChange(number=1, step=3 * length, changes={"max_episodes": 5}))

    assert to_the_end(shorter).episode == 2
    assert to_the_end(longer).episode == 5


def test_a_change_that_cannot_be_had_is_refused_and_nothing_changes() -> None:
    run = a_run()

    with pytest.raises(Invalid):
        run.schedule(AChange(number=1, step=0, changes={"lr": -1.0}))

    run.schedule(AChange(number=1, step=0, changes={"lr": 0.25}))
    run.advance()
    assert run.parameters.lr == 0.25


def test_changes_out_of_order_or_for_the_past_are_refused() -> None:
    run = a_run()
    for _ in range(20):
        run.advance()

    with pytest.raises(ValueError, match="comes after"):
        run.schedule(AChange(number=2, step=run.steps))
    with pytest.raises(ValueError, match="past"):
        run.schedule(AChange(number=1, step=0))


def test_a_stop_ends_it_at_its_step() -> None:
    run = a_run()
    run.schedule(AChange(number=1, step=20, stop=True))

    to_the_end(run)

    assert run.stopped
    assert run.steps == 20
    assert a_run().stopped is False


def test_what_it_starts_from_is_the_one_to_beat() -> None:
    preparation = a_preparation()
    taught = to_the_end(a_run(a_preparation(a_sine(200), max_episodes=20, min_episodes=20)))
    weights = taught.best_weights()
    assert weights is not None
    sink = Collected()

    run = a_run(preparation, sink=sink, initial_weights=weights.weights)
    while not sink.of("trade"):
        run.advance()

    assert run.steps == 0
    assert run.status()["steps"] == 0
    assert {data["episode"] for data in sink.of("trade")} == {0}
    kept = run.snapshot().tensors
    for name, tensor in weights.weights.items():
        np.testing.assert_array_equal(kept[f"best.{name}"], tensor)


def test_weights_of_another_network_are_refused_by_the_field_that_asks_for_new_ones() -> None:
    other = initial_weights(Architecture(features=3, width=8, depth=2), 0)

    with pytest.raises(Invalid) as refused:
        a_run(initial_weights=other)

    assert refused.value.field == "fresh"


def test_there_are_no_best_weights_before_an_evaluation(tmp_path: Any) -> None:
    run = a_run()

    assert run.best_weights() is None
    assert run.save_best(tmp_path / "best.safetensors") is False
    assert not list(tmp_path.iterdir())


def test_its_end_is_not_told_by_itself_but_together_with_what_the_host_stores() -> None:
    sink = Collected()
    run = a_run(sink=sink)
    assert run.last_words() == []

    to_the_end(run)

    (words,) = run.last_words()
    assert words == run.last_words()[0]
    assert str(words.data["text"]).startswith(f"ended: {run.ended_because}; the best weights are")
    assert words.key not in {emission.key for emission in sink.emissions}
    assert not [data for data in sink.of("log") if "ended" in data["text"]]


def test_an_ended_training_stays_as_it_is() -> None:
    run = to_the_end(a_run())
    before = run.snapshot()

    run.advance()

    assert run.snapshot().facts == before.facts


def test_a_device_that_is_not_there_is_refused() -> None:
    import torch

    if torch.cuda.is_available():
        assert a_run(a_preparation(device="cuda")) is not None
        return
    with pytest.raises(Invalid) as refused:
        a_run(a_preparation(device="cuda"))
    assert refused.value.field == "device"


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        a_run(a_preparation(algorithm="magic"))

    assert refused.value.field == "algorithm"


def test_the_status_follows_environment_0() -> None:
    preparation = a_preparation()
    account = SimpleAccounts(
        preparation.series,
        num_envs=1,
        start=4,
        balance=10_000.0,
        costs=preparation.parameters.costs,
    )
    run = a_run(preparation)
    while run.steps < 40:
        run.advance()
    run.refresh_status()

    picture = run.picture
    assert picture.day == int(account.bars[0]) + run.steps
    assert picture.profit == picture.balance - 10_000.0
    assert picture.max_balance >= picture.balance
    assert picture.trade_count == len(picture.trades) <= 50
    assert picture.balance == pytest.approx(10_000.0 * np.exp(picture.rewards), rel=1e-5)
    held = [trade for trade in picture.trades if trade["close_at"] is None]
    assert len(held) <= 1
