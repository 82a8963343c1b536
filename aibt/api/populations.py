"""REST twins of `populations-*`, and a population's events."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from aibt.api.errors import responses
from aibt.api.events import events_page
from aibt.api.listing import After, BeforeId, Limit
from aibt.api.requests import GatewayOf, Key, command
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.message import MAX_ID
from aibt.protocol.populations import (
    PopulationChanges,
    PopulationMessage,
    PopulationsControl,
    PopulationsList,
    PopulationsMessage,
    PopulationsStart,
    PopulationsUpdate,
)
from aibt.protocol.run_messages import EventsMessage
from aibt.store.records import population_topic

router = APIRouter(prefix="/api/populations", tags=["populations"], route_class=SignedInRoute)
PopulationId = Annotated[
    int, Path(ge=1, le=MAX_ID, description="the population's id", examples=[3])
]
_NEW = {
    "name": "tides",
    "members": 16,
    "train_data_percentage": 80,
    "balance": 10000,
    "lr_min": 0.0001,
    "lr_max": 0.01,
    "batch_size": 64,
    "max_episodes": 200,
    "min_episodes": 20,
    "symbol": "GOOGL",
    "period": "D1",
    "search": {"interval": 10, "fraction": 0.2},
}


@router.get("", responses=responses(422))
async def populations(
    gateway: GatewayOf,
    owner: Owner,
    limit: Limit = 100,
    before_id: BeforeId = None,
) -> PopulationsMessage:
    """List your populations, newest first; `members` is empty here."""
    asked = PopulationsList(limit=limit, before_id=before_id)
    return await gateway.ask(gateway.platform.populations(owner, asked))


@router.post("", status_code=201, responses=responses(404, 409, 413, 422))
async def start(
    params: Annotated[PopulationsStart, Body(examples=[_NEW])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> PopulationMessage:
    """Start a population. Follow it with `populations-watch`, or read its events."""
    gateway.pacing.start(owner.id)
    asked = command("populations-start", params, key)
    return await gateway.ask(gateway.platform.start_population(owner, params, asked))


@router.get("/{population_id}", responses=responses(404, 422))
async def population(
    population_id: PopulationId, gateway: GatewayOf, owner: Owner
) -> PopulationMessage:
    """Show a population and its members."""
    return await gateway.ask(gateway.platform.population(owner, population_id))


@router.patch("/{population_id}", responses=responses(404, 409, 413, 422))
async def update(
    population_id: PopulationId,
    changes: Annotated[PopulationChanges, Body(examples=[{"members": [3], "mark": "pinned"}])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> PopulationMessage:
    """Say what the search may do: whether it goes on, and with whom."""
    params = PopulationsUpdate.read({"id": population_id, **changes.model_dump()})
    asked = command("populations-update", params, key)
    return await gateway.ask(gateway.platform.update_population(owner, params, asked))


@router.post("/{population_id}/pause", responses=responses(404, 409, 422))
async def pause(
    population_id: PopulationId, gateway: GatewayOf, owner: Owner, key: Key
) -> PopulationMessage:
    """Pause every member: no step of any runs after the answer."""
    asked = command("populations-pause", PopulationsControl(id=population_id), key)
    return await gateway.ask(gateway.platform.pause_population(owner, population_id, asked))


@router.post("/{population_id}/resume", responses=responses(404, 409, 422))
async def resume(
    population_id: PopulationId, gateway: GatewayOf, owner: Owner, key: Key
) -> PopulationMessage:
    """Let every paused member go on."""
    asked = command("populations-resume", PopulationsControl(id=population_id), key)
    return await gateway.ask(gateway.platform.resume_population(owner, population_id, asked))


@router.post("/{population_id}/stop", responses=responses(404, 409, 422))
async def stop(
    population_id: PopulationId, gateway: GatewayOf, owner: Owner, key: Key
) -> PopulationMessage:
    """End every member for good; their best weights and histories stay."""
    asked = command("populations-stop", PopulationsControl(id=population_id), key)
    return await gateway.ask(gateway.platform.stop_population(owner, population_id, asked))


@router.get("/{population_id}/events", responses=responses(404, 422))
async def events(
    population_id: PopulationId,
    gateway: GatewayOf,
    owner: Owner,
    after: After = 0,
    limit: Limit = 100,
) -> EventsMessage:
    """Return the events of a population after a cursor, oldest first."""
    topic = population_topic(population_id)
    return await events_page(gateway, owner, topic, after=after, limit=limit)
