"""A training is asked for with an algorithm: what is stored of it, and what becomes of its bot."""

from pathlib import Path
from typing import Any

import pytest

from actors.market_desk import MarketDesk
from actors.names import MARKET, SUPERVISOR
from actors.platform import RayPlatform
from aibt.api.platform import Command
from aibt.clock import SystemClock
from aibt.errors import BotBusy, Invalid, QuotaExceeded
from aibt.live.states import RunState
from aibt.protocol.bots import BotsCreate, BotsUpdate
from aibt.protocol.populations import PopulationsStart
from aibt.protocol.trainings import TrainingMessage, TrainingsStart
from aibt.rl.catalogue import ALGORITHMS
from aibt.settings import MarketSettings, QuotaSettings, RaySettings, Settings, StoreSettings
from aibt.store.database import Store
from aibt.store.records import Bot, Training, User
from aibt.store.service import Service
from tests.unit.actors.fakes import FakeHandles, FakeMarket, FakeSupervisor

ASKED: dict[str, Any] = {
    "bot_name": "Ada",
    "train_data_percentage": 80,
    "balance": 1_000,
    "batch_size": 32,
    "max_episodes": 3,
    "min_episodes": 1,
    "symbol": "GOOGL",
    "period": "D1",
}


@pytest.fixture(autouse=True)
def another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALGORITHMS, "other", "Another one.")


class Desk:
    """A platform with a real store and the real samples, and one user with a bot."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        settings = Settings(
            _env_file=None,
            store=StoreSettings(root=root),
            market=MarketSettings(sources=("sample",)),
            ray=RaySettings(autoscaled=True, dashboard=False),
            quotas=QuotaSettings(environments=8),
        )
        handles, clock = FakeHandles(), SystemClock()
        handles.actors[MARKET] = FakeMarket(MarketDesk(settings.market, root, clock))
        handles.actors[SUPERVISOR] = FakeSupervisor()
        self.platform = RayPlatform(
            store, settings, clock, handles=handles, start_bot=lambda _: None
        )
        self.owner: User

    async def start(self, command: Command | None = None, **asked: Any) -> TrainingMessage:
        params = TrainingsStart.read({**ASKED, **asked})
        return await self.platform.start_training(self.owner, params, command)

    async def row(self, training_id: int) -> Training:
        async with self.store.reading(self.owner.id) as unit:
            return await unit.trainings.get(training_id)

    async def bot(self) -> Bot:
        async with self.store.reading(self.owner.id) as unit:
            return await unit.bots.get("Ada")

    async def change(self, **changes: str) -> None:
        params = BotsUpdate.read({"name": "Ada", **changes})
        await self.platform.update_bot(self.owner, params, None)

    async def train(self, weights: str) -> None:
        """Let a training of the bot's come to an end with weights."""
        training = await self.row((await self.start()).id)
        async with self.store.writing(self.owner.id) as unit:
            epoch = await unit.leases.take(training.topic, "test")
            await unit.bots.set_weights(training.id, epoch, weights)
            await unit.trainings.set_state(training.id, RunState.FINISHED, epoch=epoch)


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> Desk:
    desk = Desk(store, tmp_path)
    async with Service(store).writing() as unit:
        desk.owner = await unit.users.local_user()
    asked = {"name": "Ada", "lr": 0.1, "gamma": 0.9, "algorithm": "dqn"}
    await desk.platform.create_bot(desk.owner, BotsCreate.read(asked), None)
    return desk


@pytest.mark.parametrize(
    "asked", [{}, {"algorithm": None, "encoder": None}, {"algorithm": "dqn", "encoder": "mlp"}]
)
async def test_a_training_learns_as_its_bot_does_and_from_what_it_knows(
    desk: Desk, asked: dict[str, Any]
) -> None:
    await desk.train("trainings/1/weights")

    started = await desk.start(**asked)

    assert (started.algorithm, started.encoder, started.note) == ("dqn", "mlp", None)
    assert (await desk.row(started.id)).initial_weights == "trainings/1/weights"


async def test_another_algorithm_becomes_the_bots_and_starts_from_new_weights(desk: Desk) -> None:
    await desk.train("trainings/1/weights")

    started = await desk.start(algorithm="other")

    assert started.algorithm == "other"
    assert started.note == "Ada learns by other from now on, and what it knew by dqn is dropped"
    assert (await desk.row(started.id)).initial_weights is None
    bot = await desk.bot()
    assert (bot.algorithm, bot.weights) == ("other", None)
    assert (await desk.platform.training(desk.owner, started.id)).note == started.note


