"""A population as it is shown: its rows, and what the process says that hosts its members."""

from collections.abc import Mapping

from actors.calls import ask
from actors.handles import Handles
from actors.names import population_actor
from aibt.errors import Unavailable
from aibt.live.events import Json
from aibt.protocol.populations import PopulationMessage, population_message
from aibt.store.database import UnitOfWork
from aibt.store.records import Population

_LIVE_S = 2.0


async def live_members(
    handles: Handles, population_id: int
) -> tuple[Mapping[int, Mapping[str, Json]], Mapping[int, float]]:
    """Return statuses and scores of the members that a process hosts; nothing where none does."""
    name = population_actor(population_id)
    try:
        handle = await handles.get(name)
        return (
            await ask(handle.statuses.remote(), timeout_s=_LIVE_S),
            await ask(handle.scores.remote(), timeout_s=_LIVE_S),
        )
    except Unavailable:
        handles.forget(name)
        return {}, {}


async def shown_population(
    unit: UnitOfWork,
    population: Population,
    statuses: Mapping[int, Mapping[str, Json]] | None = None,
    scores: Mapping[int, float] | None = None,
) -> PopulationMessage:
    """Return a population by its rows, and by what `live_members` said."""
    members = await unit.populations.members([population.id])
    trainings = await unit.trainings.of_population(population.id)
    return population_message(
        population,
        members,
        {training.id: training for training in trainings},
        steps_taken=await unit.populations.count_steps(population.id),
        statuses=statuses,
        scores=scores,
    )
