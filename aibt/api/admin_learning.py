"""For administrators: everybody's evaluations and populations."""

from fastapi import APIRouter

from aibt.api.errors import responses
from aibt.api.evaluations import EvaluationId
from aibt.api.listing import AskedOfAll, AskedRunsOfAll
from aibt.api.populations import PopulationId
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import AdministrationOf, SignedInRoute
from aibt.protocol.admin import (
    OwnedEvaluationMessage,
    OwnedEvaluationsMessage,
    OwnedPopulationMessage,
    OwnedPopulationsMessage,
)
from aibt.protocol.evaluations import evaluation_message
from aibt.protocol.populations import PopulationMessage, population_message
from aibt.store.records import PopulationRows

router = APIRouter(prefix="/api/admin", tags=["administration"], route_class=SignedInRoute)


@router.get("/evaluations", responses=responses(422))
async def evaluations(
    gateway: GatewayOf, administration: AdministrationOf, asked: AskedRunsOfAll
) -> OwnedEvaluationsMessage:
    """List everybody's evaluations, the newest first, as they were last stored."""
    found = await gateway.ask(administration.evaluations(**asked.one_more()))
    shown = [
        OwnedEvaluationMessage(
            owner_id=one.owner_id, owner=email, evaluation=evaluation_message(one)
        )
        for email, one in found[: asked.limit]
    ]
    return OwnedEvaluationsMessage(evaluations=shown, next=asked.next(found))


@router.get("/evaluations/{evaluation_id}", responses=responses(404, 422))
async def evaluation(
    evaluation_id: EvaluationId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedEvaluationMessage:
    """Show somebody's evaluation."""
    owner, _ = await gateway.ask(administration.evaluation(evaluation_id, "evaluations-get"))
    shown = await gateway.ask(gateway.platform.evaluation(owner, evaluation_id))
    return OwnedEvaluationMessage(owner_id=owner.id, owner=owner.email, evaluation=shown)


@router.post("/evaluations/{evaluation_id}/stop", responses=responses(404, 409, 422))
async def stop_evaluation(
    evaluation_id: EvaluationId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedEvaluationMessage:
    """End somebody's evaluation for good, without a report."""
    owner, _ = await gateway.ask(administration.evaluation(evaluation_id, "evaluations-stop"))
    stopped = await gateway.ask(gateway.platform.stop_evaluation(owner, evaluation_id, None))
    return OwnedEvaluationMessage(owner_id=owner.id, owner=owner.email, evaluation=stopped)


@router.get("/populations", responses=responses(422))
async def populations(
    gateway: GatewayOf, administration: AdministrationOf, asked: AskedOfAll
) -> OwnedPopulationsMessage:
    """List everybody's populations, the newest first; `members` is empty here."""
    found = await gateway.ask(administration.populations(**asked.one_more()))
    shown = [
        OwnedPopulationMessage(
            owner_id=rows.population.owner_id, owner=email, population=_without_members(rows)
        )
        for email, rows in found[: asked.limit]
    ]
    return OwnedPopulationsMessage(populations=shown, next=asked.next(found))


@router.get("/populations/{population_id}", responses=responses(404, 422))
async def population(
    population_id: PopulationId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedPopulationMessage:
    """Show somebody's population and its members."""
    owner, _ = await gateway.ask(administration.population(population_id, "populations-get"))
    shown = await gateway.ask(gateway.platform.population(owner, population_id))
    return OwnedPopulationMessage(owner_id=owner.id, owner=owner.email, population=shown)


@router.post("/populations/{population_id}/stop", responses=responses(404, 409, 422))
async def stop_population(
    population_id: PopulationId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedPopulationMessage:
    """End every member of somebody's population; their best weights and histories stay."""
    owner, _ = await gateway.ask(administration.population(population_id, "populations-stop"))
    stopped = await gateway.ask(gateway.platform.stop_population(owner, population_id, None))
    return OwnedPopulationMessage(owner_id=owner.id, owner=owner.email, population=stopped)


def _without_members(rows: PopulationRows) -> PopulationMessage:
    shown = population_message(
        rows.population, rows.members, rows.trainings, steps_taken=rows.steps_taken
    )
    return shown.model_copy(update={"members": []})
