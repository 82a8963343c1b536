"""The predictor actor: the one process that asks bots' weights, and loads torch for it.

It is there while it is asked, and leaves when nobody has asked for a while. Whoever asks it
loads no torch.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import ray
from ray.exceptions import RayError

from actors.calls import ask
from actors.handles import Handles
from actors.idleness import Idleness
from actors.names import NAMESPACE, PREDICTOR
from actors.process import settings
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable, Invalid, NotFound
from aibt.market.bars import BarSeries
from aibt.market.features import REACH
from aibt.market.view import MarketView
from aibt.store.database import Store, open_store

_ANSWER_S = 30.0  # of which a new process takes a few to load torch
_START_S = 10.0
_AGAIN_S = 0.5
_IDLE_S = 300.0  # a model may think for minutes between two questions


class WeightsReader(Protocol):
    """What is asked of `aibt.rl.predictor.Predictor`, which loads torch."""

    def predict(self, weights: Path, known: BarSeries, side: int) -> Mapping[str, float]:
        """See `Predictor.predict`."""
        ...


class Predictions:
    """Answers for the bots of all owners, each owner for his own."""

    def __init__(self, store: Store, files: TrainingFiles, predictor: WeightsReader) -> None:
        self._store = store
        self._files = files
        self._predictor = predictor

    async def predict(
        self, owner_id: int, bot_name: str, bars: BarSeries, side: int
    ) -> dict[str, float]:
        """Return per cent by action, computed in a thread; see `Predictor.predict`.

        Raises:
            NotFound: the owner has no such bot.
            Invalid: the bot has no weights that could be used, or too few bars are known.
        """
        try:
            async with self._store.reading(owner_id) as unit:
                bot = await unit.bots.get(bot_name)
        except NotFound as error:
            raise NotFound("bot", bot_name, "bot") from error
        if bot.weights is None:
            raise Invalid("bot", f"{bot.name} has no weights yet: it must be trained first")
        weights = self._files.absolute(bot.weights)
        return dict(await asyncio.to_thread(self._predictor.predict, weights, bars, side))


class PredictorActor:
    """Forward questions to `Predictions`.

    Args:
        idle_s: so long after the last answer it leaves.
    """

    def __init__(self, idle_s: float) -> None:
        self._opening = asyncio.Lock()
        self._predictions: Predictions | None = None
        self._watch: asyncio.Task[None] | None = None
        self._idleness = Idleness(idle_s)

    async def begin(self) -> None:
        """Watch over whether anybody asks."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._leave_when_idle())

    async def predict(
        self, owner_id: int, bot_name: str, bars: BarSeries, side: int
    ) -> dict[str, float]:
        """See `Predictions.predict`."""
        with self._idleness.interrupted():
            predictions = await self._opened()
            return await predictions.predict(owner_id, bot_name, bars, side)

    async def _opened(self) -> Predictions:
        async with self._opening:
            if self._predictions is None:
                predictor = await asyncio.to_thread(_predictor)
                read = settings()
                store = await open_store(read.store.database_url, clock=SystemClock())
                files = TrainingFiles(Path(read.store.root))
                self._predictions = Predictions(store, files, predictor)
            return self._predictions

    async def _leave_when_idle(self) -> None:
        await self._idleness.lasted()
        ray.kill(ray.get_runtime_context().current_actor, no_restart=True)

    def __repr__(self) -> str:
        return f"Predictor ({self._idleness.answered} questions answered)"


def start_predictor(idle_s: float = _IDLE_S) -> Any:
    """Start the predictor actor, or return the handle of the one that runs. Blocking.

    One that is lost is not restarted by Ray: whoever asks next starts it.
    """
    handle: Any = (
        ray.remote(PredictorActor)
        .options(
            name=PREDICTOR,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_concurrency=100,
        )
        .remote(idle_s)
    )
    handle.begin.remote()  # so that it leaves also where nobody asks after all
    return handle


class RemoteOracle:
    """Implements `aibt.agents.oracle.BotOracle`: one owner's bots, asked in the predictor actor.

    Args:
        owner_id: whose bots may be asked; nothing that is asked for can change it.
        start: starts the actor, or returns the handle of the one there is. Blocking.
    """

    def __init__(
        self, owner_id: int, handles: Handles, start: Callable[[], Any] = start_predictor
    ) -> None:
        self._owner_id = owner_id
        self._handles = handles
        self._start = start

    async def predict(
        self, bot: str, view: MarketView | BarSeries, side: int
    ) -> Mapping[str, float]:
        """See `BotOracle.predict`.

        Only bars that a feature row looks back on are sent. A prediction changes nothing, so
        it is asked for again where the actor left or died meanwhile.
        """
        bars = _last(view)
        now = asyncio.get_running_loop().time
        deadline = now() + _ANSWER_S
        while True:
            try:
                handle = await self._handle()
                answer = handle.predict.remote(self._owner_id, bot, bars, side)
                left_s = max(deadline - now(), _AGAIN_S)
                found: Mapping[str, float] = await ask(answer, timeout_s=left_s)
                return found
            except ActorUnavailable:
                self._handles.forget(PREDICTOR)
                if now() + _AGAIN_S >= deadline:
                    raise
            await asyncio.sleep(_AGAIN_S)

    async def _handle(self) -> Any:
        try:
            return await self._handles.get(PREDICTOR)
        except ActorUnavailable:
            try:
                async with asyncio.timeout(_START_S):
                    return await asyncio.to_thread(self._start)
            except (TimeoutError, RayError, ValueError) as error:
                raise ActorUnavailable("the predictor does not start") from error


def _predictor() -> WeightsReader:
    from aibt.rl.devices import use_one_thread
    from aibt.rl.predictor import Predictor  # torch: 1.5 s, in this process alone

    use_one_thread()
    return Predictor()


def _last(view: MarketView | BarSeries) -> BarSeries:
    if isinstance(view, MarketView):
        return view.last(REACH)
    return view.slice(max(0, len(view) - REACH), len(view))
