"""A session is asked for: what it may be refused for, and what is stored of it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from actors.market_desk import MarketDesk
from actors.names import MARKET, SUPERVISOR
from actors.platform import RayPlatform
from actors.session_request import _NOT_KEPT
from aibt.agents.plan import session_plan
from aibt.api.platform import Command
from aibt.clock import SystemClock
from aibt.errors import (
    AgentBusy,
    Invalid,
    NotFound,
    QuotaExceeded,
    UnknownSymbol,
    UserDisabled,
)
from aibt.live.states import RunState
from aibt.market.dataset import load_dataset
from aibt.protocol.agents import AgentMessage, AgentsCreate
from aibt.protocol.sessions import SessionsStart
from aibt.settings import MarketSettings, QuotaSettings, Settings, StoreSettings
from aibt.store.database import Store
from aibt.store.records import Session, User
from aibt.store.service import Service
from tests.unit.actors.fakes import FakeHandles, FakeMarket, FakeSupervisor

RANGE = {"start": "2017-01-03", "end": "2017-03-31"}


class Desk:
    """A platform with a real store and the real samples, and one user."""

    def __init__(self, store: Store, root: Path, **quotas: Any) -> None:
        self.store = store
        self.settings = Settings(
            _env_file=None,
            store=StoreSettings(root=root),
            market=MarketSettings(sources=("sample",)),
            quotas=QuotaSettings(**quotas),
        )
        handles, clock = FakeHandles(), SystemClock()
        handles.actors[MARKET] = FakeMarket(MarketDesk(self.settings.market, root, clock))
        self.supervisor = handles.actors[SUPERVISOR] = FakeSupervisor()
        self.platform = RayPlatform(store, self.settings, clock, handles=handles)
        self.datasets = root / "datasets"
        self.owner: User

    async def agent(self, **config: Any) -> AgentMessage:
        given = {"name": "Ada", "base_model": "baseline/momentum", "universe": ["GOOGL", "^GSPC"]}
        params = AgentsCreate.model_validate({**given, **config})
        return await self.platform.create_agent(self.owner, params, None)

    async def start(
        self, agent: AgentMessage, command: Command | None = None, **asked: Any
    ) -> Session:
        params = SessionsStart.model_validate({"model_id": agent.id, **(asked or RANGE)})
        message = await self.platform.start_session(self.owner, params, command)
        async with self.store.reading(self.owner.id) as unit:
            return await unit.sessions.get(message.id)

    async def end(self, session: Session, **status: Any) -> None:
        async with self.store.writing(self.owner.id) as unit:
            epoch = await unit.leases.take(session.topic, "test")
            await unit.sessions.save_status(session.id, status, epoch=epoch)
            await unit.sessions.set_state(session.id, RunState.FINISHED, epoch=epoch)


async def a_desk(store: Store, root: Path, **quotas: Any) -> Desk:
    desk = Desk(store, root, **quotas)
    async with Service(store).writing() as unit:
        desk.owner = await unit.users.local_user()
    return desk


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> Desk:
    return await a_desk(store, tmp_path)


def command(number: int) -> Command:
    return Command(id=f"{number:032x}", digest="1" * 64)


async def test_a_request_holds_all_of_the_agents_configuration(desk: Desk) -> None:
    agent = await desk.agent(prompt="Be careful.", max_turnover=2.0, temperature=0.5, fee_bps=3.0)

    session = await desk.start(agent)

    kept = {name: getattr(agent, name) for name in AgentMessage.model_fields}
    for name in kept.keys() - _NOT_KEPT - {"max_tokens", "max_cost", "slippage_bps", "seed"}:
        assert session.request[name] == kept[name], name
    assert session.request["slippage_bps"] == desk.settings.costs.slippage_bps
    assert not _NOT_KEPT & session.request.keys()
    assert None not in (session.request[name] for name in ("max_tokens", "max_cost", "seed"))
    plan = session_plan(session.id, session.agent_name, session.request)
    assert (plan.universe, str(plan.start)) == (("GOOGL", "^GSPC"), RANGE["start"])
    assert desk.supervisor.wakes == 1


async def test_the_bars_are_frozen_with_the_benchmarks_apart(desk: Desk) -> None:
    session = await desk.start(await desk.agent(universe=["GOOGL"], benchmark="^IXIC"))

    request: Any = session.request
    assert list(request["datasets"]) == ["GOOGL"]
    assert list(request["benchmark_datasets"]) == ["^IXIC"]
    assert set(request["actions"]) == {"GOOGL", "^IXIC"}
    for digest in [*request["datasets"].values(), *request["benchmark_datasets"].values()]:
        assert len(load_dataset(digest, desk.datasets))
    assert session.data["sources"] == ["sample"]


@pytest.mark.parametrize(
    ("asked", "tokens", "cost"),
    [
        ({}, 1_000, 2.0),
        ({"max_tokens": 10, "max_cost": 0.5}, 10, 0.5),
        ({"max_tokens": 10**9, "max_cost": 1_000.0}, 1_000, 2.0),
    ],
)
async def test_quotas_are_the_most_that_a_session_may_use(
    store: Store, tmp_path: Path, asked: dict[str, Any], tokens: int, cost: float
) -> None:
    desk = await a_desk(store, tmp_path, session_tokens=1_000, session_cost=2.0)

    session = await desk.start(await desk.agent(**asked))

    assert (session.request["max_tokens"], session.request["max_cost"]) == (tokens, cost)


async def test_an_agent_without_a_seed_has_another_one_in_each_session(desk: Desk) -> None:
    agent = await desk.agent()
    seeds = []
    for _ in range(3):
        session = await desk.start(agent)
        seeds.append((session.request["seed"], session.request["seeded"]))
        await desk.end(session)

    assert len(set(seeds)) == 3
    assert not any(seeded for _, seeded in seeds)
    fixed = await desk.start(await desk.agent(name="Bob", seed=7))
    assert (fixed.request["seed"], fixed.request["seeded"]) == (7, True)


async def test_a_bot_that_trades_is_among_those_it_may_ask(desk: Desk) -> None:
    session = await desk.start(await desk.agent(base_model="bot/Rex", bots=["Max", "Rex"]))

    assert session.request["bots"] == ["Max", "Rex"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start": "2190-01-03", "end": "2190-03-31"}, "start"),
        ({"start": "1890-01-03", "end": "1890-03-31"}, "end"),
    ],
)
async def test_a_range_outside_of_all_bars_is_refused(
    desk: Desk, asked: dict[str, Any], field: str
) -> None:
    agent = await desk.agent()

    with pytest.raises(Invalid) as refused:
        await desk.start(agent, **asked)

    assert refused.value.field == field


async def test_a_symbol_that_begins_later_is_noted(desk: Desk) -> None:
    session = await desk.start(await desk.agent(), start="1995-01-03", end="2010-12-31")

    notes: Any = session.data["notes"]
    assert any("GOOGL has bars from" in note for note in notes)


@pytest.mark.parametrize("asked", [{"start": "2023-01-03"}, {"end": "2023-01-03"}, {}])
def test_a_session_has_a_whole_range_or_is_live(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SessionsStart.model_validate({"model_id": 1, **asked})
    with pytest.raises(ValidationError):
        SessionsStart.model_validate({"model_id": 1, "live": True, **RANGE})


@pytest.mark.parametrize("live", [True, False])
async def test_a_symbol_that_nobody_has_is_refused_before_there_is_a_session(
    desk: Desk, live: bool
) -> None:
    agent = await desk.agent(universe=["GOOGL", "NOSUCH"])

    with pytest.raises(UnknownSymbol):
        await desk.start(agent, **({"live": True} if live else RANGE))

    assert await desk.platform.sessions(desk.owner) == []


async def test_a_live_session_has_no_frozen_bars(desk: Desk) -> None:
    session = await desk.start(await desk.agent(), live=True)

    request: Any = session.request
    assert (request["live"], request["start"], request["end"]) == (True, None, None)
    assert request["datasets"] == request["actions"] == {}
    assert session_plan(session.id, session.agent_name, session.request).is_live


async def test_an_agent_has_one_session_at_a_time(desk: Desk) -> None:
    agent = await desk.agent()
    session = await desk.start(agent)

    with pytest.raises(AgentBusy):
        await desk.start(agent)

    await desk.end(session)
    assert (await desk.start(agent)).id != session.id


async def test_more_sessions_than_one_may_have_are_refused_and_may_be_asked_for_later(
    store: Store, tmp_path: Path
) -> None:
    desk = await a_desk(store, tmp_path, active_sessions=1)
    first = await desk.start(await desk.agent())
    other = await desk.agent(name="Bob")
    with pytest.raises(QuotaExceeded):
        await desk.start(other, command(1))
    await desk.end(first)

    assert (await desk.start(other, command(1))).agent_name == "Bob"


async def test_what_models_cost_in_a_day_is_limited(store: Store, tmp_path: Path) -> None:
    desk = await a_desk(store, tmp_path, daily_cost=1.0)
    agent = await desk.agent()
    await desk.end(await desk.start(agent), cost=0.7)
    await desk.end(await desk.start(agent), cost=0.4)

    with pytest.raises(QuotaExceeded):
        await desk.start(agent)


async def test_a_disabled_user_starts_nothing(desk: Desk) -> None:
    agent = await desk.agent()
    async with Service(desk.store).writing() as unit:
        await unit.users.set_disabled(desk.owner.id, True)

    with pytest.raises(UserDisabled):
        await desk.start(agent)


async def test_a_start_that_is_repeated_starts_one_session(desk: Desk) -> None:
    agent = await desk.agent()

    first = await desk.start(agent, command(1))
    again = await desk.start(agent, command(1))
    at_once = await asyncio.gather(*(desk.start(agent, command(1)) for _ in range(3)))

    assert {first.id} == {again.id, *(one.id for one in at_once)}
    assert len(await desk.platform.sessions(desk.owner)) == 1


async def test_an_agent_of_somebody_else_starts_nothing(desk: Desk) -> None:
    agent = await desk.agent()
    async with Service(desk.store).writing() as unit:
        desk.owner = await unit.users.create("other@example.org")

    with pytest.raises(NotFound):
        await desk.start(agent)
