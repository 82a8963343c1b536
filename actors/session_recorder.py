"""All that one activation of a session writes: its journal, events, states; under its epoch."""

from collections.abc import Mapping, Sequence

from actors.run_recorder import RunRecorder
from actors.run_rows import SESSION, set_state
from aibt.agents.emissions import emissions_of
from aibt.clock import Clock
from aibt.live.events import Emission, Json
from aibt.live.journal import Draft, Entry
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Session
from aibt.store.uninterrupted import uninterrupted


class SessionRecorder(RunRecorder[Session]):
    """The one writer of an activation. Implements `aibt.live.journal.Journal`."""

    def __init__(self, session: Session, epoch: int, *, store: Store, clock: Clock) -> None:
        super().__init__(SESSION, session, epoch, store=store)
        self._clock = clock

    async def open(self) -> Session | None:
        """Take up the topic where it stands and say that the session is loading.

        Returns:
            The session as it is now; None: it has ended.

        Raises:
            LeaseLost: a newer activation has the lease already.
        """
        async with self._turn, self._store.writing(self.row.owner_id) as unit:
            await unit.leases.check(self.row.topic, self.epoch)
            session = await unit.sessions.get(self.row.id)
            if not session.state.has_ended:
                key = f"epoch/{self.epoch}/loading"
                session = await self._state(unit, RunState.LOADING, key, None)
        self._take_up(session)
        return None if session.state.has_ended else session

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Store entries, what they come to and the events that tell of them."""
        return await uninterrupted(self._append(drafts))

    async def _append(self, drafts: Sequence[Draft]) -> list[Entry]:
        told = [
            self._completed(emission)
            for draft in drafts
            for emission in emissions_of(self.row.id, draft)
        ]
        async with self._turn:
            async with self._store.writing(self.row.owner_id) as unit:
                entries, events = await unit.journal.append(self.row.id, self.epoch, drafts, told)
                missed = await self._missed(unit, events)
            self.log.append([*missed, *events])
        return entries

    async def read(self, after: int, limit: int) -> list[Entry]:
        async with self._store.reading(self.row.owner_id) as unit:
            return await unit.journal.read(self.row.id, after, limit)

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
            async with self._store.writing(self.row.owner_id) as unit:
                if status is not None:
                    await unit.sessions.save_status(self.row.id, status, epoch=self.epoch)
                session = await self._state(unit, state, key, reason, told)
                if wants is not None and session.desired is not Desired.STOPPED:
                    session = await unit.sessions.set_desired(self.row.id, wants)
                new = await unit.events.read(self.row.topic, self.log.last_seq)
            self.row = session
            self.log.append(new)

    async def _state(
        self,
        unit: UnitOfWork,
        state: RunState,
        key: str,
        reason: str | None,
        before: Sequence[Emission] = (),
    ) -> Session:
        if state.has_ended:
            earlier = await unit.sessions.get(self.row.id)
            if earlier.state is state:  # stored and told, though its writer was not told so
                return earlier
        return await set_state(
            unit, SESSION, self.row, state, key, reason, epoch=self.epoch, told=before
        )

    def _completed(self, emission: Emission) -> Emission:
        if emission.kind != "log":
            return emission
        data: dict[str, Json] = {"at": self._clock.now().isoformat(), **emission.data}
        return Emission(key=emission.key, kind=emission.kind, data=data)
