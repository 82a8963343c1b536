"""Nothing that became known later reaches a model: not by a tool, an argument, a date, an error."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import replace as but
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.agents import entries
from aibt.agents.emissions import emissions_of
from aibt.agents.model import Answer, Message, Partial, ToolCall, ToolSpec
from aibt.agents.session import SessionRun
from aibt.agents.session_status import status_of
from aibt.live.journal import Draft
from aibt.market.actions import CorporateAction
from aibt.market.bars import moment
from aibt.market.calendar import open_times
from aibt.market.instruments import Instrument
from tests.fakes.jina import FakeJina, Page
from tests.unit.agents.builders import MemoryJournal, a_run, an_instrument
from tests.unit.agents.random_sessions import Whimsical, markets
from tests.unit.agents.real_tools import a_web, real_tools

CANARY = "CANARY-OF-THE-FUTURE"
FUTURE = "https://news.example.com/2017/outlook"
PAGES = [
    Page(url="https://news.example.com/old", title="market outlook", description="was",
         content="market", date="Jan 1, 2016", published="2016-01-01T00:00:00Z"),
    Page(url=FUTURE, title=f"market outlook {CANARY}", description=CANARY, content=CANARY,
         date="2030-01-01", published="2030-01-01T00:00:00Z"),
    Page(url=f"{FUTURE}/undated", title=f"market outlook {CANARY}", content=CANARY),
    Page(url=f"{FUTURE}/soon", title=f"market {CANARY}", content=CANARY, date="2017-02-01"),
    Page(url=f"{FUTURE}/odd", title=f"market {CANARY}", content=CANARY, date="yesterday",
         published="the other day"),
    Page(url=f"{FUTURE}/changed", title=CANARY, content=CANARY, date="2016-01-01",
         published="2016-01-01", metadata={"article:modified_time": "2029-01-01T00:00:00Z"}),
]  # fmt: skip

symbols = st.sampled_from(
    ["AAA", "BBB", "aaa", " AAA ", "ＡＡＡ", "AAA\x00", "../AAA", "AAA@2030-01-01", "AAA?at=2030",
     "AAA;BBB", "AAA\u200b", "ZZZ", "", "A" * 10_000, "AAA\n", "ÀAA", "AAA.2030"]
) | st.text(max_size=8)  # fmt: skip
counts = st.sampled_from([1, 3, 500, 501, 10**9, 10**400, -1, 0, True, "500", 1e9, 2.5, None])
dates = st.sampled_from(
    ["2030-01-01", "2017-01-05", "9999-12-31T23:59:59Z", "now", "tomorrow", "+10d", "∞", 2**63]
)
queries = st.sampled_from(
    ["market outlook", "market after:2030-01-01", "outlook before:2031-01-01", "market\u202e",
     "market" * 60, "market OR site:news.example.com", "ｍａｒｋｅｔ outlook"]
)  # fmt: skip
urls = st.sampled_from([page.url for page in PAGES]) | st.sampled_from(
    [f"{FUTURE}#x", f"{FUTURE}?before=2016", f"view-source:{FUTURE}", FUTURE.upper(),
     f"https://r.jina.ai/{FUTURE}", "file:///etc/passwd", f"{FUTURE}/../outlook"]
)  # fmt: skip
arguments = st.fixed_dictionaries(
    {},
    optional={
        "symbol": symbols, "count": counts, "end": dates, "until": dates, "at": dates,
        "before": dates, "query": queries, "url": urls, "share": st.sampled_from([0.1, 0.3]),
        "expression": st.sampled_from(["1+1", "close('AAA')", "9**9**9"]),
    },
)  # fmt: skip
proper = st.one_of(
    st.tuples(
        st.just("get_bars"),
        st.fixed_dictionaries({"symbol": st.just("AAA"), "count": st.just(500)}),
    ),
    st.tuples(st.just("search_web"), st.fixed_dictionaries({"query": queries})),
    st.tuples(st.just("read_page"), st.fixed_dictionaries({"url": urls})),
    st.tuples(st.sampled_from(["get_quote", "close"]), st.just({"symbol": "BBB"})),
    st.tuples(st.just("buy"), st.fixed_dictionaries({"symbol": symbols, "share": st.just(0.1)})),
)
names = st.sampled_from(
    ["get_bars", "get_quote", "get_universe", "get_account", "search_web", "read_page", "calculate",
     "buy", "sell", "short", "close", "get_future", "place"]
)  # fmt: skip
turns = st.lists(proper | st.tuples(names, arguments), min_size=1, max_size=5)


class Curious:
    """Makes calls that were drawn, and remembers at which step it read what."""

    def __init__(self, script: Sequence[Sequence[tuple[str, Any]]]) -> None:
        self._script = script
        self.run: SessionRun | None = None
        self.read: list[tuple[int, str]] = []

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        assert self.run is not None
        step = self.run.step
        told = json.dumps([*messages, [str(tool) for tool in tools]], ensure_ascii=False)
        self.read.append((step, told))
        if any(message["role"] == "tool" for message in messages):
            return Answer(text="enough")
        made = self._script[step % len(self._script)]
        return Answer(
            tool_calls=tuple(
                ToolCall(id=f"c{index}", name=name, arguments=json.dumps(given))
                for index, (name, given) in enumerate(made)
            )
        )

    async def close(self) -> None:
        pass


def _telling(symbol: str, seed: int, count: int = 7) -> Instrument:
    """Bars whose every price has digits of its own."""
    draw = np.random.default_rng(seed)
    closes = np.round(1_000 + draw.uniform(0, 300, count), 4)
    return an_instrument(symbol, closes.tolist(), np.round(closes + draw.uniform(1, 9), 4).tolist())


def _later(market: Sequence[Instrument], at: datetime) -> list[str]:
    """The digits of every price that is not known at a moment."""
    return [
        f"{price:.9g}"[:8]
        for one in market
        for index in range(len(one.series))
        if moment(one.series.ended_ns[index]) > at
        for price in (one.series.open[index], one.series.close[index])
    ]


@given(st.lists(turns, min_size=1, max_size=3), st.integers(0, 10**6))
@settings(max_examples=20)
def test_no_call_whatever_its_arguments_tells_what_comes_later(
    script: list[list[tuple[str, Any]]], seed: int
) -> None:
    market = [_telling("AAA", seed), _telling("BBB", seed + 1)]
    asyncio.run(_told_nothing(market, Curious(script)))


async def _told_nothing(market: Sequence[Instrument], model: Curious) -> None:
    journal, shown = MemoryJournal(), []

    def stored(drafts: Sequence[Draft]) -> None:
        assert model.run is not None
        if model.run.at is not None and drafts[0].kind != entries.STEP:
            events = [str(one) for draft in drafts for one in emissions_of(1, draft)]
            told = str([dict(draft.data) for draft in drafts])
            status = json.dumps(status_of(model.run, None))
            shown.append((model.run.at, "".join((*events, told, status))))

    journal.after_append = stored
    with FakeJina(*PAGES) as fake:
        web = a_web(fake)
        model.run = a_run(market, model, journal=journal, open_tools=real_tools(web))
        await model.run.run()
        await web.close()
    ended = {entry.data["step"]: entry.data["at"] for entry in journal.of(entries.STEP)}
    told = [(datetime.fromisoformat(str(ended[step])), text) for step, text in model.read]
    assert len(told) >= 6
    for at, text in (*told, *shown):
        assert CANARY not in text
        assert not [digits for digits in _later(market, at) if digits in text]


def test_the_canaries_would_be_seen_where_they_are_known() -> None:
    market = [_telling("AAA", 1), _telling("BBB", 2)]
    model = Curious([[("get_bars", {"symbol": "AAA", "count": 500})]])

    asyncio.run(_told_nothing(market, model))

    before = _later(market, datetime.fromisoformat("2017-01-01T00:00:00+00:00"))
    assert sum(digits in model.read[-1][1] for digits in before) >= 12


@given(markets(), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10))
@settings(max_examples=25)
def test_other_bars_to_come_change_nothing_up_to_then(
    market: list[Instrument], seed: int, other: int, step: int
) -> None:
    first = _journal(market, seed)
    at = next(
        (str(entry.data["at"]) for entry in first.of(entries.STEP) if entry.data["step"] == step),
        None,
    )
    if at is None:
        return

    second = _journal([_changed(one, at, random.Random(other)) for one in market], seed)

    assert _until(first, step) == _until(second, step)


def _journal(market: Sequence[Instrument], seed: int) -> MemoryJournal:
    journal = MemoryJournal()
    model = Whimsical(seed, [one.symbol for one in market], journal)
    asyncio.run(a_run(market, model, journal=journal).run())
    return journal


def _changed(one: Instrument, at: str, chance: random.Random) -> Instrument:
    """Other prices, splits and dividends after a moment."""
    series = one.series
    known = series.ended_ns <= np.int64(datetime.fromisoformat(at).timestamp() * 1e9)
    factor = np.where(known, 1.0, [chance.uniform(0.3, 3) for _ in range(len(series))])
    until = datetime.fromisoformat(at).date()
    later = [
        CorporateAction(symbol=one.symbol, on=action.on, split=4.0)
        for action in one.actions
        if action.on > until
    ]
    prices = {name: getattr(series, name) * factor for name in ("open", "high", "low", "close")}
    kept = [action for action in one.actions if action.on <= until]
    return Instrument(series=but(series, **prices), actions=(*kept, *later))


def _until(journal: MemoryJournal, step: int) -> list[tuple[str, Any]]:
    told = []
    for entry in journal.entries:
        if entry.kind == entries.STEP and int(str(entry.data["step"])) > step:
            break
        told.append((entry.key, entry.data))
    return told


@given(markets(), st.integers(0, 10**6))
@settings(max_examples=25)
def test_a_fill_is_at_the_first_open_after_its_decision_and_at_that_price(
    market: list[Instrument], seed: int
) -> None:
    journal = _journal(market, seed)
    placed = {str(entry.data["order_id"]): entry.data for entry in journal.of(entries.ORDER)}

    for entry in journal.of(entries.FILL):
        filled: Any = entry.data
        if filled["order_id"].startswith("end/"):
            continue
        one = next(one for one in market if one.symbol == filled["symbol"])
        opened = open_times(one.series.opened_ns, one.series.interval, one.calendar)
        since: Any = placed[filled["order_id"]]["placed_at"]
        after = [
            index for index, at in enumerate(opened) if moment(at) >= datetime.fromisoformat(since)
        ]
        assert filled["at"] == moment(opened[after[0]]).isoformat()
        assert Decimal(filled["market_price"]) == Decimal(repr(float(one.series.open[after[0]])))
        decided: Any = placed[filled["order_id"]]["step"]
        assert filled["step"] > decided
