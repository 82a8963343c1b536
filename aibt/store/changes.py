"""Changes: what owners did to trainings while they ran, and the step each applies from."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, insert, select

from aibt.errors import NotFound
from aibt.store.leases import Leases
from aibt.store.records import Change, training_topic
from aibt.store.repository import Repository
from aibt.store.schema import parameter_changes, trainings

_COLUMNS = [
    parameter_changes.c[name]
    for name in ("training_id", "number", "step", "changes", "stop", "command_id", "weights")
]


class Changes(Repository):
    """The changes of a training, numbered 1, 2, 3 …; a recovery applies them at their steps."""

    async def add(
        self,
        training_id: int,
        *,
        epoch: int | None,
        step: int,
        changes: Mapping[str, float | int],
        stop: bool = False,
        command_id: str | None = None,
        weights: str | None = None,
    ) -> Change:
        """Store a change, or return the earlier one that the same command made.

        Args:
            training_id: which training.
            epoch: the writer's; None: no process hosts the training, the caller is its owner.
            step: the step from which it applies.
            changes: new values by name; empty for a stop.
            stop: whether the run ends at this step.
            command_id: the command that asked for it.
            weights: path of what it takes over from another, under the storage root.

        Raises:
            NotFound: the owner has no such training.
            LeaseLost: `epoch` is not the current one.
        """
        if epoch is not None:
            await Leases(self._work).check(training_topic(training_id), epoch)
        locked = (
            select(trainings.c.id)
            .where(trainings.c.id == training_id, self._mine(trainings))
            .with_for_update()  # one writer at a time allots numbers
        )
        if await self._row(locked) is None:
            raise NotFound("training", str(training_id), "id")
        if command_id is not None:
            earlier = await self._row(
                self._of(training_id).where(parameter_changes.c.command_id == command_id)
            )
            if earlier is not None:
                return Change(**earlier)
        change = Change(
            training_id=training_id,
            number=await self._last_number(training_id) + 1,
            step=step,
            changes=dict(changes),
            stop=stop,
            command_id=command_id,
            weights=weights,
        )
        await self._write(insert(parameter_changes).values(**self._values(change)))
        return change

    async def after(self, training_id: int, number: int = 0) -> list[Change]:
        """Return the changes after `number`, in their order."""
        query = (
            self._of(training_id)
            .where(parameter_changes.c.number > number)
            .order_by(parameter_changes.c.number)
        )
        return [Change(**row) for row in await self._rows(query)]

    async def taken_before(self, training_id: int, step: int) -> list[str]:
        """Return the paths of what was taken over by changes that apply from before `step`."""
        changes = parameter_changes.c
        query = select(changes.weights).where(
            changes.training_id == training_id,
            self._mine(parameter_changes),
            changes.weights.is_not(None),
            changes.step < step,
        )
        return [str(row["weights"]) for row in await self._rows(query)]

    async def _last_number(self, training_id: int) -> int:
        last = await self._row(
            select(func.max(parameter_changes.c.number).label("number")).where(
                parameter_changes.c.training_id == training_id
            )
        )
        return 0 if last is None or last["number"] is None else int(last["number"])

    def _values(self, change: Change) -> dict[str, Any]:
        values = {column.name: getattr(change, column.name) for column in _COLUMNS}
        return {**values, "owner_id": self._owner_id, "created_at": self._now}

    def _of(self, training_id: int) -> Select[Any]:
        return select(*_COLUMNS).where(
            parameter_changes.c.training_id == training_id,
            self._mine(parameter_changes),
        )
