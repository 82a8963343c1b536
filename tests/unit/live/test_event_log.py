import asyncio
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.live.event_log import EventLog, Poll
from aibt.live.events import Event
from tests.patience import PATIENCE_S

AT = datetime(2026, 1, 2, tzinfo=UTC)


def events(first: int, last: int) -> list[Event]:
    return [
        Event(seq=seq, key=f"{seq}", kind="log", data={"n": seq}, at=AT)
        for seq in range(first, last + 1)
    ]


def numbers(poll: Poll) -> list[int]:
    return [event.seq for event in poll.events]


async def test_a_poll_returns_what_came_after_its_cursor() -> None:
    log = EventLog()
    log.append(events(1, 5))

    poll = await log.poll(3, 0, PATIENCE_S)

    assert numbers(poll) == [4, 5]
    assert poll.cursor == 5


async def test_a_poll_that_has_everything_waits_for_the_next_event() -> None:
    log = EventLog(last_seq=7)
    waiting = asyncio.create_task(log.poll(7, 0, PATIENCE_S))
    await asyncio.sleep(0)
    assert not waiting.done()
    log.append(events(8, 8))

    assert numbers(await waiting) == [8]


async def test_a_poll_without_news_returns_empty_after_its_time() -> None:
    poll = await EventLog(last_seq=2).poll(2, 0, 0.0)

    assert poll.events == ()
    assert poll.cursor == 2
    assert poll.status is None
    assert not poll.ended


async def test_a_poller_sees_the_latest_status_once() -> None:
    log = EventLog()
    log.publish({"steps": 1})
    log.publish({"steps": 2})

    first = await log.poll(0, 0, PATIENCE_S)
    second = await log.poll(first.cursor, first.status_version, 0.0)

    assert first.status == {"steps": 2}
    assert second.status is None
    assert second.status_version == first.status_version


async def test_a_status_of_another_activation_is_news() -> None:
    before, after = EventLog(epoch=1), EventLog(epoch=2)
    before.publish({"steps": 9})
    after.publish({"steps": 4})
    seen = await before.poll(0, 0, PATIENCE_S)

    assert (await after.poll(0, seen.status_version, PATIENCE_S)).status == {"steps": 4}


async def test_a_cursor_older_than_the_tail_is_told_where_the_tail_begins() -> None:
    log = EventLog(capacity=3)
    log.append(events(1, 5))

    poll = await log.poll(1, 0, PATIENCE_S)

    assert poll.gone
    assert poll.events == ()
    assert poll.cursor == 1
    assert poll.first == 3
    assert numbers(await log.poll(2, 0, PATIENCE_S)) == [3, 4, 5]


async def test_a_cursor_from_before_the_activation_is_gone() -> None:
    poll = await EventLog(last_seq=10).poll(4, 0, 0.0)

    assert poll.gone
    assert poll.first == 11


async def test_a_closed_log_hands_out_the_rest_and_then_says_that_it_ended() -> None:
    log = EventLog()
    log.append(events(1, 3))
    log.close()

    first = await log.poll(0, 0, PATIENCE_S, limit=2)
    second = await log.poll(first.cursor, 0, PATIENCE_S, limit=2)

    assert (numbers(first), first.ended) == ([1, 2], False)
    assert (numbers(second), second.ended) == ([3], True)


async def test_closing_wakes_all_who_wait() -> None:
    log = EventLog()
    waiting = [asyncio.create_task(log.poll(0, 0, PATIENCE_S)) for _ in range(5)]
    await asyncio.sleep(0)
    log.close()

    assert all(poll.ended for poll in await asyncio.gather(*waiting))


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_a_gap_or_a_repetition_is_refused(seq: int) -> None:
    log = EventLog(last_seq=2)

    with pytest.raises(ValueError, match="after event 2"):
        log.append(events(seq, seq))


def test_a_closed_log_takes_nothing() -> None:
    log = EventLog()
    log.close()

    with pytest.raises(RuntimeError):
        log.append(events(1, 1))
    with pytest.raises(RuntimeError):
        log.publish({})


def test_a_tail_for_no_event_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity"):
        EventLog(capacity=0)


@given(
    batches=st.lists(st.integers(1, 9), max_size=20),
    limits=st.lists(st.integers(1, 7), min_size=1, max_size=5),
)
def test_a_poller_within_the_tail_gets_every_event_once_in_order(
    batches: list[int], limits: list[int]
) -> None:
    async def follow() -> list[int]:
        log = EventLog(capacity=1_000)
        got: list[int] = []

        async def read() -> None:
            cursor, turn = 0, 0
            while True:
                poll = await log.poll(cursor, 0, PATIENCE_S, limit=limits[turn % len(limits)])
                got.extend(numbers(poll))
                cursor, turn = poll.cursor, turn + 1
                if poll.ended:
                    return

        reading = asyncio.create_task(read())
        last = 0
        for size in batches:
            log.append(events(last + 1, last + size))
            last += size
            await asyncio.sleep(0)
        log.close()
        await reading
        return got

    assert asyncio.run(follow()) == list(range(1, sum(batches) + 1))


async def test_pollers_in_other_threads_get_what_this_one_appends() -> None:
    log = EventLog()
    got: dict[int, list[int]] = {}

    def follow(name: int) -> None:
        async def read() -> None:
            cursor = 0
            got[name] = []
            while True:
                poll = await log.poll(cursor, 0, PATIENCE_S)
                got[name] += numbers(poll)
                cursor = poll.cursor
                if poll.ended:
                    return

        asyncio.run(read())

    threads = [threading.Thread(target=follow, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for start in range(1, 300, 3):
        log.append(events(start, start + 2))
    log.close()
    for thread in threads:
        await asyncio.to_thread(thread.join, PATIENCE_S)

    assert list(got.values()) == [list(range(1, 301))] * 3
