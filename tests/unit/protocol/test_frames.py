import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.protocol.frames import Head, Response, UnreadableError, json_text, read_request

AN_ID = "5B0C6C0E-8f0e-4f43-9a3f-0d6c1c1f2a11"


def test_a_request_without_view_params_or_id_is_read_as_having_none() -> None:
    request = read_request('{"query": "bots-get"}')

    assert (request.view, request.params, request.id) == (None, {}, None)


@pytest.mark.parametrize("written", [AN_ID, AN_ID.replace("-", "")])
def test_an_id_is_kept_exactly_as_it_was_written(written: str) -> None:
    assert read_request(json.dumps({"query": "bots-get", "id": written})).id == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"query": "bots-get"} x',
        "[" * 5_000,
        '{"query": "bots-get", "params": ' + '{"a":' * 5_000 + "1" + "}" * 5_001,
        '{"query": "\\ud800"}',
        '{"query": "bots-get", "params": {"n": ' + "9" * 5_000 + "}}",
    ],
)
def test_what_cannot_be_read_has_neither_name_nor_view(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_request(text)

    assert caught.value.head == Head()
    assert caught.value.fault.code == "invalid"
    assert caught.value.fault.field is None


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"view": "v"}, "query"),
        ({"query": 7}, "query"),
        ({"query": "q", "view": 7}, "view"),
        ({"query": "q", "params": []}, "params"),
        ({"query": "q", "params": None}, "params"),
        ({"query": "q", "id": "5b0c"}, "id"),
        ({"query": "q", "id": 5}, "id"),
        ({"query": "q", "more": 1}, "more"),
        ({"query": "q" * 65}, "query"),
    ],
)
def test_a_wrong_frame_names_its_field_and_echoes_what_it_can(
    frame: dict[str, object], field: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_request(json.dumps(frame))

    assert caught.value.fault.field == field
    assert caught.value.head.name == (frame.get("query") if frame.get("query") == "q" else None)


def test_nan_reaches_the_parameter_it_stands_in() -> None:
    request = read_request('{"query": "bots-create", "params": {"lr": NaN}}')

    assert request.params["lr"] != request.params["lr"]


@given(
    name=st.none() | st.text(),
    view=st.none() | st.text(),
    says=st.none() | st.text(),
    seq=st.none() | st.integers(1, 2**53),
    done=st.booleans(),
)
def test_every_frame_is_a_response_with_its_six_fields(
    name: str | None, view: str | None, says: str | None, seq: int | None, done: bool
) -> None:
    text = Head(name=name, view=view).frame('{"a":1}', done=done, client_msg=says, seq=seq)

    read = json.loads(text)

    assert {"name", "view", "done", "data", "client_msg", "inner_task"} <= set(read)
    assert Response.model_validate(read).model_dump(exclude_none=True) == {
        key: value for key, value in read.items() if value is not None
    }
    assert ("seq" in read) == (seq is not None)
    assert "id" not in read


def test_numbers_that_json_lacks_are_sent_as_null() -> None:
    text = json_text({"loss": float("nan"), "inner": [{"x": float("-inf")}, 1.5], "text": "NaN"})

    assert json.loads(text) == {"loss": None, "inner": [{"x": None}, 1.5], "text": "NaN"}
