import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aibt.live.events import Emission
from aibt.live.states import RunState
from aibt.store.database import Store, open_store
from aibt.store.migration import migrate
from aibt.store.records import (
    Agent,
    Bot,
    Evaluation,
    Population,
    Score,
    Session,
    Training,
    User,
)
from aibt.store.service import Service


class HandClock:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def advance(self, by: timedelta) -> None:
        self.moment += by


class World:
    """A store with its clock and owner, and builders that hide what a test is not about."""

    def __init__(self, store: Store, clock: HandClock, owner: User, url: str) -> None:
        self.store = store
        self.clock = clock
        self.owner = owner
        self.url = url

    async def another_user(self) -> User:
        async with Service(self.store).writing() as tx:
            return await tx.users.create("other@example.com")

    async def a_bot(self, name: str = "alpha", owner_id: int | None = None) -> Bot:
        async with self.store.writing(owner_id or self.owner.id) as tx:
            return await tx.bots.create(
                name=name,
                lr=0.001,
                gamma=0.97,
                hidden_layers=43,
                depth=2,
                discounter_rate=80,
                algorithm="dqn",
                encoder="mlp",
            )

    async def a_training(self, bot: Bot | None = None, **values: Any) -> Training:
        bot = bot or await self.a_bot()
        asked: dict[str, Any] = {
            "request": {"symbol": "EURUSD"},
            "current": {"lr": 0.001},
            "dataset": "d1",
            "data": {"bars": 100},
            "initial_weights": None,
        }
        async with self.store.writing(bot.owner_id) as tx:
            return await tx.trainings.create(bot.id, **(asked | values))

    async def a_population(self, *members: Training, **values: Any) -> Population:
        asked: dict[str, Any] = {
            "name": "many",
            "request": {"search": {"interval": 5, "fraction": 0.25}},
            "data": {"bars": 100},
            "searching": True,
        }
        owner_id = members[0].owner_id if members else self.owner.id
        async with self.store.writing(owner_id) as tx:
            population = await tx.populations.create(**(asked | values))
            for number, training in enumerate(members, 1):
                await tx.populations.add_member(population.id, number, training.id)
        return population

    async def end(self, training: Training, state: RunState = RunState.STOPPED) -> Training:
        async with self.store.writing(training.owner_id) as tx:
            return await tx.trainings.set_state(training.id, state, epoch=None)

    async def a_lease(self, run: Training | Session | Evaluation, holder: str = "node") -> int:
        async with self.store.writing(run.owner_id) as tx:
            return await tx.leases.take(run.topic, holder)

    async def an_evaluation(self, owner_id: int | None = None, **values: Any) -> Evaluation:
        asked: dict[str, Any] = {"request": {"symbol": "GOOGL"}, "dataset": "d1", "data": {}}
        async with self.store.writing(owner_id or self.owner.id) as tx:
            return await tx.evaluations.create(**(asked | values))

    async def an_agent(
        self, name: str = "trader", owner_id: int | None = None, **values: Any
    ) -> Agent:
        asked = {"base_model": "script/demo", "config": {"balance": 10_000.0}, "is_public": False}
        async with self.store.writing(owner_id or self.owner.id) as tx:
            return await tx.agents.create(name=name, **(asked | values))

    async def a_session(self, agent: Agent | None = None, **values: Any) -> Session:
        agent = agent or await self.an_agent()
        asked: dict[str, Any] = {"request": {"balance": 10_000.0}, "data": {"notes": []}}
        async with self.store.writing(agent.owner_id) as tx:
            return await tx.sessions.create(agent.id, **(asked | values))

    async def end_session(self, session: Session, state: RunState = RunState.STOPPED) -> Session:
        async with self.store.writing(session.owner_id) as tx:
            return await tx.sessions.set_state(session.id, state, epoch=None)

    async def a_score(self, session: Session, **values: Any) -> Score:
        asked: dict[str, Any] = {
            "topic": session.topic,
            "kind": "agent",
            "name": session.agent_name,
            "label": "script/demo",
            "symbols": ("GOOGL", "^GSPC"),
            "start": self.clock.now() - timedelta(days=30),
            "end": self.clock.now(),
            "is_public": False,
            "total_return": 0.1,
            "data": {"sharpe": 1.5},
        }
        async with self.store.writing(session.owner_id) as tx:
            return await tx.scores.put(**(asked | values))


def an_emission(key: str, kind: str = "log", **data: Any) -> Emission:
    return Emission(key=key, kind=kind, data=data)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "empty.sqlite3"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    file = tmp_path / "aibt.sqlite3"
    shutil.copy(migrated_file, file)
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Address of a fresh database, once of each kind."""
    if request.param == "sqlite":
        found: str = request.getfixturevalue("sqlite_url")
        return found
    return request.getfixturevalue("postgres").database().url  # type: ignore[no-any-return]


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """A store of either kind."""
    async with a_world(url) as made:
        yield made


@pytest.fixture
async def sqlite_world(sqlite_url: str) -> AsyncIterator[World]:
    async with a_world(sqlite_url) as made:
        yield made


@asynccontextmanager
async def a_world(url: str) -> AsyncIterator[World]:
    clock = HandClock()
    async with await open_store(url, clock=clock) as store:
        async with Service(store).writing() as tx:
            owner = await tx.users.local_user()
        yield World(store, clock, owner, url)


@pytest.fixture
def emission() -> Any:
    return an_emission
