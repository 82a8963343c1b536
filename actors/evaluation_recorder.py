"""All that one activation of an evaluation writes: units, states and report, under its epoch."""

from collections.abc import Mapping, Sequence

from actors.run_recorder import RunRecorder
from actors.run_rows import EVALUATION, set_state
from aibt.live.events import Emission, Json
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Evaluation


class EvaluationRecorder(RunRecorder[Evaluation]):
    """The one writer of an activation."""

    def __init__(self, evaluation: Evaluation, epoch: int, *, store: Store) -> None:
        super().__init__(EVALUATION, evaluation, epoch, store=store)

    async def open(self) -> dict[str, Mapping[str, Json]] | None:
        """Take up the topic where it stands and say that the evaluation is loading.

        Returns:
            The finished units, by their keys; None: its owner wants it to compute no more.

        Raises:
            LeaseLost: a newer activation has the lease already.
        """
        async with self._turn, self._store.writing(self.row.owner_id) as unit:
            await unit.leases.check(self.row.topic, self.epoch)
            evaluation = await unit.evaluations.get(self.row.id)
            wanted = not evaluation.state.has_ended and evaluation.desired is Desired.RUNNING
            if wanted:
                key = f"epoch/{self.epoch}/loading"
                evaluation = await set_state(
                    unit, EVALUATION, evaluation, RunState.LOADING, key, epoch=self.epoch
                )
            units = await unit.evaluations.units(evaluation.id)
        self._take_up(evaluation)
        return units if wanted else None

    async def add_unit(self, key: str, data: Mapping[str, Json], told: Mapping[str, Json]) -> None:
        """Store a finished unit with the event that tells of it.

        Raises:
            EvaluationEnded: it has ended meanwhile, so nobody needs the unit.
            LeaseLost: a newer activation has the lease.
        """
        event = Emission(key=f"unit/{key}", kind="unit", data={"id": self.row.id, **told})
        async with self._turn:
            async with self._store.writing(self.row.owner_id) as unit:
                await unit.evaluations.add_unit(self.row.id, key, data, epoch=self.epoch)
                events = await unit.events.append(self.row.topic, self.epoch, [event])
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
            async with self._store.writing(self.row.owner_id) as unit:
                evaluation = await unit.evaluations.get(self.row.id)
                if not (state.has_ended and evaluation.state is state):  # its writer was not told
                    if report is not None:
                        await unit.evaluations.set_report(evaluation.id, report, epoch=self.epoch)
                    evaluation = await set_state(
                        unit,
                        EVALUATION,
                        evaluation,
                        state,
                        key,
                        reason,
                        epoch=self.epoch,
                        told=told,
                    )
                    if status is not None:
                        await unit.evaluations.save_status(evaluation.id, status, epoch=self.epoch)
                        evaluation = await unit.evaluations.get(evaluation.id)
                new = await unit.events.read(evaluation.topic, self.log.last_seq)
            self.row = evaluation
            self.log.append(new)
