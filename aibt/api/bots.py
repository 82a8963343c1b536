"""REST twins of `bots-*`."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from aibt.api.csv_text import as_csv_too, csv_answer
from aibt.api.errors import responses
from aibt.api.listing import As, Cursor, Limit
from aibt.api.requests import GatewayOf, Key, command
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.errors import Invalid, NotFound
from aibt.protocol.bots import (
    BotChanges,
    BotDeletedMessage,
    BotMessage,
    BotOrder,
    BotsControl,
    BotsCreate,
    BotsDelete,
    BotsGet,
    BotsPage,
    BotsPageMessage,
    BotsUpdate,
)

router = APIRouter(prefix="/api/bots", tags=["bots"], route_class=SignedInRoute)


async def _name(name: Annotated[str, Path(description="the bot's name", examples=["Ada"])]) -> str:
    """Return the canonical name; there is no bot with one that no bot can have."""
    try:
        return BotsControl.read({"name": name}).name
    except Invalid:
        raise NotFound("bot", name[:64], "name") from None


BotName = Annotated[str, Depends(_name)]
_NEW = {"name": "Ada", "lr": 0.001, "hidden_layers": 43, "gamma": 0.97, "discounter_rate": 80}


@router.get(
    "",
    responses={**responses(404, 422), **as_csv_too(BotsPageMessage)},
    response_model=BotsPageMessage,
)
async def bots(
    *,
    gateway: GatewayOf,
    owner: Owner,
    q: Annotated[str | None, Query(max_length=64, description="how their names begin")] = None,
    sort: Annotated[BotOrder, Query(description="with `-`: the greatest first")] = "name",
    limit: Limit = 1_000,
    cursor: Cursor = None,
    as_: As = "json",
) -> BotsPageMessage | Response:
    """List your bots."""
    page = BotsPage(q=q, sort=sort, limit=limit, cursor=cursor)
    found = await gateway.ask(gateway.platform.bots_page(owner, page))
    if as_ == "csv":
        rows = found.model_dump(mode="json")["bots"]
        return csv_answer(rows, tuple(BotMessage.model_fields), "bots")
    return found


@router.post("", status_code=201, responses=responses(409, 413, 422))
async def create(
    params: Annotated[BotsCreate, Body(examples=[_NEW])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> BotMessage:
    """Create a bot."""
    asked = command("bots-create", params, key)
    return await gateway.ask(gateway.platform.create_bot(owner, params, asked))


@router.get("/{name}", responses=responses(404, 422))
async def bot(name: BotName, gateway: GatewayOf, owner: Owner) -> BotMessage:
    """Show a bot."""
    params = BotsGet.read({"name": name})
    return await gateway.ask(gateway.platform.bot(owner, params.name or name))


@router.patch("/{name}", responses=responses(404, 409, 413, 422))
async def update(
    name: BotName,
    changes: Annotated[BotChanges, Body(examples=[{"lr": 0.0005}])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> BotMessage:
    """Change a bot's name and the defaults of its next training."""
    params = BotsUpdate.read({"name": name, **changes.model_dump()})
    asked = command("bots-update", params, key)
    return await gateway.ask(gateway.platform.update_bot(owner, params, asked))


@router.delete("/{name}", responses=responses(404, 409, 422))
async def delete(name: BotName, gateway: GatewayOf, owner: Owner, key: Key) -> BotDeletedMessage:
    """Delete a bot. Its trainings stay readable."""
    params = BotsDelete.read({"name": name})
    asked = command("bots-delete", params, key)
    return await gateway.ask(gateway.platform.delete_bot(owner, params.name, asked))


@router.post("/{name}/pause", responses=responses(404, 409, 422))
async def pause(name: BotName, gateway: GatewayOf, owner: Owner, key: Key) -> BotMessage:
    """Pause all that the bot is doing; answers when it has taken effect."""
    params = BotsControl.read({"name": name})
    asked = command("bots-pause", params, key)
    return await gateway.ask(gateway.platform.pause_bot(owner, params.name, asked))


@router.post("/{name}/resume", responses=responses(404, 409, 422))
async def resume(name: BotName, gateway: GatewayOf, owner: Owner, key: Key) -> BotMessage:
    """Let the bot go on with what was paused."""
    params = BotsControl.read({"name": name})
    asked = command("bots-resume", params, key)
    return await gateway.ask(gateway.platform.resume_bot(owner, params.name, asked))


@router.post("/{name}/stop", responses=responses(404, 409, 422))
async def stop(name: BotName, gateway: GatewayOf, owner: Owner, key: Key) -> BotMessage:
    """Stop all that the bot is doing; its best weights stay."""
    params = BotsControl.read({"name": name})
    asked = command("bots-stop", params, key)
    return await gateway.ask(gateway.platform.stop_bot(owner, params.name, asked))
