"""Money through losses: whatever is traded, and wherever a process is killed, nothing is amiss."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.agents import entries, session
from aibt.errors import StoreUnavailable
from aibt.live.journal import Draft
from aibt.market.instruments import Instrument
from tests.unit.agents.builders import MemoryJournal, a_plan, a_run
from tests.unit.agents.random_sessions import (
    Losses,
    Whimsical,
    check_money,
    ledger,
    losses,
    markets,
    run_through,
    said,
)

limits = st.fixed_dictionaries(
    {
        "max_leverage": st.sampled_from([0.5, 1.0, 4.0]),
        "max_position": st.sampled_from([0.3, 1.0, 4.0]),
        "max_turnover": st.sampled_from([None, 0.5]),
        "price_collar": st.sampled_from([0.1, 0.5, 1.0]),
        "allow_short": st.booleans(),
        "fee_bps": st.sampled_from([0.0, 10.0, 300.0]),
        "max_rounds": st.integers(1, 4),
    }
)


def _through(
    market: Sequence[Instrument], seed: int, plan: dict[str, Any], at: list[Any], mood: int = 0
) -> tuple[Any, MemoryJournal, Whimsical]:
    journal = MemoryJournal()
    Losses(journal, list(at))
    model = Whimsical(seed, [one.symbol for one in market], journal)
    model.mood = mood
    run = asyncio.run(run_through(lambda: a_run(market, model, journal=journal, **plan), journal))
    return run, journal, model


@given(markets(), st.integers(0, 10**6), limits, losses)
@settings(max_examples=60)
def test_a_session_that_is_killed_anywhere_comes_to_the_journal_of_one_that_never_was(
    market: list[Instrument], seed: int, plan: dict[str, Any], at: list[Any]
) -> None:
    whole, calm, _ = _through(market, seed, plan, [])
    broken, shaken, model = _through(market, seed, plan, at)

    assert said(shaken.entries) == said(calm.entries)
    assert ledger(broken.account) == ledger(whole.account)
    check_money(shaken.entries, a_plan(universe=[one.symbol for one in market], **plan))
    again = Counter(model.asked)
    assert sum(again.values()) <= len(shaken.of(entries.REQUEST)) + len(at)


@given(markets(), st.integers(0, 10**6), limits, losses)
@settings(max_examples=40)
def test_a_model_that_changes_its_mind_when_asked_again_trades_nothing_twice(
    market: list[Instrument], seed: int, plan: dict[str, Any], at: list[Any]
) -> None:
    run, journal, _ = _through(market, seed, plan, at, mood=1)

    check_money(journal.entries, a_plan(universe=[one.symbol for one in market], **plan))
    assert len({entry.key for entry in journal.entries}) == len(journal.entries)
    answered = [entry.key for entry in journal.of(entries.ANSWER)]
    assert len(answered) == len(journal.of(entries.REQUEST)) == len(set(answered))
    assert run.account.portfolio.fees >= 0


@given(markets(), st.integers(0, 10**6), st.lists(st.booleans(), max_size=60))
@settings(max_examples=20)
def test_a_store_that_is_now_and_then_away_changes_nothing(
    market: list[Instrument], seed: int, away: list[bool]
) -> None:
    _, calm, _ = _through(market, seed, {}, [])
    journal, left = MemoryJournal(), list(away)

    def trouble(drafts: Sequence[Draft]) -> None:
        if left and left.pop():
            raise StoreUnavailable("busy")

    journal.before_append = trouble
    model = Whimsical(seed, [one.symbol for one in market], journal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "_STORE_RETRY_S", 0.0)
        asyncio.run(a_run(market, model, journal=journal).run())

    assert said(journal.entries) == said(calm.entries)
