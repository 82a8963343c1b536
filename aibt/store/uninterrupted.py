"""Database operations that a cancellation does not cut in two.

A driver's thread goes on with what it was told after its caller was cancelled: a BEGIN that takes
effect then would hold SQLite's write lock with nobody left to end it. So a cancelled caller first
waits for the operation under way, and is cancelled afterwards.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(operation: Coroutine[Any, Any, T]) -> T:
    """Return the result of `operation`, which always runs to its end.

    Raises:
        CancelledError: the caller was cancelled meanwhile; the operation has ended.
    """
    task = asyncio.ensure_future(operation)
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
