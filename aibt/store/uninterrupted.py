"""Database operations that a cancellation does not cut in two.

A driver's thread goes on with what it was told after its caller was cancelled: a BEGIN that takes
effect then would hold SQLite's write lock with nobody left to end it. So a cancelled caller first
waits for the operation under way, and is cancelled afterwards.
"""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any, Final, TypeVar

T = TypeVar("T")

_task_of_operation: Final[ContextVar[asyncio.Task[Any] | None]] = ContextVar(
    "_task_of_operation", default=None
)


async def uninterrupted(operation: Coroutine[Any, Any, T]) -> T:
    """Return the result of `operation`, which always runs to its end.

    An operation within another runs in the task of that one, which nobody cancels: a task of its
    own for each statement of a transaction costs more than the statement.

    Raises:
        CancelledError: the caller was cancelled meanwhile; the operation has ended.
    """
    if _task_of_operation.get() is asyncio.current_task():
        return await operation
    task = asyncio.ensure_future(_in_its_task(operation))
    task.add_done_callback(lambda _: operation.close())  # where its loop ended before it began
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # looked at: nobody else will
        raise cancelled
    return task.result()


async def _in_its_task(operation: Coroutine[Any, Any, T]) -> T:
    _task_of_operation.set(asyncio.current_task())
    return await operation
