"""One shape for every error that REST answers; no traceback leaves the process."""

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from aibt.accounts.buckets import retry_after
from aibt.api.gateway import new_correlation_id, report
from aibt.errors import AibtError, Invalid, QuotaExceeded, RateLimited
from aibt.protocol.errors import HTTP_CODES, INTERNAL, ProblemMessage, internal_error

_QUOTA_RETRY_S: Final = "60"  # something may have ended by then
NO_PLACE: Final = ("body", "path", "query", "header")  # of FastAPI's locations: not a field


def problem(
    code: str, msg: str, field: str | None, status: int, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return an error as REST answers it."""
    message = ProblemMessage(code=code, msg=msg, field=field, correlation_id=new_correlation_id())
    return JSONResponse(message.model_dump(), status_code=status, headers=headers)


def responses(*statuses: int, signed_in: bool = True) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI's description of the errors with these HTTP statuses, and of the usual ones.

    Args:
        statuses: besides 401, 403, 429, 500 and 503.
        signed_in: whether the request needs a bearer; else 401 means wrong credentials.
    """
    examples = _EXAMPLES if signed_in else {**_EXAMPLES, 401: _BAD_CREDENTIALS}
    return {
        status: {"model": ProblemMessage, "description": examples[status]["msg"]}
        | {"content": {"application/json": {"example": examples[status]}}}
        for status in sorted({*statuses, 401, 403, 429, 500, 503})
    }


def add_handlers(app: FastAPI) -> None:
    """Answer every failure of `app` in the one shape."""
    app.add_exception_handler(AibtError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AibtError):
        return await _failed(_, error)
    headers = None
    if isinstance(error, RateLimited):
        headers = {"Retry-After": str(retry_after(error.retry_after_s))}
    elif isinstance(error, QuotaExceeded):
        headers = {"Retry-After": _QUOTA_RETRY_S}
    elif error.http_status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return problem(error.code, str(error), error.field, error.http_status, headers)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    fault = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    loc = [part for part in fault.get("loc", ()) if isinstance(part, str)]
    if loc and loc[0] in NO_PLACE:  # a parameter has one name; a body's fault may lie deeper
        loc = loc[1:] if loc[0] == "body" else loc[1:2]
    at = ".".join(loc)[:64] or None
    reason = str(fault.get("msg", "")).removeprefix("Value error, ")
    if fault.get("type") == "extra_forbidden":
        reason = "there is no such field"
    invalid = Invalid(at, reason[:1].lower() + reason[1:])
    return problem(invalid.code, str(invalid), invalid.field, invalid.http_status)


async def _http(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, msg = HTTP_CODES.get(status, ("invalid", "this request cannot be answered"))
    headers = dict((error.headers or {}) if isinstance(error, HTTPException) else {})
    if status == 400:  # a body that cannot be read is as wrong as one that can
        status = 422
    if status == 405:
        headers["Allow"] = ", ".join(_methods(request))
    return problem(code, msg, None, status, headers)


def _methods(request: Request) -> list[str]:
    """Return all the methods that the address of a request takes."""
    app: FastAPI = request.app
    return sorted(
        method.upper()
        for template, methods in app.openapi()["paths"].items()
        if compile_path(template)[0].match(request.url.path)
        for method in methods
    )


async def _failed(_: Request, error: Exception) -> JSONResponse:
    correlation_id = report(error)
    message = internal_error(correlation_id).model_dump()
    return JSONResponse({**message, "correlation_id": correlation_id}, status_code=500)


def _example(code: str, msg: str, field: str | None) -> dict[str, str | None]:
    return {"code": code, "msg": msg, "field": field, "correlation_id": "3f9c5a1be07d"}


_BAD_CREDENTIALS: Final = _example("bad_credentials", "e-mail or password is wrong", None)
_EXAMPLES: Final = {
    401: _example("not_signed_in", "please sign in: the token has expired", None),
    403: _example(*HTTP_CODES[403], None),
    404: _example("not_found", "there is no bot 'Ada'", "name"),
    409: _example("bot_busy", "bot 'Ada' is busy with training 7", "bot_name"),
    413: _example(*HTTP_CODES[413], None),
    422: _example("invalid", "lr: input should be less than or equal to 1", "lr"),
    429: _example("rate_limited", "too many requests, try again in 2 s", None),
    500: _example(INTERNAL, "something went wrong on our side (reference 3f9c5a1be07d)", None),
    503: _example("unavailable", "not available at the moment, please repeat: no answer", None),
}
