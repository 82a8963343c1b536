"""One leaderboard over agents, bots and baselines."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Response

from aibt.api.csv_text import as_csv_too, csv_answer
from aibt.api.errors import responses
from aibt.api.listing import As, Limit
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.performance import (
    Kind,
    LeaderboardMessage,
    LeaderboardQuery,
    PerformanceFigures,
    PerformanceMessage,
    ScoreMessage,
    Topic,
    VisibilityPut,
)

router = APIRouter(prefix="/api/leaderboard", tags=["leaderboard"], route_class=SignedInRoute)
_COLUMNS: Final = (
    *("topic", "kind", "name", "label", "mine", "symbols", "start", "end", "is_public"),
    *PerformanceFigures.model_fields,
)


@router.get(
    "",
    responses={**responses(422), **as_csv_too(LeaderboardMessage)},
    response_model=LeaderboardMessage,
)
async def leaderboard(
    *,
    gateway: GatewayOf,
    owner: Owner,
    kind: Annotated[
        list[Kind] | None, Query(max_length=3, description="only these; repeatable")
    ] = None,
    symbol: Annotated[str | None, Query(description="only those that traded it")] = None,
    mine: Annotated[bool, Query(description="only your own")] = False,
    name: Annotated[str | None, Query(max_length=64, description="only those of this name")] = None,
    limit: Limit = 200,
    as_: As = "json",
) -> LeaderboardMessage | Response:
    """Compare your accounts and everybody's public ones, the highest total return first."""
    asked = LeaderboardQuery.read(
        {"kinds": kind or [], "symbol": symbol, "mine": mine, "name": name, "limit": limit}
    )
    found = await gateway.ask(gateway.platform.leaderboard(owner, asked))
    if as_ == "csv":
        return csv_answer([_row(score) for score in found.scores], _COLUMNS, "leaderboard")
    return found


@router.get("/performance", responses=responses(404, 422))
async def performance(
    topic: Annotated[Topic, Query(description="whose account", examples=["session/7"])],
    gateway: GatewayOf,
    owner: Owner,
) -> PerformanceMessage:
    """Show the account of one line over time: of yours, or of one that its owner has published."""
    return await gateway.ask(gateway.platform.score_performance(owner, topic))


@router.put("/visibility", responses=responses(404, 413, 422))
async def visibility(
    params: Annotated[VisibilityPut, Body(examples=[{"topic": "session/7", "is_public": True}])],
    gateway: GatewayOf,
    owner: Owner,
) -> ScoreMessage:
    """Show an account of yours to everybody, or to you alone."""
    return await gateway.ask(gateway.platform.publish(owner, params.topic, params.is_public))


def _row(score: ScoreMessage) -> dict[str, object]:
    row = score.model_dump(mode="json")
    return {**row, **row["figures"], "symbols": " ".join(score.symbols)}
