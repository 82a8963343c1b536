"""All that one activation of a session writes: its journal, events, states; under its epoch."""

import asyncio
from collections.abc import Mapping, Sequence

from aibt.agents.emissions import emissions_of
from aibt.clock import Clock
from aibt.live.event_log import EventLog
from aibt.live.events import Emission, Event, Json
from aibt.live.journal import Draft, Entry
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Session
from aibt.store.uninterrupted import uninterrupted


class SessionRecorder:
    """The one writer of an activation. Implements `aibt.live.journal.Journal`."""

    def __init__(self, session: Session, epoch: int, *, store: Store, clock: Clock) -> None:
        self.session = session
        self.epoch = epoch
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()
        self.log = EventLog(last_seq=session.last_seq, epoch=epoch)

    async def open(self) -> Session | None:
        """Take up the topic where it stands and say that the session is loading.

        Returns:
            The session as it is now; None: it has ended.

        Raises:
            LeaseLost: a newer activation has the lease already.
        """
        async with self._turn, self._store.writing(self.session.owner_id) as unit:
            await unit.leases.check(self.session.topic, self.epoch)
            session = await unit.sessions.get(self.session.id)
            if not session.state.has_ended:
                key = f"epoch/{self.epoch}/loading"
                session = await self._state(unit, RunState.LOADING, key, None)
        self.session = session
        self.log.close()  # whoever waits there already looks again, and finds the new one
        self.log = EventLog(last_seq=session.last_seq, epoch=self.epoch)
        return None if session.state.has_ended else session

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Store entries, what they come to and the events that tell of them."""
        return await uninterrupted(self._append(drafts))

    async def _append(self, drafts: Sequence[Draft]) -> list[Entry]:
        told = [
            self._completed(emission)
            for draft in drafts
            for emission in emissions_of(self.session.id, draft)
        ]
        async with self._turn:
            async with self._store.writing(self.session.owner_id) as unit:
                entries, events = await unit.journal.append(
                    self.session.id, self.epoch, drafts, told
                )
                missed = await self._missed(unit, events)
            self.log.append([*missed, *events])
        return entries

    async def read(self, after: int, limit: int) -> list[Entry]:
        async with self._store.reading(self.session.owner_id) as unit:
            return await unit.journal.read(self.session.id, after, limit)

    async def set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        status: Mapping[str, Json] | None = None,
        told: Sequence[Emission] = (),
        wants: Desired | None = None,
    ) -> None:
        """Store a new state with its event, and the status; after what is `told`.

        `wants` becomes what the owner wants, in the same transaction: never of a session that he
        wants stopped.
        """
        async with self._turn:
            async with self._store.writing(self.session.owner_id) as unit:
                if status is not None:
                    await unit.sessions.save_status(self.session.id, status, epoch=self.epoch)
                session = await self._state(unit, state, key, reason, told)
                if wants is not None and session.desired is not Desired.STOPPED:
                    session = await unit.sessions.set_desired(self.session.id, wants)
                new = await unit.events.read(self.session.topic, self.log.last_seq)
            self.session = session
            self.log.append(new)

    async def save_status(self, status: Mapping[str, Json]) -> None:
        """Store the newest status, for lists and for whoever looks when no process hosts it."""
        async with self._turn, self._store.writing(self.session.owner_id) as unit:
            await unit.sessions.save_status(self.session.id, status, epoch=self.epoch)

    async def desired(self) -> Desired:
        """Return what the owner wants at this moment."""
        async with self._store.reading(self.session.owner_id) as unit:
            return (await unit.sessions.get(self.session.id)).desired

    async def is_answered(self, command_id: str | None) -> bool:
        """Say whether a command came before, was answered, and must not have its effect again."""
        if command_id is None:
            return False
        async with self._store.writing(self.session.owner_id) as unit:
            return await unit.commands.is_answered(command_id)

    async def _state(
        self,
        unit: UnitOfWork,
        state: RunState,
        key: str,
        reason: str | None,
        before: Sequence[Emission] = (),
    ) -> Session:
        if state.has_ended:
            earlier = await unit.sessions.get(self.session.id)
            if earlier.state is state:  # stored and told, though its writer was not told so
                return earlier
        data: dict[str, Json] = {"id": self.session.id, "state": str(state), "reason": reason}
        await unit.sessions.set_state(self.session.id, state, epoch=self.epoch, reason=reason)
        told = [*before, Emission(key=key, kind="state", data=data)]
        emissions = [self._completed(emission) for emission in told]
        await unit.events.append(self.session.topic, self.epoch, emissions)
        return await unit.sessions.get(self.session.id)

    async def _missed(self, unit: UnitOfWork, events: Sequence[Event]) -> list[Event]:
        """Return events that another wrote between our last one and `events`."""
        gap = events[0].seq - 1 - self.log.last_seq if events else 0
        if gap <= 0:
            return []
        return await unit.events.read(self.session.topic, self.log.last_seq, gap)

    def _completed(self, emission: Emission) -> Emission:
        if emission.kind != "log":
            return emission
        data: dict[str, Json] = {"at": self._clock.now().isoformat(), **emission.data}
        return Emission(key=emission.key, kind=emission.kind, data=data)
