"""All that one activation of an evaluation writes: units, states and report, under its epoch."""

import asyncio
from collections.abc import Mapping, Sequence

from actors.evaluation_rows import set_evaluation_state
from aibt.live.event_log import EventLog
from aibt.live.events import Emission, Event, Json
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Evaluation


class EvaluationRecorder:
    """The one writer of an activation."""

    def __init__(self, evaluation: Evaluation, epoch: int, *, store: Store) -> None:
        self.evaluation = evaluation
        self.epoch = epoch
        self._store = store
        self._turn = asyncio.Lock()
        self.log = EventLog(last_seq=evaluation.last_seq, epoch=epoch)

    async def open(self) -> dict[str, Mapping[str, Json]] | None:
        """Take up the topic where it stands and say that the evaluation is loading.

        Returns:
            The finished units, by their keys; None: its owner wants it to compute no more.

        Raises:
            LeaseLost: a newer activation has the lease already.
        """
        async with self._turn, self._store.writing(self.evaluation.owner_id) as unit:
            await unit.leases.check(self.evaluation.topic, self.epoch)
            evaluation = await unit.evaluations.get(self.evaluation.id)
            wanted = not evaluation.state.has_ended and evaluation.desired is Desired.RUNNING
            if wanted:
                key = f"epoch/{self.epoch}/loading"
                evaluation = await set_evaluation_state(
                    unit, evaluation, RunState.LOADING, key, epoch=self.epoch
                )
            units = await unit.evaluations.units(evaluation.id)
        self.evaluation = evaluation
        self.log.close()  # whoever waits there already looks again, and finds the new one
        self.log = EventLog(last_seq=evaluation.last_seq, epoch=self.epoch)
        return units if wanted else None

    async def add_unit(self, key: str, data: Mapping[str, Json], told: Mapping[str, Json]) -> None:
        """Store a finished unit with the event that tells of it.

        Raises:
            EvaluationEnded: it has ended meanwhile, so nobody needs the unit.
            LeaseLost: a newer activation has the lease.
        """
        event = Emission(key=f"unit/{key}", kind="unit", data={"id": self.evaluation.id, **told})
        async with self._turn:
            async with self._store.writing(self.evaluation.owner_id) as unit:
                await unit.evaluations.add_unit(self.evaluation.id, key, data, epoch=self.epoch)
                events = await unit.events.append(self.evaluation.topic, self.epoch, [event])
                missed = await self._missed(unit, events)
            self.log.append([*missed, *events])

    async def set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        status: Mapping[str, Json] | None = None,
        report: Mapping[str, Json] | None = None,
        told: Sequence[Emission] = (),
    ) -> None:
        """Store a new state with its event, the status and the report; after what is `told`."""
        async with self._turn:
            async with self._store.writing(self.evaluation.owner_id) as unit:
                evaluation = await unit.evaluations.get(self.evaluation.id)
                if not (state.has_ended and evaluation.state is state):  # its writer was not told
                    if report is not None:
                        await unit.evaluations.set_report(evaluation.id, report, epoch=self.epoch)
                    if told:
                        await unit.events.append(evaluation.topic, self.epoch, told)
                    evaluation = await set_evaluation_state(
                        unit, evaluation, state, key, reason, epoch=self.epoch
                    )
                    if status is not None:
                        await unit.evaluations.save_status(evaluation.id, status, epoch=self.epoch)
                        evaluation = await unit.evaluations.get(evaluation.id)
                new = await unit.events.read(evaluation.topic, self.log.last_seq)
            self.evaluation = evaluation
            self.log.append(new)

    async def save_status(self, status: Mapping[str, Json]) -> None:
        """Store the newest status, for lists and for whoever looks when no process hosts it."""
        async with self._turn, self._store.writing(self.evaluation.owner_id) as unit:
            await unit.evaluations.save_status(self.evaluation.id, status, epoch=self.epoch)

    async def desired(self) -> Desired:
        """Return what the owner wants at this moment."""
        async with self._store.reading(self.evaluation.owner_id) as unit:
            return (await unit.evaluations.get(self.evaluation.id)).desired

    async def is_answered(self, command_id: str | None) -> bool:
        """Say whether a command came before, was answered, and must not have its effect again."""
        if command_id is None:
            return False
        async with self._store.writing(self.evaluation.owner_id) as unit:
            return await unit.commands.is_answered(command_id)

    async def _missed(self, unit: UnitOfWork, events: Sequence[Event]) -> list[Event]:
        """Return events that another wrote between our last one and `events`."""
        gap = events[0].seq - 1 - self.log.last_seq if events else 0
        if gap <= 0:
            return []
        return await unit.events.read(self.evaluation.topic, self.log.last_seq, gap)
