"""REST twins of `trainings-*`, and a training's bars and events."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from aibt.api.csv_text import as_csv_too, csv_answer
from aibt.api.errors import responses
from aibt.api.events import events_page
from aibt.api.listing import After, As, AskedRuns, Limit, next_id
from aibt.api.queries import listed_trainings
from aibt.api.requests import GatewayOf, Key, command
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.message import MAX_ID
from aibt.protocol.performance import PerformanceMessage
from aibt.protocol.run_messages import EventsMessage
from aibt.protocol.training_messages import Part
from aibt.protocol.trainings import (
    EpisodesMessage,
    LoadMessage,
    TradeMessage,
    TradesMessage,
    TrainingChanges,
    TrainingMessage,
    TrainingsControl,
    TrainingsList,
    TrainingsPageMessage,
    TrainingsStart,
    TrainingsUpdate,
)
from aibt.store.records import training_topic

router = APIRouter(prefix="/api/trainings", tags=["trainings"], route_class=SignedInRoute)
TrainingId = Annotated[int, Path(ge=1, le=MAX_ID, description="the training's id", examples=[7])]
_COLUMNS = (
    "id", "bot_name", "state", "reason", "symbol", "period", "source", "algorithm",
    "encoder", "steps",
    "starting_balance", "balance", "profit", "max_balance", "max_profit", "trades", "rewards",
    "lr", "gamma", "batch_size", "min_episodes", "max_episodes", "train_data_percentage", "seed",
    "created_at", "started_at", "ended_at",
)  # fmt: skip
_EPISODE_COLUMNS = (
    "first_episode", "episode", "profit", "balance", "rewards", "trades", "epsilon", "loss",
    "steps", "bust", "best",
)  # fmt: skip
_NEW = {
    "bot_name": "Ada",
    "train_data_percentage": 80,
    "balance": 10_000,
    "batch_size": 64,
    "max_episodes": 50,
    "min_episodes": 5,
    "symbol": "EURUSD",
    "period": "H1",
}


@router.get(
    "",
    responses={**responses(404, 422), **as_csv_too(TrainingsPageMessage)},
    response_model=TrainingsPageMessage,
)
async def trainings(
    *,
    gateway: GatewayOf,
    owner: Owner,
    asked: AskedRuns,
    bot_name: Annotated[str | None, Query(description="only this bot's")] = None,
    as_: As = "json",
) -> TrainingsPageMessage | Response:
    """List your trainings; `bot.trades` is empty here."""
    params = asked.read(TrainingsList, bot_name=bot_name)
    found = await gateway.ask(listed_trainings(gateway, owner, params))
    if as_ == "csv":
        rows = [training.model_dump(mode="json") for training in found]
        return csv_answer(rows, _COLUMNS, "trainings")
    return TrainingsPageMessage(trainings=found, next=next_id(found, params.limit))


@router.post("", status_code=201, responses=responses(404, 409, 413, 422))
async def start(
    params: Annotated[TrainingsStart, Body(examples=[_NEW])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> TrainingMessage:
    """Start a training. Follow it with `trainings-watch`, or read its events."""
    gateway.pacing.start(owner.id)
    asked = command("trainings-start", params, key)
    return await gateway.ask(gateway.platform.start_training(owner, params, asked))


@router.get("/{training_id}", responses=responses(404, 422))
async def training(training_id: TrainingId, gateway: GatewayOf, owner: Owner) -> TrainingMessage:
    """Show a training."""
    return await gateway.ask(gateway.platform.training(owner, training_id))


@router.patch("/{training_id}", responses=responses(404, 409, 413, 422))
async def update(
    training_id: TrainingId,
    changes: Annotated[TrainingChanges, Body(examples=[{"lr": 0.0005}])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> TrainingMessage:
    """Change parameters of a training from its next step on."""
    params = TrainingsUpdate.read({"id": training_id, **changes.model_dump()})
    asked = command("trainings-update", params, key)
    return await gateway.ask(gateway.platform.update_training(owner, params, asked))


@router.post("/{training_id}/pause", responses=responses(404, 409, 422))
async def pause(
    training_id: TrainingId, gateway: GatewayOf, owner: Owner, key: Key
) -> TrainingMessage:
    """Pause a training: no step runs after the answer."""
    asked = command("trainings-pause", TrainingsControl(id=training_id), key)
    return await gateway.ask(gateway.platform.pause_training(owner, training_id, asked))


@router.post("/{training_id}/resume", responses=responses(404, 409, 422))
async def resume(
    training_id: TrainingId, gateway: GatewayOf, owner: Owner, key: Key
) -> TrainingMessage:
    """Let a paused training go on."""
    asked = command("trainings-resume", TrainingsControl(id=training_id), key)
    return await gateway.ask(gateway.platform.resume_training(owner, training_id, asked))


@router.post("/{training_id}/stop", responses=responses(404, 409, 422))
async def stop(
    training_id: TrainingId, gateway: GatewayOf, owner: Owner, key: Key
) -> TrainingMessage:
    """End a training for good; its best weights and its history stay."""
    asked = command("trainings-stop", TrainingsControl(id=training_id), key)
    return await gateway.ask(gateway.platform.stop_training(owner, training_id, asked))


@router.get(
    "/{training_id}/trades",
    responses={**responses(404, 422), **as_csv_too(TradesMessage)},
    response_model=TradesMessage,
)
async def trades(
    *,
    training_id: TrainingId,
    gateway: GatewayOf,
    owner: Owner,
    part: Annotated[Part | None, Query(description="only those of this part")] = None,
    after: After = 0,
    limit: Limit = 100,
    as_: As = "json",
) -> TradesMessage | Response:
    """List the trades of a training's evaluations, oldest first."""
    found = await gateway.ask(
        gateway.platform.trades(owner, training_id, part=part, after=after, limit=limit)
    )
    if as_ == "csv":
        rows = found.model_dump(mode="json")["trades"]
        return csv_answer(rows, tuple(TradeMessage.model_fields), f"trades-{training_id}")
    return found


