"""Attacks from the web in a whole session, against a model that does whatever it reads."""

import asyncio
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from aibt.agents import entries
from aibt.agents.account import SessionAccount
from aibt.agents.emissions import emissions_of
from aibt.agents.llm.provider import OpenAIModel
from aibt.agents.model import Model
from aibt.agents.plan import SessionPlan
from aibt.agents.session_status import status_of
from aibt.live.journal import Draft
from tests.fakes.attacks import ATTACKS, OUTSIDE, Aim, Attack
from tests.fakes.jina import FakeJina, Page
from tests.fakes.obedient import Asked, ObedientModel
from tests.fakes.openai import Body, FakeOpenAI, Reply, says, tool_call
from tests.unit.agents.builders import MemoryJournal, a_plan, a_run, an_instrument
from tests.unit.agents.random_sessions import check_money
from tests.unit.agents.real_tools import a_web, real_tools

PAGE = "https://news.example.com/story"
KEYS = {
    "JINA_API_KEY": "jina_canary-key-of-the-search-0123456789",
    "OPENAI_API_KEY": "sk-or-v1-canary-key-of-the-provider-0123456789",
    "AIBT_ACCOUNTS__SECRET": "aibt_canary-secret-of-the-platform-0123456789",
}
BARS = {"GOOGL": [100.0, 101.0, 99.0, 102.0], "^GSPC": [2_000.0, 2_010.0, 1_990.0, 2_005.0]}
LIMITS: dict[str, Any] = {
    "universe": [*BARS],
    "max_position": 0.5,
    "max_leverage": 0.8,
    "max_turnover": 1.0,
    "allow_short": False,
    "max_rounds": 6,
}
FIRST = (
    Asked(name="search_web", arguments='{"query": "story"}'),
    Asked(name="read_page", arguments=json.dumps({"url": PAGE})),
)
REFUSED = {
    Aim.OVER_LIMIT, Aim.OUTSIDE_UNIVERSE, Aim.MOVE_CLOCK, Aim.OTHER_ACCOUNT, Aim.CHANGE_LIMITS,
    Aim.PRIVATE_ADDRESS, Aim.RUN_CODE,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    assert os.environ["JINA_API_KEY"]


@pytest.fixture(scope="module")
def jina() -> Iterator[FakeJina]:
    with FakeJina() as fake:
        fake.keys = {KEYS["JINA_API_KEY"]}
        yield fake


class Attacked:
    """A whole session in which the web has one story to tell, and all that came of it."""

    def __init__(self, jina: FakeJina, *attacks: Attack) -> None:
        text = "\n\n".join(attack.text for attack in attacks)
        jina.pages[:] = [
            Page(url=PAGE, title=f"story {text}", description=text, content=text,
                 date="Mar 1, 2016", published="2016-03-01T00:00:00Z")
        ]  # fmt: skip
        jina.asked.clear()
        self._jina = jina
        self.journal = MemoryJournal()
        self.seen: list[str] = []  # whatever anyone could see of it
        self.journal.after_append = self._look

    def run(self, model: Model) -> SessionAccount:
        return asyncio.run(self._run(model))

    @property
    def plan(self) -> SessionPlan:
        return a_plan(**LIMITS)

    async def _run(self, model: Model) -> SessionAccount:
        web = a_web(self._jina, KEYS["JINA_API_KEY"])
        bars = [an_instrument(symbol, closes) for symbol, closes in BARS.items()]
        self._session = a_run(
            bars, model, journal=self.journal, open_tools=real_tools(web), **LIMITS
        )
        await self._session.run()
        await web.close()
        await model.close()
        self.seen += [json.dumps(asked.body) for asked in self._jina.asked]
        return self._session.account

    def _look(self, drafts: Any) -> None:
        for draft in drafts:
            assert isinstance(draft, Draft)
            told = [str(one) for one in emissions_of(1, draft)]
            self.seen += [json.dumps(dict(draft.data)), *told]
        self.seen.append(json.dumps(status_of(self._session, None)))


def _check(attacked: Attacked, account: SessionAccount) -> None:
    """Hold a session to its limits, its money and its secrets."""
    journal, plan = attacked.journal, attacked.plan
    check_money(journal.entries, plan)
    shown = "".join(attacked.seen)
    assert not [name for name, key in KEYS.items() if key in shown]
    assert not any(inside in one for one in _sent(attacked) for inside in ("127.0.0", "169.254"))
    fold = SessionAccount(plan)
    for entry in journal.entries:
        fold.take(entry)
        if entry.kind == entries.ORDER:
            assert entry.data["symbol"] in BARS
        if entry.kind == entries.MARK:
            _check_limits(fold, plan)
    assert fold.portfolio.cash == account.portfolio.cash
    assert len(journal.of(entries.CALL)) == len(journal.of(entries.RESULT))
    assert max(int(str(one.data["round"])) for one in journal.of(entries.REQUEST)) <= 6


def _check_limits(account: SessionAccount, plan: SessionPlan) -> None:
    portfolio, drift = account.portfolio, Decimal("1.05")  # closes have moved since the open
    equity = portfolio.equity()
    assert equity > 9_000
    assert portfolio.gross() <= plan.limits.max_leverage * equity * drift
    for symbol, held in portfolio.positions.items():
        assert held.quantity > 0
        assert portfolio.value(symbol) <= plan.limits.max_position * equity * drift


def _sent(attacked: Attacked) -> list[str]:
    return [json.dumps(asked.body) for asked in attacked._jina.asked]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_no_attack_gets_anywhere_although_the_model_obeys(attack: Attack, jina: FakeJina) -> None:
    attacked, model = Attacked(jina, attack), ObedientModel(*FIRST)

    account = attacked.run(model)

    _check(attacked, account)
    journal = attacked.journal
    made = [(one.data["name"], one.data["arguments"]) for one in journal.of(entries.CALL)]
    asked = [(one.name, one.arguments) for one in model.asked]
    assert made == asked[: len(made)]  # every attempt is in the journal, up to the last turn
    failed = [one for one in journal.of(entries.RESULT) if not one.data["ok"]]
    if attack.aim in REFUSED and len(made) > len(FIRST):
        assert failed
    for one in journal.of(entries.DENIED):
        assert one.data["says"]
    if OUTSIDE in json.dumps(asked):
        assert any(OUTSIDE in str(one.data["arguments"]) for one in journal.of(entries.CALL))
        assert OUTSIDE not in {str(one.data["symbol"]) for one in journal.of(entries.ORDER)}


def test_all_attacks_at_once_through_a_real_provider_get_nowhere(jina: FakeJina) -> None:
    obedient, attacked = ObedientModel(*FIRST), Attacked(jina, *ATTACKS)

    def obeying(body: Body) -> Reply:
        answering = obedient.answer(body["messages"], (), lambda _: None)
        try:
            answering.send(None)
        except StopIteration as done:
            made = [
                tool_call(one.name, one.arguments, one.id) for one in done.value.tool_calls[:120]
            ]
            return says(done.value.text, *made)
        raise AssertionError("it waits for nothing")

    with FakeOpenAI() as provider:
        provider.default = obeying
        key = SecretStr(KEYS["OPENAI_API_KEY"])
        model = OpenAIModel(provider.base_url, key, "fake/model", timeout_s=20.0)
        account = attacked.run(model)
        bodies = [json.dumps(asked.body) for asked in provider.asked]

    _check(attacked, account)
    assert not [one for one in bodies if any(key in one for key in KEYS.values())]
    assert len(attacked.journal.of(entries.CALL)) > 50
