"""A request to train is completed, or refused with the field that is at fault."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from actors.capacity import refuse_what_never_fits
from actors.supervision import Demand
from actors.training_request import changed_learning, complete_request, training_parameters
from aibt.errors import Invalid, NoPlace
from aibt.live.events import Json
from aibt.protocol.trainings import TrainingsStart
from aibt.settings import CostSettings
from aibt.store.records import Bot

BOT = Bot(
    id=1,
    owner_id=1,
    name="ada",
    lr=0.002,
    gamma=0.95,
    hidden_layers=17,
    depth=3,
    discounter_rate=60,
    algorithm="dqn",
    encoder="mlp",
    weights=None,
    version=1,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
)
COSTS = CostSettings(fee_bps=3, slippage_bps=2)


def completed(
    *,
    bars: int = 2_000,
    there: Demand | None = None,
    most: int = 16_384,
    of: Bot = BOT,
    **asked: Any,
) -> tuple[dict[str, Json], dict[str, Json]]:
    params = {
        "bot_name": "ada",
        "train_data_percentage": 70,
        "balance": 10_000,
        "batch_size": 32,
        "max_episodes": 9,
        "min_episodes": 2,
        "symbol": "EURUSD",
        "period": "H1",
    }
    prepared: dict[str, Json] = {
        "dataset": "0" * 64,
        "bars": bars,
        "symbol": "EURUSD",
        "period": "1h",
        "source": "sample",
        "fetched_at": "2026-01-01T00:00:00+00:00",
        "notes": [],
    }
    start = TrainingsStart.of({**params, **asked})
    return complete_request(
        start, of, prepared, there or Demand(4, 0), COSTS, most_environments=most
    )


def test_what_is_left_open_comes_from_the_bot_and_the_settings() -> None:
    request, data = completed()

    from_bot = {name: request[name] for name in ("lr", "gamma", "hidden_layers", "depth")}
    assert from_bot == {"lr": 0.002, "gamma": 0.95, "hidden_layers": 17, "depth": 3}
    assert (request["discounter_rate"], request["algorithm"]) == (60, "dqn")
    assert request["encoder"] == "mlp"
    assert (request["fee_bps"], request["slippage_bps"]) == (3, 2)
    assert None not in {name: request[name] for name in request if name != "source"}.values()
    assert data["source"] == "sample"
    assert isinstance(data["split"], int)
    assert 0 < data["split"] < 2_000


def test_what_is_asked_for_is_not_replaced() -> None:
    asked: dict[str, Any] = {"lr": 0.5, "gamma": 0.0, "seed": 0, "fee_bps": 0, "slippage_bps": 0}

    request, _ = completed(**asked)

    assert {name: request[name] for name in asked} == asked


def test_every_training_draws_a_seed_of_its_own() -> None:
    assert len({completed()[0]["seed"] for _ in range(5)}) > 1


@pytest.mark.parametrize(
    ("asked", "gpus", "device"),
    [("auto", 0, "cpu"), ("auto", 1, "cuda"), ("cpu", 1, "cpu"), ("cuda", 0, "cuda")],
)
def test_a_gpu_is_taken_where_there_is_one_unless_asked_otherwise(
    asked: str, gpus: int, device: str
) -> None:
    request, _ = completed(device=asked, there=Demand(4, gpus))

    assert request["device"] == device


@pytest.mark.parametrize(
    ("asked", "environments"),
    [({}, 1), ({"rollout_workers": 3}, 3), ({"rollout_workers": 2, "environments": 8}, 8)],
)
def test_each_worker_has_an_environment_unless_asked_otherwise(
    asked: dict[str, Any], environments: int
) -> None:
    assert completed(**asked)[0]["environments"] == environments


def test_a_default_stays_within_the_quota_and_what_was_asked_for_is_left_to_it() -> None:
    assert completed(rollout_workers=3, most=2)[0]["environments"] == 3
    assert completed(environments=0, most=1)[0]["environments"] == 1
    assert completed(environments=9, most=2)[0]["environments"] == 9


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"algorithm": "pqn"}, "ada learns by pqn from now on{by dqn}"),
        ({"encoder": "gru"}, "ada reads the bars by gru from now on{by mlp}"),
        (
            {"algorithm": "pqn", "encoder": "gru"},
            "ada learns by pqn and reads the bars by gru from now on{by dqn and mlp}",
        ),
    ],
)
def test_a_bot_that_learns_otherwise_from_now_on_is_told_so(
    changes: dict[str, Any], says: str
) -> None:
    new, known = BOT, replace(BOT, weights="w")
    sentence, _, by = says.rstrip("}").partition("{")

    assert changed_learning(new, replace(new, **changes)) == sentence
    lost = changed_learning(known, replace(known, **changes, weights=None))
    assert lost == f"{sentence}, and what it knew {by} is dropped"
    assert changed_learning(known, known) is None


def test_an_encoder_that_cannot_be_is_refused_by_its_name() -> None:
    with pytest.raises(Invalid) as own:
        completed(of=replace(BOT, encoder="conv"))
    with pytest.raises(Invalid) as workers:
        completed(of=replace(BOT, algorithm="pqn", encoder="conv"), rollout_workers=2)

    assert (own.value.field, workers.value.field) == ("encoder", "rollout_workers")
    assert completed(of=replace(BOT, algorithm="pqn", encoder="conv"))[0]["encoder"] == "conv"


def test_a_request_of_before_there_was_a_choice_of_encoders_is_told_the_only_one() -> None:
    request, _ = completed()
    del request["encoder"]

    assert training_parameters(request).encoder == "mlp"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"rollout_workers": 4, "environments": 2}, "environments"),
        ({"bars": 40}, "train_data_percentage"),
        ({"train_data_percentage": 1, "bars": 500}, "train_data_percentage"),
        ({"train_data_percentage": 99, "bars": 500}, "train_data_percentage"),
    ],
)
def test_what_does_not_go_together_is_refused_with_its_field(
    asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        completed(**asked)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("wanted", "field"),
    [(Demand(1, 1), "device"), (Demand(6, 0), "rollout_workers"), (Demand(6, 1), "device")],
)
def test_what_can_never_fit_is_refused_with_its_field(wanted: Demand, field: str) -> None:
    with pytest.raises(NoPlace) as refused:
        refuse_what_never_fits(wanted, Demand(5, 0))

    assert refused.value.field == field


def test_what_fits_is_not_refused() -> None:
    refuse_what_never_fits(Demand(5, 1), Demand(5, 1))


def test_a_completed_request_is_what_a_run_is_told() -> None:
    request, _ = completed(lr=0.01, rollout_workers=2)

    parameters = training_parameters(request)

    assert (parameters.lr, parameters.rollout_workers, parameters.window) == (0.01, 2, 32)
    assert (parameters.costs.fee_bps, parameters.costs.slippage_bps) == (3, 2)
