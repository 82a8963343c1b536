"""Waiting on an event loop for what happens in any thread."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class _Waiter(Generic[T]):
    verdict: Callable[[], T | None]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[T]" = field(init=False)

    def __post_init__(self) -> None:
        self.future = self.loop.create_future()


class Wakeups(Generic[T]):
    """Coroutines that wait until a question about shared state has an answer.

    The state is changed under `lock` and `settle` called before it is released; each waiter is
    then answered on its own loop. A question is a function without effect that returns None
    while there is no answer; it is asked under the lock.
    """

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._waiters: list[_Waiter[T]] = []

    async def until(self, verdict: Callable[[], T | None], timeout_s: float | None) -> T:
        """Wait for the answer, which is given even if the state has moved on by then.

        Raises:
            TimeoutError: there was none for `timeout_s` seconds (None: wait for ever).
        """
        with self._lock:
            at_once = verdict()
            if at_once is not None:
                return at_once
            waiter = _Waiter(verdict, asyncio.get_running_loop())
            self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                return await waiter.future
        finally:
            with self._lock:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)

    def settle(self) -> None:
        """Answer those whose question has an answer now. Called with the lock held."""
        waiting = []
        for waiter in self._waiters:
            answer = waiter.verdict()
            if answer is None:
                waiting.append(waiter)
            else:
                _tell(waiter, answer)
        self._waiters[:] = waiting


def _tell(waiter: _Waiter[T], answer: T) -> None:
    def tell() -> None:
        if not waiter.future.done():
            waiter.future.set_result(answer)

    try:
        waiter.loop.call_soon_threadsafe(tell)
    except RuntimeError:  # its loop was closed, and nobody waits there any more
        return
