"""A population as it is shown: its rows, and what the process says that hosts its members."""

from collections.abc import Mapping, Sequence

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
    (shown,) = await shown_populations(unit, [population], statuses, scores)
    return shown


async def shown_populations(
    unit: UnitOfWork,
    populations: Sequence[Population],
    statuses: Mapping[int, Mapping[str, Json]] | None = None,
    scores: Mapping[int, float] | None = None,
) -> list[PopulationMessage]:
    """Return populations by their rows, in few queries however many they are."""
    ids = [population.id for population in populations]
    members = await unit.populations.members(ids)
    trainings = {training.id: training for training in await unit.trainings.of_population(*ids)}
    steps = await unit.populations.count_steps(ids)
    return [
        population_message(
            population,
            [one for one in members if one.population_id == population.id],
            trainings,
            steps_taken=steps[population.id],
            statuses=statuses,
            scores=scores,
        )
        for population in populations
    ]
