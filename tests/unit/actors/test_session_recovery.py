"""A session whose process is lost at any moment goes on as if it had not been: nothing twice."""

import json
from typing import Any

import pytest

from aibt.agents.account import SessionAccount
from aibt.agents.plan import session_plan
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Session
from tests.unit.actors.conftest import StartSession
from tests.unit.actors.hosting import until
from tests.unit.actors.session_hosting import (
    DECISIONS,
    CutRecorder,
    SessionHosting,
    ledger,
)


def cutting(at: int, stored_first: bool) -> type[CutRecorder]:
    class Cut(CutRecorder):
        cut_at = at

    Cut.stored_first = stored_first
    return Cut


async def facts(hosting: SessionHosting) -> dict[str, Any]:
    """Return what a session has come to, without when it was written and who wrote it."""
    session = hosting.session
    async with hosting.store.reading(session.owner_id) as unit:
        fills = await unit.account.fills(session.id)
        equity = await unit.account.equity(session.topic)
    told = [
        (kind, {name: value for name, value in data.items() if name not in {"at", "id"}})
        for _, kind, data in await hosting.told()
        if kind != "state"
    ]
    journal = [
        (one.key, one.kind, json.dumps(dict(one.data)).replace(session.agent_name, "its name"))
        for one in await hosting.journal()
    ]
    return {
        "ledger": ledger(hosting.runs[-1]),
        "fills": fills,
        "equity": equity,
        "told": told,
        "journal": journal,
        "spent": hosting.runs[-1].spending.answers,
    }


async def replayed(hosting: SessionHosting, session: Session) -> Any:
    """Return the account that the journal alone leads to."""
    account = SessionAccount(session_plan(session.id, session.agent_name, session.request))
    for entry in await hosting.journal():
        account.take(entry)
    portfolio = account.portfolio
    return portfolio.cash, portfolio.equity(), dict(portfolio.positions)


@pytest.mark.parametrize("stored_first", [True, False], ids=["stored", "not stored"])
async def test_a_process_may_be_lost_at_every_append(
    store: Store, asked: StartSession, stored_first: bool
) -> None:
    whole = SessionHosting(store, await asked(), paced=False)
    whole.kind = CutRecorder
    await whole.begin()
    assert await whole.ended() is RunState.FINISHED
    wanted = await facts(whole)
    appends = whole.recorder.appends  # type: ignore[attr-defined]  # a CutRecorder
    assert appends > 2 * DECISIONS

    for at in range(1, appends + 1):
        lost = SessionHosting(store, await asked(), paced=False)
        lost.kind = cutting(at, stored_first)
        await lost.begin()
        await lost.recorder.reached.wait()  # type: ignore[attr-defined]  # a CutRecorder

        again = await lost.again(paced=False)

        assert await again.ended() is RunState.FINISHED
        assert await facts(again) == wanted, f"lost at append {at}"
        told = await again.told()
        assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
        assert await replayed(again, lost.session) == wanted["ledger"][:3]
        assert lost.model.asked + again.model.asked <= 2 * DECISIONS + 1


async def test_a_session_may_be_lost_again_and_again(store: Store, asked: StartSession) -> None:
    hosting = SessionHosting(store, await asked())
    await hosting.begin()
    for _ in range(6):
        await hosting.asked(1)
        hosting.model.turns.release()
        await hosting.asked(2)
        hosting = await hosting.again()
    assert await hosting.ended() is RunState.FINISHED

    whole = SessionHosting(store, await asked(), paced=False)
    await whole.begin()
    await whole.ended()
    assert await facts(hosting) == await facts(whole)
    keys = [entry.key for entry in await hosting.journal()]
    assert len(keys) == len(set(keys))


async def test_a_paused_session_that_was_lost_is_paused_where_it_was(
    store: Store, asked: StartSession
) -> None:
    hosting = SessionHosting(store, await asked())
    host = await hosting.begin()
    hosting.model.turns.release()
    await hosting.asked(2)
    await hosting.wish(Desired.PAUSED)
    await host.pause(None)
    before = await hosting.journal()

    again = await hosting.again()
    await until(lambda: again.host.state is RunState.PAUSED)
    await until(lambda: again.runs != [])

    assert again.model.asked == 0
    assert await again.journal() == before
    assert (await again.row()).state is RunState.PAUSED
    await again.wish(Desired.RUNNING)
    assert (await again.host.resume(None))["step"] == 1
    assert await again.ended() is RunState.FINISHED


async def test_what_was_told_by_one_process_is_not_missed_by_who_follows_the_next(
    store: Store, asked: StartSession
) -> None:
    hosting = SessionHosting(store, await asked())
    await hosting.begin()
    hosting.model.turns.release()
    await hosting.asked(2)
    again = await hosting.again()
    await again.asked(1)

    poll = await again.host.poll(0, 0, 0)
    assert poll.gone
    known = poll.first - 1
    later = await again.host.poll(known, 0, 0)

    seqs = [seq for seq, _, _ in await again.told()]
    assert [*range(1, known + 1), *(event.seq for event in later.events)] == seqs
    await again.ended()


async def test_a_process_that_is_not_lost_after_all_changes_nothing(
    store: Store, asked: StartSession
) -> None:
    hosting = SessionHosting(store, await asked())
    await hosting.begin()
    await hosting.asked(1)
    async with store.writing(hosting.session.owner_id) as unit:
        row = await unit.sessions.set_state(hosting.session.id, RunState.RECOVERING, epoch=None)
    again = SessionHosting(store, row, paced=False)
    await again.begin()
    hosting.model.turns.release()  # the old one goes on as if nothing had happened

    assert await again.ended() is RunState.FINISHED
    await hosting.ended()

    whole = SessionHosting(store, await asked(), paced=False)
    await whole.begin()
    await whole.ended()
    assert await facts(again) == await facts(whole)
    assert hosting.host.state is not RunState.FINISHED
