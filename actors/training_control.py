"""Commands to a training: to the actor that hosts it, or to its row where none does.

The wish is stored first, so that it survives whatever dies meanwhile; the supervisor then makes
the training match it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actors.calls import ask
from actors.handles import Handles
from actors.live_runs import has_ended, has_resumed, is_still, live_status, wake_supervisor
from actors.names import address_of
from actors.run_rows import STATE, command_key, is_hosted
from actors.training_files import TrainingFiles
from actors.training_rows import (
    changed_by,
    pause_row,
    queue_row,
    stop_row,
    update_row,
)
from aibt.errors import ActorUnavailable, Invalid, LeaseLost, TrainingEnded
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Training

_COMMAND_S = 20.0
_LOOK_S = 0.05

Reached = Callable[[Training], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled:
    """A training after a command, and its live status if a process hosts it."""

    training: Training
    status: Mapping[str, Json] | None = None


class TrainingControl:
    """Pause, resume, stop and update trainings, wherever they are in their life."""

    def __init__(self, store: Store, files: TrainingFiles, handles: Handles) -> None:
        self._store = store
        self._files = files
        self._handles = handles

    async def pause(self, owner_id: int, training_id: int, command_id: str | None) -> Controlled:
        """Pause the training; answers when no further step runs."""
        async with self._store.writing(owner_id) as unit:
            if await unit.commands.is_answered(command_id):
                return Controlled(training=await unit.trainings.get(training_id))
            training = await unit.trainings.set_desired(training_id, Desired.PAUSED)
            if not is_hosted(training) and training.state is not RunState.PAUSED:
                training = await pause_row(unit, training, command_key(command_id, "paused"))
        if not is_hosted(training):
            return Controlled(training=training)
        return await self._command(training, "pause", command_id, until=is_still)

    async def resume(self, owner_id: int, training_id: int, command_id: str | None) -> Controlled:
        """Let the training go on, or put it back in the queue if it gave its place back."""
        async with self._store.writing(owner_id) as unit:
            if await unit.commands.is_answered(command_id):
                return Controlled(training=await unit.trainings.get(training_id))
            training = await unit.trainings.set_desired(training_id, Desired.RUNNING)
            hosted = is_hosted(training)
            if not hosted:
                training = await queue_row(unit, training, command_key(command_id, "queued"))
        if not hosted:
            await self.wake_supervisor()
            return Controlled(training=training)
        return await self._command(training, "resume", command_id, until=has_resumed)

    async def stop(self, owner_id: int, training_id: int, command_id: str | None) -> Controlled:
        """End the training; its best weights and its history stay."""
        try:
            return await self._stop(owner_id, training_id, command_id)
        except TrainingEnded:
            training = await self._get(owner_id, training_id)
            if command_id is not None and await self._was_ended_by(training, command_id):
                return Controlled(training=training)
            raise

    async def _stop(self, owner_id: int, training_id: int, command_id: str | None) -> Controlled:
        async with self._store.writing(owner_id) as unit:
            if await unit.commands.is_answered(command_id):
                return Controlled(training=await unit.trainings.get(training_id))
            training = await unit.trainings.set_desired(training_id, Desired.STOPPED)
            if not is_hosted(training):
                key = command_key(command_id, "stopped")
                training = await stop_row(unit, training, key, self._files)
        if is_hosted(training):
            return await self._command(training, "stop", command_id, until=has_ended)
        if not training.state.has_ended:
            await self.wake_supervisor()
        return Controlled(training=await self._until(training, has_ended, _COMMAND_S))

    async def _was_ended_by(self, training: Training, command_id: str) -> bool:
        """Return whether an earlier try of a stop, whose answer was lost, had its effect."""
        async with self._store.reading(training.owner_id) as unit:
            last = await unit.events.last_of_kind(training.topic, STATE)
            stored = await changed_by(unit, training, command_id)
        return stored is not None or (
            last is not None and last.key == command_key(command_id, "stopped")
        )

    async def update(
        self,
        owner_id: int,
        training_id: int,
        changes: Mapping[str, float | int],
        command_id: str | None,
    ) -> Controlled:
        """Change parameters from the next step on.

        Raises:
            Invalid: the new `max_episodes` is below the training's `min_episodes`.
        """
        training = await self._get(owner_id, training_id)
        _refuse_unfit(training, changes)
        began = asyncio.get_running_loop().time()
        training = await self._until(training, _is_settled, _COMMAND_S)
        if not is_hosted(training):
            async with self._store.writing(owner_id) as unit:
                training = await unit.trainings.get(training_id)
                if not is_hosted(training):
                    training = await update_row(unit, training, changes, command_id)
                    return Controlled(training=training)
        return await self._command(
            training, "update", command_id, given=(dict(changes),), began=began
        )

    async def status(self, training: Training) -> Mapping[str, Json] | None:
        """Return the live status of a training, or None if no process hosts it."""
        if not is_hosted(training):
            return None
        address = address_of(training)
        return await live_status(self._handles, address.actor, *address.first)

    async def wake_supervisor(self) -> None:
        """Tell the supervisor that there is something to do; it would see it soon anyhow."""
        await wake_supervisor(self._handles)

    async def _command(
        self,
        training: Training,
        command: str,
        command_id: str | None,
        *,
        until: Reached | None = None,
        given: tuple[Any, ...] = (),
        began: float | None = None,
    ) -> Controlled:
        address = address_of(training)
        now = asyncio.get_running_loop().time
        deadline = (now() if began is None else began) + _COMMAND_S
        try:
            handle = await self._handles.get(address.actor)
            method = getattr(handle, command)
            left_s = max(deadline - now(), _LOOK_S)
            status = await ask(method.remote(*address.first, *given, command_id), timeout_s=left_s)
        except (ActorUnavailable, LeaseLost) as error:  # or what answered was there no longer
            self._handles.forget(address.actor)
            await self.wake_supervisor()
            if until is None:  # it may have run: the caller repeats it, under the same id
                raise ActorUnavailable(str(error)) from error
            left_s = max(deadline - now(), _LOOK_S)
            return Controlled(training=await self._until(training, until, left_s))
        training = await self._get(training.owner_id, training.id)
        return Controlled(training=training, status=status)

    async def _until(self, training: Training, reached: Reached, timeout_s: float) -> Training:
        """Wait until the supervisor has made the training match the wish.

        Raises:
            ActorUnavailable: it took too long; the wish stands and will be met.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not reached(training):
                    await asyncio.sleep(_LOOK_S)
                    training = await self._get(training.owner_id, training.id)
        except TimeoutError as error:
            raise ActorUnavailable("the training is being recovered") from error
        return training

    async def _get(self, owner_id: int, training_id: int) -> Training:
        async with self._store.reading(owner_id) as unit:
            return await unit.trainings.get(training_id)


def _refuse_unfit(training: Training, changes: Mapping[str, float | int]) -> None:
    if training.state.has_ended:
        raise TrainingEnded(training.id, str(training.state))
    fewest = training.request["min_episodes"]
    if isinstance(fewest, int) and changes.get("max_episodes", fewest) < fewest:
        raise Invalid("max_episodes", f"is below min_episodes, {fewest}")


def _is_settled(training: Training) -> bool:
    return training.state not in (RunState.LOADING, RunState.RECOVERING)
