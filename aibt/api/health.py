"""Whether commands work."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from aibt.api.requests import GatewayOf
from aibt.errors import AibtError
from aibt.protocol.message import WireMessage

router = APIRouter(tags=["health"])


class HealthMessage(WireMessage):
    """Whether commands work, and which parts do."""

    ready: bool
    parts: Annotated[dict[str, str], Field(description="part -> `ok` or what is wrong")]


@router.get(
    "/healthz",
    responses={503: {"model": HealthMessage, "description": "commands do not work (yet)"}},
)
async def healthz(gateway: GatewayOf, response: Response) -> HealthMessage:
    """Answer 200 once commands work, else 503."""
    try:
        health = await gateway.ask(gateway.platform.health())
    except AibtError as error:
        response.status_code = 503
        return HealthMessage(ready=False, parts={"platform": str(error)})
    if not health.ready:
        response.status_code = 503
    return HealthMessage(ready=health.ready, parts=dict(health.parts))
