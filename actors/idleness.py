"""When a process that is there to be asked has not been asked for a while."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Idleness:
    """Knows since when nothing is asked, on one event loop.

    Args:
        after_s: so long after the last answer it is over.
    """

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self._under_way = 0
        self._since_s: float | None = None
        self.answered = 0

    @contextmanager
    def interrupted(self) -> Iterator[None]:
        """Something is asked, and answered or refused at the end of the block."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self.answered += 1
            self._since_s = asyncio.get_running_loop().time()

    async def lasted(self) -> None:
        """Wait until nothing was asked for so long."""
        now = asyncio.get_running_loop().time
        if self._since_s is None:
            self._since_s = now()
        while True:
            left_s = self._since_s + self._after_s - now()
            if self._under_way:
                left_s = self._after_s
            elif left_s <= 0:
                return
            await asyncio.sleep(left_s)
