"""REST twins of `sessions-*`, and what a session's account and journal hold."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints

from aibt.api.agents import FILL_COLUMNS
from aibt.api.csv_text import as_csv_too, csv_answer
from aibt.api.errors import responses
from aibt.api.events import events_page
from aibt.api.listing import After, As, AskedRuns, Limit, next_id
from aibt.api.queries import listed_sessions
from aibt.api.requests import GatewayOf, Key, command
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.market import SymbolQuery
from aibt.protocol.message import MAX_ID
from aibt.protocol.performance import PerformanceMessage
from aibt.protocol.run_messages import EventsMessage
from aibt.protocol.sessions import (
    FillsMessage,
    JournalMessage,
    SessionMessage,
    SessionsControl,
    SessionsList,
    SessionsPageMessage,
    ToolTokenMessage,
)
from aibt.store.records import session_topic

router = APIRouter(prefix="/api/sessions", tags=["sessions"], route_class=SignedInRoute)
SessionId = Annotated[int, Path(ge=1, le=MAX_ID, description="the session's id", examples=[7])]
EntryKind = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,16}$")]
_COLUMNS = (
    "id", "model_id", "model_name", "base_model", "state", "reason", "live", "start", "end",
    "period", "at", "step", "steps", "balance", "cash", "equity", "profit", "cost",
    "model_seconds", "fills", "denied", "created_at", "started_at", "ended_at",
)  # fmt: skip


@router.get(
    "",
    responses={**responses(404, 422), **as_csv_too(SessionsPageMessage)},
    response_model=SessionsPageMessage,
)
async def sessions(
    *,
    gateway: GatewayOf,
    owner: Owner,
    asked: AskedRuns,
    model_id: Annotated[int | None, Query(ge=1, le=MAX_ID, description="only this agent's")] = None,
    as_: As = "json",
) -> SessionsPageMessage | Response:
    """List your sessions; `positions`, `pending` and `partial` are empty here."""
    params = asked.read(SessionsList, model_id=model_id)
    found = await gateway.ask(listed_sessions(gateway, owner, params))
    if as_ == "csv":
        rows = [session.model_dump(mode="json") for session in found]
        return csv_answer(rows, _COLUMNS, "sessions")
    return SessionsPageMessage(sessions=found, next=next_id(found, params.limit))


@router.get("/{session_id}", responses=responses(404, 422))
async def session(session_id: SessionId, gateway: GatewayOf, owner: Owner) -> SessionMessage:
    """Show a session."""
    return await gateway.ask(gateway.platform.session(owner, session_id))


@router.post("/{session_id}/pause", responses=responses(404, 409, 422))
async def pause(
    session_id: SessionId, gateway: GatewayOf, owner: Owner, key: Key
) -> SessionMessage:
    """Pause a session: no tool runs after the answer."""
    asked = command("sessions-pause", SessionsControl(id=session_id), key)
    return await gateway.ask(gateway.platform.pause_session(owner, session_id, asked))


@router.post("/{session_id}/resume", responses=responses(404, 409, 422))
async def resume(
    session_id: SessionId, gateway: GatewayOf, owner: Owner, key: Key
) -> SessionMessage:
    """Let a paused session go on."""
    asked = command("sessions-resume", SessionsControl(id=session_id), key)
    return await gateway.ask(gateway.platform.resume_session(owner, session_id, asked))


@router.post("/{session_id}/stop", responses=responses(404, 409, 422))
async def stop(session_id: SessionId, gateway: GatewayOf, owner: Owner, key: Key) -> SessionMessage:
    """End a session for good; its journal and its account stay."""
    asked = command("sessions-stop", SessionsControl(id=session_id), key)
    return await gateway.ask(gateway.platform.stop_session(owner, session_id, asked))


@router.get("/{session_id}/events", responses=responses(404, 422))
async def events(
    session_id: SessionId,
    gateway: GatewayOf,
    owner: Owner,
    after: After = 0,
    limit: Limit = 100,
) -> EventsMessage:
    """Return the events of a session after a cursor, oldest first."""
    topic = session_topic(session_id)
    return await events_page(gateway, owner, topic, after=after, limit=limit)


@router.get("/{session_id}/journal", responses=responses(404, 422))
async def journal(
    session_id: SessionId,
    gateway: GatewayOf,
    owner: Owner,
    kind: Annotated[
        list[EntryKind] | None, Query(max_length=20, description="only these; repeatable")
    ] = None,
    after: After = 0,
    limit: Limit = 100,
) -> JournalMessage:
    """Return a session's journal after a number: every request, answer, call and fill."""
    return await gateway.ask(
        gateway.platform.journal(owner, session_id, kinds=kind or (), after=after, limit=limit)
    )


@router.get(
    "/{session_id}/fills",
    responses={**responses(404, 422), **as_csv_too(FillsMessage)},
    response_model=FillsMessage,
)
async def fills(
    *,
    session_id: SessionId,
    gateway: GatewayOf,
    owner: Owner,
    symbol: Annotated[str | None, Query(description="only those of this symbol")] = None,
    after: After = 0,
    limit: Limit = 100,
    as_: As = "json",
) -> FillsMessage | Response:
    """List the executions of a session's account, oldest first; money is exact text."""
    asked = SymbolQuery.read({"symbol": symbol})
    found = await gateway.ask(
        gateway.platform.fills(owner, session_id, symbol=asked.symbol, after=after, limit=limit)
    )
    if as_ == "csv":
        rows = found.model_dump(mode="json")["fills"]
        return csv_answer(rows, FILL_COLUMNS, f"fills-{session_id}")
    return found


@router.get("/{session_id}/performance", responses=responses(404, 422))
async def performance(
    session_id: SessionId, gateway: GatewayOf, owner: Owner
) -> PerformanceMessage:
    """Show what a session came to: equity over time, and its figures."""
    return await gateway.ask(gateway.platform.performance(owner, session_topic(session_id)))


@router.post("/{session_id}/tool-token", responses=responses(404, 409, 422))
async def tool_token(session_id: SessionId, gateway: GatewayOf, owner: Owner) -> ToolTokenMessage:
    """Let an outside MCP client use the tools of an active session."""
    return await gateway.ask(gateway.platform.tool_token(owner, session_id))
