"""What accounts came to: sessions' and trainings' figures, and their lines on the leaderboard."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from actors.scoring import Scoring
from actors.training_files import TrainingFiles
from aibt.errors import NotFound, StoreUnavailable
from aibt.live.journal import Draft
from aibt.live.states import RunState
from aibt.market.bars import BarSeries
from aibt.market.catalog import Resolved
from aibt.market.dataset import save_dataset
from aibt.market.validation import Report
from aibt.settings import Settings, StoreSettings
from aibt.store.database import Store
from aibt.store.records import Score, Session, Training
from tests.unit.actors.conftest import StartSession, StartTraining
from tests.unit.actors.hosting import Hosting
from tests.unit.actors.session_hosting import BARS, SessionHosting
from tests.unit.actors.test_real_run_recovery import REQUEST, SERIES, RealHosting
from tests.unit.agents.builders import walking


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    """Give other tests back the threads that a hosted training takes away."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def scoring(store: Store, tmp_path: Path) -> Scoring:
    return Scoring(store, Settings(_env_file=None, store=StoreSettings(root=tmp_path)))


def frozen(series: BarSeries, files: TrainingFiles) -> str:
    return save_dataset(
        Resolved(
            series=series,
            source="test",
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
            age_s=0.0,
            made_from=None,
            notes=(),
            report=Report(bars=len(series)),
        ),
        files.datasets,
    )


async def line(store: Store, run: Session | Training) -> Score:
    async with store.reading(run.owner_id) as unit:
        return await unit.scores.get(run.topic)


async def finished(store: Store, session: Session, scoring: Scoring) -> SessionHosting:
    hosting = SessionHosting(store, session, paced=False)
    hosting._scored = scoring.score_session  # type: ignore[method-assign]  # the real one
    await hosting.begin()
    assert await hosting.ended() is RunState.FINISHED
    return hosting


async def test_a_session_that_has_ended_stands_on_the_leaderboard(
    store: Store, files: TrainingFiles, scoring: Scoring, asked: StartSession
) -> None:
    datasets = {
        symbol: frozen(walking(symbol, BARS, seed).series, files)
        for symbol, seed in (("AAA", 1), ("BBB", 2))
    }
    session = await asked(datasets=datasets, actions={}, is_public=True)

    hosting = await finished(store, session, scoring)

    score, portfolio = await line(store, session), hosting.runs[0].account.portfolio
    profit = float(portfolio.equity() - portfolio.balance)
    assert score.data["profit"] == pytest.approx(profit)
    assert score.total_return == pytest.approx(profit / float(portfolio.balance))
    assert (score.kind, score.name, score.label) == ("agent", session.agent_name, "test/model")
    assert (score.symbols, score.is_public) == (("AAA", "BBB"), True)
    assert (score.data["bars"], score.data["trades"]) == (BARS - 1, 1)
    assert score.data["benchmark_return"] is not None
    assert score.start < score.end


@pytest.mark.parametrize(
    ("base_model", "kind"),
    [
        ("baseline/momentum", "baseline"),
        ("script/demo", "baseline"),
        ("bot/Ada", "bot"),
        ("openai/gpt", "agent"),
    ],
)
async def test_a_line_says_what_kind_of_trader_it_is_of(
    store: Store, scoring: Scoring, asked: StartSession, base_model: str, kind: str
) -> None:
    session = await asked(base_model=base_model)

    await finished(store, session, scoring)

    assert (await line(store, session)).kind == kind


async def test_a_session_without_a_bar_has_no_line(
    store: Store, scoring: Scoring, asked: StartSession
) -> None:
    session = await asked()

    await scoring.score_session(session)

    with pytest.raises(NotFound):
        await line(store, session)
    with pytest.raises(NotFound):
        await scoring.view(session.owner_id, session.topic)


async def test_a_session_whose_bars_are_gone_is_scored_without_a_benchmark(
    store: Store, scoring: Scoring, asked: StartSession
) -> None:
    session = await asked(datasets={"AAA": "0" * 64}, actions={})

    await finished(store, session, scoring)

    assert (await line(store, session)).data["benchmark_return"] is None


def mark(at: str, equity: str, gross: str) -> Draft:
    data: dict[str, Any] = {
        "step": 1, "at": at, "cash": equity, "equity": equity, "gross": gross, "prices": {},
    }  # fmt: skip
    return Draft(key=f"{at}/mark", kind="mark", data=data)


async def journalled(store: Store, session: Session, *drafts: Draft) -> None:
    async with store.writing(session.owner_id) as unit:
        epoch = await unit.leases.take(session.topic, "test")
        await unit.journal.append(session.id, epoch, drafts)


async def test_a_session_that_is_bust_has_its_line(
    store: Store, scoring: Scoring, asked: StartSession
) -> None:
    session = await asked()
    await journalled(
        store,
        session,
        mark("2017-01-03T21:00:00+00:00", "10000", "0"),
        mark("2017-01-04T21:00:00+00:00", "5000", "10000"),
        mark("2017-01-05T21:00:00+00:00", "-200", "0"),
    )

    await scoring.score_session(session)

    score = await line(store, session)
    assert score.total_return == pytest.approx(-1.02)
    assert score.data["max_drawdown"] == 1.0


