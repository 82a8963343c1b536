"""What providers of language models offer, and what their models are told."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import JsonValue

from aibt.agents.plan import session_plan
from aibt.agents.prompts import first_messages
from aibt.api.agents import NEW_AGENT
from aibt.api.errors import responses
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.agents import AgentPreviewMessage, AgentsCreate
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


@router.post("/preview", responses=responses(413, 422))
async def preview(
    params: Annotated[AgentsCreate, Body(examples=[NEW_AGENT])], gateway: GatewayOf, _: Owner
) -> AgentPreviewMessage:
    """Show what a model is told when a live session of such an agent begins. Nothing is kept."""
    costs = gateway.settings.costs
    request: dict[str, JsonValue] = {
        **params.config(),
        "base_model": params.base_model,
        "fee_bps": costs.fee_bps if params.fee_bps is None else params.fee_bps,
        "slippage_bps": costs.slippage_bps if params.slippage_bps is None else params.slippage_bps,
        "seed": params.seed or 0,  # no message names it
    }
    plan = session_plan(1, params.name, request)
    system, first = first_messages(plan, gateway.clock.now())
    return AgentPreviewMessage(system=str(system["content"]), first=str(first["content"]))
