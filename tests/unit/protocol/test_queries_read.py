import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import Invalid, UnknownQuery
from aibt.protocol.bots import BotsCreate, BotsUpdate
from aibt.protocol.message import NAME_PATTERN, Params, canonical_name
from aibt.protocol.tasks import TASKS, digest_of, task_of
from aibt.protocol.trainings import TrainingsList, TrainingsStart, TrainingsUpdate, TrainingsWatch

START: dict[str, Any] = {
    "bot_name": "Ada",
    "train_data_percentage": 80,
    "balance": 1_000,
    "batch_size": 32,
    "max_episodes": 10,
    "min_episodes": 1,
    "symbol": "^GSPC",
    "period": "D1",
}
BOT: dict[str, Any] = {
    "name": "Ada",
    "lr": 0.1,
    "hidden_layers": 43,
    "gamma": 0.9,
    "discounter_rate": 80,
}


def the_fault(model: type[Params], **params: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        model.read(params)
    return caught.value


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("bot_name", ["", " a", "../../x", "a/b", "a\0", "a" * 65, "_a", "a\n", "a;b", 5, None]),
        ("train_data_percentage", [0, 100, -1, 80.0, "80", True, None, 10**30]),
        ("balance", [0, -1, 1.1e12, math.nan, math.inf, "1", True, None, 10**400]),
        ("lr", [0, -0.1, 1.1, math.nan, "0.1", False, [0.1]]),
        ("gamma", [-0.1, 1.1, math.nan, "0.5", True]),
        ("batch_size", [0, 8_193, 32.0, "32", True, None]),
        ("max_episodes", [0, 1_000_001, 5.0, None]),
        ("min_episodes", [0, 11, 1.0, None]),
        ("symbol", ["", "../../x", "A B", "A\0", "A" * 16, "€", 1, None, "A" * 10_000]),
        ("period", ["", "1M", "x", "D0", "1y", 1, None, "1d\n"]),
        ("source", ["", "nasdaq", 1]),
        ("fresh", [1, "true", None]),
        ("algorithm", ["", "sarsa", "DQN", "dqn ", 1]),
        ("encoder", ["", "joint", "MLP", "mlp ", 1]),
        ("environments", [-1, 16_385, 1.0, None]),
        ("rollout_workers", [-1, 65, True]),
        ("device", ["tpu", "CPU", None]),
        ("seed", [-1, 2**53, 1.0, "1"]),
        ("fee_bps", [-1, 10_000, math.nan]),
        ("slippage_bps", [-1, 10_000, math.inf]),
        ("depth", [2]),
    ],
)
def test_a_start_with_a_bad_value_is_refused_by_its_field(field: str, values: list[Any]) -> None:
    for value in values:
        assert the_fault(TrainingsStart, **{**START, field: value}).field == field, value


@pytest.mark.parametrize("field", list(START))
def test_a_start_without_a_required_field_names_it(field: str) -> None:
    params = {name: value for name, value in START.items() if name != field}

    assert the_fault(TrainingsStart, **params).field == field


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("train_data_percentage", [1, 99]),
        ("balance", [1e-9, 1e12, 5]),
        ("lr", [None, 1e-9, 1]),
        ("gamma", [None, 0, 1]),
        ("batch_size", [1, 8_192]),
        ("environments", [1, 16_384]),
        ("rollout_workers", [0, 64]),
        ("seed", [None, 0, 2**53 - 1]),
        ("bot_name", ["1", "Ädä ß-_.9", "ボット", "a" * 64]),
    ],
)
def test_a_start_takes_its_limits_themselves(field: str, values: list[Any]) -> None:
    for value in values:
        assert getattr(TrainingsStart.read({**START, field: value}), field) == value


@pytest.mark.parametrize("written", ["D1", "1d", "24h", "1440m"])
def test_a_period_has_one_form_inside(written: str) -> None:
    assert TrainingsStart.read({**START, "period": written}).period == "1d"


