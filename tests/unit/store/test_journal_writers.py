"""Several activations of one session at once: whatever they do, its journal and account agree."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aibt.errors import LeaseLost
from aibt.live.events import Emission
from aibt.live.journal import Draft, Entry
from aibt.store.records import EquityPoint, FillResult, Session
from tests.unit.store.entries import AT, a_draft, a_fill, a_mark

World = Any  # the fixture's class, tests/unit/store/conftest.py

NUMBERS = itertools.count()


@dataclass(frozen=True)
class Append:
    """One activation appends what has these keys, in one transaction."""

    activation: int
    keys: tuple[int, ...]


@dataclass(frozen=True)
class Take:
    """One activation takes the lease."""

    activation: int


activations = st.integers(0, 2)
keys = st.lists(st.integers(0, 14), max_size=4).map(tuple)
steps = st.one_of(
    st.builds(Take, activations),
    st.builds(Append, activations, keys),
    st.builds(Append, activations, keys),
    st.builds(Append, activations, keys),
)


def draft_of(key: int, activation: int) -> Draft:
    """Return what an activation writes under a key: what it says depends on who writes it."""
    name = f"step/{key}"
    if key % 3 == 0:
        return a_fill(name, quantity=f"{key}.{activation}", symbol=("GOOGL", "^GSPC")[key % 2])
    if key % 3 == 1:
        at = AT + timedelta(days=key % 4)  # some share a moment
        return a_mark(name, at=at.isoformat(), equity=f"{100 + key}.{activation}")
    return a_draft(name, by=activation)


@dataclass
class Writers:
    """Activations of one session, and what they were told."""

    world: World
    session: Session
    epochs: dict[int, int] = field(default_factory=dict)
    told: list[Entry] = field(default_factory=list)

    async def do(self, step: Append | Take) -> None:
        if isinstance(step, Take):
            self.epochs[step.activation] = await self.world.a_lease(self.session)
            return
        drafts = [draft_of(key, step.activation) for key in step.keys]
        emissions = [Emission(key=one.key, kind="log", data={}) for one in drafts]
        try:
            async with self.world.store.writing(self.world.owner.id) as tx:
                epoch = self.epochs.get(step.activation, 0)
                entries, _ = await tx.journal.append(self.session.id, epoch, drafts, emissions)
        except LeaseLost:
            return  # nothing of it is stored: see what everybody was told
        assert [entry.key for entry in entries] == [draft.key for draft in drafts]
        self.told += entries


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rounds=st.lists(st.lists(steps, min_size=1, max_size=5), max_size=6))
async def test_whatever_activations_write_at_once_journal_and_account_agree(
    world: World, rounds: list[list[Append | Take]]
) -> None:
    agent = await world.an_agent(f"agent {next(NUMBERS)}")
    writers = Writers(world, await world.a_session(agent))
    for together in rounds:
        await asyncio.gather(*(writers.do(step) for step in together))

    session = writers.session
    async with world.store.reading(world.owner.id) as tx:
        journal = await tx.journal.read(session.id)
        events = await tx.events.read(session.topic)
        fills = await tx.account.fills(session.id)
        points = await tx.account.equity(session.topic)
        assert await tx.journal.last_seq(session.id) == len(journal)
    stored = {entry.key: entry for entry in journal}
    assert [entry.seq for entry in journal] == list(range(1, len(journal) + 1))
    assert len(stored) == len(journal)
    assert all(stored[entry.key] == entry for entry in writers.told)
    assert stored.keys() == {entry.key for entry in writers.told}
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.key for event in events] == [entry.key for entry in journal]
    assert fills == fills_of(journal)
    assert points == points_of(journal)


def fills_of(journal: Sequence[Entry]) -> list[FillResult]:
    names = ("order_id", "symbol", "quantity", "price", "fee")
    at = AT - timedelta(hours=6, minutes=30)
    return [
        FillResult(seq=entry.seq, at=at, **{name: str(entry.data[name]) for name in names})
        for entry in journal
        if entry.kind == "fill"
    ]


def points_of(journal: Sequence[Entry]) -> list[EquityPoint]:
    points = {}
    for entry in journal:
        if entry.kind == "mark":
            equity, gross = (Decimal(str(entry.data[name])) for name in ("equity", "gross"))
            at = AT.fromisoformat(str(entry.data["at"]))
            points[at] = EquityPoint(at=at, equity=float(equity), exposure=float(gross / equity))
    return [points[at] for at in sorted(points)]
