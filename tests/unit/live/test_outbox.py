import asyncio
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.live.events import Emission
from aibt.live.outbox import EpisodeMerger, Outbox
from tests.patience import PATIENCE_S


class HandClock:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def an_episode(episode: int, trades: int = 1, profit: float = 0.0) -> Emission:
    return Emission(
        key=f"step{episode}/episode/1",
        kind="episode",
        data={"episode": episode, "trades": trades, "profit": profit},
    )


def a_log(text: str) -> Emission:
    return Emission(key=text, kind="log", data={"text": text})


def test_the_first_episode_is_emitted_at_once() -> None:
    merged = EpisodeMerger(HandClock()).add(an_episode(1, trades=4))

    assert merged is not None
    assert merged.data == {"episode": 1, "first_episode": 1, "trades": 4, "profit": 0.0}


def test_episodes_within_the_interval_are_summed_in_the_next_emission() -> None:
    clock = HandClock()
    merger = EpisodeMerger(clock)
    merger.add(an_episode(1))

    assert merger.add(an_episode(2, trades=2, profit=5.0)) is None
    assert merger.due_in_s() == pytest.approx(0.1)
    clock.seconds += 0.2
    merged = merger.add(an_episode(3, trades=3, profit=7.0))

    assert merged is not None
    assert merged.key == an_episode(3).key
    assert merged.data == {"first_episode": 2, "episode": 3, "trades": 5, "profit": 7.0}


def test_an_episode_that_a_stored_event_covers_is_not_emitted_again() -> None:
    merger = EpisodeMerger(HandClock(), covered_until=7)

    assert merger.add(an_episode(7)) is None
    assert merger.due_in_s() is None
    merged = merger.add(an_episode(8))

    assert merged is not None
    assert merged.data["first_episode"] == 8


def test_a_flush_gives_what_is_pending_and_then_nothing() -> None:
    merger = EpisodeMerger(HandClock())
    merger.add(an_episode(1))
    merger.add(an_episode(2))

    flushed = merger.flush()

    assert flushed is not None
    assert flushed.data["episode"] == 2
    assert merger.flush() is None


def test_an_episode_out_of_order_is_refused() -> None:
    merger = EpisodeMerger(HandClock())
    merger.add(an_episode(1))
    merger.add(an_episode(3))

    with pytest.raises(ValueError, match="episode 3 after episode 3"):
        merger.add(an_episode(3))


def test_an_episode_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="without its number"):
        EpisodeMerger(HandClock()).add(Emission(key="k", kind="episode", data={}))


@given(
    pauses=st.lists(st.floats(0, 0.3), min_size=1, max_size=40),
    covered=st.integers(0, 50),
)
def test_ranges_cover_each_episode_once_and_come_at_most_ten_times_a_second(
    pauses: list[float], covered: int
) -> None:
    clock = HandClock()
    merger = EpisodeMerger(clock, covered_until=covered)
    emitted: list[tuple[float, Emission]] = []
    for episode, pause in enumerate(pauses, 1):
        clock.seconds += pause
        merged = merger.add(an_episode(episode, trades=episode))
        if merged is not None:
            emitted.append((clock.seconds, merged))
    intervals = [after - before for (before, _), (after, _) in pairwise(emitted)]
    last = merger.flush()
    data = [one.data for _, one in emitted] + ([] if last is None else [last.data])

    ranges = [range(int(one["first_episode"]), int(one["episode"]) + 1) for one in data]  # type: ignore[arg-type] # whole numbers
    assert [episode for one in ranges for episode in one] == list(
        range(covered + 1, len(pauses) + 1)
    )
    assert [one["trades"] for one in data] == [sum(one) for one in ranges]
    assert all(interval >= 0.1 - 1e-9 for interval in intervals)


def test_the_outbox_keeps_the_order_of_what_happened() -> None:
    outbox = Outbox(EpisodeMerger(HandClock()))
    for emission in (an_episode(1), an_episode(2), an_episode(3), a_log("a"), an_episode(4)):
        outbox.emit(emission)

    assert [one.key for one in outbox.take()] == [an_episode(1).key, an_episode(3).key, "a"]
    assert [one.key for one in outbox.take(everything=True)] == [an_episode(4).key]
    assert outbox.take(everything=True) == []


def test_an_episode_whose_time_has_come_is_taken_without_another() -> None:
    clock = HandClock()
    outbox = Outbox(EpisodeMerger(clock))
    outbox.emit(an_episode(1))
    outbox.emit(an_episode(2))
    outbox.take()
    clock.seconds += 0.1

    assert [one.data["episode"] for one in outbox.take()] == [2]


async def test_what_another_thread_emits_wakes_the_one_who_waits() -> None:
    outbox = Outbox(EpisodeMerger(HandClock()))
    waiting = asyncio.create_task(outbox.wait(PATIENCE_S))
    await asyncio.sleep(0)
    thread = threading.Thread(target=outbox.emit, args=(a_log("a"),))
    thread.start()
    await waiting
    thread.join()

    assert [one.key for one in outbox.take()] == ["a"]


async def test_waiting_ends_when_a_pending_episode_is_due() -> None:
    clock = HandClock()
    outbox = Outbox(EpisodeMerger(clock, min_interval_s=0.01))
    outbox.emit(an_episode(1))
    outbox.take()
    outbox.emit(an_episode(2))
    await outbox.wait(PATIENCE_S)
    clock.seconds += 0.01

    assert [one.data["episode"] for one in outbox.take()] == [2]


async def test_waiting_for_nothing_ends_after_its_time() -> None:
    outbox = Outbox(EpisodeMerger(HandClock()))

    await outbox.wait(0.0)

    assert outbox.take() == []
