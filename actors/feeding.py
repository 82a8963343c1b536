"""What is new on a training's topic: from the actor that hosts it, else from the store."""

import asyncio
from collections.abc import Sequence

from actors.calls import ask
from actors.handles import Handles
from actors.names import training_actor
from actors.training_rows import is_hosted
from aibt.api.platform import Feed
from aibt.errors import LeaseLost, Unavailable
from aibt.live.event_log import Poll
from aibt.live.events import Event, Json
from aibt.store.database import Store
from aibt.store.records import Training, User

_PAGE = 500
_LOOK_S = 0.25
_SPARE_S = 5.0
_STORED_VERSION = 1
_FINAL_VERSION = 2  # of the status that an ended training is left with


class TrainingFeeds:
    """Looks out for one replica's followers; what it knows of a training is only a hint."""

    def __init__(self, store: Store, handles: Handles) -> None:
        self._store = store
        self._handles = handles
        self._hosted: dict[int, int] = {}  # training -> its owner, while an actor answers for it

    async def feed(
        self, owner: User, training_id: int, cursor: int, status_version: int, timeout_s: float
    ) -> Feed:
        """Return what is new, waiting up to `timeout_s` for it; see `Platform.feed`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        turned_away = False  # by an actor that hosts it no more, while its row says otherwise
        while True:
            left_s = max(deadline - loop.time(), 0.0)
            if self._hosted.get(training_id) == owner.id:
                found = await self._from_actor(owner, training_id, cursor, status_version, left_s)
                if found is not None:
                    return found
                turned_away = True
            training, events = await self._read(owner, training_id, cursor)
            if is_hosted(training):
                self._hosted[training_id] = owner.id
            found = _from_rows(training, events, cursor, status_version)
            if found is not None or loop.time() >= deadline:
                return found or _nothing(cursor, status_version)
            at_once = is_hosted(training) and not turned_away
            await asyncio.sleep(0 if at_once else min(_LOOK_S, left_s))

    async def _from_actor(
        self, owner: User, training_id: int, cursor: int, status_version: int, timeout_s: float
    ) -> Feed | None:
        """Poll the actor; None: it does not host the training any more, so look in the store."""
        name = training_actor(training_id)
        try:
            handle = await self._handles.get(name)
            poll: Poll = await ask(
                handle.poll.remote(cursor, status_version, timeout_s),
                timeout_s=timeout_s + _SPARE_S,
            )
        except (Unavailable, LeaseLost):
            self._forget(training_id)
            return None
        if poll.ended and not poll.events:
            self._forget(training_id)
            return None
        events: Sequence[Event] = poll.events
        if poll.gone:
            _, events = await self._read(owner, training_id, cursor)
        return Feed(
            events=events,
            cursor=events[-1].seq if events else cursor,
            status=None if poll.gone else poll.status,
            status_version=status_version if poll.gone else poll.status_version,
            ended=False,  # the row says so, once the actor has nothing more to tell
        )

    def _forget(self, training_id: int) -> None:
        self._hosted.pop(training_id, None)
        self._handles.forget(training_actor(training_id))

    async def _read(
        self, owner: User, training_id: int, cursor: int
    ) -> tuple[Training, Sequence[Event]]:
        async with self._store.reading(owner.id) as unit:
            training = await unit.trainings.get(training_id)
            events = await unit.events.read(training.topic, cursor, _PAGE)
        return training, events


def _from_rows(
    training: Training, events: Sequence[Event], cursor: int, status_version: int
) -> Feed | None:
    """Return what the rows have that the asker has not, or None."""
    reached = events[-1].seq if events else cursor
    ended = training.state.has_ended and reached >= training.last_seq
    version = _FINAL_VERSION if ended else _STORED_VERSION
    has_news = bool(training.status) and (
        status_version == 0 or (ended and status_version != version)
    )
    if not (events or ended or has_news):
        return None
    return Feed(
        events=events,
        cursor=reached,
        status=_stored_status(training, reached if ended else None) if has_news else None,
        status_version=version if has_news else status_version,
        ended=ended,
    )


def _stored_status(training: Training, last_seq: int | None) -> dict[str, Json]:
    """Return the last status with the state of now: a row may move on without a process."""
    now: dict[str, Json] = {"id": training.id, "state": str(training.state)}
    if last_seq is not None:
        now["cursor"] = last_seq
    return {**training.status, **now}


def _nothing(cursor: int, status_version: int) -> Feed:
    return Feed(events=(), cursor=cursor, status=None, status_version=status_version, ended=False)
