"""Work that takes long, done behind a gate: a pause takes hold meanwhile, and a stop cuts it."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from aibt.live.gate import Gate, Verdict

T = TypeVar("T")


class Stopped(Exception):
    """The owner stopped the session while it was at work."""


class Attendance:
    """Attends to a gate while something else is waited for.

    Attributes:
        pauses: counts how often the gate was found closed: what was waited for meanwhile may be
            out of date.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.pauses = 0

    async def pass_gate(self) -> None:
        """Go on when the gate is open.

        Raises:
            Stopped: it was stopped.
        """
        self.pauses += self._gate.is_pausing
        if await self._gate.wait_async() is Verdict.STOP:
            raise Stopped

    async def to(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of `work`, which goes on while the gate is closed.

        Raises:
            Stopped: it was stopped; `work` was cancelled.
        """
        task: asyncio.Task[T] = asyncio.ensure_future(work)
        try:
            while True:
                closed = asyncio.ensure_future(self._gate.closed())
                try:
                    await asyncio.wait({task, closed}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    closed.cancel()
                await self.pass_gate()
                if task.done():
                    return task.result()
        finally:
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task
            elif not task.cancelled():
                task.exception()  # looked at: after a stop nobody else will
