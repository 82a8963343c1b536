"""An owner's bots can be asked, by nobody else, whether their actor is there yet or not."""

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from actors import predictor
from actors.names import PREDICTOR
from actors.predictor import Predictions, RemoteOracle
from actors.training_files import TrainingFiles
from aibt.agents.oracle import BotOracle
from aibt.errors import ActorUnavailable, Invalid, NotFound
from aibt.market.bars import BarSeries, moment
from aibt.market.features import REACH
from aibt.market.view import MarketView, SeriesFeed
from aibt.rl.checkpoint import TrainedWeights, save_weights
from aibt.rl.predictor import Predictor
from aibt.rl.q_network import initial_weights
from aibt.store.database import Store
from aibt.store.records import Training
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import FakeHandle, FakeHandles
from tests.unit.rl.builders import a_preparation, a_sine

ANSWER = {"hold": 1.0, "close": 2.0, "bull": 94.0, "bear": 3.0}
STRANGER = 77


class Notebook:
    """Answers always the same, and notes what it was asked and in which thread."""

    def __init__(self) -> None:
        self.asked: list[tuple[Path, BarSeries, int]] = []
        self.threads: set[int] = set()

    def predict(self, weights: Path, known: BarSeries, side: int) -> Mapping[str, float]:
        self.asked.append((weights, known, side))
        self.threads.add(threading.get_ident())
        return ANSWER


class FakePredictor:
    """The actor, as far as it is asked; it is lost before the answers to the first questions."""

    def __init__(self, *, loses: int = 0, refuses: Exception | None = None) -> None:
        self.asked: list[tuple[int, str, BarSeries, int]] = []
        self._loses, self._refuses = loses, refuses

    async def predict(
        self, owner_id: int, bot_name: str, bars: BarSeries, side: int
    ) -> dict[str, float]:
        self.asked.append((owner_id, bot_name, bars, side))
        if len(self.asked) <= self._loses:
            raise ActorUnavailable("it left")
        if self._refuses is not None:
            raise self._refuses
        return dict(ANSWER)


class Started:
    """Starts an actor as often as it is asked to, and counts."""

    def __init__(self, handles: FakeHandles, actor: Any) -> None:
        self._handles, self._actor = handles, actor
        self.times = 0

    def __call__(self) -> FakeHandle:
        self.times += 1
        self._handles.actors[PREDICTOR] = self._actor
        return FakeHandle(self._actor)


class HangingPredictor:
    """The actor, when it does not answer."""

    async def predict(self, *_: object) -> dict[str, float]:
        await asyncio.Event().wait()
        return {}


def no_start() -> Any:
    raise AssertionError("it is there already")


@pytest.fixture
def handles() -> FakeHandles:
    return FakeHandles()


def a_view(bars: int) -> MarketView:
    series = a_sine(bars)
    view = MarketView(series.symbol, series.interval)
    view.advance_to(moment(series.ended_ns[-1]), SeriesFeed(series))
    return view


async def leave_weights(store: Store, training: Training, path: str) -> None:
    """Let the training's bot have weights at `path`."""
    async with store.writing(training.owner_id) as unit:
        epoch = await unit.leases.take(training.topic, "test")
        await unit.bots.set_weights(training.id, epoch, path)


