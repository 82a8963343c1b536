"""Commands to a training: to the actor that hosts it, or to its row where none does."""

import asyncio
from collections.abc import Mapping

from actors.handles import Handles
from actors.run_control import Controlled, RunControl
from actors.run_rows import TRAINING, Run, command_key, is_hosted
from actors.training_files import TrainingFiles
from actors.training_rows import changed_by, pause_row, queue_row, stop_row, update_row
from aibt.errors import Invalid, TrainingEnded
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Training


class TrainingControl(RunControl[Training]):
    """Pause, resume, stop and update trainings, wherever they are in their life."""

    def __init__(self, store: Store, files: TrainingFiles, handles: Handles) -> None:
        super().__init__(TRAINING, store, handles)
        self._files = files

    async def stop(
        self, owner_id: int, run_id: int, command_id: str | None
    ) -> Controlled[Training]:
        stopped = await super().stop(owner_id, run_id, command_id)
        if stopped.run.state.has_ended:
            await asyncio.to_thread(self._files.remove_all_taken, run_id)
        return stopped

    async def update(
        self,
        owner_id: int,
        training_id: int,
        changes: Mapping[str, float | int],
        command_id: str | None,
    ) -> Controlled[Training]:
        """Change parameters from the next step on.

        Raises:
            Invalid: the new `max_episodes` is below the training's `min_episodes`.
        """
        training = await self.row(owner_id, training_id)
        _refuse_unfit(training, changes)
        began = asyncio.get_running_loop().time()
        training = await self._until(training, _is_settled)
        if not is_hosted(training):
            async with self._store.writing(owner_id) as unit:
                training = await unit.trainings.get(training_id)
                if not is_hosted(training):
                    training = await update_row(unit, training, changes, command_id)
                    return Controlled(run=training)
        return await self._command(
            training, "update", command_id, given=(dict(changes),), began=began
        )

    async def _without_process(
        self, unit: UnitOfWork, run: Training, wish: Desired, command_id: str | None
    ) -> Training:
        """Take it out of the queue, put it back, or end it where its newest checkpoint stands."""
        if wish is Desired.STOPPED:
            return await stop_row(unit, run, command_key(command_id, "stopped"), self._files)
        if wish is Desired.RUNNING:
            return await queue_row(unit, run, command_key(command_id, "queued"))
        if run.state is RunState.PAUSED:
            return run
        return await pause_row(unit, run, command_key(command_id, "paused"))

    async def _was_ended_by(self, unit: UnitOfWork, run: Training, command_id: str) -> bool:
        stored = await changed_by(unit, run, command_id)
        return stored is not None or await super()._was_ended_by(unit, run, command_id)


def _refuse_unfit(training: Training, changes: Mapping[str, float | int]) -> None:
    if training.state.has_ended:
        raise TrainingEnded(training.id, str(training.state))
    fewest = training.request["min_episodes"]
    if isinstance(fewest, int) and changes.get("max_episodes", fewest) < fewest:
        raise Invalid("max_episodes", f"is below min_episodes, {fewest}")


def _is_settled(training: Run) -> bool:
    return training.state not in (RunState.LOADING, RunState.RECOVERING)
