"""For administrators: everybody's agents and sessions."""

from typing import Annotated

from fastapi import APIRouter, Query

from aibt.api.admin import OwnerId
from aibt.api.errors import responses
from aibt.api.listing import BeforeId, Limit
from aibt.api.queries import in_a_list
from aibt.api.requests import GatewayOf
from aibt.api.sessions import SessionId
from aibt.api.signing_in import AdministrationOf, SignedInRoute
from aibt.live.states import RunState
from aibt.protocol.admin import (
    OwnedAgentMessage,
    OwnedAgentsMessage,
    OwnedSessionMessage,
    OwnedSessionsMessage,
)
from aibt.protocol.agents import agent_message
from aibt.protocol.sessions import session_message

router = APIRouter(prefix="/api/admin", tags=["administration"], route_class=SignedInRoute)


@router.get("/agents", responses=responses(422))
async def agents(
    gateway: GatewayOf,
    administration: AdministrationOf,
    owner_id: OwnerId = None,
    before_id: BeforeId = None,
    limit: Limit = 100,
) -> OwnedAgentsMessage:
    """List everybody's agents, the newest first."""
    found = await gateway.ask(
        administration.agents(owner_id=owner_id, before_id=before_id, limit=limit + 1)
    )
    active = {
        session.agent_id: session
        for _, session in await gateway.ask(administration.active_sessions())
    }
    shown = [
        OwnedAgentMessage(
            owner_id=one.owner_id, owner=email, agent=agent_message(one, active.get(one.id))
        )
        for email, one in found[:limit]
    ]
    further = shown[-1].agent.id if len(found) > limit else None
    return OwnedAgentsMessage(agents=shown, next=further)


@router.get("/sessions", responses=responses(422))
async def sessions(
    *,
    gateway: GatewayOf,
    administration: AdministrationOf,
    state: Annotated[list[RunState] | None, Query(description="only these; repeatable")] = None,
    owner_id: OwnerId = None,
    before_id: BeforeId = None,
    limit: Limit = 100,
) -> OwnedSessionsMessage:
    """List everybody's sessions, the newest first, as they were last stored."""
    found = await gateway.ask(
        administration.sessions(
            owner_id=owner_id, states=state or None, before_id=before_id, limit=limit + 1
        )
    )
    shown = [
        OwnedSessionMessage(
            owner_id=one.owner_id, owner=email, session=in_a_list(session_message(one))
        )
        for email, one in found[:limit]
    ]
    further = shown[-1].session.id if len(found) > limit else None
    return OwnedSessionsMessage(sessions=shown, next=further)


@router.get("/sessions/{session_id}", responses=responses(404, 422))
async def session(
    session_id: SessionId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedSessionMessage:
    """Show somebody's session."""
    owner, _ = await gateway.ask(administration.session(session_id, "sessions-get"))
    shown = await gateway.ask(gateway.platform.session(owner, session_id))
    return OwnedSessionMessage(owner_id=owner.id, owner=owner.email, session=shown)


@router.post("/sessions/{session_id}/stop", responses=responses(404, 409, 422))
async def stop_session(
    session_id: SessionId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedSessionMessage:
    """End somebody's session; its journal and its account stay."""
    owner, _ = await gateway.ask(administration.session(session_id, "sessions-stop"))
    stopped = await gateway.ask(gateway.platform.stop_session(owner, session_id, None))
    return OwnedSessionMessage(owner_id=owner.id, owner=owner.email, session=stopped)
