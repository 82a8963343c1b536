"""What accounts came to: figures of sessions and of trainings' out-of-sample accounts alike."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from actors.feeding import run_of
from actors.training_files import TrainingFiles
from actors.training_request import WINDOW
from aibt.clock import nanoseconds
from aibt.errors import AibtError, NotFound
from aibt.market.bars import BarSeries, moment
from aibt.market.calendar import bars_per_year, calendar_for
from aibt.market.dataset import load_dataset
from aibt.market.instruments import load_instruments
from aibt.market.intervals import parse_interval
from aibt.rl.split import split
from aibt.settings import Settings
from aibt.store.database import Store
from aibt.store.records import EquityPoint, FillResult, Score, Session, Training
from aibt.trading.benchmark import CashDividend, benchmark_curve
from aibt.trading.costs import Costs
from aibt.trading.metrics import AccountFill, Curve, StockSplit
from aibt.trading.performance import Performance, performance
from aibt.trading.trade_curve import equity_of_trades, fills_of_trades

_MOST: Final = 1_000_000
_PAGE: Final = 10_000
_BPS: Final = 10_000
_OUT_OF_SAMPLE: Final = "out_of_sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account over time, its benchmark, and its figures."""

    times: NDArray[np.int64]  # [T]
    equities: Curve  # [T]
    exposures: Curve  # [T]
    benchmark: Curve | None  # [T]
    figures: Performance


@dataclass(frozen=True, slots=True, kw_only=True)
class _SessionFacts:
    """What the store holds of a session's account."""

    points: Sequence[EquityPoint]
    fills: Sequence[FillResult]
    splits: Sequence[StockSplit]