async def test_a_split_is_no_profit_of_its_round_trip(
    store: Store, scoring: Scoring, asked: StartSession
) -> None:
    def fill(on: int, quantity: str, price: str) -> Draft:
        data: dict[str, Any] = {
            "order_id": f"o{on}", "symbol": "AAA", "quantity": quantity, "price": price,
            "market_price": price, "fee": "0", "at": f"2017-01-0{on}T14:30:00+00:00",
            "on": f"2017-01-0{on}", "step": 1,
        }  # fmt: skip
        return Draft(key=f"fill/{on}", kind="fill", data=data)

    split: dict[str, Any] = {"symbol": "AAA", "ratio": "4", "at": "2017-01-04T14:30:00+00:00"}
    session = await asked()
    await journalled(
        store,
        session,
        fill(3, "10", "100"),
        mark("2017-01-03T21:00:00+00:00", "10000", "1000"),
        Draft(key="split", kind="split", data=split),
        mark("2017-01-04T21:00:00+00:00", "10000", "1000"),
        fill(5, "-40", "26"),
        mark("2017-01-05T21:00:00+00:00", "10040", "0"),
    )

    await scoring.score_session(session)

    found = (await line(store, session)).data
    assert (found["trades"], found["win_rate"]) == (1, 1.0)
    assert found["profit"] == pytest.approx(40)


async def test_the_line_of_a_training_has_the_figures_of_its_evaluation(
    store: Store, files: TrainingFiles, scoring: Scoring, queued: StartTraining
) -> None:
    training = await queued(dataset=frozen(SERIES, files), **REQUEST, symbol="SINE", seed=1)
    hosting = RealHosting(store, files, training)
    hosting.scored = scoring.score_training
    await hosting.begin()

    assert await hosting.ended() is RunState.FINISHED

    row, score = await hosting.row(), await line(store, training)
    told: Any = row.status["out_of_sample"]
    assert told["trades"] > 0
    assert score.data["profit"] == pytest.approx(told["profit"], rel=1e-9, abs=1e-6)
    assert score.data["max_drawdown"] == pytest.approx(told["max_drawdown"], rel=1e-9)
    if told["sharpe"] is not None:
        assert score.data["sharpe"] == pytest.approx(told["sharpe"], rel=1e-6)
    assert score.total_return == pytest.approx(told["profit"] / 10_000.0, abs=1e-9)
    assert (score.kind, score.name, score.is_public) == ("bot", training.bot_name, False)
    async with store.reading(training.owner_id) as unit:
        points = await unit.account.equity(training.topic)
    view = await scoring.view(training.owner_id, training.topic)
    np.testing.assert_allclose([point.equity for point in points], view.equities)
    assert score.data["exposure"] == pytest.approx(float(np.mean(np.abs(view.exposures))), rel=0.2)


async def test_a_training_that_does_not_trade_keeps_its_balance(
    store: Store, files: TrainingFiles, scoring: Scoring, queued: StartTraining
) -> None:
    training = await queued(dataset=frozen(SERIES, files), **REQUEST, symbol="SINE")
    async with store.writing(training.owner_id) as unit:
        epoch = await unit.leases.take(training.topic, "test")
        status: Any = {"out_of_sample": {"profit": 0.0, "trades": 0}}
        await unit.trainings.save_status(training.id, status, epoch=epoch)

    await scoring.score_training(training)

    score = await line(store, training)
    assert (score.total_return, score.data["trades"]) == (0.0, 0)


@pytest.mark.parametrize("case", ["not evaluated", "no bars"])
async def test_a_training_of_which_nothing_is_known_has_no_line(
    store: Store, scoring: Scoring, queued: StartTraining, case: str
) -> None:
    training = await queued(**REQUEST, symbol="SINE")
    if case == "no bars":
        async with store.writing(training.owner_id) as unit:
            epoch = await unit.leases.take(training.topic, "test")
            status: Any = {"out_of_sample": {"profit": 1.0, "trades": 1}}
            await unit.trainings.save_status(training.id, status, epoch=epoch)

    await scoring.score_training(training)

    with pytest.raises(NotFound):
        await line(store, training)


@pytest.mark.parametrize("error", [RuntimeError("a bug"), StoreUnavailable("busy"), ValueError()])
async def test_a_score_that_cannot_be_taken_fails_no_training(
    store: Store, files: TrainingFiles, queued: StartTraining, error: Exception
) -> None:
    hosting, tries = Hosting(store, files, await queued(), paced=False), []

    async def broken(training: Training) -> None:
        tries.append(training.state)
        if len(tries) == 1:
            raise error

    hosting.scored = broken
    await hosting.begin()

    assert await hosting.ended() is RunState.FINISHED
    assert (await hosting.row()).state is RunState.FINISHED
    assert tries[0] is RunState.FINISHED


@pytest.mark.parametrize(
    "topic", ["session/²", "session/", "session/-1", "training/1e3", "x/1", "session/" + "9" * 30]
)
async def test_what_is_no_topic_is_not_found(scoring: Scoring, topic: str) -> None:
    with pytest.raises(NotFound):
        await scoring.view(1, topic)
