"""Agents, and what the active or latest session of one has come to."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from aibt.api.agent_sessions import session_of
from aibt.api.csv_text import as_csv_too, csv_answer
from aibt.api.errors import responses
from aibt.api.events import events_page
from aibt.api.listing import After, As, Cursor, Limit
from aibt.api.requests import GatewayOf, Key, command
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.agents import (
    AgentDeletedMessage,
    AgentMessage,
    AgentOrder,
    AgentRef,
    AgentsCreate,
    AgentsPage,
    AgentsPageMessage,
    AgentsUpdate,
)
from aibt.protocol.message import MAX_ID
from aibt.protocol.performance import PerformanceMessage
from aibt.protocol.run_messages import EventsMessage
from aibt.protocol.sessions import AccountFillMessage, FillsMessage, PositionsMessage
from aibt.store.records import session_topic

router = APIRouter(prefix="/api/models", tags=["agents"], route_class=SignedInRoute)
ModelId = Annotated[int, Path(ge=1, le=MAX_ID, description="the agent's id", examples=[7])]
SessionOf = Annotated[
    int | None,
    Query(
        ge=1, le=MAX_ID, alias="session_id", description="absent: the active one, else the latest"
    ),
]
FILL_COLUMNS = tuple(AccountFillMessage.model_fields)
_COLUMNS = (
    "id", "name", "base_model", "provider", "state", "session_id", "period", "source", "balance",
    "max_rounds", "max_tokens", "max_cost", "max_position", "max_leverage", "max_turnover",
    "price_collar", "allow_short", "fee_bps", "slippage_bps", "temperature", "seed", "benchmark",
    "is_public", "version", "created_at", "updated_at",
)  # fmt: skip
NEW_AGENT = {
    "name": "Nora",
    "base_model": "openai/gpt-5-mini",
    "universe": ["^GSPC", "^IXIC", "GOOGL"],
    "prompt": "Prefer few, large positions.",
    "max_cost": 2.5,
}


@router.get(
    "",
    responses={**responses(404, 422), **as_csv_too(AgentsPageMessage)},
    response_model=AgentsPageMessage,
)
async def agents(
    *,
    gateway: GatewayOf,
    owner: Owner,
    q: Annotated[str | None, Query(max_length=64, description="how their names begin")] = None,
    name: Annotated[str | None, Query(description="only the one of this name")] = None,
    base_model: Annotated[
        str | None, Query(max_length=128, description="how their base models begin")
    ] = None,
    sort: Annotated[AgentOrder, Query(description="with `-`: the greatest first")] = "name",
    limit: Limit = 1_000,
    cursor: Cursor = None,
    as_: As = "json",
) -> AgentsPageMessage | Response:
    """List your agents."""
    page = AgentsPage.read(
        {
            "q": q,
            "name": name,
            "base_model": base_model,
            "sort": sort,
            "limit": limit,
            "cursor": cursor,
        }
    )
    found = await gateway.ask(gateway.platform.agents_page(owner, page))
    if as_ == "csv":
        rows = found.model_dump(mode="json")["agents"]
        return csv_answer(rows, _COLUMNS, "agents")
    return found


@router.post("", status_code=201, responses=responses(404, 409, 413, 422))
async def create(
    params: Annotated[AgentsCreate, Body(examples=[NEW_AGENT])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> AgentMessage:
    """Create an agent."""
    asked = command("agents-create", params, key)
    return await gateway.ask(gateway.platform.create_agent(owner, params, asked))


@router.get("/{model_id}", responses=responses(404, 422))
async def agent(model_id: ModelId, gateway: GatewayOf, owner: Owner) -> AgentMessage:
    """Show an agent."""
    return await gateway.ask(gateway.platform.agent(owner, model_id))


@router.patch("/{model_id}", responses=responses(404, 409, 413, 422))
async def update(
    model_id: ModelId,
    changes: Annotated[AgentsUpdate, Body(examples=[{"max_cost": 5, "version": 1}])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> AgentMessage:
    """Change an agent for its next session. Null takes away what may be null."""
    asked = command("agents-update", changes, key, model_id=model_id)
    return await gateway.ask(gateway.platform.update_agent(owner, model_id, changes, asked))


@router.delete("/{model_id}", responses=responses(404, 409, 422))
async def delete(
    model_id: ModelId, gateway: GatewayOf, owner: Owner, key: Key
) -> AgentDeletedMessage:
    """Delete an agent; refused while it has an active session. Its sessions stay readable."""
    asked = command("agents-delete", AgentRef(model_id=model_id), key)
    return await gateway.ask(gateway.platform.delete_agent(owner, model_id, asked))


@router.get("/{model_id}/positions", responses=responses(404, 422))
async def positions(
    model_id: ModelId, gateway: GatewayOf, owner: Owner, session_id: SessionOf = None
) -> PositionsMessage:
    """Show what an agent holds, in its active or latest session."""
    session = await session_of(gateway, owner, model_id, session_id)
    return PositionsMessage(
        session_id=session.id,
        state=session.state,
        at=session.at,
        cash=session.cash,
        equity=session.equity,
        positions=session.positions,
        pending=session.pending,
        halted=session.halted,
    )


@router.get(
    "/{model_id}/trades",
    responses={**responses(404, 422), **as_csv_too(FillsMessage)},
    response_model=FillsMessage,
)
async def trades(
    *,
    model_id: ModelId,
    gateway: GatewayOf,
    owner: Owner,
    session_id: SessionOf = None,
    after: After = 0,
    limit: Limit = 100,
    as_: As = "json",
) -> FillsMessage | Response:
    """List the executions of an agent's active or latest session, oldest first."""
    session = await session_of(gateway, owner, model_id, session_id)
    found = await gateway.ask(
        gateway.platform.fills(owner, session.id, symbol=None, after=after, limit=limit)
    )
    if as_ == "csv":
        rows = found.model_dump(mode="json")["fills"]
        return csv_answer(rows, FILL_COLUMNS, f"trades-{session.id}")
    return found


@router.get("/{model_id}/logs", responses=responses(404, 422))
async def logs(
    *,
    model_id: ModelId,
    gateway: GatewayOf,
    owner: Owner,
    session_id: SessionOf = None,
    after: After = 0,
    limit: Limit = 100,
) -> EventsMessage:
    """Return the events of an agent's active or latest session after a cursor, oldest first."""
    session = await session_of(gateway, owner, model_id, session_id)
    topic = session_topic(session.id)
    return await events_page(gateway, owner, topic, after=after, limit=limit)


@router.get("/{model_id}/performance", responses=responses(404, 422))
async def performance(
    model_id: ModelId, gateway: GatewayOf, owner: Owner, session_id: SessionOf = None
) -> PerformanceMessage:
    """Show what an agent's active or latest session came to: equity over time, and figures."""
    session = await session_of(gateway, owner, model_id, session_id)
    return await gateway.ask(gateway.platform.performance(owner, session_topic(session.id)))
