"""Members share a process: what ends one leaves the others, and what ends the process ends all."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ray.exceptions import ActorDiedError, RayTaskError

from actors import population_places
from actors.population_places import HostedMember, PopulationPlaces, _Place
from aibt.errors import ActorUnavailable

POPULATION = 3


class Shared:
    """A process of two members, 1 and 2, and whether it was ended."""

    def __init__(self) -> None:
        self.places = PopulationPlaces()
        self.place = _Place(population_id=POPULATION, handle=None, group="g", members={1, 2})
        self.places._places[POPULATION] = self.place
        self.ended = False

    def end(self, _handle: object, _group: str) -> None:
        self.ended = True

    async def over(self, member: int, living: Callable[[], Awaitable[Any]]) -> None:
        """Let a member's life come to its end, and the supervisor free its place."""
        hosted = HostedMember(self.places, self.place, member, living)
        try:
            await hosted.life()
        finally:
            await hosted.release()


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Shared:
    made = Shared()
    monkeypatch.setattr(population_places, "end", made.end)
    return made


def raised_there(error: Exception) -> Exception:
    return RayTaskError("live", "", error).as_instanceof_cause()


def raising(error: Exception) -> Callable[[], Awaitable[None]]:
    async def living() -> None:
        raise error

    return living


@pytest.mark.parametrize("error", [OSError("the disk is full"), ActorUnavailable("not now")])
async def test_what_befalls_one_member_leaves_the_others_where_they_are(
    shared: Shared, error: Exception
) -> None:
    with pytest.raises(type(error)):
        await shared.over(1, raising(raised_there(error)))

    assert not shared.ended
    assert shared.places._places == {POPULATION: shared.place}
    assert shared.place.members == {2}


async def test_a_process_that_died_is_given_back_with_all_who_lived_there(shared: Shared) -> None:
    with pytest.raises(ActorUnavailable):
        await shared.over(1, raising(ActorDiedError()))

    assert shared.ended
    assert shared.places._places == {}


async def test_the_last_member_ends_the_process(shared: Shared) -> None:
    async def living() -> None: ...

    await shared.over(1, living)
    assert not shared.ended
    await shared.over(2, living)

    assert shared.ended