class Scoring:
    """Works out figures from what is stored, and keeps the leaderboard's lines."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._datasets = TrainingFiles(Path(settings.store.root)).datasets

    async def view(self, owner_id: int, topic: str) -> AccountView:
        """Return the account of a session or a training.

        Raises:
            NotFound: there is none, or nothing is known of its account so far.
        """
        async with self._store.reading(owner_id) as unit:
            run = await run_of(unit, topic)
        if isinstance(run, Session):
            return await self._of_session(run)
        if isinstance(run, Training):
            return await self._of_training(run)
        raise NotFound("account", topic, "topic")  # an evaluation has a report, and no account

    async def score_session(self, session: Session) -> None:
        """Take a session's account to the leaderboard; without a bar it has no line.

        Raises:
            StoreUnavailable: nothing was stored.
        """
        request: Mapping[str, Any] = session.request
        base_model = str(request["base_model"])
        kind = {"baseline": "baseline", "script": "baseline", "bot": "bot"}.get(
            base_model.partition("/")[0], "agent"
        )
        try:
            view = await self._of_session(session)
        except NotFound:
            return
        await self._put(
            session,
            view,
            kind=kind,
            name=session.agent_name,
            label=base_model,
            symbols=[str(symbol) for symbol in request["universe"]],
            is_public=bool(request.get("is_public", False)),
        )

    async def score_training(self, training: Training) -> None:
        """Take a training's out-of-sample account to the leaderboard, if it was evaluated.

        Raises:
            StoreUnavailable: nothing was stored.
        """
        try:
            view = await self._of_training(training)
        except NotFound:
            return
        points = [
            EquityPoint(at=moment(at), equity=float(equity), exposure=float(exposure))
            for at, equity, exposure in zip(view.times, view.equities, view.exposures, strict=True)
        ]
        async with self._store.writing(training.owner_id) as unit:
            await unit.account.put_equity(training.topic, points)
        await self._put(
            training,
            view,
            kind="bot",
            name=training.bot_name,
            label=str(training.request.get("algorithm", "dqn")),
            symbols=[str(training.data.get("symbol", training.request["symbol"]))],
            is_public=False,
        )

    async def _put(
        self,
        run: Session | Training,
        view: AccountView,
        *,
        kind: str,
        name: str,
        label: str,
        symbols: Sequence[str],
        is_public: bool,
    ) -> Score:
        async with self._store.writing(run.owner_id) as unit:
            return await unit.scores.put(
                topic=run.topic,
                kind=kind,
                name=name,
                label=label,
                symbols=symbols,
                start=moment(view.times[0]),
                end=moment(view.times[-1]),
                is_public=is_public,
                total_return=view.figures.total_return,
                data=view.figures.as_wire(),
            )

    # Sessions

    async def _of_session(self, session: Session) -> AccountView:
        async with self._store.reading(session.owner_id) as unit:
            session = await unit.sessions.get(session.id)
            facts = _SessionFacts(
                points=await unit.account.equity(session.topic),
                fills=await unit.account.fills(session.id, limit=_MOST),
                splits=[
                    StockSplit(
                        symbol=str(entry.data["symbol"]),
                        at=datetime.fromisoformat(str(entry.data["at"])),
                        ratio=Decimal(str(entry.data["ratio"])),
                    )
                    for entry in await unit.journal.read(session.id, limit=_PAGE, kinds=["split"])
                ],
            )
        if not facts.points:
            raise NotFound("account yet of", session.topic, "topic")
        return await asyncio.to_thread(self._session_view, session, facts)

    def _session_view(self, session: Session, facts: _SessionFacts) -> AccountView:
        request: Mapping[str, Any] = session.request
        times = np.array([nanoseconds(point.at) for point in facts.points], np.int64)
        equities = np.array([point.equity for point in facts.points])
        exposures = np.array([point.exposure for point in facts.points])
        balance = float(request["balance"])
        benchmark = self._benchmark(request, times, balance)
        cost = session.status.get("cost", 0.0)
        figures = performance(
            times=times,
            equities=equities,
            exposures=exposures,
            bars_per_year=_marks_per_year(request),
            balance=balance,
            fills=[_account_fill(fill) for fill in facts.fills],
            splits=facts.splits,
            benchmark=benchmark,
            model_cost=float(cost) if isinstance(cost, int | float) else None,
        )
        return AccountView(
            times=times,
            equities=equities,
            exposures=exposures,
            benchmark=benchmark,
            figures=figures,
        )

    def _benchmark(
        self, request: Mapping[str, Any], times: NDArray[np.int64], balance: float
    ) -> Curve | None:
        """Return buying and holding what the request names, or the universe in equal parts."""
        datasets = request.get("benchmark_datasets") or request.get("datasets")
        if not datasets:
            return None  # live: nothing is frozen
        bars: dict[str, BarSeries] = {}
        splits: list[StockSplit] = []
        dividends: list[CashDividend] = []
        try:
            for one in load_instruments(datasets, request["actions"], self._datasets):
                symbol, bars[one.symbol] = one.symbol, one.series
                for action in one.actions:
                    at = moment(action.on_ns)
                    if action.split is not None:
                        ratio = Decimal(repr(action.split))
                        splits.append(StockSplit(symbol=symbol, at=at, ratio=ratio))
                    elif action.dividend is not None:
                        amount = Decimal(repr(action.dividend))
                        dividends.append(CashDividend(symbol=symbol, at=at, amount=amount))
        except AibtError:
            return None  # the bars are gone: the account's own figures stand without it
        return benchmark_curve(
            times,
            bars,
            balance=balance,
            costs=Costs(fee_bps=request["fee_bps"], slippage_bps=request["slippage_bps"]),
            splits=splits,
            dividends=dividends,
        )

    # Trainings

    async def _of_training(self, training: Training) -> AccountView:
        trades = []
        async with self._store.reading(training.owner_id) as unit:
            training = await unit.trainings.get(training.id)
            after = 0
            while page := await unit.results.trades(
                training.id, part=_OUT_OF_SAMPLE, after_seq=after, limit=_PAGE
            ):
                trades += page
                after = page[-1].seq
        told: Any = training.status.get(_OUT_OF_SAMPLE)
        if not isinstance(told, Mapping):
            raise NotFound("evaluation yet of", training.topic, "topic")
        last = max((int(str(one.data["episode"])) for one in trades), default=0)
        shown = [one.data for one in trades if one.data["episode"] == last]
        if not told.get("trades"):
            shown = []  # what was traded is of an evaluation that was the best one before
        return await asyncio.to_thread(self._training_view, training, shown)

    def _training_view(
        self, training: Training, trades: Sequence[Mapping[str, Any]]
    ) -> AccountView:
        request: Mapping[str, Any] = {**training.request, **training.current}
        series = load_dataset(training.dataset, self._datasets)
        parts = split(
            len(series),
            train_data_percentage=request["train_data_percentage"],
            window=request.get("window", WINDOW),
            warm_up=WINDOW,
        )
        start, balance = parts.test.start, float(request["balance"])
        fee = float(request["fee_bps"]) / _BPS
        times = np.array(series.ended_ns[start:])
        equities = equity_of_trades(trades, series.close, balance=balance, fee=fee, start=start)
        held = np.zeros(len(series))
        for trade in trades:
            stop = trade["close_at"] if trade["close_at"] is not None else len(series)
            held[trade["open_at"] : stop] = trade["amount"]
        exposures = np.divide(
            held[start:] * series.close[start:],
            equities,
            out=np.zeros(len(equities)),
            where=equities > 0,
        )
        costs = Costs(fee_bps=request["fee_bps"], slippage_bps=request["slippage_bps"])
        benchmark = benchmark_curve(times, {series.symbol: series}, balance=balance, costs=costs)
        figures = performance(
            times=times,
            equities=equities,
            exposures=exposures,
            bars_per_year=bars_per_year(series.interval, calendar_for(series.symbol)),
            balance=balance,
            fills=fills_of_trades(trades, series.opened_ns, symbol=series.symbol, fee=fee),
            benchmark=benchmark,
            model_cost=0.0,
        )
        return AccountView(
            times=times,
            equities=equities,
            exposures=exposures,
            benchmark=benchmark,
            figures=figures,
        )


def _marks_per_year(request: Mapping[str, Any]) -> float:
    """Return how often an account is marked in a year: as its busiest market has bars."""
    interval = parse_interval(str(request["period"]))
    return max(bars_per_year(interval, calendar_for(symbol)) for symbol in request["universe"])


def _account_fill(fill: FillResult) -> AccountFill:
    return AccountFill(
        symbol=fill.symbol,
        quantity=Decimal(fill.quantity),
        price=Decimal(fill.price),
        fee=Decimal(fill.fee),
        at=fill.at,
    )
