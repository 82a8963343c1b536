"""Errors on the wire."""

from typing import Final

from pydantic import Field

from aibt.errors import AibtError
from aibt.protocol.message import WireMessage

INTERNAL = "internal"


class ErrorMessage(WireMessage):
    """Why a request was refused, or what went wrong in a run."""

    code: str = Field(description="stable, for programs")
    msg: str = Field(description="one sentence, for a person")
    field: str | None = Field(description="the request's field that is at fault, or null")


class ProblemMessage(ErrorMessage):
    """An error as REST answers it."""

    correlation_id: str = Field(description="names this failure in the server's log")


def error_message(error: AibtError) -> ErrorMessage:
    """Return an error of ours as the wire shows it."""
    return ErrorMessage(code=error.code, msg=str(error), field=error.field)


def internal_error(correlation_id: str) -> ErrorMessage:
    """Return what is said of a failure that is nobody's business but the log's."""
    return ErrorMessage(
        code=INTERNAL,
        msg=f"something went wrong on our side (reference {correlation_id})",
        field=None,
    )


HTTP_CODES: Final = {
    400: ("invalid", "the request's body is not JSON"),
    403: ("forbidden", "this page may not use this server"),
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address does not take this method"),
    413: ("too_large", "a request's body has at most 64 KiB"),
}
