"""Frames: what a request and a response look like around their payloads."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import from_json

from aibt.errors import AibtError, Invalid
from aibt.protocol.message import WireMessage, first_fault

MAX_REQUEST_BYTES: Final = 64 * 1024
MAX_RESPONSE_BYTES: Final = 1024 * 1024
UUID_PATTERN: Final = r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ECHOED = 64  # characters of a name, view or id that an error echoes


def _uuid(text: str) -> str:
    if not re.fullmatch(UUID_PATTERN, text):
        raise ValueError("an id is a UUID, with or without dashes")
    return text


RequestId = Annotated[
    str,
    AfterValidator(_uuid),
    Field(description="UUID of your choice; it is echoed exactly as you wrote it"),
]


class Request(WireMessage):
    """A request. Absent `params` are empty ones."""

    query: str = Field(max_length=_ECHOED, description="what is asked for")
    view: str | None = Field(
        default=None, max_length=_ECHOED, description="your name for who asks; it is echoed"
    )
    params: dict[str, Any] = Field(default={}, description="the query's parameters")
    id: RequestId | None = None


class Response(WireMessage):
    """One frame of an answer. The first six fields are always there."""

    name: str | None = Field(description="the request's query, or null if it could not be read")
    view: str | None = Field(description="the request's view")
    done: bool = Field(description="whether this is the last frame of the answer")
    data: dict[str, Any] = Field(description="the payload, according to `inner_task` and `name`")
    client_msg: str | None = Field(description="one sentence for a person, or null")
    inner_task: str | None = Field(description="what the payload is; null: the answer itself")
    id: str | None = Field(default=None, description="the request's id; absent if it had none")
    seq: int | None = Field(
        default=None, ge=1, description="the event's number in its topic; only events have one"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the frames of one answer have in common: to which request they belong."""

    name: str | None = None
    view: str | None = None
    id: str | None = None

    def frame(
        self,
        data: str,
        *,
        done: bool = False,
        inner_task: str | None = None,
        client_msg: str | None = None,
        seq: int | None = None,
    ) -> str:
        """Return one response frame around `data`, which is JSON already."""
        return "".join(
            (
                '{"name":',
                _quoted(self.name),
                ',"view":',
                _quoted(self.view),
                ',"done":true,"data":' if done else ',"done":false,"data":',
                data,
                ',"client_msg":',
                _quoted(client_msg),
                ',"inner_task":',
                _quoted(inner_task),
                "" if self.id is None else f',"id":{_quoted(self.id)}',
                "}" if seq is None else f',"seq":{seq}}}',
            )
        )


class UnreadableError(Exception):
    """A frame is no request; `head` is what could be read of it and `fault` says why."""

    def __init__(self, head: Head, fault: AibtError) -> None:
        super().__init__(head, fault)
        self.head = head
        self.fault = fault


def read_request(text: str) -> Request:
    """Read a request frame.

    NaN and infinity are read as such here, so that the parameter they stand in can be named.

    Raises:
        UnreadableError: it is not JSON, nests too deeply, or is not a request.
    """
    try:
        raw = from_json(text, allow_inf_nan=True)
    except ValueError as error:
        raise UnreadableError(Head(), Invalid(None, f"this is not JSON: {error}")) from None
    if not isinstance(raw, dict):
        raise UnreadableError(Head(), Invalid(None, "a request is a JSON object"))
    try:
        return Request.model_validate(raw)
    except ValidationError as error:
        raise UnreadableError(_legible(raw), first_fault(error)) from None


def head_of(request: Request) -> Head:
    """Return what all frames of the answer to `request` share."""
    return Head(name=request.query, view=request.view, id=request.id)


def json_text(data: Mapping[str, Any] | WireMessage) -> str:
    """Return a payload as JSON text. Numbers that JSON lacks become null."""
    if isinstance(data, WireMessage):
        return data.model_dump_json()
    try:
        return json.dumps(data, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_finite(data), allow_nan=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _legible(raw: Mapping[str, Any]) -> Head:
    """Return those fields that can be echoed; the query alone makes the rest of use."""
    query, view, given = (raw.get(name) for name in ("query", "view", "id"))
    return Head(
        name=query if _is_short(query) else None,
        view=view if _is_short(view) else None,
        id=given if _is_short(given) else None,
    )


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _ECHOED


def _quoted(text: str | None) -> str:
    return "null" if text is None else json.dumps(text)