def test_names_and_symbols_are_normalised() -> None:
    wide = TrainingsStart.read({**START, "bot_name": "Ａda", "symbol": "ｅurusd"})

    assert (wide.bot_name, wide.symbol) == ("Ada", "EURUSD")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", [None, "", "/"]),
        ("lr", [None, 0]),
        ("gamma", [None, 2]),
        ("hidden_layers", [None, 0, 1_025, 43.0]),
        ("discounter_rate", [None, -1, 1_000_001]),
        ("depth", [None, 0, 9]),
        ("owner", [1]),
    ],
)
def test_a_new_bot_with_a_bad_value_is_refused_by_its_field(field: str, values: list[Any]) -> None:
    for value in values:
        assert the_fault(BotsCreate, **{**BOT, field: value}).field == field, value


@pytest.mark.parametrize("name", ["Ada", "ó", "o\u0301", "ボット", "²", "a-b_c.d 9", "é" * 64])
def test_every_name_that_is_accepted_has_the_published_form(name: str) -> None:
    canonical_name(name)
    assert re.fullmatch(NAME_PATTERN, name)


@given(st.text(max_size=70))
def test_no_name_outside_the_published_form_is_accepted(name: str) -> None:
    if not re.fullmatch(NAME_PATTERN, name):
        with pytest.raises(ValueError, match="a name"):
            canonical_name(name)


def test_a_bot_is_updated_by_any_of_its_fields_but_never_without_its_name() -> None:
    assert BotsUpdate.read({"name": "Ada", "lr": None, "new_name": None}).lr is None
    assert the_fault(BotsUpdate, name=None).field == "name"
    assert the_fault(BotsUpdate, lr=0.1).field == "name"
    assert the_fault(BotsUpdate, name="Ada", new_name="../x").field == "new_name"


@pytest.mark.parametrize("model", [TrainingsUpdate, TrainingsWatch])
@pytest.mark.parametrize("value", [0, -1, 1.0, "1", None, True, 2**53, 10**400])
def test_a_trainings_id_is_a_whole_number(model: type[Params], value: Any) -> None:
    assert the_fault(model, id=value).field == "id"


def test_a_watch_takes_a_cursor_and_a_rate_within_limits() -> None:
    assert TrainingsWatch.read({"id": 1, "cursor": 0, "rate_hz": 0.1}).cursor == 0
    assert the_fault(TrainingsWatch, id=1, cursor=-1).field == "cursor"
    assert the_fault(TrainingsWatch, id=1, rate_hz=0.05).field == "rate_hz"
    assert the_fault(TrainingsWatch, id=1, rate_hz=31).field == "rate_hz"


def test_a_list_names_states_that_there_are() -> None:
    assert [state.value for state in TrainingsList.read({"states": ["paused"]}).states] == [
        "paused"
    ]
    assert the_fault(TrainingsList, states=["sleeping"]).field == "states"
    assert the_fault(TrainingsList, states=[["paused"]]).field == "states"
    assert the_fault(TrainingsList, states="paused").field == "states"


@pytest.mark.parametrize("query", sorted(TASKS))
def test_every_query_may_be_written_with_dots(query: str) -> None:
    assert task_of(query.replace("-", ".", 1)) is task_of(query)
    assert task_of(query.replace("-", ".")) is task_of(query)


@pytest.mark.parametrize("query", ["", "bots", "bots_get", "sessions-fly", "BOTS-GET"])
def test_a_query_that_does_not_exist_is_unknown(query: str) -> None:
    with pytest.raises(UnknownQuery):
        task_of(query)


def test_a_digest_depends_on_what_is_asked_not_on_how_it_is_written() -> None:
    task = TASKS["trainings-start"]
    plain = TrainingsStart.read(START)
    other = TrainingsStart.read({**START, "period": "24h", "balance": 1_000.0, "lr": None})
    richer = TrainingsStart.read({**START, "balance": 2})

    assert digest_of(task.query, plain.asked()) == digest_of(task.query, other.asked())
    assert digest_of(task.query, plain.asked()) != digest_of(task.query, richer.asked())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(query=st.sampled_from(sorted(TASKS)), data=st.data())
def test_whatever_comes_is_read_or_refused(query: str, data: st.DataObject) -> None:
    model = TASKS[query].params
    names = st.sampled_from([*model.model_fields, "x"])
    params = data.draw(st.dictionaries(names, JSON, max_size=4))

    try:
        read = model.read(params)
    except Invalid as error:
        read, field = None, error.field
    else:
        field = None

    assert field is None or field in model.model_fields or field.split(".")[0] in params
    assert read is None or model.read(read.model_dump(mode="json")) == read