async def test_a_bot_answers_its_owner_with_the_weights_of_its_row_in_a_thread(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    training, notebook, bars = await queued(), Notebook(), a_sine(40)
    await leave_weights(store, training, "trainings/1/weights-1.safetensors")
    predictions = Predictions(store, files, notebook)

    found = await predictions.predict(training.owner_id, training.bot_name, bars, -1)

    assert found == ANSWER
    path = files.root.resolve() / "trainings/1/weights-1.safetensors"
    assert notebook.asked == [(path, bars, -1)]
    assert threading.get_ident() not in notebook.threads


async def test_a_bot_of_another_is_not_found_and_its_weights_are_not_touched(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    training, notebook = await queued(), Notebook()
    await leave_weights(store, training, "trainings/1/weights-1.safetensors")
    predictions = Predictions(store, files, notebook)

    refused = []
    for owner_id, name in ((STRANGER, training.bot_name), (training.owner_id, "nobody")):
        with pytest.raises(NotFound) as error:
            await predictions.predict(owner_id, name, a_sine(40), 0)
        refused.append((error.value.kind, error.value.name, error.value.field))

    assert refused == [("bot", training.bot_name, "bot"), ("bot", "nobody", "bot")]
    assert notebook.asked == []


async def test_a_bot_that_was_never_trained_is_refused(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    training = await queued()

    with pytest.raises(Invalid, match="has no weights yet") as refused:
        await Predictions(store, files, Notebook()).predict(
            training.owner_id, training.bot_name, a_sine(40), 0
        )

    assert refused.value.field == "bot"


async def test_real_weights_are_asked_through_handle_store_and_file(
    store: Store, files: TrainingFiles, queued: StartTraining, handles: FakeHandles
) -> None:
    training, preparation = await queued(), a_preparation()
    path = files.bot_weights(training.id, 1)
    weights = TrainedWeights(
        weights=initial_weights(preparation.architecture, 1),
        architecture=preparation.architecture,
        statistics=preparation.table.statistics,
        facts={},
    )
    save_weights(weights, files.absolute(path))
    await leave_weights(store, training, path)
    handles.actors[PREDICTOR] = Predictions(store, files, Predictor())
    oracle: BotOracle = RemoteOracle(training.owner_id, handles, no_start)

    found = await oracle.predict(training.bot_name, a_view(60), 1)

    assert found == Predictor().predict(files.absolute(path), a_sine(60), 1)
    with pytest.raises(Invalid, match="3 bars of SINE are known"):
        await oracle.predict(training.bot_name, a_view(3), 1)


async def test_the_oracle_asks_for_its_owner_and_sends_what_is_known(
    handles: FakeHandles,
) -> None:
    actor = handles.actors[PREDICTOR] = FakePredictor()

    found = await RemoteOracle(5, handles, no_start).predict("Ada", a_view(30), -1)

    assert found == ANSWER
    (owner_id, name, bars, side) = actor.asked[0]
    assert (owner_id, name, len(bars), side) == (5, "Ada", 30, -1)


async def test_no_more_bars_are_sent_than_a_feature_row_looks_back_on(
    handles: FakeHandles,
) -> None:
    actor = handles.actors[PREDICTOR] = FakePredictor()
    oracle = RemoteOracle(5, handles, no_start)

    for known in (a_view(REACH + 50), a_sine(REACH + 50)):
        await oracle.predict("Ada", known, 0)

    for _, _, bars, _ in actor.asked:
        assert len(bars) == REACH
        assert bars[-1] == a_sine(REACH + 50)[-1]


async def test_an_actor_that_is_not_there_is_started_once(handles: FakeHandles) -> None:
    actor = FakePredictor()
    start = Started(handles, actor)
    oracle = RemoteOracle(5, handles, start)

    for _ in range(3):
        assert await oracle.predict("Ada", a_view(30), 0) == ANSWER

    assert start.times == 1


async def test_an_actor_that_left_between_two_questions_is_asked_again(
    handles: FakeHandles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictor, "_AGAIN_S", 0.01)
    actor = handles.actors[PREDICTOR] = FakePredictor(loses=2)

    assert await RemoteOracle(5, handles, no_start).predict("Ada", a_view(30), 0) == ANSWER
    assert len(actor.asked) == 3


@pytest.mark.parametrize("refusal", [NotFound("bot", "Ada", "bot"), Invalid("bot", "no weights")])
async def test_a_refusal_is_the_answer_and_is_not_asked_for_again(
    handles: FakeHandles, refusal: Exception
) -> None:
    actor = handles.actors[PREDICTOR] = FakePredictor(refuses=refusal)

    with pytest.raises(type(refusal)):
        await RemoteOracle(5, handles, no_start).predict("Ada", a_view(30), 0)

    assert len(actor.asked) == 1


async def test_where_nobody_can_answer_it_says_so_in_time(
    handles: FakeHandles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictor, "_ANSWER_S", 0.2)
    monkeypatch.setattr(predictor, "_AGAIN_S", 0.05)
    tries = 0

    def start() -> Any:
        nonlocal tries
        tries += 1
        raise ValueError("its name is not free yet")

    oracle = RemoteOracle(5, handles, start)

    with pytest.raises(ActorUnavailable, match="does not start"):
        await oracle.predict("Ada", a_view(30), 0)
    assert tries > 1

    handles.actors[PREDICTOR] = HangingPredictor()
    with pytest.raises(ActorUnavailable, match="no answer"):
        await oracle.predict("Ada", a_view(30), 0)
