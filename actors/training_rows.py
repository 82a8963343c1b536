"""What commands do to a training that no process hosts: its row and events, in one transaction."""

from collections.abc import Mapping

from actors.run_rows import TRAINING, command_key, set_state
from actors.training_files import TrainingFiles
from aibt.live.events import Emission, Json
from aibt.live.outbox import EPISODE
from aibt.live.states import RunState
from aibt.store.database import UnitOfWork
from aibt.store.records import Change, Training


async def pause_row(unit: UnitOfWork, training: Training, key: str) -> Training:
    """Take the training out of the queue until it is resumed."""
    await unit.trainings.set_parked(training.id, True, epoch=None)
    return await set_state(unit, TRAINING, training, RunState.PAUSED, key)


async def queue_row(unit: UnitOfWork, training: Training, key: str) -> Training:
    """Put a paused training that has given its place back into the queue."""
    if training.state is not RunState.PAUSED:
        return training
    await unit.trainings.set_parked(training.id, False, epoch=None)
    return await set_state(unit, TRAINING, training, RunState.QUEUED, key)


async def stop_row(
    unit: UnitOfWork, training: Training, key: str, files: TrainingFiles
) -> Training:
    """End the training where its newest checkpoint stands, and leave the best weights to the bot.

    A stop that a lost process stored already, with its step, is not ended here: what was
    computed up to that step is computed again first.
    """
    changes = await unit.changes.after(training.id)
    if any(change.stop for change in changes):
        return await queue_row(unit, training, f"{key}/queued")
    await keep_best(unit, training, files)
    return await set_state(unit, TRAINING, training, RunState.STOPPED, key)


async def keep_best(unit: UnitOfWork, training: Training, files: TrainingFiles) -> None:
    """Leave the best weights of the newest checkpoint, if it has any, to the bot."""
    training_id = training.id
    checkpoint = await unit.checkpoints.latest(training_id)
    if checkpoint is None:
        return
    weights = files.best_weights(checkpoint.path)
    if files.absolute(weights).exists():
        epoch = await unit.leases.current(training.topic)
        await unit.bots.set_weights(training_id, epoch, weights)


async def update_row(
    unit: UnitOfWork,
    training: Training,
    changes: Mapping[str, float | int],
    command_id: str | None,
) -> Training:
    """Store new parameters with the step that the training had reached."""
    training_id = training.id
    if await changed_by(unit, training, command_id) is not None:
        return training
    step = await reached(unit, training)
    current: dict[str, Json] = {**training.current, **changes}
    await unit.trainings.set_current(training_id, current, epoch=None)
    await unit.changes.add(
        training_id, epoch=None, step=step, changes=changes, command_id=command_id
    )
    data: dict[str, Json] = {"id": training_id, "changed": dict(changes), "step": step}
    told = Emission(key=command_key(command_id, "params"), kind="params", data=data)
    await unit.events.append(training.topic, None, [told])
    return await unit.trainings.get(training_id)


async def changed_by(unit: UnitOfWork, training: Training, command_id: str | None) -> Change | None:
    """Return the change that a command made already, or None."""
    changes = await unit.changes.after(training.id)
    made = [change for change in changes if change.command_id == command_id]
    return made[0] if made and command_id is not None else None


async def reached(unit: UnitOfWork, training: Training) -> int:
    """Return the last step of which anything was stored: what was told up to it stands.

    The changes are among it: one that came later never applies from an earlier step.
    """
    changes = await unit.changes.after(training.id)
    checkpoint = await unit.checkpoints.latest(training.id)
    episode = await unit.events.last_of_kind(training.topic, EPISODE)
    told = (training.status.get("steps"), episode.data.get("steps") if episode else None)
    return max(
        checkpoint.step if checkpoint else 0,
        changes[-1].step if changes else 0,
        *(steps for steps in told if isinstance(steps, int)),
        0,
    )
