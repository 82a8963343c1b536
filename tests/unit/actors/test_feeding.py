"""Followers miss nothing, whether an actor answers for a training or its rows do."""

import asyncio

import pytest

from actors import feeding
from actors.feeding import RunFeeds
from actors.names import training_actor
from actors.training_control import TrainingControl
from actors.training_files import TrainingFiles
from aibt.api.platform import Feed
from aibt.errors import NotFound
from aibt.live.event_log import Poll
from aibt.live.events import Emission, Event
from aibt.live.states import RunState
from aibt.store.database import Store
from aibt.store.records import Training, User
from aibt.store.service import Service
from tests.patience import PATIENCE_S
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import PER_EPISODE, FakeHandles
from tests.unit.actors.hosting import LAST, Hosting


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "_LOOK_S", 0.02)


@pytest.fixture
def handles() -> FakeHandles:
    return FakeHandles()


@pytest.fixture
def feeds(store: Store, handles: FakeHandles) -> RunFeeds:
    return RunFeeds(store, handles)


@pytest.fixture
async def owner(store: Store) -> User:
    async with Service(store).writing() as unit:
        return await unit.users.local_user()


class Follower:
    """Follows one training as a gateway does, and keeps what it was told."""

    def __init__(self, feeds: RunFeeds, owner: User, training: Training) -> None:
        self._feeds, self._owner, self._training = feeds, owner, training
        self.events: list[Event] = []
        self.last: Feed | None = None
        self.version = 0
        self.status_states: list[object] = []

    async def look(self, timeout_s: float = 0.1) -> Feed:
        cursor = self.events[-1].seq if self.events else 0
        feed = await self._feeds.feed(
            self._owner, self._training.topic, cursor, self.version, timeout_s
        )
        self.events += feed.events
        self.version = feed.status_version
        if feed.status is not None:
            self.status_states.append(feed.status["state"])
        self.last = feed
        return feed

    async def to_the_end(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not (await self.look()).ended:
                continue

    def states(self) -> list[object]:
        return [event.data["state"] for event in self.events if event.kind == "state"]


async def test_a_follower_is_told_everything_once_through_a_loss_a_park_and_the_end(
    store: Store,
    files: TrainingFiles,
    feeds: RunFeeds,
    handles: FakeHandles,
    owner: User,
    queued: StartTraining,
) -> None:
    training = await queued()
    follower = Follower(feeds, owner, training)
    control = TrainingControl(store, files, handles)
    of = (training.owner_id, training.id)
    following = asyncio.create_task(follower.to_the_end())

    first = Hosting(store, files, training)
    handles.actors[training_actor(training.id)] = await first.begin()
    await first.step(25)
    handles.actors.clear()
    await first.lose()
    second = Hosting(store, files, await first.row())
    handles.actors[training_actor(training.id)] = await second.begin()
    await second.step(30)
    await control.pause(*of, None)
    assert await second.host.park()
    await second.ended()
    handles.actors.clear()
    await control.resume(*of, None)
    third = Hosting(store, files, await second.row())
    handles.actors[training_actor(training.id)] = await third.begin()
    assert await third.ended() is RunState.FINISHED
    await following

    assert [event.seq for event in follower.events] == list(range(1, len(follower.events) + 1))
    assert sum(event.kind == "trade" for event in follower.events) == LAST // PER_EPISODE
    assert follower.states() == [
        *("loading", "running"),
        *("loading", "running", "paused", "queued"),
        *("loading", "running", "finished"),
    ]
    assert follower.status_states[-1] == "finished"
    assert follower.last is not None
    assert follower.last.cursor == (await third.row()).last_seq


async def test_the_end_is_said_with_the_last_event_and_not_before(
    store: Store,
    files: TrainingFiles,
    feeds: RunFeeds,
    owner: User,
    queued: StartTraining,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeding, "_PAGE", 4)
    hosting = Hosting(store, files, await queued(), paced=False)
    await hosting.begin()
    await hosting.ended()
    follower = Follower(feeds, owner, hosting.training)
    last_seq = (await hosting.row()).last_seq

    for _ in range(100):
        feed = await follower.look()
        assert feed.ended is (feed.cursor == last_seq)
        if feed.ended:
            break

    assert len(follower.events) == last_seq
    again = await follower.look()
    assert (again.ended, again.events, again.status) == (True, [], None)


async def test_a_status_of_the_rows_says_the_state_of_the_row(
    store: Store,
    files: TrainingFiles,
    feeds: RunFeeds,
    handles: FakeHandles,
    owner: User,
    queued: StartTraining,
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(12)
    await host.pause(None)
    await hosting.lose()
    async with store.writing(owner.id) as unit:
        row = await unit.trainings.get(hosting.training.id)
        await unit.trainings.set_parked(row.id, True, epoch=None)
    await TrainingControl(store, files, handles).stop(owner.id, row.id, None)
    follower = Follower(feeds, owner, row)

    await follower.to_the_end()

    assert follower.status_states == ["stopped"]
    assert follower.last is not None
    assert follower.last.status is not None
    assert follower.last.status["cursor"] == follower.last.cursor


async def test_what_has_nothing_new_answers_when_the_time_is_over(
    feeds: RunFeeds, owner: User, queued: StartTraining
) -> None:
    feed = await feeds.feed(owner, (await queued()).topic, 0, 0, 0.05)

    assert (feed.events, feed.cursor, feed.status, feed.ended) == ((), 0, None, False)


async def test_someone_elses_training_is_not_found_even_while_it_is_hosted(
    store: Store,
    files: TrainingFiles,
    feeds: RunFeeds,
    handles: FakeHandles,
    owner: User,
    queued: StartTraining,
) -> None:
    hosting = Hosting(store, files, await queued())
    handles.actors[training_actor(hosting.training.id)] = await hosting.begin()
    await hosting.step(3)
    await Follower(feeds, owner, hosting.training).look()
    other = User(id=owner.id + 1, email="other@example.org", created_at=owner.created_at)

    with pytest.raises(NotFound):
        await feeds.feed(other, hosting.training.topic, 0, 0, 0.05)
    await hosting.lose()


class Left:
    """An actor that hosts its training no more, while the row still says so."""

    def __init__(self) -> None:
        self.polls = 0

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        self.polls += 1
        return Poll(
            events=(),
            cursor=cursor,
            gone=False,
            first=1,
            status=None,
            status_version=status_version,
            ended=True,
        )


async def test_an_actor_that_turns_a_follower_away_is_not_asked_without_rest(
    store: Store, feeds: RunFeeds, handles: FakeHandles, owner: User, queued: StartTraining
) -> None:
    training = await queued()
    async with store.writing(training.owner_id) as unit:
        await unit.trainings.set_state(training.id, RunState.RUNNING, epoch=None)
    left = handles.actors[training_actor(training.id)] = Left()

    await feeds.feed(owner, training.topic, 0, 0, 0.2)

    assert 1 <= left.polls <= 11


async def test_what_has_left_an_actors_memory_is_read_from_the_store(
    store: Store, feeds: RunFeeds, handles: FakeHandles, owner: User, queued: StartTraining
) -> None:
    training = await queued()
    told = [Emission(key=f"{n}", kind="log", data={"text": str(n)}) for n in range(5)]
    async with store.writing(training.owner_id) as unit:
        await unit.trainings.set_state(training.id, RunState.RUNNING, epoch=None)
        await unit.events.append(training.topic, None, told)

    class Forgetful(Left):
        async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
            found = await super().poll(cursor, status_version, timeout_s)
            return Poll(
                events=(),
                cursor=cursor,
                gone=True,
                first=6,
                status=None,
                status_version=found.status_version,
                ended=False,
            )

    handles.actors[training_actor(training.id)] = Forgetful()
    feeds._hosted[training.id] = owner.id

    feed = await feeds.feed(owner, training.topic, 2, 0, 0.1)

    assert [event.seq for event in feed.events] == [3, 4, 5]
    assert feed.cursor == 5
    assert not feed.ended
