"""What REST handlers are given: the gateway, and the id of a command."""

from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from aibt.api.gateway import Gateway
from aibt.api.platform import Command
from aibt.api.queries import command_of
from aibt.protocol.frames import UUID_PATTERN
from aibt.protocol.message import Params


async def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


GatewayOf = Annotated[Gateway, Depends(_gateway)]


async def _key(
    key: Annotated[
        Annotated[str, Field(pattern=f"^({UUID_PATTERN})$")] | SkipJsonSchema[None],
        Header(
            alias="Idempotency-Key",
            description="UUID of your choice: repeated within 24 hours, the same request has one "
            "effect and the same answer; another request is refused (`id_reused`)",
            examples=["5b0c6c0e-8f0e-4f43-9a3f-0d6c1c1f2a11"],
        ),
    ] = None,
) -> str | None:
    return key


Key = Annotated[str | None, Depends(_key)]


def command(query: str, params: Params, key: str | None, **place: int) -> Command | None:
    """Return the command that the WebSocket's `query` with the same id would be.

    Args:
        query: of `TASKS`, or the name of what only REST has.
        params: the body.
        key: the client's id of the request, if it has one.
        place: what stands in the path and is not in `params`.
    """
    return command_of(query, {**place, **params.asked()}, key)
