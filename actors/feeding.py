"""What is new on a run's topic: from the actor that hosts it, else from the store."""

import asyncio
import json
from collections.abc import Sequence
from zlib import crc32

from actors.calls import ask
from actors.handles import Handles
from actors.names import Address, address_of
from actors.population_view import live_members, shown_population
from actors.run_rows import Run, is_hosted
from aibt.api.platform import Feed
from aibt.errors import LeaseLost, NotFound, Unavailable
from aibt.live.event_log import Poll
from aibt.live.events import Event, Json
from aibt.protocol.populations import PopulationStatusMessage
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import (
    EVALUATION_TOPIC,
    POPULATION_TOPIC,
    SESSION_TOPIC,
    TRAINING_TOPIC,
    User,
)

_PAGE = 500
_POPULATION_STATUS = set(PopulationStatusMessage.model_fields)
_MOST_DIGITS = 18
_LOOK_S = 0.25
_SPARE_S = 5.0
_STORED_VERSION = 1
_FINAL_VERSION = 2  # of the status that an ended training is left with


class RunFeeds:
    """Looks out for one replica's followers; what it knows of a run is only a hint."""

    def __init__(self, store: Store, handles: Handles) -> None:
        self._store = store
        self._handles = handles
        self._hosted: dict[str, tuple[int, Address]] = {}  # topic -> its owner, and who answers

    async def feed(
        self, owner: User, topic: str, cursor: int, status_version: int, timeout_s: float
    ) -> Feed:
        """Return what is new, waiting up to `timeout_s` for it; see `Platform.feed`."""
        if topic.startswith(POPULATION_TOPIC):
            return await self._of_population(owner, topic, cursor, status_version, timeout_s)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        turned_away = False  # by an actor that hosts it no more, while its row says otherwise
        while True:
            left_s = max(deadline - loop.time(), 0.0)
            hosted_for, address = self._hosted.get(topic, (None, Address(topic)))
            if hosted_for == owner.id:
                found = await self._from_actor(
                    owner, topic, address, cursor, status_version, left_s
                )
                if found is not None:
                    return found
                turned_away = True
            run, events = await self._read(owner, topic, cursor)
            if is_hosted(run):
                self._hosted[topic] = (owner.id, address_of(run))
            found = _from_rows(run, events, cursor, status_version)
            if found is not None or loop.time() >= deadline:
                return found or _nothing(cursor, status_version)
            at_once = is_hosted(run) and not turned_away
            await asyncio.sleep(0 if at_once else min(_LOOK_S, left_s))

    async def _of_population(
        self, owner: User, topic: str, cursor: int, status_version: int, timeout_s: float
    ) -> Feed:
        """Return what is new of a population: its events are rows, written by several processes."""
        number = _number(topic, POPULATION_TOPIC)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            async with self._store.reading(owner.id) as unit:
                await unit.populations.get(number)  # whose it is, before anybody is asked
            statuses, scores = await live_members(self._handles, number)
            async with self._store.reading(owner.id) as unit:
                population = await unit.populations.get(number)
                events = await unit.events.read(topic, cursor, _PAGE)
                message = await shown_population(unit, population, statuses, scores)
            reached = events[-1].seq if events else cursor
            ended = message.active_count == 0 and reached >= population.last_seq
            shown = message.model_copy(update={"cursor": min(reached, population.last_seq)})
            status = shown.model_dump(mode="json", include=_POPULATION_STATUS)
            version = crc32(json.dumps(status, sort_keys=True).encode()) or 1
            if events or ended or version != status_version or loop.time() >= deadline:
                return Feed(
                    events=events,
                    cursor=reached,
                    status=status if version != status_version else None,
                    status_version=version,
                    ended=ended,
                )
            await asyncio.sleep(min(_LOOK_S, max(deadline - loop.time(), 0.0)))

    async def _from_actor(
        self,
        owner: User,
        topic: str,
        address: Address,
        cursor: int,
        status_version: int,
        timeout_s: float,
    ) -> Feed | None:
        """Poll the actor; None: it does not host the run any more, so look in the store."""
        try:
            handle = await self._handles.get(address.actor)
            poll: Poll = await ask(
                handle.poll.remote(*address.first, cursor, status_version, timeout_s),
                timeout_s=timeout_s + _SPARE_S,
            )
        except (Unavailable, LeaseLost):
            self._forget(topic, address)
            return None
        if poll.ended and not poll.events:
            self._forget(topic, address)
            return None
        events: Sequence[Event] = poll.events
        if poll.gone:
            _, events = await self._read(owner, topic, cursor)
        return Feed(
            events=events,
            cursor=events[-1].seq if events else cursor,
            status=None if poll.gone else poll.status,
            status_version=status_version if poll.gone else poll.status_version,
            ended=False,  # the row says so, once the actor has nothing more to tell
        )

    def _forget(self, topic: str, address: Address) -> None:
        self._hosted.pop(topic, None)
        self._handles.forget(address.actor)

    async def _read(self, owner: User, topic: str, cursor: int) -> tuple[Run, Sequence[Event]]:
        async with self._store.reading(owner.id) as unit:
            run = await run_of(unit, topic)
            events = await unit.events.read(topic, cursor, _PAGE)
        return run, events


async def run_of(unit: UnitOfWork, topic: str) -> Run:
    """Return the owner's run of a topic.

    Raises:
        NotFound: he has none.
    """
    for prefix, kind in (
        (TRAINING_TOPIC, unit.trainings),
        (SESSION_TOPIC, unit.sessions),
        (EVALUATION_TOPIC, unit.evaluations),
    ):
        if topic.startswith(prefix):
            run: Run = await kind.get(_number(topic, prefix))
            return run
    raise NotFound("topic", topic[:64], "topic")


def _number(topic: str, prefix: str) -> int:
    number = topic.removeprefix(prefix)
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise NotFound("topic", topic[:64], "topic")
    return int(number)


def _from_rows(run: Run, events: Sequence[Event], cursor: int, status_version: int) -> Feed | None:
    """Return what the rows have that the asker has not, or None."""
    reached = events[-1].seq if events else cursor
    ended = run.state.has_ended and reached >= run.last_seq
    version = _FINAL_VERSION if ended else _STORED_VERSION
    has_news = bool(run.status) and (status_version == 0 or (ended and status_version != version))
    if not (events or ended or has_news):
        return None
    return Feed(
        events=events,
        cursor=reached,
        status=_stored_status(run, reached if ended else None) if has_news else None,
        status_version=version if has_news else status_version,
        ended=ended,
    )


def _stored_status(run: Run, last_seq: int | None) -> dict[str, Json]:
    """Return the last status with the state of now: a row may move on without a process."""
    now: dict[str, Json] = {"id": run.id, "state": str(run.state)}
    if last_seq is not None:
        now["cursor"] = last_seq
    return {**run.status, **now}


def _nothing(cursor: int, status_version: int) -> Feed:
    return Feed(events=(), cursor=cursor, status=None, status_version=status_version, ended=False)
