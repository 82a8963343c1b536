"""Real trainings under the host: a process that is lost goes on to the same report, to the bit."""

import asyncio
from typing import Any

from actors.evaluation_build import build_evaluation
from actors.evaluation_request import complete_evaluation
from actors.supervision import Demand
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.live.states import RunState
from aibt.market.catalog import market_data
from aibt.market.dataset import save_dataset
from aibt.protocol.evaluations import EvaluationsStart
from aibt.settings import CostSettings, MarketSettings
from aibt.store.database import Store
from aibt.store.records import Evaluation
from tests.unit.actors.conftest import StartEvaluation
from tests.unit.actors.evaluation_hosting import EvaluationHosting

ASKED = {
    "symbol": "GOOGL", "period": "D1", "algorithms": ["counterfactual"], "seeds": 2, "folds": 2,
    "max_episodes": 1, "min_episodes": 1, "hidden_layers": 4, "depth": 1, "learned_first": 80,
}  # fmt: skip


async def a_real_one(files: TrainingFiles, evaluated: StartEvaluation, store: Store) -> Evaluation:
    market = market_data(MarketSettings(), files.root, SystemClock())
    found = await asyncio.to_thread(market.resolve, "GOOGL", "1d", "sample")
    short = found.series.slice(0, 700)
    digest = save_dataset(type(found)(**{**vars_of(found), "series": short}), files.datasets)
    params = EvaluationsStart.read(ASKED)
    prepared: dict[str, Any] = {
        "bars": 700, "symbol": "GOOGL", "period": "1d", "source": "sample", "fetched_at": "x",
        "notes": [],
    }  # fmt: skip
    costs = CostSettings(fee_bps=1.0, slippage_bps=0.5)
    request, _ = complete_evaluation(params, prepared, Demand(2, 0), costs)
    return await evaluated(dataset=digest, **request)


def vars_of(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in type(found).__dataclass_fields__}


def hosted(store: Store, evaluation: Evaluation, files: TrainingFiles) -> EvaluationHosting:
    hosting = EvaluationHosting(store, evaluation, paced=False)
    hosting.build = lambda row, units: build_evaluation(
        row, units, files=files, clock=SystemClock()
    )
    return hosting


async def test_a_lost_evaluation_ends_with_the_report_of_one_that_was_not(
    store: Store, files: TrainingFiles, evaluated: StartEvaluation
) -> None:
    whole = hosted(store, await a_real_one(files, evaluated, store), files)
    lost = hosted(store, await a_real_one(files, evaluated, store), files)
    await whole.begin()
    assert await whole.ended() is RunState.FINISHED

    await lost.begin()
    await lost.stored(1)
    await lost.lose()
    async with store.writing(lost.evaluation.owner_id) as unit:
        row = await unit.evaluations.set_state(lost.evaluation.id, RunState.RECOVERING, epoch=None)
    after = hosted(store, row, files)
    await after.begin()

    assert await after.ended() is RunState.FINISHED
    report = await whole.report()
    assert report is not None
    assert await after.report() == report
    assert len(report["algorithms"]) == 1
    units = [data for _, kind, data in await after.told() if kind == "unit"]
    assert [(unit["seed"], unit["fold"]) for unit in units] == [(1, 1), (1, 2), (2, 1), (2, 2)]
