"""Updates of trainings that take turns, made together once all of them stand before one."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Generic, TypeVar

from actors.hosted_run import Run
from aibt.live.turns import Seat

Step = TypeVar("Step")


class Next(Enum):
    """What whoever has the turn does next."""

    BY_ITSELF = "by itself"  # its next unit of work is its own
    LOOK_AGAIN = "look again"  # its update was made, and maybe it owes more of them
    OTHERS_FIRST = "others first"  # they come to an update sooner if it gives the turn


class JoinedUpdates(Generic[Step]):
    """Has whoever takes the turn make the updates of all who wait, in place of each its own.

    Everything else a run does in its own turns. So they come to stand before an update one by
    one; the last of them makes all, and as many of them as all owe and the turn has time for.
    Whoever is paused, loads or stores is not in the row, and is not waited for.

    Args:
        step_of: returns what a run is to do next, if it can be done with others.
        take: does what several runs are to do next. What it raises, the one whose turn it is has
            to bear; nothing of the others has changed then.
    """

    def __init__(
        self, step_of: Callable[[Run], Step | None], take: Callable[[Sequence[Step]], None]
    ) -> None:
        self._step_of, self._take = step_of, take
        self._runs: dict[Seat, Run] = {}

    def enter(self, seat: Seat, run: Run) -> None:
        """Have a run's updates made with those of the others, from its first turn on."""
        self._runs[seat] = run

    def leave(self, seat: Seat) -> None:
        """Forget a run that takes no turn any more."""
        self._runs.pop(seat, None)

    def make(self, seat: Seat) -> Next:
        """Make the next update of each who waits, if all stand before one.

        Args:
            seat: whose turn it is.

        Returns:
            What it does next. By itself it makes an update only if nobody waits: then it has
            nobody to make it with.
        """
        own = self._step_of(self._runs[seat])
        if own is None:
            return Next.BY_ITSELF
        company = seat.company()
        if not company:
            return Next.BY_ITSELF
        steps = [own]
        for other in company:
            step = self._step_of(self._runs[other])
            if step is None:
                return Next.OTHERS_FIRST
            steps.append(step)
        self._take(steps)
        return Next.LOOK_AGAIN
