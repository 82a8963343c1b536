import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aibt.errors import LeaseLost, NotFound
from aibt.live.events import Emission
from aibt.store.database import open_store

World = Any  # the fixture's class, tests/unit/store/conftest.py
APPENDER = Path(__file__).parent / "appender.py"


def a_log(key: str) -> Emission:
    return Emission(key=key, kind="log", data={"text": key})


async def test_events_are_numbered_from_one_and_read_back_from_a_cursor(world: World) -> None:
    training = await world.a_training()
    async with world.store.writing(world.owner.id) as tx:
        stored = await tx.events.append(training.topic, None, [a_log("a"), a_log("b")])
        stored += await tx.events.append(training.topic, None, [a_log("c")])

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.events.read(training.topic) == stored
        assert await tx.events.read(training.topic, after=1, limit=1) == [stored[1]]
        assert await tx.events.last_seq(training.topic) == 3
        assert (await tx.trainings.get(training.id)).last_seq == 3
    assert [event.seq for event in stored] == [1, 2, 3]
    assert stored[0].data == {"text": "a"}
    assert stored[0].at == world.clock.now()


async def test_a_key_is_stored_once_in_its_topic(world: World) -> None:
    one = await world.a_training(await world.a_bot("alpha"))
    two = await world.a_training(await world.a_bot("beta"))
    async with world.store.writing(world.owner.id) as tx:
        await tx.events.append(one.topic, None, [a_log("a"), a_log("a")])
        again = await tx.events.append(one.topic, None, [a_log("b"), a_log("a")])
        elsewhere = await tx.events.append(two.topic, None, [a_log("a")])

    assert [(event.seq, event.key) for event in again] == [(2, "b")]
    assert [(event.seq, event.key) for event in elsewhere] == [(1, "a")]


async def test_a_topic_that_nobody_opened_takes_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        async with world.store.writing(world.owner.id) as tx:
            await tx.events.append("training/99", None, [a_log("a")])


async def test_the_last_of_a_kind_is_found(world: World) -> None:
    training = await world.a_training()
    async with world.store.writing(world.owner.id) as tx:
        for episode in (1, 2):
            emission = Emission(key=f"{episode}", kind="episode", data={"episode": episode})
            await tx.events.append(training.topic, None, [emission])
        await tx.events.append(training.topic, None, [a_log("x")])

        last = await tx.events.last_of_kind(training.topic, "episode")
        none = await tx.events.last_of_kind(training.topic, "error")

    assert last is not None
    assert (last.seq, last.data) == (2, {"episode": 2})
    assert none is None


async def test_a_batch_of_thousands_is_stored_in_order(world: World) -> None:
    training = await world.a_training()
    async with world.store.writing(world.owner.id) as tx:
        await tx.events.append(training.topic, None, [a_log("5"), a_log("2000")])
        new = await tx.events.append(training.topic, None, [a_log(str(n)) for n in range(2_500)])

    assert [event.seq for event in new] == list(range(3, 2_501))
    assert [event.key for event in new[:6]] == ["0", "1", "2", "3", "4", "6"]


async def test_episodes_and_evaluation_trades_can_be_asked_for(world: World) -> None:
    training = await world.a_training()
    emissions = [
        Emission(
            key="e",
            kind="episode",
            data={"first_episode": 1, "episode": 4, "profit": 2.5, "trades": 9, "x": "y"},
        ),
        a_log("between"),
        Emission(
            key="t1",
            kind="trade",
            data={"part": "validation", "side": 1, "open_at": 3, "close_at": 5, "profit": -1.0},
        ),
        Emission(key="t2", kind="trade", data={"part": "out_of_sample", "side": -1}),
    ]
    async with world.store.writing(world.owner.id) as tx:
        await tx.events.append(training.topic, None, emissions)
        await tx.events.append(training.topic, None, emissions)

    async with world.store.reading(world.owner.id) as tx:
        (episode,) = await tx.results.episodes(training.id)
        trades = await tx.results.trades(training.id)
        shown = await tx.results.trades(training.id, part="out_of_sample")
        later = await tx.results.trades(training.id, after_seq=3)
    assert (episode.seq, episode.first_episode, episode.episode) == (1, 1, 4)
    assert (episode.profit, episode.trades, episode.data["x"]) == (2.5, 9, "y")
    assert [(trade.seq, trade.part, trade.side) for trade in trades] == [
        (3, "validation", 1),
        (4, "out_of_sample", -1),
    ]
    assert (trades[0].open_at, trades[0].close_at, trades[0].profit) == (3, 5, -1.0)
    assert trades[0].data == emissions[2].data
    assert shown == later == trades[1:]


async def test_an_old_epoch_appends_nothing(world: World) -> None:
    training = await world.a_training()
    old = await world.a_lease(training)
    new = await world.a_lease(training)

    with pytest.raises(LeaseLost):
        async with world.store.writing(world.owner.id) as tx:
            await tx.events.append(training.topic, old, [a_log("old")])
    async with world.store.writing(world.owner.id) as tx:
        stored = await tx.events.append(training.topic, new, [a_log("new")])
    assert [event.seq for event in stored] == [1]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(writers=st.lists(st.lists(st.integers(0, 12), max_size=12), min_size=2, max_size=4))
async def test_appends_of_several_tasks_are_numbered_without_a_gap(
    world: World, writers: list[list[int]]
) -> None:
    bot = await world.a_bot()
    training = await world.a_training(bot)

    async def write(keys: list[int]) -> None:
        for key in keys:
            async with world.store.writing(world.owner.id) as tx:
                await tx.events.append(training.topic, None, [a_log(str(key))])

    await asyncio.gather(*(write(keys) for keys in writers))
    async with world.store.reading(world.owner.id) as tx:
        stored = await tx.events.read(training.topic)
    await world.end(training)
    async with world.store.writing(world.owner.id) as tx:
        await tx.bots.delete(bot.name)

    distinct = {str(key) for keys in writers for key in keys}
    assert [event.seq for event in stored] == list(range(1, len(distinct) + 1))
    assert {event.key for event in stored} == distinct


async def test_appends_of_two_processes_are_numbered_without_a_gap(world: World) -> None:
    training = await world.a_training()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(APPENDER),
            world.url,
            str(world.owner.id),
            training.topic,
            name,
            "150",
        )
        for name in ("left", "right")
    ]

    codes = [await process.wait() for process in processes]

    async with world.store.reading(world.owner.id) as tx:
        stored = await tx.events.read(training.topic)
    assert codes == [0, 0]
    assert [event.seq for event in stored] == list(range(1, 451))
    assert len({event.key for event in stored}) == 450  # 150 of each, and 150 of both


async def test_what_was_acknowledged_survives_the_kill_of_its_process(world: World) -> None:
    training = await world.a_training()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *(str(APPENDER), world.url, str(world.owner.id), training.topic, "one", "100000"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    for _ in range(20):
        acknowledged = int(await process.stdout.readline())
    process.kill()
    acknowledged = max([acknowledged, *map(int, (await process.stdout.read()).split(b"\n")[:-1])])
    await process.wait()

    async with await open_store(world.url) as store, store.reading(world.owner.id) as tx:
        stored = await tx.events.read(training.topic, limit=100_000)
    assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
    assert len(stored) >= acknowledged
