"""What one socket follows: runs of every kind, from their start or from a cursor on."""

import contextlib
from datetime import timedelta
from typing import Final

from aibt.api.gateway import Gateway
from aibt.api.outbox import Outbox
from aibt.api.queries import command_of
from aibt.api.subscriptions import DEFAULT_RATE_HZ, Stream, Streams
from aibt.api.topics import Kind, RunMessage, kind_of
from aibt.errors import AibtError, Invalid
from aibt.protocol.evaluations import EvaluationsStart, EvaluationsUnwatch, EvaluationsWatch
from aibt.protocol.frames import Head, json_text
from aibt.protocol.populations import PopulationsStart, PopulationsUnwatch, PopulationsWatch
from aibt.protocol.sessions import SessionsStart, SessionsUnwatch, SessionsWatch
from aibt.protocol.tasks import Task
from aibt.protocol.trainings import TrainingsStart, TrainingsUnwatch, TrainingsWatch
from aibt.store.records import User

Start = TrainingsStart | PopulationsStart | SessionsStart | EvaluationsStart
Watch = TrainingsWatch | PopulationsWatch | SessionsWatch | EvaluationsWatch
Unwatch = TrainingsUnwatch | PopulationsUnwatch | SessionsUnwatch | EvaluationsUnwatch

_SKEW: Final = timedelta(seconds=5)  # between the clocks of this process and of the store


class Following:
    """The streams of one socket, and the requests that begin and end them."""

    def __init__(self, gateway: Gateway, outbox: Outbox) -> None:
        self._gateway = gateway
        self._outbox = outbox
        self._streams = Streams(gateway.limits.streams)

    async def start(self, owner: User, head: Head, task: Task, params: Start) -> None:
        """Start a run, and follow it under the request's id.

        Raises:
            AibtError: it was refused, or the platform is not available.
        """
        kind = kind_of(task.query)
        self._gateway.pacing.start(owner.id)
        began = self._gateway.clock.now()
        command = command_of(task.query, params.asked(), head.id)
        self._check_room(None)
        starting = kind.start(self._gateway.platform, owner, params, command)
        run = await self._gateway.ask(starting)
        # A repeated start is answered with what was answered first, which may be long ago.
        with contextlib.suppress(AibtError):
            run = await self._found(kind, owner, run.id)
        is_new = run.created_at >= began - _SKEW
        stream = self._stream(kind, owner, head, run.id, DEFAULT_RATE_HZ)
        await self._streams.open(stream, run, None, begin_at=0 if is_new else run.cursor)

    async def watch(self, owner: User, head: Head, kind: Kind, params: Watch) -> None:
        """Follow a run from a snapshot, or from a cursor on.

        Raises:
            AibtError: there is none, or the platform is not available.
        """
        self._check_room(kind.topic(params.id))
        run = await self._found(kind, owner, params.id)
        stream = self._stream(kind, owner, head, run.id, params.rate_hz or DEFAULT_RATE_HZ)
        await self._streams.open(stream, run, params.cursor, begin_at=run.cursor)

    async def unwatch(self, owner: User, head: Head, kind: Kind, params: Unwatch) -> None:
        """End the stream of a run, and answer with the run.

        Raises:
            AibtError: there is none, or the platform is not available.
        """
        run = await self._found(kind, owner, params.id)
        await self._streams.end(kind.topic(params.id))
        await self._outbox.put(head.frame(json_text(run), done=True))

    async def ended(self, topic: str) -> None:
        """Wait until the stream of a topic has come to its end."""
        await self._streams.ended(topic)

    async def end_all(self) -> None:
        """End every stream without a last frame."""
        await self._streams.end_all()

    def cancel(self) -> None:
        """End every stream at once, and open no more. Never waits."""
        self._streams.cancel()

    def _stream(self, kind: Kind, owner: User, head: Head, run_id: int, rate_hz: float) -> Stream:
        return Stream(
            self._gateway,
            owner=owner,
            head=head,
            kind=kind,
            run_id=run_id,
            outbox=self._outbox,
            rate_hz=rate_hz,
        )

    def _check_room(self, topic: str | None) -> None:
        if self._streams.is_full(topic):
            most = self._gateway.limits.streams
            raise Invalid("id", f"this socket follows {most} topics, which is the most it may")

    async def _found(self, kind: Kind, owner: User, run_id: int) -> RunMessage:
        return await self._gateway.ask(kind.find(self._gateway.platform, owner, run_id))
