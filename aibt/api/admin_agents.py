"""For administrators: everybody's agents and sessions."""

from fastapi import APIRouter

from aibt.api.errors import responses
from aibt.api.listing import AskedOfAll, AskedRunsOfAll
from aibt.api.queries import in_a_list
from aibt.api.requests import GatewayOf
from aibt.api.sessions import SessionId
from aibt.api.signing_in import AdministrationOf, SignedInRoute
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
    gateway: GatewayOf, administration: AdministrationOf, asked: AskedOfAll
) -> OwnedAgentsMessage:
    """List everybody's agents, the newest first."""
    found = await gateway.ask(administration.agents(**asked.one_more()))
    active = {
        session.agent_id: session
        for _, session in await gateway.ask(administration.active_sessions())
    }
    shown = [
        OwnedAgentMessage(
            owner_id=one.owner_id, owner=email, agent=agent_message(one, active.get(one.id))
        )
        for email, one in found[: asked.limit]
    ]
    return OwnedAgentsMessage(agents=shown, next=asked.next(found))


@router.get("/sessions", responses=responses(422))
async def sessions(
    gateway: GatewayOf, administration: AdministrationOf, asked: AskedRunsOfAll
) -> OwnedSessionsMessage:
    """List everybody's sessions, the newest first, as they were last stored."""
    found = await gateway.ask(administration.sessions(**asked.one_more()))
    shown = [
        OwnedSessionMessage(
            owner_id=one.owner_id, owner=email, session=in_a_list(session_message(one))
        )
        for email, one in found[: asked.limit]
    ]
    return OwnedSessionsMessage(sessions=shown, next=asked.next(found))


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
