"""Commands to an evaluation: the wish is stored first, then the actor that hosts it is told.

Where none does, the supervisor makes the row match the wish, and starts a process if it takes one.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from actors.calls import ask
from actors.handles import Handles
from actors.live_runs import has_ended, has_resumed, is_still, live_status, wake_supervisor
from actors.names import evaluation_actor
from actors.run_rows import EVALUATION, command_key, is_hosted, set_state
from aibt.errors import ActorUnavailable, EvaluationEnded, LeaseLost
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Evaluation

_COMMAND_S: Final = 20.0
_LOOK_S: Final = 0.05

Reached = Callable[[Evaluation], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlledEvaluation:
    """An evaluation after a command, and its live status if a process hosts it."""

    evaluation: Evaluation
    status: Mapping[str, Json] | None = None


class EvaluationControl:
    """Pause, resume and stop evaluations, wherever they are in their life."""

    def __init__(self, store: Store, handles: Handles) -> None:
        self._store = store
        self._handles = handles

    async def pause(
        self, owner_id: int, evaluation_id: int, command_id: str | None
    ) -> ControlledEvaluation:
        """Pause the evaluation; answers when nothing more is computed."""
        wish = Desired.PAUSED
        return await self._wish(owner_id, evaluation_id, command_id, wish, "pause", is_still)

    async def resume(
        self, owner_id: int, evaluation_id: int, command_id: str | None
    ) -> ControlledEvaluation:
        """Let the evaluation go on, or put it back in the queue if it gave its place back."""
        wish = Desired.RUNNING
        return await self._wish(owner_id, evaluation_id, command_id, wish, "resume", has_resumed)

    async def stop(
        self, owner_id: int, evaluation_id: int, command_id: str | None
    ) -> ControlledEvaluation:
        """End the evaluation without a report; its finished units stay."""
        try:
            wish = Desired.STOPPED
            return await self._wish(owner_id, evaluation_id, command_id, wish, "stop", has_ended)
        except EvaluationEnded:
            evaluation = await self.row(owner_id, evaluation_id)
            if command_id is not None and await self._was_ended_by(evaluation, command_id):
                return ControlledEvaluation(evaluation=evaluation)
            raise

    async def row(self, owner_id: int, evaluation_id: int) -> Evaluation:
        """Return the evaluation's row."""
        async with self._store.reading(owner_id) as unit:
            return await unit.evaluations.get(evaluation_id)

    async def status(self, evaluation: Evaluation) -> Mapping[str, Json] | None:
        """Return the live status of an evaluation, or None if no process hosts it."""
        if not is_hosted(evaluation):
            return None
        return await live_status(self._handles, evaluation_actor(evaluation.id))

    async def wake_supervisor(self) -> None:
        """Tell the supervisor that there is something to do; it would see it soon anyhow."""
        await wake_supervisor(self._handles)

    async def _wish(
        self,
        owner_id: int,
        evaluation_id: int,
        command_id: str | None,
        wish: Desired,
        command: str,
        until: Reached,
    ) -> ControlledEvaluation:
        async with self._store.writing(owner_id) as unit:
            if await unit.commands.is_answered(command_id):
                return ControlledEvaluation(evaluation=await unit.evaluations.get(evaluation_id))
            evaluation = await unit.evaluations.set_desired(evaluation_id, wish)
            if wish is Desired.STOPPED and not is_hosted(evaluation):
                key = command_key(command_id, "stopped")
                evaluation = await set_state(unit, EVALUATION, evaluation, RunState.STOPPED, key)
                return ControlledEvaluation(evaluation=evaluation)
        deadline = asyncio.get_running_loop().time() + _COMMAND_S
        if is_hosted(evaluation):
            name = evaluation_actor(evaluation_id)
            try:
                handle = await self._handles.get(name)
                told: Any = getattr(handle, command).remote(command_id)
                status = await ask(told, timeout_s=_COMMAND_S)
            except (ActorUnavailable, LeaseLost):  # or what answered was there no longer
                self._handles.forget(name)
            else:
                evaluation = await self.row(owner_id, evaluation_id)
                return ControlledEvaluation(evaluation=evaluation, status=status)
        await self.wake_supervisor()
        return ControlledEvaluation(evaluation=await self._until(evaluation, until, deadline))

    async def _until(self, evaluation: Evaluation, reached: Reached, deadline: float) -> Evaluation:
        """Wait until the supervisor has made the evaluation match the wish.

        Raises:
            ActorUnavailable: it took too long; the wish stands and will be met.
        """
        left_s = max(deadline - asyncio.get_running_loop().time(), _LOOK_S)
        try:
            async with asyncio.timeout(left_s):
                while not reached(evaluation):
                    await asyncio.sleep(_LOOK_S)
                    evaluation = await self.row(evaluation.owner_id, evaluation.id)
        except TimeoutError as error:
            raise ActorUnavailable("the evaluation is being started") from error
        return evaluation

    async def _was_ended_by(self, evaluation: Evaluation, command_id: str) -> bool:
        """Return whether an earlier try of a stop, whose answer was lost, had its effect."""
        async with self._store.reading(evaluation.owner_id) as unit:
            last = await unit.events.last_of_kind(evaluation.topic, "state")
        return last is not None and last.key == command_key(command_id, "stopped")
