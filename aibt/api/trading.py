"""Starting, steering and looking at sessions by their agents."""

from typing import Annotated

from fastapi import APIRouter, Body

from aibt.api.agent_sessions import session_of
from aibt.api.agents import ModelId
from aibt.api.errors import responses
from aibt.api.queries import ACTIVE
from aibt.api.requests import GatewayOf, Key, command
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.agents import AgentRef
from aibt.protocol.sessions import SessionMessage, SessionsMessage, SessionsStart

router = APIRouter(prefix="/api/trading", tags=["agents"], route_class=SignedInRoute)
_RANGE = {"model_id": 7, "start": "2017-01-01", "end": "2017-12-31"}
_Ref = Annotated[AgentRef, Body(examples=[{"model_id": 7}])]


@router.post("/start", status_code=201, responses=responses(404, 409, 413, 422))
async def start(
    params: Annotated[SessionsStart, Body(examples=[_RANGE, {"model_id": 7, "live": True}])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> SessionMessage:
    """Start a session. Follow it with `sessions-watch`, or on `/ws/trading/{model_id}`."""
    gateway.pacing.start(owner.id)
    asked = command("sessions-start", params, key)
    return await gateway.ask(gateway.platform.start_session(owner, params, asked))


@router.post("/stop", responses=responses(404, 409, 413, 422))
async def stop(params: _Ref, gateway: GatewayOf, owner: Owner, key: Key) -> SessionMessage:
    """End an agent's active session for good; its journal and its account stay."""
    session = await session_of(gateway, owner, params.model_id)
    asked = command("trading-stop", params, key)
    return await gateway.ask(gateway.platform.stop_session(owner, session.id, asked))


@router.post("/pause", responses=responses(404, 409, 413, 422))
async def pause(params: _Ref, gateway: GatewayOf, owner: Owner, key: Key) -> SessionMessage:
    """Pause an agent's active session: no tool runs after the answer."""
    session = await session_of(gateway, owner, params.model_id)
    asked = command("trading-pause", params, key)
    return await gateway.ask(gateway.platform.pause_session(owner, session.id, asked))


@router.post("/resume", responses=responses(404, 409, 413, 422))
async def resume(params: _Ref, gateway: GatewayOf, owner: Owner, key: Key) -> SessionMessage:
    """Let an agent's paused session go on."""
    session = await session_of(gateway, owner, params.model_id)
    asked = command("trading-resume", params, key)
    return await gateway.ask(gateway.platform.resume_session(owner, session.id, asked))


@router.get("/status", responses=responses())
async def statuses(gateway: GatewayOf, owner: Owner) -> SessionsMessage:
    """Show all of your sessions that have not ended, with what they hold."""
    found = await gateway.ask(gateway.platform.sessions(owner, states=ACTIVE))
    return SessionsMessage(sessions=found)


@router.get("/status/{model_id}", responses=responses(404, 422))
async def status(model_id: ModelId, gateway: GatewayOf, owner: Owner) -> SessionMessage:
    """Show an agent's active session, else its latest."""
    return await session_of(gateway, owner, model_id)
