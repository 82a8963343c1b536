import json
import pickle
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from aibt.live.states import Desired, RunState
from aibt.protocol.bots import bot_message
from aibt.protocol.trainings import StatusMessage, TrainingMessage, training_message
from aibt.store.records import Bot, Training

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def a_training(**changes: Any) -> Training:
    request = {
        "bot_name": "Ada",
        "train_data_percentage": 80,
        "balance": 1_000.0,
        "lr": 0.1,
        "gamma": 0.9,
        "batch_size": 32,
        "max_episodes": 10,
        "min_episodes": 1,
        "symbol": "EURUSD",
        "period": "1h",
        "fresh": False,
        "algorithm": "dqn",
        "environments": 1,
        "rollout_workers": 0,
        "device": "cpu",
        "seed": 1,
        "fee_bps": 1.0,
        "slippage_bps": 1.0,
    }
    row = Training(
        id=7,
        owner_id=1,
        bot_id=1,
        bot_name="Ada",
        state=RunState.QUEUED,
        desired=Desired.RUNNING,
        reason=None,
        parked=False,
        request=request,
        current={},
        dataset="d",
        data={"source": "sample", "split": 800},
        initial_weights=None,
        status={},
        last_seq=3,
        created_at=NOW,
        started_at=None,
        ended_at=None,
    )
    return replace(row, **changes)


def a_bot(**changes: Any) -> Bot:
    row = Bot(
        id=1,
        owner_id=1,
        name="Ada",
        lr=0.1,
        gamma=0.9,
        hidden_layers=43,
        depth=2,
        discounter_rate=80,
        algorithm="dqn",
        encoder="mlp",
        weights=None,
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(row, **changes)


def test_a_member_says_of_which_population_and_one_alone_says_of_none() -> None:
    member = training_message(a_training(population_id=3, member=2))
    alone = training_message(a_training())

    assert (member.population_id, member.member) == (3, 2)
    assert (alone.population_id, alone.member) == (None, None)


def test_a_new_training_shows_its_starting_balance_and_no_steps() -> None:
    message = training_message(a_training(), {})

    assert (message.balance, message.starting_balance, message.profit) == (1_000, 1_000, 0)
    assert (message.steps, message.episodes.max, message.days.max) == (0, 10, 800)
    prediction = message.prediction
    assert prediction.hold + prediction.close + prediction.bull + prediction.bear == 100


def test_a_training_shows_its_parameters_as_they_hold_now() -> None:
    message = training_message(a_training(current={"lr": 0.5, "max_episodes": 20}), {})

    assert (message.lr, message.max_episodes, message.gamma) == (0.5, 20, 0.9)


def test_a_training_shows_the_status_that_is_given_rather_than_the_stored_one() -> None:
    row = a_training(status={"balance": 1.0, "trades": 2})

    assert training_message(row).balance == 1
    assert training_message(row, {"balance": 5.0}).balance == 5


def test_the_row_decides_about_the_state_and_how_far_the_cursor_goes() -> None:
    message = training_message(a_training(), {"state": "running", "cursor": 9, "id": 8})

    assert (message.state, message.cursor, message.id) == (RunState.QUEUED, 3, 7)


def test_a_status_of_another_version_is_read_by_the_fields_it_shares() -> None:
    assert training_message(a_training(), {"gone": 1, "steps": 4}).steps == 4


def test_a_status_with_nan_is_refused() -> None:
    with pytest.raises(ValidationError):
        training_message(a_training(), {"balance": float("nan")})


def test_the_training_has_every_field_of_its_status() -> None:
    assert set(StatusMessage.model_fields) < set(TrainingMessage.model_fields)


def test_a_message_comes_back_from_json_and_from_another_process_as_it_was() -> None:
    message = training_message(a_training(), {})

    assert TrainingMessage.of(json.loads(message.model_dump_json())) == message
    assert pickle.loads(pickle.dumps(message)) == message


@pytest.mark.parametrize("state", [None, RunState.FINISHED, RunState.FAILED])
def test_a_bot_without_an_active_training_is_idle(state: RunState | None) -> None:
    message = bot_message(a_bot(), state, training_id=7)

    assert (message.state, message.training_id) == ("idle", None)


def test_a_bot_shows_its_active_training_and_whether_it_has_learned() -> None:
    message = bot_message(a_bot(weights="w"), RunState.PAUSED, training_id=7)

    assert (message.state, message.training_id, message.trained) == ("paused", 7, True)
