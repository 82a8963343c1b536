"""Turns: several threads that compute, one at a time, first come first served.

Where arithmetic is the bound, one after another is as fast as all at once, and each keeps its
data in the processor's cache for as long as its turn lasts.
"""

from collections import deque
from collections.abc import Callable
from threading import Condition, Lock


class Turns:
    """Hands one turn round among its seats."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Seat] = deque()
        self._holder: Seat | None = None
        self._kept: list[Seat] = []  # those who wait, while the holder is with them

    def seat(self) -> "Seat":
        """Return a new seat, which one thread may take turns from."""
        return Seat(self, Condition(self._lock))

    def _take(self, seat: "Seat", unless: Callable[[], bool]) -> bool:
        with self._lock:
            self._waiting.append(seat)
            try:
                while seat in self._kept or not unless():
                    if self._holder is None and self._waiting[0] is seat:
                        self._holder = seat
                        return True
                    seat.news.wait()
                return False
            finally:
                self._waiting.remove(seat)
                self._tell_next()

    def _give(self, seat: "Seat") -> None:
        with self._lock:
            if self._holder is not seat:
                raise RuntimeError("a turn is given back that was not taken")
            self._holder = None
            kept, self._kept = self._kept, []
            for one in kept:
                one.news.notify()
            self._tell_next()

    def _keep(self, seat: "Seat") -> "list[Seat]":
        with self._lock:
            if self._holder is not seat:
                raise RuntimeError("nobody is kept by whoever has no turn")
            self._kept = [*self._waiting]
            return [*self._kept]

    def _tell_next(self) -> None:
        if self._holder is None and self._waiting:
            self._waiting[0].news.notify()

    def _look_again(self, seat: "Seat") -> None:
        with self._lock:
            seat.news.notify()


class Seat:
    """One thread's place among those that take turns."""

    def __init__(self, turns: Turns, news: Condition) -> None:
        self._turns = turns
        self.news = news
        """What this seat's thread waits on, under the lock of all."""

    def take(self, unless: Callable[[], bool]) -> bool:
        """Wait for the turn; return whether it was taken.

        Args:
            unless: whether there is something else to do than to wait; it must not block. It
                is looked at first, and again after `look_again`. Its thread then loses its
                place in the row.
        """
        return self._turns._take(self, unless)

    def give(self) -> None:
        """Give the turn to whoever has waited longest.

        Raises:
            RuntimeError: it was not taken.
        """
        self._turns._give(self)

    def company(self) -> "list[Seat]":
        """Return who waits for a turn, in order: none of them leaves until this turn is given.

        Raises:
            RuntimeError: the turn is not this seat's.
        """
        return self._turns._keep(self)

    def look_again(self) -> None:
        """Let `take` ask anew whether there is something else to do. Never waits for a turn."""
        self._turns._look_again(self)
