from datetime import UTC, datetime
from typing import Any

import pytest

from aibt.errors import LeaseLost
from aibt.live.events import Emission
from aibt.store.records import EquityPoint, FillResult
from tests.unit.store.entries import AT, a_draft, a_fill, a_mark

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_entries_are_numbered_from_one_and_read_back_from_a_cursor(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    async with world.store.writing(world.owner.id) as tx:
        stored, none = await tx.journal.append(session.id, epoch, [a_draft("a"), a_draft("b", n=1)])
        more, _ = await tx.journal.append(session.id, epoch, [a_draft("c", "step")])
    stored += more

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.journal.read(session.id) == stored
        assert await tx.journal.read(session.id, after=1, limit=1) == [stored[1]]
        assert await tx.journal.read(session.id, kinds=["step", "order"]) == [stored[2]]
        assert await tx.journal.read(session.id, kinds=[]) == []
        assert await tx.journal.last_seq(session.id) == 3
    assert [entry.seq for entry in stored] == [1, 2, 3]
    assert (stored[1].key, stored[1].kind, stored[1].data) == ("b", "log", {"n": 1})
    assert stored[0].at == world.clock.now()
    assert none == []


async def test_a_key_is_stored_once_and_answered_with_what_was_stored(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    async with world.store.writing(world.owner.id) as tx:
        first, _ = await tx.journal.append(session.id, epoch, [a_draft("a", says="first")])
        again, _ = await tx.journal.append(
            session.id, epoch, [a_draft("b"), a_draft("a", says="second"), a_draft("b", n=2)]
        )

    assert [entry.seq for entry in again] == [2, 1, 2]
    assert again[1] == first[0]
    assert again[0] == again[2]
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.journal.read(session.id) == [again[1], again[0]]


async def test_events_are_stored_with_the_entries_that_they_tell_of(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    told = [Emission(key="a", kind="log", data={"text": "a"})]
    async with world.store.writing(world.owner.id) as tx:
        _, events = await tx.journal.append(session.id, epoch, [a_draft("a")], told)
        _, again = await tx.journal.append(session.id, epoch, [a_draft("a")], told)
        _, alone = await tx.journal.append(
            session.id, epoch, [], [Emission(key="b", kind="log", data={})]
        )

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.events.read(session.topic) == events + alone
        assert (await tx.sessions.get(session.id)).last_seq == 2
    assert [event.seq for event in events + alone] == [1, 2]
    assert again == []


async def test_fills_and_equity_are_taken_over_from_the_journal(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    drafts = [
        a_fill("f1"),
        a_mark("m1", equity="100", gross="50"),
        a_draft("x"),
        a_fill("f2", symbol="^GSPC"),
        a_mark("m2", at="2025-06-03T20:00:00Z", equity="-5", gross="3"),
    ]
    async with world.store.writing(world.owner.id) as tx:
        await tx.journal.append(session.id, epoch, drafts)
        await tx.journal.append(session.id, epoch, drafts)

    async with world.store.reading(world.owner.id) as tx:
        fills = await tx.account.fills(session.id)
        assert await tx.account.fills(session.id, symbol="^GSPC") == fills[1:]
        assert await tx.account.fills(session.id, after_seq=1) == fills[1:]
        assert await tx.account.fills(session.id, limit=1) == fills[:1]
        points = await tx.account.equity(session.topic)
    assert fills[0] == FillResult(
        seq=1,
        order_id="order/f1",
        symbol="GOOGL",
        quantity="-1.50",
        price="170.1234567890123456789",
        fee="0.00",
        at=datetime(2025, 6, 2, 13, 30, tzinfo=UTC),
    )
    assert [fill.seq for fill in fills] == [1, 4]
    assert points == [
        EquityPoint(at=AT, equity=100.0, exposure=0.5),
        EquityPoint(at=datetime(2025, 6, 3, 20, tzinfo=UTC), equity=-5.0, exposure=0.0),
    ]


async def test_of_two_marks_at_one_moment_the_later_one_counts(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    async with world.store.writing(world.owner.id) as tx:
        await tx.journal.append(session.id, epoch, [a_mark("1"), a_mark("2", equity="200")])
        assert [point.equity for point in await tx.account.equity(session.topic)] == [200.0]
        await tx.journal.append(session.id, epoch, [a_mark("3", equity="25", gross="0")])

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.account.equity(session.topic) == [
            EquityPoint(at=AT, equity=25.0, exposure=0.0)
        ]


async def test_an_old_epoch_writes_nothing_into_the_journal(world: World) -> None:
    session = await world.a_session()
    old = await world.a_lease(session)
    new = await world.a_lease(session)

    for epoch in (old, 0, new + 1):
        with pytest.raises(LeaseLost):
            async with world.store.writing(world.owner.id) as tx:
                await tx.journal.append(session.id, epoch, [a_draft("old")])
    async with world.store.writing(world.owner.id) as tx:
        stored, _ = await tx.journal.append(session.id, new, [a_draft("new")])
    assert [entry.seq for entry in stored] == [1]


async def test_a_batch_of_thousands_is_stored_in_order(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    async with world.store.writing(world.owner.id) as tx:
        await tx.journal.append(session.id, epoch, [a_draft("5"), a_draft("2000")])
        drafts = [a_draft(str(n)) for n in range(2_500)]
        entries, _ = await tx.journal.append(session.id, epoch, drafts)

    assert [entry.key for entry in entries] == [str(n) for n in range(2_500)]
    assert (entries[5].seq, entries[2_000].seq, entries[-1].seq) == (1, 2, 2_500)


async def test_what_no_database_takes_is_stored_as_a_mark_of_its_own(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    said = "a\0b \ud83d \U0001f680 \\u0000"
    async with world.store.writing(world.owner.id) as tx:
        entries, events = await tx.journal.append(
            session.id,
            epoch,
            [a_draft("a", text=said, **{said: [said]})],
            [Emission(key="a", kind="log", data={"text": said})],
        )
        await tx.sessions.save_status(session.id, {"partial": said}, epoch=epoch)

    clean = "a\ufffdb \ufffd \U0001f680 \\u0000"
    assert entries[0].data == {"text": clean, clean: [clean]}
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.journal.read(session.id) == entries
        assert await tx.events.read(session.topic) == events
        assert (await tx.sessions.get(session.id)).status == {"partial": clean}


async def test_an_entry_comes_back_to_the_letter(world: World) -> None:
    session = await world.a_session()
    epoch = await world.a_lease(session)
    data = {"zz": "1.10", "a": -0.0, "b": [1, 1.0, None, True, {"y": 0.1, "x": {}}], "é": "ß"}
    async with world.store.writing(world.owner.id) as tx:
        await tx.journal.append(session.id, epoch, [a_draft("a", **data)])

    async with world.store.reading(world.owner.id) as tx:
        (entry,) = await tx.journal.read(session.id)
    assert repr(entry.data) == repr(data)
