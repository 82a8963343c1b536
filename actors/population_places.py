"""Where populations run: one actor each, with one place, however many members live in it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ray
from ray.util import placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from actors.calls import ask, was_answered
from actors.named_actors import (
    ANSWER_S,
    CONCURRENCY,
    LIFE_S,
    answering,
    end,
    kill,
    remove_places,
)
from actors.names import NAMESPACE, POPULATION, population_actor
from actors.population import PopulationActor
from actors.supervision import Demand
from aibt.errors import ActorUnavailable
from aibt.store.records import Training

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class _Place:
    """One process of a population, and who lives in it."""

    population_id: int
    handle: Any
    group: str
    members: set[int] = field(default_factory=set)
    lost: bool = False
    ended: bool = False


class HostedMember:
    """One activation of a training as a member of a population."""

    def __init__(
        self,
        places: "PopulationPlaces",
        place: _Place,
        training_id: int,
        living: Callable[[], Any],
    ) -> None:
        self._places = places
        self._place = place
        self._id = training_id
        self._living = living

    async def life(self) -> None:
        """Wait until it is over; what befalls this member alone leaves the others where they are.

        Raises:
            ActorUnavailable: the process was lost, and with it all who live there; or it says
                that it cannot host this member now.
        """
        try:
            await ask(self._living(), timeout_s=LIFE_S)
        except ActorUnavailable as error:
            if not was_answered(error):
                self._places.lose(self._place)
            raise

    async def obey(self) -> None:
        await ask(self._place.handle.obey.remote(self._id), timeout_s=ANSWER_S)

    async def park(self) -> bool:
        parked: bool = await ask(self._place.handle.park.remote(self._id), timeout_s=ANSWER_S)
        return parked

    async def checkpoint(self) -> None:
        await ask(self._place.handle.checkpoint.remote(self._id), timeout_s=ANSWER_S)

    async def release(self) -> None:
        await asyncio.to_thread(self._places.release, self._place, self._id)


class PopulationPlaces:
    """Starts the process of a population with its first member, and ends it with its last."""

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}

    def launch(self, training: Training, epoch: int, takes: Demand) -> HostedMember:
        """Have a member live in its population's process. Blocking.

        Raises:
            ActorUnavailable: the name of the process before is not free yet.
        """
        population_id = training.population_id
        if population_id is None:
            raise ValueError(f"training {training.id} is no member of a population")
        place = self._places.get(population_id)
        if place is None:
            place = self._places[population_id] = _started(training, epoch, takes)
        handle = place.handle
        place.members.add(training.id)
        return HostedMember(self, place, training.id, lambda: handle.live.remote(training, epoch))

    def running(self) -> dict[int, HostedMember]:
        """Return the members that live somewhere already, by their trainings. Blocking."""
        found: dict[int, HostedMember] = {}
        for population_id, handle, group in answering(POPULATION, "place"):
            place = _Place(population_id=population_id, handle=handle, group=group)
            self._places[population_id] = place
            for training_id in ray.get(handle.members.remote(), timeout=ANSWER_S):
                place.members.add(training_id)
                found[training_id] = HostedMember(
                    self, place, training_id, _waiting(handle, training_id)
                )
        for place in [*self._places.values()]:
            if not place.members:
                self.lose(place)
                end(place.handle, place.group)
        remove_places(POPULATION, {place.group for place in self._places.values()})
        return found

    def lose(self, place: _Place) -> None:
        """Let no further member live in a process that has been lost."""
        place.lost = True
        if self._places.get(place.population_id) is place:
            del self._places[place.population_id]

    def release(self, place: _Place, training_id: int) -> None:
        """End a population's process if it is lost or this was the last one in it. Blocking."""
        place.members.discard(training_id)
        if (place.members and not place.lost) or place.ended:
            return
        self.lose(place)
        end(place.handle, place.group)
        place.ended = True


def _waiting(handle: Any, training_id: int) -> Callable[[], Any]:
    return lambda: handle.life.remote(training_id)


def _started(training: Training, epoch: int, takes: Demand) -> _Place:
    population_id = training.population_id or 0
    name = population_actor(population_id)
    group_name = f"{name}/{training.id}/{epoch}"
    own = {"CPU": 1, **({"GPU": takes.gpus} if takes.gpus else {})}
    group = placement_group([own], name=group_name, lifetime="detached")
    options = {
        "name": name,
        "namespace": NAMESPACE,
        "lifetime": "detached",
        "num_cpus": 1,
        "num_gpus": takes.gpus,
        "max_restarts": 0,  # each activation takes new leases: the supervisor starts it
        "max_concurrency": 4 * CONCURRENCY,  # each member's life, polls and commands
        "scheduling_strategy": PlacementGroupSchedulingStrategy(
            group, placement_group_bundle_index=0
        ),
    }
    try:
        handle = (
            ray.remote(PopulationActor)
            .options(**options)
            .remote(training.owner_id, population_id, group_name)
        )
    except ValueError as error:  # the name of the one before is not free yet
        remove_placement_group(group)
        kill(name)  # its leases are over
        raise ActorUnavailable(str(error)) from error
    return _Place(population_id=population_id, handle=handle, group=group_name)
