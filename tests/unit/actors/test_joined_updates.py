"""Who has the turn makes the updates of all who wait, and all that they owe."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from actors.joined_updates import JoinedUpdates, Next
from aibt.live.turns import Seat, Turns
from tests.patience import PATIENCE_S
from tests.unit.actors.fakes import CountingRun, OwedUpdates
from tests.unit.rl.builders import Collected

OWED = 16


@contextmanager
def turn_of_the_first(seats: Sequence[Seat]) -> Iterator[None]:
    """Give the first seat the turn, while the others' threads wait for theirs in vain."""
    first, *others = seats
    over = threading.Event()
    assert first.take(unless=lambda: False)
    waiting = [
        threading.Thread(target=other.take, kwargs={"unless": over.is_set}) for other in others
    ]
    for thread in waiting:
        thread.start()
    try:
        over_s = time.monotonic() + PATIENCE_S
        while len(first.company()) < len(others):
            assert time.monotonic() < over_s, "the others do not come to wait"
            time.sleep(0.001)
        yield
    finally:
        over.set()
        first.give()
        for other in others:
            other.look_again()
        for thread in waiting:
            thread.join()


def entered(count: int) -> tuple[JoinedUpdates[CountingRun], OwedUpdates, list[Seat]]:
    """Updates of so many runs that have done a step of their own, and owe as many as `OWED`."""
    owed, turns = OwedUpdates(OWED), Turns()
    joined, seats = JoinedUpdates(owed.step_of, owed.take), [turns.seat() for _ in range(count)]
    for seat in seats:
        run = CountingRun(Collected(), last=1_000)
        run.advance()
        joined.enter(seat, run)
    return joined, owed, seats


def test_all_updates_that_are_owed_are_made_together_before_one_goes_on_by_itself() -> None:
    joined, owed, seats = entered(3)

    with turn_of_the_first(seats):
        answers = [joined.make(seats[0]) for _ in range(OWED + 1)]

    assert answers == [Next.LOOK_AGAIN] * OWED + [Next.BY_ITSELF]
    assert [len({id(run) for run in runs}) for runs in owed.made] == [3] * OWED


def test_one_who_owes_fewer_than_the_others_is_let_go_first() -> None:
    joined, owed, seats = entered(3)
    ahead = CountingRun(Collected(), last=1_000)
    for _ in range(10):
        ahead.advance()
    joined.enter(seats[1], ahead)

    with turn_of_the_first(seats):
        answers = [joined.make(seats[0]) for _ in range(8)]

    assert answers == [Next.LOOK_AGAIN] * 7 + [Next.OTHERS_FIRST]
    assert len(owed.made) == 7


def test_with_nobody_waiting_an_update_is_made_by_itself() -> None:
    joined, owed, seats = entered(1)

    with turn_of_the_first(seats):
        assert joined.make(seats[0]) is Next.BY_ITSELF

    assert owed.made == []
