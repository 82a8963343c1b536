"""What providers of language models offer."""

from typing import Annotated

from fastapi import APIRouter, Query

from aibt.api.errors import responses
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.message import PROVIDER_PATTERN
from aibt.protocol.services import ProviderModelsMessage

router = APIRouter(prefix="/api/providers", tags=["agents"], route_class=SignedInRoute)


@router.get("/models", responses=responses(404, 422))
async def models(
    gateway: GatewayOf,
    owner: Owner,
    provider: Annotated[
        str | None,
        Query(
            pattern=PROVIDER_PATTERN, description="which of your keys; absent: the installation's"
        ),
    ] = None,
) -> ProviderModelsMessage:
    """List the models that a provider offers."""
    return await gateway.ask(gateway.platform.provider_models(owner, provider))
