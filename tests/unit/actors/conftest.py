"""A real store, a deterministic run, and a cluster without Ray."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from actors.training_files import TrainingFiles
from aibt.store.database import Store, open_store
from aibt.store.migration import migrate
from aibt.store.records import Evaluation, Session, Training
from aibt.store.service import Service
from tests.unit.agents.builders import REQUEST

StartTraining = Callable[..., Awaitable[Training]]
StartSession = Callable[..., Awaitable[Session]]
StartEvaluation = Callable[..., Awaitable[Evaluation]]


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    return TrainingFiles(tmp_path)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}"
    migrate(url)
    async with await open_store(url) as opened:
        yield opened


@pytest.fixture
def queued(store: Store) -> StartTraining:
    """Queue trainings, each of a bot of its own."""
    made = 0

    async def queue(*, dataset: str = "0" * 64, **request: object) -> Training:
        nonlocal made
        made += 1
        async with Service(store).writing() as service:
            owner = await service.users.local_user()
        async with store.writing(owner.id) as unit:
            bot = await unit.bots.create(
                name=f"bot {made}",
                lr=0.1,
                gamma=0.9,
                hidden_layers=4,
                depth=1,
                discounter_rate=1,
                algorithm="dqn",
                encoder="mlp",
            )
            asked = {"min_episodes": 1, "rollout_workers": 0, "device": "cpu", **request}
            return await unit.trainings.create(
                bot.id,
                request=asked,  # type: ignore[arg-type]
                current={"lr": 0.1},
                dataset=dataset,
                data={"source": "test"},
                initial_weights=None,
            )

    return queue


@pytest.fixture
def asked(store: Store) -> StartSession:
    """Queue sessions, each of an agent of its own."""
    made = 0

    async def queue(**request: object) -> Session:
        nonlocal made
        made += 1
        async with Service(store).writing() as service:
            owner = await service.users.local_user()
        async with store.writing(owner.id) as unit:
            agent = await unit.agents.create(
                name=f"agent {made}", base_model="test/model", config={}, is_public=False
            )
            return await unit.sessions.create(agent.id, request={**REQUEST, **request}, data={})

    return queue


@pytest.fixture
def evaluated(store: Store) -> StartEvaluation:
    """Queue evaluations."""

    async def queue(*, dataset: str = "0" * 64, **request: object) -> Evaluation:
        async with Service(store).writing() as service:
            owner = await service.users.local_user()
        async with store.writing(owner.id) as unit:
            return await unit.evaluations.create(
                request=request,  # type: ignore[arg-type]
                dataset=dataset,
                data={"symbol": "GOOGL", "period": "1d", "source": "test"},
            )

    return queue
