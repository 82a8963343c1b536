"""REST twins of `evaluations-*`, and the report of an evaluation as JSON and as a page."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Path, Query, Response

from aibt.api.csv_text import as_csv_too, csv_answer
from aibt.api.errors import responses
from aibt.api.events import events_page
from aibt.api.listing import After, As, AskedRuns, Limit, next_id
from aibt.api.queries import listed_evaluations
from aibt.api.requests import GatewayOf, Key, command
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.evaluations import (
    EvaluationReportMessage,
    EvaluationRunMessage,
    EvaluationsControl,
    EvaluationsList,
    EvaluationsPageMessage,
    EvaluationsStart,
)
from aibt.protocol.frames import json_text
from aibt.protocol.message import MAX_ID
from aibt.protocol.run_messages import EventsMessage
from aibt.rl.judgement.page import POLICY, page
from aibt.store.records import evaluation_topic

router = APIRouter(prefix="/api/evaluations", tags=["evaluations"], route_class=SignedInRoute)
EvaluationId = Annotated[
    int, Path(ge=1, le=MAX_ID, description="the evaluation's id", examples=[7])
]
_COLUMNS = (
    "id", "state", "reason", "symbol", "period", "source", "algorithms", "seeds", "folds", "better",
    "confidence", "verdict", "created_at", "started_at", "ended_at",
)  # fmt: skip
_NEW = {"symbol": "GOOGL", "period": "D1", "algorithms": [], "seeds": 5, "folds": 4}
_PAGE_HEADERS = {"Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'; base-uri 'none'"}


@router.get(
    "",
    responses={**responses(404, 422), **as_csv_too(EvaluationsPageMessage)},
    response_model=EvaluationsPageMessage,
)
async def evaluations(
    *,
    gateway: GatewayOf,
    owner: Owner,
    asked: AskedRuns,
    as_: As = "json",
) -> EvaluationsPageMessage | Response:
    """List your evaluations."""
    params = asked.read(EvaluationsList)
    found = await gateway.ask(listed_evaluations(gateway, owner, params))
    if as_ == "csv":
        rows = [evaluation.model_dump(mode="json") for evaluation in found]
        return csv_answer(
            [{**row, "algorithms": " ".join(row["algorithms"])} for row in rows],
            _COLUMNS,
            "evaluations",
        )
    return EvaluationsPageMessage(evaluations=found, next=next_id(found, params.limit))


@router.post("", status_code=201, responses=responses(404, 409, 413, 422))
async def start(
    params: Annotated[EvaluationsStart, Body(examples=[_NEW])],
    gateway: GatewayOf,
    owner: Owner,
    key: Key,
) -> EvaluationRunMessage:
    """Start an evaluation. Follow it with `evaluations-watch`, or look again."""
    gateway.pacing.start(owner.id)
    asked = command("evaluations-start", params, key)
    return await gateway.ask(gateway.platform.start_evaluation(owner, params, asked))


@router.get("/{evaluation_id}", responses=responses(404, 422))
async def evaluation(
    evaluation_id: EvaluationId, gateway: GatewayOf, owner: Owner
) -> EvaluationRunMessage:
    """Show an evaluation."""
    return await gateway.ask(gateway.platform.evaluation(owner, evaluation_id))


@router.get(
    "/{evaluation_id}/report",
    responses={
        **responses(404, 422),
        200: {
            "description": "the report, or its page",
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
    },
    response_model=EvaluationReportMessage,
)
async def report(
    evaluation_id: EvaluationId,
    gateway: GatewayOf,
    owner: Owner,
    as_: Annotated[
        Literal["json", "html"], Query(alias="format", description="`html`: a page of its own")
    ] = "json",
) -> Response:
    """Return what an evaluation found, once it has finished."""
    found = await gateway.ask(gateway.platform.evaluation_report(owner, evaluation_id))
    if as_ == "html":
        return Response(page(found), media_type="text/html", headers=_PAGE_HEADERS)
    text = json_text({"id": evaluation_id, "report": found})
    return Response(text, media_type="application/json")


@router.post("/{evaluation_id}/pause", responses=responses(404, 409, 422))
async def pause(
    evaluation_id: EvaluationId, gateway: GatewayOf, owner: Owner, key: Key
) -> EvaluationRunMessage:
    """Pause an evaluation: nothing is computed after the answer."""
    asked = command("evaluations-pause", EvaluationsControl(id=evaluation_id), key)
    return await gateway.ask(gateway.platform.pause_evaluation(owner, evaluation_id, asked))


@router.post("/{evaluation_id}/resume", responses=responses(404, 409, 422))
async def resume(
    evaluation_id: EvaluationId, gateway: GatewayOf, owner: Owner, key: Key
) -> EvaluationRunMessage:
    """Let a paused evaluation go on."""
    asked = command("evaluations-resume", EvaluationsControl(id=evaluation_id), key)
    return await gateway.ask(gateway.platform.resume_evaluation(owner, evaluation_id, asked))


@router.post("/{evaluation_id}/stop", responses=responses(404, 409, 422))
async def stop(
    evaluation_id: EvaluationId, gateway: GatewayOf, owner: Owner, key: Key
) -> EvaluationRunMessage:
    """End an evaluation for good, without a report."""
    asked = command("evaluations-stop", EvaluationsControl(id=evaluation_id), key)
    return await gateway.ask(gateway.platform.stop_evaluation(owner, evaluation_id, asked))


@router.get("/{evaluation_id}/events", responses=responses(404, 422))
async def events(
    evaluation_id: EvaluationId,
    gateway: GatewayOf,
    owner: Owner,
    after: After = 0,
    limit: Limit = 100,
) -> EventsMessage:
    """Return the events of an evaluation after a cursor, oldest first."""
    topic = evaluation_topic(evaluation_id)
    return await events_page(gateway, owner, topic, after=after, limit=limit)
