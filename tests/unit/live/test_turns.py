"""One at a time, first come first served, and nobody is kept from something else."""

import threading
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.live.turns import Turns
from tests.patience import PATIENCE_S


@settings(max_examples=20, deadline=None)
@given(members=st.integers(min_value=1, max_value=6), rounds=st.integers(min_value=1, max_value=30))
def test_no_two_have_the_turn_at_once_and_each_has_all_of_its_own(
    members: int, rounds: int
) -> None:
    turns, inside, worst, had = Turns(), [0], [0], Counter[int]()

    def compute(member: int) -> None:
        seat = turns.seat()
        for _ in range(rounds):
            assert seat.take(unless=lambda: False)
            inside[0] += 1
            worst[0] = max(worst[0], inside[0])
            had[member] += 1
            inside[0] -= 1
            seat.give()

    threads = [threading.Thread(target=compute, args=(member,)) for member in range(members)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert worst == [1]
    assert had == Counter(dict.fromkeys(range(members), rounds))


def test_who_has_waited_longest_is_next() -> None:
    turns, order = Turns(), list[str]()
    first = turns.seat()
    assert first.take(unless=lambda: False)
    threads = []
    for name in "abcd":
        at_the_row = threading.Event()

        def compute(name: str = name, at_the_row: threading.Event = at_the_row) -> None:
            seat = turns.seat()
            assert seat.take(unless=lambda: bool(at_the_row.set()))
            order.append(name)
            seat.give()

        threads.append(threading.Thread(target=compute))
        threads[-1].start()
        assert at_the_row.wait(PATIENCE_S)  # its place in the row is taken before it looks

    first.give()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert order == ["a", "b", "c", "d"]


def test_who_has_something_else_to_do_leaves_the_row_and_the_next_one_is_served() -> None:
    turns, away, outcomes = Turns(), threading.Event(), dict[str, bool]()
    holder, called = turns.seat(), turns.seat()
    assert holder.take(unless=lambda: False)

    def wait(name: str) -> None:
        mine = called if name == "called" else turns.seat()
        outcomes[name] = mine.take(unless=lambda: name == "called" and away.is_set())
        if outcomes[name]:
            mine.give()

    first = threading.Thread(target=wait, args=("called",))
    first.start()
    second = threading.Thread(target=wait, args=("patient",))
    second.start()
    away.set()
    called.look_again()
    first.join(PATIENCE_S)
    assert outcomes == {"called": False}  # while the turn is still another's

    holder.give()
    second.join(PATIENCE_S)

    assert outcomes == {"called": False, "patient": True}


def test_a_turn_that_was_not_taken_cannot_be_given_back() -> None:
    with pytest.raises(RuntimeError, match="not taken"):
        Turns().seat().give()


def test_company_stays_until_the_turn_is_given() -> None:
    turns, wants_out, left = Turns(), threading.Event(), threading.Event()
    first, other = turns.seat(), turns.seat()
    assert first.take(unless=lambda: False)
    at_the_row, took = threading.Event(), list[bool]()

    def wait() -> None:
        at_the_row.set()
        took.append(other.take(unless=wants_out.is_set))
        left.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert at_the_row.wait(PATIENCE_S)
    while not (kept := first.company()):
        pass
    assert kept == [other]
    wants_out.set()
    other.look_again()
    assert not left.wait(0.05)

    first.give()

    assert left.wait(PATIENCE_S)
    thread.join(PATIENCE_S)
    assert took == [False]


def test_only_whoever_has_the_turn_has_company() -> None:
    with pytest.raises(RuntimeError, match="no turn"):
        Turns().seat().company()
