"""Checkpoints: a file counts once a row under the current epoch names it."""

from sqlalchemy import Select, delete, func, insert, select, tuple_, update

from aibt.store.leases import Leases
from aibt.store.records import CheckpointRow, training_topic
from aibt.store.repository import Repository
from aibt.store.schema import checkpoints

_COLUMNS = [checkpoints.c[name] for name in ("training_id", "epoch", "step", "path", "created_at")]


class Checkpoints(Repository):
    """The checkpoints of trainings; the latest is that of the highest epoch and step."""

    async def add(self, training_id: int, *, epoch: int, step: int, path: str) -> CheckpointRow:
        """Make a whole, closed file count. The same epoch and step again replaces the row.

        Args:
            training_id: which training.
            epoch: the writer's.
            step: step at which it was taken.
            path: of the file, under the storage root.

        Raises:
            LeaseLost: `epoch` is not the current one.
        """
        await self._check(training_id, epoch)
        row = CheckpointRow(
            training_id=training_id, epoch=epoch, step=step, path=path, created_at=self._now
        )
        values = {column.name: getattr(row, column.name) for column in _COLUMNS}
        if not await self._write_if_unique(
            insert(checkpoints).values(owner_id=self._owner_id, **values)
        ):
            await self._write(
                update(checkpoints)
                .where(
                    checkpoints.c.training_id == training_id,
                    checkpoints.c.epoch == epoch,
                    checkpoints.c.step == step,
                )
                .values(path=path, created_at=row.created_at)
            )
        return row

    async def latest(self, training_id: int) -> CheckpointRow | None:
        """Return the checkpoint to go on from, or None before the first."""
        row = await self._row(self._newest_first(training_id).limit(1))
        return None if row is None else CheckpointRow(**row)

    async def oldest_step(self, training_id: int) -> int:
        """Return the step of the oldest checkpoint that is kept, or 0 before the first."""
        oldest = select(func.min(checkpoints.c.step).label("step")).where(
            checkpoints.c.training_id == training_id, self._mine(checkpoints)
        )
        row = await self._row(oldest)
        return 0 if row is None or row["step"] is None else int(row["step"])

    async def prune(self, training_id: int, *, epoch: int, keep: int = 2) -> list[str]:
        """Forget all but the newest `keep` checkpoints and return the files to delete.

        Delete them after the transaction: a process lost in between leaves files that no row
        names, which count for nothing.

        Raises:
            ValueError: `keep` is below 1.
            LeaseLost: `epoch` is not the current one.
        """
        if keep < 1:
            raise ValueError(f"keep is {keep}: at least one checkpoint must stay")
        await self._check(training_id, epoch)
        rows = await self._rows(self._newest_first(training_id))
        kept = {row["path"] for row in rows[:keep]}
        old = [(row["epoch"], row["step"]) for row in rows[keep:]]
        if old:
            key = tuple_(checkpoints.c.epoch, checkpoints.c.step)
            await self._write(
                delete(checkpoints).where(
                    checkpoints.c.training_id == training_id,
                    self._mine(checkpoints),
                    key.in_(old),
                )
            )
        return [row["path"] for row in rows[keep:] if row["path"] not in kept]

    async def _check(self, training_id: int, epoch: int) -> None:
        await Leases(self._work).check(training_topic(training_id), epoch)

    def _newest_first(self, training_id: int) -> Select[tuple[object, ...]]:
        return (
            select(*_COLUMNS)
            .where(checkpoints.c.training_id == training_id, self._mine(checkpoints))
            .order_by(checkpoints.c.epoch.desc(), checkpoints.c.step.desc())
        )
