"""The tool services, for administrators: agents' tools as MCP servers over HTTP."""

from fastapi import APIRouter

from aibt.api.errors import responses
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import AdministrationOf, SignedInRoute
from aibt.protocol.services import ToolServicesMessage

router = APIRouter(prefix="/api/mcp", tags=["administration"], route_class=SignedInRoute)


@router.post("/start", responses=responses(422))
async def start(gateway: GatewayOf, _: AdministrationOf) -> ToolServicesMessage:
    """Start those that do not run; 422 names the setting of a port that is taken."""
    return await gateway.ask(gateway.platform.tool_services("start"))


@router.post("/stop", responses=responses())
async def stop(gateway: GatewayOf, _: AdministrationOf) -> ToolServicesMessage:
    """Stop all of them."""
    return await gateway.ask(gateway.platform.tool_services("stop"))


@router.post("/restart", responses=responses(422))
async def restart(gateway: GatewayOf, _: AdministrationOf) -> ToolServicesMessage:
    """Stop and start all of them."""
    return await gateway.ask(gateway.platform.tool_services("restart"))


@router.get("/status", responses=responses())
async def status(gateway: GatewayOf, _: AdministrationOf) -> ToolServicesMessage:
    """Show which of them run, and where."""
    return await gateway.ask(gateway.platform.tool_services("status"))
