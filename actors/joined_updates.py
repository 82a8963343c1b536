"""Updates of trainings that take turns, made together once all of them stand before one."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from actors.hosted_run import Run
from aibt.live.turns import Seat

Step = TypeVar("Step")


class JoinedUpdates(Generic[Step]):
    """Has whoever takes the turn make the updates of all who wait, in place of each its own.

    Everything else a run does in its own turns. So they come to stand before an update one by
    one; the last of them makes all. Whoever is paused, loads or stores is not in the row, and is
    not waited for.

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

    def joined(self, seat: Seat) -> bool:
        """Make the next updates of all, if it is time for them; else say that others are first.

        Args:
            seat: whose turn it is.

        Returns:
            False: the run goes on by itself, as it has other than an update ahead by now. True:
            it has, and the turn is for whoever has not.
        """
        own = self._step_of(self._runs[seat])
        if own is None:
            return False
        steps = [own]
        for other in seat.company():
            step = self._step_of(self._runs[other])
            if step is None:
                return True
            steps.append(step)
        self._take(steps)
        return False
