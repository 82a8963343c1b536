"""Agents and sessions on the wire: what is read, and what rows become."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aibt.errors import Invalid
from aibt.live.states import Desired, RunState
from aibt.protocol.agents import (
    CONFIG,
    AgentMessage,
    AgentsCreate,
    AgentsPage,
    AgentsUpdate,
    agent_message,
)
from aibt.protocol.performance import PerformanceFigures, VisibilityPut, score_message
from aibt.protocol.sessions import (
    FillMessage,
    ResultMessage,
    SessionMessage,
    SessionsStart,
    SessionStatusMessage,
    ToolMessage,
    session_message,
)
from aibt.protocol.tasks import EVENTS, digest_of
from aibt.store.records import Agent, Score, Session
from tests.fakes.platform_scores import FIGURES

NOW = datetime(2024, 1, 1, tzinfo=UTC)
NEW: dict[str, Any] = {"name": "Nora", "base_model": "openai/gpt-5-mini", "universe": ["GOOGL"]}
CREATED = AgentsCreate.read(NEW)


def an_agent(**changes: Any) -> Agent:
    row = Agent(
        id=3,
        owner_id=1,
        name="Nora",
        base_model="openai/gpt-5-mini",
        config=CREATED.config(),
        is_public=False,
        version=2,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(row, **changes)


def a_session(**changes: Any) -> Session:
    asked = {"base_model": "openai/gpt-5-mini", "start": "2024-01-02", "end": "2024-12-31"}
    row = Session(
        id=7,
        owner_id=1,
        agent_id=3,
        agent_name="Nora",
        state=RunState.QUEUED,
        desired=Desired.RUNNING,
        reason=None,
        request={**CREATED.config(), **asked, "live": False, "seed": 1, "datasets": {"GOOGL": "d"}},
        data={"notes": ["The bars are old."]},
        status={},
        last_seq=5,
        created_at=NOW,
        started_at=None,
        ended_at=None,
    )
    return replace(row, **changes)


def the_fault(model: Any, **params: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        model.read(params)
    return caught.value


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", ["", "a" * 65, "../x", " x", 5, None]),
        ("base_model", ["", "a b", "a\nb", "é", "a" * 129, "bot/", "bot/../x", None]),
        ("provider", ["Open", "../x", ""]),
        ("prompt", ["a" * 16_385, "a\0b", "a\x1bb", "\ud800", None]),
        ("universe", [[], ["GOOGL", "googl"], ["../x"], "GOOGL", [5], ["A"] * 501, None]),
        ("period", ["5x", None]),
        ("source", ["bloomberg"]),
        ("balance", [0, -1, 1.1e12, float("nan"), float("inf"), "5", None]),
        ("tools", [["shell"], "math", None]),
        ("bots", [["Ada", "Ada"], ["../x"], None]),
        ("max_rounds", [0, 101, 1.5, True, None]),
        ("max_tokens", [0, -1, 2**53]),
        ("max_cost", [0, -1, float("nan")]),
        ("max_position", [0, 4.1, None]),
        ("max_leverage", [0, 4.1, None]),
        ("max_turnover", [0, 101]),
        ("price_collar", [0, 1.1, None]),
        ("allow_short", [1, "yes", None]),
        ("fee_bps", [-1, 10_000]),
        ("temperature", [-0.1, 2.1]),
        ("seed", [-1, 2**53]),
        ("benchmark", ["", "../x"]),
        ("is_public", [1, None]),
        ("owner_id", [1]),
    ],
)
def test_an_agent_with_a_bad_value_is_refused_by_its_field(field: str, values: list[Any]) -> None:
    for value in values:
        at = the_fault(AgentsCreate, **{**NEW, field: value}).field
        assert at is not None, value
        assert at.split(".")[0] == field, value


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("base_model", ["a", "openai/gpt-5:free", "~" * 128, "baseline/random", "bot/Ada Ä 1"]),
        ("prompt", ["", "a\tb\r\nc", "ボット " * 4_096]),
        ("universe", [[f"A{number}" for number in range(500)]]),
        ("balance", [1e-9, 1e12, 5]),
        ("max_rounds", [1, 100]),
        ("max_tokens", [None, 1, 2**53 - 1]),
        ("max_cost", [None, 1e-9, 1e6]),
        ("max_leverage", [1e-9, 4]),
        ("max_turnover", [None, 100]),
        ("price_collar", [1e-9, 1]),
        ("temperature", [None, 0, 2]),
    ],
)
def test_an_agent_takes_its_limits_themselves(field: str, values: list[Any]) -> None:
    for value in values:
        assert getattr(AgentsCreate.read({**NEW, field: value}), field) == value


def test_names_symbols_and_tools_have_one_form_inside() -> None:
    asked = {"universe": ["googl", "^gspc"], "tools": ["math", "math"], "base_model": "bot/Ａda"}
    read = AgentsCreate.read({**NEW, **asked, "bots": ["Ｂea"], "period": "D1"})

    assert read.universe == ["GOOGL", "^GSPC"]
    assert read.tools == ["trade", "math"]
    assert (read.base_model, read.bots, read.period) == ("bot/Ada", ["Bea"], "1d")


def test_a_change_holds_what_was_given_and_clears_what_may_be_null() -> None:
    asked = {"version": 3, "max_cost": None, "name": None, "balance": 5, "prompt": ""}
    read = AgentsUpdate.read(asked)

    assert read.changes() == {"max_cost": None, "balance": 5.0, "prompt": ""}


def test_every_field_of_a_new_agent_may_change() -> None:
    assert set(AgentsUpdate.model_fields) == {*AgentsCreate.model_fields, "version"}


def test_a_null_that_clears_makes_another_request_and_one_that_says_nothing_does_not() -> None:
    def digest(**asked: Any) -> str:
        return digest_of("agents-update", AgentsUpdate.read(asked).asked())

    assert digest(max_cost=None) != digest()
    assert digest(max_cost=None) == digest(max_cost=None, name=None)


@given(st.text(max_size=200))
def test_no_text_of_a_page_breaks_anything(text: str) -> None:
    try:
        page = AgentsPage.read({"q": text, "base_model": text})
    except Invalid:
        return
    assert "\0" not in f"{page.q}{page.base_model}"


def test_an_agent_shows_its_configuration_and_is_idle_without_a_session() -> None:
    message = agent_message(an_agent(), None)

    assert {name: getattr(message, name) for name in CONFIG} == CREATED.config()
    assert (message.id, message.version, message.state) == (3, 2, "idle")


def test_an_agent_of_an_earlier_version_has_the_defaults_of_a_new_one() -> None:
    message = agent_message(an_agent(config={"universe": ["GOOGL"]}), None)

    assert (message.price_collar, message.tools, message.max_cost) == (0.5, CREATED.tools, None)


@pytest.mark.parametrize("state", list(RunState))
def test_an_agent_shows_the_session_that_is_active_alone(state: RunState) -> None:
    message = agent_message(an_agent(), a_session(state=state))

    expected = ("idle", None) if state.has_ended else (state.value, 7)
    assert (message.state, message.session_id) == expected


def test_a_new_session_shows_its_cash_and_no_steps() -> None:
    message = session_message(a_session())

    assert (message.cash, message.equity, message.balance) == (10_000, 10_000, 10_000)
    assert (message.profit, message.step, message.at, message.cost) == (0, 0, None, 0)
    assert (message.start, message.end) == (date(2024, 1, 2), date(2024, 12, 31))
    assert (message.model_id, message.model_name) == (3, "Nora")
    assert message.notes == ["The bars are old."]


def test_a_live_session_has_no_range() -> None:
    request = {**a_session().request, "live": True, "start": None, "end": None}

    message = session_message(a_session(request=request))

    assert (message.live, message.start, message.end, message.steps) == (True, None, None, None)


def test_a_session_shows_the_status_that_is_given_rather_than_the_stored_one() -> None:
    row = a_session(status={"equity": 1.0, "fills": 2})

    assert session_message(row).fills == 2
    assert session_message(row, {"equity": 5.0}).equity == 5


def test_the_row_decides_about_the_state_and_how_far_the_cursor_goes() -> None:
    status = {"state": "running", "cursor": 9, "id": 8, "gone": 1}

    message = session_message(a_session(), status)

    assert (message.state, message.cursor, message.id) == (RunState.QUEUED, 5, 7)


def test_a_session_that_has_ended_is_at_its_last_event_and_says_nothing_more() -> None:
    row = a_session(state=RunState.STOPPED, status={"cursor": 2, "partial": "I was"})

    message = session_message(row)

    assert (message.cursor, message.partial) == (5, "")


def test_a_status_with_nan_is_refused() -> None:
    with pytest.raises(ValidationError):
        session_message(a_session(), {"equity": float("nan")})


def test_the_session_has_every_field_of_its_status() -> None:
    assert set(SessionStatusMessage.model_fields) < set(SessionMessage.model_fields)


def test_messages_come_back_from_json_as_they_were() -> None:
    session, agent = session_message(a_session()), agent_message(an_agent(), None)

    assert SessionMessage.of(json.loads(session.model_dump_json())) == session
    assert AgentMessage.of(json.loads(agent.model_dump_json())) == agent


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"start": "2024-01-02"},
        {"end": "2024-01-02"},
        {"start": "2024-01-02", "end": "2024-01-01"},
        {"start": "2024-1-2", "end": "2024-01-03"},
        {"start": "2024-01-02T00:00:00", "end": "2024-01-03"},
        {"start": 20_240_102, "end": "2024-01-03"},
        {"live": True, "start": "2024-01-02"},
        {"live": True, "end": "2024-01-02"},
        {"live": 1},
    ],
)
def test_a_session_has_a_range_or_is_live(asked: dict[str, Any]) -> None:
    assert the_fault(SessionsStart, model_id=1, **asked).field in asked.keys() | {"start", "end"}


def test_a_range_may_be_one_day() -> None:
    read = SessionsStart.read({"model_id": 1, "start": "2024-01-02", "end": "2024-01-02"})

    assert read.start == read.end == date(2024, 1, 2)


def test_arguments_that_cannot_be_read_come_as_they_were_written() -> None:
    call = {"id": 7, "step": 1, "call_id": "c", "name": "buy"}

    assert ToolMessage.of({**call, "arguments": '{"sym'}).arguments == '{"sym'
    assert ToolMessage.of({**call, "arguments": {"share": 0.5}}).arguments == {"share": 0.5}


@pytest.mark.parametrize("data", [None, "x", 1.5, ["a"], {"deep": [{"er": None}]}])
def test_a_result_is_any_json(data: Any) -> None:
    message = ResultMessage.of({"id": 7, "step": 1, "call_id": "c", "ok": True, "data": data})

    assert (message.data, message.truncated) == (data, False)


@pytest.mark.parametrize("changes", [{"price": 0}, {"fee": -1}, {"at": "today"}, {"step": -1}])
def test_a_fill_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    fill = {
        "id": 7, "step": 1, "order_id": "o", "symbol": "GOOGL", "quantity": -1.5, "price": 1.0,
        "fee": 0.0, "at": "2024-01-02T14:30:00Z",
    }  # fmt: skip

    assert FillMessage.of(fill).quantity == -1.5
    with pytest.raises(ValidationError):
        FillMessage.of({**fill, **changes})


def test_a_session_has_no_bars_and_a_training_no_thoughts() -> None:
    assert "load" not in EVENTS["session"]
    assert not {"step", "thought", "tool", "result", "fill"} & set(EVENTS["training"])


def test_a_score_says_whose_it_is_without_saying_who() -> None:
    score = Score(
        topic="session/7",
        owner_id=1,
        kind="agent",
        name="Nora",
        label="openai/gpt-5-mini",
        symbols=("GOOGL",),
        start=NOW,
        end=NOW,
        is_public=True,
        total_return=0.1,
        data={**FIGURES, "later": 1},
        updated_at=NOW,
    )

    assert score_message(score, 1).mine
    assert not score_message(score, 2).mine
    assert "owner_id" not in score_message(score, 2).model_dump()
    assert score_message(score, 1).figures == PerformanceFigures.of(FIGURES)


@pytest.mark.parametrize("topic", ["session/7\n", "session/2147483648", "agent/7", "session/-1"])
def test_what_is_no_topic_is_refused(topic: str) -> None:
    assert the_fault(VisibilityPut, topic=topic, is_public=True).field == "topic"
