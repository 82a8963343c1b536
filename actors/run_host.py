"""What the hosts of trainings, sessions and evaluations have in common.

Plain asyncio, without Ray. The life of a run is in the host of its kind, in `live`; here are the
commands that reach it there, and what every life does at its edges.
"""

import asyncio
import logging
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from typing import Final, Generic, TypeVar

from actors.run_recorder import RunRecorder
from actors.run_rows import Kind, command_key
from aibt.clock import Clock
from aibt.errors import ActorUnavailable, AibtError, LeaseLost, StoreUnavailable
from aibt.live.event_log import Poll
from aibt.live.events import Emission, Json
from aibt.live.gate import Gate
from aibt.live.states import Desired, RunState
from aibt.store.runs import R

logger = logging.getLogger(__name__)
T = TypeVar("T")
Made = TypeVar("Made")

CONTROL_S: Final = 20.0
"""How long a command waits for the run to come to a border."""

_RETRY_S: Final = 0.5


class RunHost(ABC, Generic[R, Made]):
    """One run in one process, until it ends, is parked, or loses its lease.

    Commands may come from any number of callers at once; they are taken one after the other, and
    each answers when it has taken effect and is stored.
    """

    def __init__(
        self,
        recorder: RunRecorder[R],
        *,
        clock: Clock,
        gate: Gate,
        scored: Callable[[R], Awaitable[None]] | None = None,
    ) -> None:
        """Host a run.

        Args:
            recorder: of its activation.
            clock: the time.
            gate: between any two of its steps.
            scored: takes what the run came to to the leaderboard.
        """
        self._recorder: RunRecorder[R] = recorder
        self._kind: Kind[R] = recorder.kind
        self._clock = clock
        self._gate = gate
        self._scored: Callable[[R], Awaitable[None]] | None = scored
        self._commands = asyncio.Lock()
        self._run: Made | None = None  # once it is loaded
        self._state = RunState.LOADING
        self._left = False  # parked or over: nothing is to be stored any more

    @property
    def state(self) -> RunState:
        """Where the run is in its life."""
        return self._state

    @property
    def row(self) -> R:
        """The run's row as it was last seen."""
        return self._recorder.row

    # What every life does

    @abstractmethod
    async def live(self) -> RunState:
        """Load, compute and store until the run's life here is over; return its state."""

    @asynccontextmanager
    async def _living(self) -> AsyncIterator[None]:
        """End a life: tell the owner what it failed of, and let everybody go who waits for it."""
        try:
            yield
        except LeaseLost:
            logger.warning("%s: a newer activation took over", self.row.topic)
        except Exception as error:
            reference = uuid.uuid4().hex[:12]
            logger.exception("%s failed, reference %s", self.row.topic, reference)
            await self._fail(error, reference)
        finally:
            self._left = True
            self._let_go()

    def _let_go(self) -> None:
        """Let everybody go who waits for something of this life, which is over."""
        self._gate.stop()
        self._recorder.log.close()

    async def _fail(self, error: Exception, reference: str) -> None:
        """Store that the run has failed, and of what; `reference` is where the log says more."""
        says = str(error) if isinstance(error, AibtError) else "an internal error"
        code = error.code if isinstance(error, AibtError) else AibtError.code
        reason = f"{says} (reference {reference})"
        data: dict[str, Json] = {"msg": reason, "code": code, "field": None}
        told = Emission(key=self._epoch_key("error"), kind="error", data=data)
        key = self._epoch_key("failed")
        with suppress(AibtError):  # a newer activation, or an end that was stored already
            async with self._commands:
                await self._patiently(
                    lambda: self._end(RunState.FAILED, key, reason=reason, told=[told])
                )

    async def _patiently(self, store: Callable[[], Awaitable[T]]) -> T:
        """Do what the life itself has to store, waiting out a store that is busy."""
        while True:
            try:
                return await store()
            except StoreUnavailable as error:
                logger.warning("%s: %s", self.row.topic, error)
                await asyncio.sleep(_RETRY_S)

    async def _tell_running(self) -> None:
        """Say that the run has been loaded, unless it was paused or stopped meanwhile."""
        if self._state is RunState.LOADING:
            key = self._epoch_key("running")
            await self._patiently(lambda: self._set_state(RunState.RUNNING, key))

    async def _take_score(self) -> None:
        """Take what the run came to to the leaderboard, whatever comes of that."""
        scored = self._scored
        if scored is None:
            return
        try:
            await self._patiently(lambda: scored(self.row))
        except Exception:
            logger.exception("%s has no score", self.row.topic)

    # Commands

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """Let nothing more be done; return the status."""
        with self._measured("pause"):
            async with self._commands:
                self._refuse_if_over()
                if not await self._recorder.is_answered(command_id):
                    await self._pause(command_id)
                return self.status()

    async def resume(self, command_id: str | None) -> dict[str, Json]:
        """Go on; return the status."""
        with self._measured("resume"):
            async with self._commands:
                self._refuse_if_over()
                if not await self._recorder.is_answered(command_id):
                    await self._resume(command_id)
                return self.status()

    async def stop(self, command_id: str | None) -> dict[str, Json]:
        """End the run where it is; return the status."""
        with self._measured("stop"):
            async with self._commands:
                self._refuse_if_over()
                await self._stop(command_id)
                return self.status()

    async def obey(self) -> None:
        """Do what the store says the owner wants, where the command itself never came."""
        async with self._commands:
            if self._left or self._state.has_ended:
                return
            desired = await self._recorder.desired()
            if desired is Desired.PAUSED:
                await self._pause(None)
            elif desired is Desired.RUNNING:
                await self._resume(None)
            elif not self._is_stopping:
                await self._stop(None)

    def status(self) -> dict[str, Json]:
        """Return the newest status by its wire names, with id, state and cursor."""
        return self._status_as(self._state) or self._completed(self.row.status, self._state)

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """Return what is new after `cursor`; see `EventLog.poll`."""
        return await self._recorder.log.poll(cursor, status_version, timeout_s)

    # What a command does; each under the lock of commands

    async def _pause(self, command_id: str | None) -> None:
        self._gate.pause()
        if self._state is RunState.PAUSED:
            return
        if self._run is not None:
            await self._until_still()
        await self._set_state(RunState.PAUSED, command_key(command_id, "paused"))

    async def _until_still(self) -> None:
        """Wait until a pause has taken effect on the run.

        Raises:
            AibtError: the run ended instead.
        """
        if not await self._gate.paused(CONTROL_S):
            raise self._ended(RunState.FINISHED)

    async def _resume(self, command_id: str | None) -> None:
        if self._state is RunState.PAUSED:
            on = RunState.RUNNING if self._run is not None else RunState.LOADING
            await self._set_state(on, command_key(command_id, on))
        self._gate.resume()

    @abstractmethod
    async def _stop(self, command_id: str | None) -> None:
        """End the run where it is."""

    @property
    def _is_stopping(self) -> bool:
        """Whether the run comes by itself to a stop that is stored already."""
        return False

    # What is stored and shown

    @abstractmethod
    def _computed(self) -> Mapping[str, Json] | None:
        """Return the newest status without id, state and cursor; None: no run made one here."""

    @abstractmethod
    async def _set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        told: Sequence[Emission] = (),
    ) -> None:
        """Store a new state with its event and the status; after what is `told`."""

    async def _end(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        told: Sequence[Emission] = (),
    ) -> None:
        """Store an end, with whatever belongs to it."""
        await self._set_state(state, key, reason=reason, told=told)

    def _enter(self, state: RunState) -> None:
        """Be in a state, now that it is stored."""
        self._state = state
        status = self._status_as(state)
        if status is not None and not self._left:
            self._recorder.log.publish(status)

    def _status_as(self, state: RunState) -> dict[str, Json] | None:
        """Return the status that goes with a state; None: no run made one here."""
        computed = self._computed()
        return None if computed is None else self._completed(computed, state)

    def _completed(self, status: Mapping[str, Json], state: RunState) -> dict[str, Json]:
        cursor = self._recorder.log.last_seq
        return {**status, "id": self.row.id, "state": str(state), "cursor": cursor}

    # What they are refused with

    def _running(self) -> Made:
        if self._run is None:
            raise ActorUnavailable(f"the {self._kind.name} is still loading")
        return self._run

    def _refuse_if_over(self) -> None:
        if self._state.has_ended:
            raise self._ended(self._state)
        if self._left:
            raise ActorUnavailable(f"the {self._kind.name} has left this process")

    def _ended(self, state: RunState) -> AibtError:
        return self._kind.ended(self.row.id, str(state))

    def _epoch_key(self, what: str) -> str:
        return f"epoch/{self._recorder.epoch}/{what}"

    def _measured(self, command: str) -> AbstractContextManager[None]:
        """Measure how long a command takes, where anybody wants to know."""
        del command
        return nullcontext()