async def test_another_encoder_becomes_the_bots_and_starts_from_new_weights(desk: Desk) -> None:
    await desk.change(algorithm="pqn")
    await desk.train("trainings/1/weights")

    started = await desk.start(encoder="conv")

    assert (started.algorithm, started.encoder) == ("pqn", "conv")
    says = "Ada reads the bars by conv from now on, and what it knew by mlp is dropped"
    assert started.note == says
    row = await desk.row(started.id)
    assert (row.initial_weights, row.request["encoder"]) == (None, "conv")
    bot = await desk.bot()
    assert (bot.encoder, bot.weights) == ("conv", None)


@pytest.mark.parametrize("asked", [{"encoder": "gru"}, {"algorithm": "other", "encoder": "conv"}])
async def test_a_start_with_an_encoder_that_cannot_be_leaves_the_bot_as_it_was(
    desk: Desk, asked: dict[str, Any]
) -> None:
    await desk.train("trainings/1/weights")

    with pytest.raises(Invalid) as refused:
        await desk.start(**asked)

    assert refused.value.field == "encoder"
    bot = await desk.bot()
    assert (bot.algorithm, bot.encoder, bot.weights) == ("dqn", "mlp", "trainings/1/weights")


async def test_a_bot_is_not_given_an_encoder_that_its_algorithm_cannot_have(desk: Desk) -> None:
    await desk.train("trainings/1/weights")
    asked = {"name": "Bob", "lr": 0.1, "gamma": 0.9, "algorithm": "dqn", "encoder": "conv"}

    with pytest.raises(Invalid) as made:
        await desk.platform.create_bot(desk.owner, BotsCreate.read(asked), None)
    with pytest.raises(Invalid) as changed:
        await desk.change(encoder="conv")
    before = await desk.bot()
    await desk.change(algorithm="ppo", encoder="conv")
    with pytest.raises(Invalid) as back:
        await desk.change(algorithm="dqn")

    assert {made.value.field, changed.value.field, back.value.field} == {"encoder"}
    assert (before.encoder, before.weights) == ("mlp", "trainings/1/weights")
    after = await desk.bot()
    assert (after.algorithm, after.encoder, after.weights) == ("ppo", "conv", None)


async def test_all_members_of_a_population_have_the_encoder_that_is_asked_for(desk: Desk) -> None:
    asked: dict[str, Any] = {**ASKED, "name": "Tides", "members": 2, "algorithm": "pqn"}
    del asked["bot_name"]
    cannot = PopulationsStart.read({**asked, "algorithm": "dqn", "encoder": "gru"})
    with pytest.raises(Invalid) as refused:
        await desk.platform.start_population(desk.owner, cannot, None)

    can = PopulationsStart.read({**asked, "encoder": "gru", "environments": 8})
    population = await desk.platform.start_population(desk.owner, can, None)

    assert refused.value.field == "encoder"
    assert (population.algorithm, population.encoder) == ("pqn", "gru")
    for member in population.members:
        row = await desk.row(member.training_id)
        assert (row.request["algorithm"], row.request["encoder"]) == ("pqn", "gru")
        async with desk.store.reading(desk.owner.id) as unit:
            assert (await unit.bots.get(member.bot_name)).encoder == "gru"


async def test_the_same_start_twice_changes_the_bot_once(desk: Desk) -> None:
    command = Command(id="1" * 32, digest="1" * 64)

    first = await desk.start(command, algorithm="other")
    version = (await desk.bot()).version
    again = await desk.start(command, algorithm="other")

    assert again.id == first.id
    assert (await desk.bot()).version == version


async def test_a_busy_bot_keeps_its_algorithm(desk: Desk) -> None:
    await desk.start()

    with pytest.raises(BotBusy) as busy:
        await desk.start(algorithm="other")

    assert busy.value.field == "bot_name"
    assert (await desk.bot()).algorithm == "dqn"


async def test_a_refused_start_leaves_the_bot_as_it_was(desk: Desk) -> None:
    await desk.train("trainings/1/weights")

    with pytest.raises(QuotaExceeded) as refused:
        await desk.start(algorithm="other", environments=9)

    assert refused.value.field == "environments"
    bot = await desk.bot()
    assert (bot.algorithm, bot.weights) == ("dqn", "trainings/1/weights")


async def test_what_is_left_to_the_algorithm_is_said_in_the_answer(desk: Desk) -> None:
    started = await desk.start(environments=0)

    assert 1 <= started.environments <= 8
