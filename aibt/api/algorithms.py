"""The algorithms and encoders that a bot may learn with."""

from fastapi import APIRouter

from aibt.api.errors import responses
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.protocol.algorithms import AlgorithmsMessage, algorithms_message

router = APIRouter(prefix="/api/algorithms", tags=["trainings"], route_class=SignedInRoute)


@router.get("", responses=responses())
async def algorithms(_: Owner) -> AlgorithmsMessage:
    """List the algorithms and the encoders, with what each does in one sentence."""
    return algorithms_message()
