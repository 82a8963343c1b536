"""What went wrong with one try at an answer, and whether another one may do better."""

import re
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx2
import openai
from pydantic import SecretStr

from aibt.agents.llm.backoff import retry_after_s
from aibt.agents.llm.bounded_http import AnswerTooLong
from aibt.agents.llm.sentences import one_line, said
from aibt.agents.model import Usage


class BadAnswer(Exception):
    """An answer that came, but cannot be used. Its text is a sentence of ours."""


class AnswerIsError(Exception):
    """An answer that began well, and then was an error: `body` is what the provider sent."""

    def __init__(self, body: object) -> None:
        super().__init__()
        self.body = body


WENT_WRONG: Final = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.StreamError,
    ssl.SSLError,
    TimeoutError,
    OSError,
    ValueError,  # JSON or UTF-8 that is none
    RecursionError,
    BadAnswer,
    AnswerIsError,
)
"""Whatever one try may end with, but a mistake of our own."""

_WORTH_ANOTHER = {408, 409, 425, 429}
_MEANING = {
    400: "it does not accept the request",
    401: "it does not accept the key",
    402: "there is no credit left",
    403: "the key may not do this",
    404: "it has no such model or address",
    413: "the request is too long",
    429: "too many requests",
}
_NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a try failed.

    Attributes:
        says: a sentence for a person, without the key.
        is_final: no other try will do better.
        retry_after_s: when the provider wants to be asked again, if it said so.
        unwelcome: the parameters that the provider's sentence names.
        usage: what the answer took that could not be used.
    """

    says: str
    is_final: bool = False
    retry_after_s: float | None = None
    unwelcome: frozenset[str] = frozenset()
    usage: Usage | None = None


def failure_of(
    error: BaseException,
    api_key: SecretStr | None,
    *,
    now: datetime,
    timeout_s: float,
    parameters: Collection[str] = (),
) -> Failure:
    """Return what `error`, one of `WENT_WRONG`, means.

    Args:
        error: what ended the try.
        api_key: left out of what the provider says.
        now: for a `Retry-After` that is a date.
        timeout_s: seconds of silence that were too many.
        parameters: those that may be left out, if the provider will not have them.
    """
    match error:
        case openai.APIStatusError():
            return _of_status(error, api_key, now, parameters)
        case openai.APITimeoutError():
            return Failure(says=f"it said nothing for {timeout_s:g} s")
        case openai.APIConnectionError() | httpx2.HTTPError():
            return Failure(says=_of_connection(error))
        case openai.APIError(body=body) | AnswerIsError(body=body):
            return _of_error_within(body, api_key)
        case BadAnswer():
            return Failure(says=str(error))
        case UnicodeEncodeError():
            return Failure(says="the request holds half a character", is_final=True)
        case TimeoutError():
            return Failure(says="its answer did not come to an end in time")
        case ValueError() | RecursionError():
            return Failure(says="its answer is not in the form of a stream")
        case _:
            return Failure(says="the connection failed")


def _of_status(
    error: openai.APIStatusError,
    api_key: SecretStr | None,
    now: datetime,
    parameters: Collection[str],
) -> Failure:
    status = error.status_code
    sentence = said(error.body)
    if 300 <= status < 400:
        says = f"it answers with a redirect ({status}), which is not followed"
        return Failure(says=says, is_final=True)
    says = _told(status, one_line(sentence, api_key))
    if status in _WORTH_ANOTHER or status >= 500:
        told_s = retry_after_s(error.response.headers.get("retry-after"), now)
        is_final = status == 429 and _code(error.body) & _NO_CREDIT != set()
        return Failure(says=says, retry_after_s=told_s, is_final=is_final)
    unwelcome = (
        _named(parameters, error.param, str(error.body)) if status in {400, 422} else frozenset()
    )
    return Failure(says=says, is_final=True, unwelcome=unwelcome)


def _of_error_within(body: object, api_key: SecretStr | None) -> Failure:
    """Return what an error means that came with status 200, or in the middle of a stream."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    code = inner.get("code") if isinstance(inner, Mapping) else None
    status = code if isinstance(code, int) and 300 <= code < 600 else None
    sentence = one_line(said(body), api_key)
    is_final = status is not None and status < 500 and status not in _WORTH_ANOTHER
    says = _told(status, sentence) if status else f"it answered with an error: {sentence}"
    return Failure(says=says, is_final=is_final or bool(_code(inner) & _NO_CREDIT))


def _told(status: int, sentence: str) -> str:
    meaning = _MEANING.get(status, "it failed" if status >= 500 else "it refuses")
    return f"{meaning} (status {status}){': ' if sentence else ''}{sentence}"


def _code(body: object) -> set[str]:
    if not isinstance(body, Mapping):
        return set()
    return {value for key in ("code", "type") if isinstance(value := body.get(key), str)}


def _named(parameters: Collection[str], param: str | None, body: str) -> frozenset[str]:
    if param and (exact := {name for name in parameters if param.split(".")[0] == name}):
        return frozenset(exact)
    words = set(re.findall(r"\w+", body[:4_096].lower()))
    return frozenset(name for name in parameters if name in words)


def _of_connection(error: Exception) -> str:
    cause = error.__cause__ or error
    match cause:
        case AnswerTooLong():
            return "its answer is too long"
        case httpx2.ConnectError():
            return "there is no connection to it"
        case httpx2.DecodingError():
            return "its answer is compressed though it was asked not to be"
        case httpx2.TimeoutException():
            return "it said nothing for too long"
        case _:
            return "the connection was cut"