@router.get(
    "/{training_id}/episodes",
    responses={**responses(404, 422), **as_csv_too(EpisodesMessage)},
    response_model=EpisodesMessage,
)
async def episodes(
    *,
    training_id: TrainingId,
    gateway: GatewayOf,
    owner: Owner,
    after: After = 0,
    limit: Limit = 100,
    as_: As = "json",
) -> EpisodesMessage | Response:
    """List what the episodes of a training came to, oldest first."""
    found = await gateway.ask(
        gateway.platform.episodes(owner, training_id, after=after, limit=limit)
    )
    if as_ == "csv":
        rows = found.model_dump(mode="json")["episodes"]
        return csv_answer(rows, _EPISODE_COLUMNS, f"episodes-{training_id}")
    return found


@router.get("/{training_id}/load", responses=responses(404, 422))
async def load(training_id: TrainingId, gateway: GatewayOf, owner: Owner) -> LoadMessage:
    """Return the times and closes of all bars of a training, in one part."""
    return await gateway.ask(gateway.platform.load(owner, training_id))


@router.get("/{training_id}/events", responses=responses(404, 422))
async def events(
    training_id: TrainingId,
    gateway: GatewayOf,
    owner: Owner,
    after: After = 0,
    limit: Limit = 100,
) -> EventsMessage:
    """Return the events of a training after a cursor, oldest first."""
    topic = training_topic(training_id)
    return await events_page(gateway, owner, topic, after=after, limit=limit)


@router.get("/{training_id}/performance", responses=responses(404, 422))
async def performance(
    training_id: TrainingId, gateway: GatewayOf, owner: Owner
) -> PerformanceMessage:
    """Show what the best weights came to out of sample: equity over time, and its figures."""
    return await gateway.ask(gateway.platform.performance(owner, training_topic(training_id)))
