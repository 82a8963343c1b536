"""Populations at the platform: rows, one place in the cluster, and commands that arrive."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.feeding import RunFeeds
from actors.names import population_actor
from actors.platform_populations import active_symbols
from actors.population_host import PopulationHost
from actors.supervision import Supervision
from actors.training_control import TrainingControl
from actors.training_files import TrainingFiles
from actors.training_host import TrainingHost
from aibt.accounts.quotas import refuse_population
from aibt.clock import SystemClock
from aibt.errors import NotFound, QuotaExceeded
from aibt.live.states import RunState
from aibt.settings import QuotaSettings, TrainingSettings
from aibt.store.database import Store
from aibt.store.records import Training, User
from aibt.store.service import Service
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import FakeCluster, FakeHandles
from tests.unit.actors.hosting import Hosting, until

DATA = {"symbol": "EURUSD", "period": "1h", "source": "test"}
REQUEST: dict[str, Any] = {
    "algorithm": "dqn",
    "hidden_layers": 4,
    "depth": 1,
    "train_data_percentage": 80,
    "batch_size": 8,
    "max_episodes": 9,
    "min_episodes": 1,
    "device": "cpu",
    "seed": 1,
    "search": {"interval": 2, "fraction": 0.5},
}


async def population_of(store: Store, *trainings: Training) -> list[Training]:
    owner = trainings[0].owner_id
    async with store.writing(owner) as unit:
        population = await unit.populations.create(
            name="many", request=REQUEST, data=DATA, searching=True
        )
        for member, training in enumerate(trainings, 1):
            await unit.populations.add_member(population.id, member, training.id)
        return await unit.trainings.of_population(population.id)


class Reached:
    """The population's actor, as it is reached: methods about a member name its training first."""

    def __init__(self, host: PopulationHost) -> None:
        self._host = host

    def __getattr__(self, name: str) -> Any:
        async def method(training_id: int, *given: Any) -> Any:
            answer = getattr(self._host.host(training_id), name)(*given)
            return await answer if asyncio.iscoroutine(answer) else answer

        return method

    async def statuses(self) -> Any:
        return {host.training.id: host.status() for host in self._host.hosts().values()}

    async def scores(self) -> Any:
        return {1: 0.25}


@pytest.fixture
def handles() -> FakeHandles:
    return FakeHandles()


@pytest.fixture
async def owner(store: Store) -> User:
    async with Service(store).writing() as unit:
        return await unit.users.local_user()


@pytest.fixture
async def hosted(
    store: Store, files: TrainingFiles, handles: FakeHandles, queued: StartTraining
) -> AsyncIterator[dict[int, Hosting]]:
    """Two members in one process, each having done three steps."""
    members = await population_of(
        store, *[await queued(lr=0.1, gamma=0.9, seed=1) for _ in range(2)]
    )
    hostings = {training.id: Hosting(store, files, training) for training in members}

    async def make(training: Training, epoch: int) -> TrainingHost:
        return await hostings[training.id].make()

    host = PopulationHost(make)
    handles.actors[population_actor(members[0].population_id or 0)] = Reached(host)
    lives = [asyncio.create_task(host.live(training, 1)) for training in members]
    await until(lambda: len(host.members()) == len(members))
    for training in members:
        hostings[training.id].life = host._lives[training.id].task
        await hostings[training.id].step(3)
    yield hostings
    for hosting in hostings.values():
        if hosting.life is not None and not hosting.life.done():
            await hosting.lose()
    await asyncio.gather(*lives, return_exceptions=True)


async def test_members_take_one_place_together_and_each_is_started(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    cluster = FakeCluster(cpus=2)
    supervision = Supervision(store, cluster, files, SystemClock(), TrainingSettings())
    members = await population_of(store, *[await queued() for _ in range(5)])
    alone, waiting = await queued(), await queued()

    await supervision.look()

    launched = [one.training.id for one in cluster.launched]
    assert launched == [*(member.id for member in members), alone.id]
    async with store.reading(waiting.owner_id) as unit:
        assert (await unit.trainings.get(waiting.id)).state is RunState.QUEUED


async def test_a_command_reaches_its_member_alone(
    store: Store, files: TrainingFiles, handles: FakeHandles, hosted: dict[int, Hosting]
) -> None:
    control = TrainingControl(store, files, handles)
    first, second = hosted.values()

    found = await control.pause(first.training.owner_id, first.training.id, "1" * 32)
    changed = await control.update(first.training.owner_id, first.training.id, {"lr": 0.5}, None)
    await second.step(2)

    assert found.run.state is RunState.PAUSED
    assert changed.run.current["lr"] == 0.5
    assert (first.runs[0].steps, second.runs[0].steps) == (3, 5)
    assert second.host.state is RunState.RUNNING
    await control.resume(first.training.owner_id, first.training.id, None)


async def test_a_member_is_followed_as_any_training_and_the_population_too(
    store: Store, handles: FakeHandles, hosted: dict[int, Hosting], owner: User
) -> None:
    feeds = RunFeeds(store, handles)
    first = next(iter(hosted.values()))
    topic = f"population/{first.training.population_id}"

    member = await feeds.feed(owner, first.training.topic, 0, 0, 0.2)
    live = await feeds.feed(owner, first.training.topic, member.cursor, 0, 0.2)
    many = await feeds.feed(owner, topic, 0, 0, 0.2)

    assert [event.kind for event in member.events] == ["state", "state"]
    assert live.status is not None
    assert live.status["steps"] == 3
    assert many.status is not None
    assert many.status["state"] == "running"
    assert [one["steps"] for one in many.status["members"]] == [3, 3]  # type: ignore[index, call-overload, union-attr]
    assert [one["score"] for one in many.status["members"]] == [0.25, None]  # type: ignore[index, call-overload, union-attr]
    same = await feeds.feed(owner, topic, 0, many.status_version, 0)
    assert (same.status, same.ended) == (None, False)


async def test_a_population_ends_with_its_last_member(
    store: Store, handles: FakeHandles, owner: User, queued: StartTraining
) -> None:
    members = await population_of(
        store, *[await queued(lr=0.1, gamma=0.9, seed=1) for _ in range(2)]
    )
    feeds, topic = RunFeeds(store, handles), f"population/{members[0].population_id}"
    for training in members:
        assert not (await feeds.feed(owner, topic, 0, 0, 0)).ended
        async with store.writing(owner.id) as unit:
            await unit.trainings.set_state(training.id, RunState.STOPPED, epoch=None)

    assert (await feeds.feed(owner, topic, 0, 0, 0)).ended
    with pytest.raises(NotFound):
        await feeds.feed(owner, "population/99", 0, 0, 0)
    with pytest.raises(NotFound):
        await feeds.feed(owner, "population/x", 0, 0, 0)


async def test_a_population_counts_as_one_training(store: Store, queued: StartTraining) -> None:
    members = await population_of(store, *[await queued(symbol="A") for _ in range(4)])
    alone = await queued(symbol="B")

    active = active_symbols([*members, alone])

    assert active == ["A", "B"]
    quotas = QuotaSettings(active_trainings=3, population_members=4)
    asked: dict[str, Any] = {"max_episodes": 1, "environments": 1, "symbol": "A"}
    refuse_population(quotas, members=4, active=active, **asked)
    with pytest.raises(QuotaExceeded, match="at most 4"):
        refuse_population(quotas, members=5, active=active, **asked)
    with pytest.raises(QuotaExceeded, match="have not ended"):
        refuse_population(quotas, members=2, active=["A", "B", "C"], **asked)
