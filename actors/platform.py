"""The platform over Ray: rows in the store, live things in actors."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from ray.exceptions import RayError

from actors.bot import start_bot
from actors.calls import ask
from actors.capacity import refuse_what_never_fits
from actors.cluster_view import cluster_view
from actors.commands import Commands, as_json, id_of
from actors.feeding import RunFeeds
from actors.handles import Handles
from actors.names import MARKET, SUPERVISOR
from actors.platform_bots import MOST, Means
from actors.platform_evaluations import PlatformEvaluations
from actors.platform_populations import PlatformPopulations, active_symbols
from actors.platform_runs import RunsOf
from actors.supervision import Demand
from actors.training_request import changed_learning, complete_request
from aibt.accounts.office import opened_office
from aibt.accounts.quotas import refuse_training
from aibt.api.gateway import Backend
from aibt.api.platform import ClusterView, Command, Feed, Health
from aibt.clock import Clock, SystemClock
from aibt.errors import ActorUnavailable, AibtError, NotFound
from aibt.live.states import RunState
from aibt.protocol.market import BarsMessage, SymbolMessage
from aibt.protocol.trainings import (
    EpisodeMessage,
    EpisodesMessage,
    LoadMessage,
    TradeMessage,
    TradesMessage,
    TrainingMessage,
    TrainingsStart,
    TrainingsUpdate,
    training_message,
)
from aibt.settings import Settings
from aibt.store.database import Store, open_store
from aibt.store.records import Bot, Training, User
from aibt.store.tables import ACTIVE_STATES

logger = logging.getLogger(__name__)

_PING_S = 5.0
_CLUSTER_S = 5.0


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Backend]:
    """Open the platform and its accounts for one gateway process."""
    clock = SystemClock()
    async with (
        await open_store(settings.store.database_url, clock=clock) as store,
        opened_office(store, settings, clock) as office,
    ):
        yield Backend(platform=RayPlatform(store, settings, clock), office=office)


class RayPlatform(PlatformEvaluations, PlatformPopulations):
    """Implements `aibt.api.platform.Platform` for one gateway process."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Clock,
        *,
        handles: Handles | None = None,
        start_bot: Callable[[Bot], Any] = start_bot,
    ) -> None:
        """Work over a store and actors.

        Args:
            store: which the caller opens and closes.
            settings: of this process.
            clock: the time.
            handles: where actors are looked up; None: in the cluster.
            start_bot: starts the actor of a bot, and returns its handle. Blocking.
        """
        handles = handles or Handles()
        super().__init__(
            Means(
                store=store,
                handles=handles,
                commands=Commands(store),
                settings=settings,
                clock=clock,
                start_bot=start_bot,
            )
        )
        self._trainings = RunsOf(self._control, self._commands, TrainingMessage, training_message)
        self._feeds = RunFeeds(store, handles)

    # Trainings

    async def start_training(
        self, owner: User, params: TrainingsStart, command: Command | None
    ) -> TrainingMessage:
        earlier = await self._commands.earlier_run(owner.id, command)
        if earlier is not None:
            return await self.training(owner, earlier)
        try:
            training, bot = await self._queue(owner, params, command)
        except AibtError as error:
            done = await self._commands.refuse(owner.id, command, error)
            return await self.training(owner, TrainingMessage.of(done).id)
        await self._control.wake_supervisor()
        try:
            await self._activated(bot)
        except ActorUnavailable as error:  # the training is queued all the same
            logger.warning("bot %d has no actor: %s", bot.id, error)
        return training_message(training)

    async def _queue(
        self, owner: User, params: TrainingsStart, command: Command | None
    ) -> tuple[Training, Bot]:
        bot = await self._bot_named(owner, params.bot_name)
        prepared, there = await self._prepared(params), await self._capacity()
        async with self._store.writing(owner.id) as unit:
            await unit.me.alone()  # first: a twin that was quicker is seen whole, or not yet begun
            if command is not None:
                earlier = await unit.commands.begin(command.id, command.digest)
                if earlier is not None and earlier.training_id is not None:
                    return await unit.trainings.get(earlier.training_id), bot
            await self._refuse_disabled(unit, owner)
            before = await unit.bots.by_id(bot.id)
            bot = await unit.bots.starting(
                bot.id, algorithm=params.algorithm, encoder=params.encoder
            )
            request, data = complete_request(
                params,
                bot,
                prepared,
                there,
                self._settings.costs,
                most_environments=self._settings.quotas.environments,
            )
            refuse_what_never_fits(
                Demand(1 + params.rollout_workers, int(request["device"] == "cuda")), there
            )
            active = await unit.trainings.page(states=ACTIVE_STATES, limit=MOST)
            refuse_training(
                self._settings.quotas,
                max_episodes=params.max_episodes,
                environments=int(str(request["environments"])),
                rollout_workers=params.rollout_workers,
                symbol=str(request["symbol"]),
                active=active_symbols(active),
            )
            training = await unit.trainings.create(
                bot.id,
                request=request,
                current={name: request[name] for name in _HOT},
                dataset=str(prepared["dataset"]),
                data={**data, "note": changed_learning(before, bot)},
                initial_weights=None if params.fresh else bot.weights,
            )
            if command is not None:
                answer = as_json(training_message(training))
                await unit.commands.finish(command.id, answer, training.id)
        return training, bot

    async def _bot_named(self, owner: User, name: str) -> Bot:
        try:
            async with self._store.reading(owner.id) as unit:
                return await unit.bots.get(name)
        except NotFound as error:
            raise NotFound("bot", name, "bot_name") from error

    async def pause_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage:
        return await self._trainings.pause(owner, training_id, command)

    async def resume_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage:
        return await self._trainings.resume(owner, training_id, command)

    async def stop_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage:
        return await self._trainings.stop(owner, training_id, command)

    async def update_training(
        self, owner: User, params: TrainingsUpdate, command: Command | None
    ) -> TrainingMessage:
        changes = params.model_dump(exclude={"id"}, exclude_none=True)
        return await self._trainings.reach(
            owner,
            command,
            lambda: self._control.update(owner.id, params.id, changes, id_of(command)),
        )

    async def training(self, owner: User, training_id: int) -> TrainingMessage:
        return await self._trainings.one(owner, training_id)

    async def trainings(
        self,
        owner: User,
        *,
        states: Sequence[RunState] = (),
        bot_name: str | None = None,
        limit: int = 1_000,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
    ) -> list[TrainingMessage]:
        async with self._store.reading(owner.id) as unit:
            bot_id = None
            if bot_name is not None:
                bot_id = (await unit.bots.get(bot_name)).id
            page = await unit.trainings.page(
                states=states or None,
                bot_id=bot_id,
                before_id=before_id,
                after_id=after_id,
                oldest_first=oldest_first,
                limit=limit,
            )
        return await self._trainings.all_live(page)

    async def trades(
        self, owner: User, training_id: int, *, part: str | None, after: int, limit: int
    ) -> TradesMessage:
        async with self._store.reading(owner.id) as unit:
            await unit.trainings.get(training_id)
            found = await unit.results.trades(
                training_id, part=part, after_seq=after, limit=limit + 1
            )
        shown = found[:limit]
        return TradesMessage(
            trades=[TradeMessage.of(trade.data) for trade in shown],
            next=shown[-1].seq if len(found) > limit else None,
        )

    async def episodes(
        self, owner: User, training_id: int, *, after: int, limit: int
    ) -> EpisodesMessage:
        async with self._store.reading(owner.id) as unit:
            await unit.trainings.get(training_id)
            found = await unit.results.episodes(training_id, after_seq=after, limit=limit + 1)
        shown = found[:limit]
        return EpisodesMessage(
            episodes=[EpisodeMessage.of(episode.data) for episode in shown],
            next=shown[-1].seq if len(found) > limit else None,
        )

    async def load(self, owner: User, training_id: int) -> LoadMessage:
        row = await self._control.row(owner.id, training_id)
        series = await self._ask_market("series", row.dataset)
        fetched_at = datetime.fromisoformat(str(row.data["fetched_at"]))
        age_s = max(0.0, (self._clock.now() - fetched_at).total_seconds())
        shown = {name: row.data[name] for name in ("split", "source", "fetched_at", "notes")}
        return LoadMessage.of({**series, **shown, "age_s": age_s})

    async def feed(
        self, owner: User, topic: str, *, cursor: int, status_version: int, timeout_s: float
    ) -> Feed:
        return await self._feeds.feed(owner, topic, cursor, status_version, timeout_s)

    # Market

    async def symbols(self, query: str) -> list[SymbolMessage]:
        found = await self._ask_market("symbols", query)
        return [SymbolMessage.of(symbol) for symbol in found]

    async def bars(
        self,
        symbol: str,
        period: str,
        *,
        source: str | None,
        start: datetime | None,
        end: datetime | None,
    ) -> BarsMessage:
        found = await self._ask_market("bars", symbol, period, source, start, end)
        return BarsMessage.of(found)

    # Health

    async def health(self) -> Health:
        parts = {
            "store": await _verdict(self._look_into_store()),
            "supervisor": await _verdict(self._ping(SUPERVISOR)),
            "market": await _verdict(self._ping(MARKET)),
        }
        return Health(ready=all(says == "ok" for says in parts.values()), parts=parts)

    async def cluster(self) -> ClusterView:
        wanted = self._settings.ray
        dashboard = f"http://127.0.0.1:{wanted.dashboard_port}" if wanted.dashboard else None
        try:
            async with asyncio.timeout(_CLUSTER_S):
                return await asyncio.to_thread(cluster_view, dashboard)
        except (TimeoutError, RayError) as error:
            raise ActorUnavailable("the cluster does not say what it has") from error

    async def _look_into_store(self) -> None:
        async with self._store.reading(0) as unit:
            await unit.bots.page(limit=1)

    async def _ping(self, name: str) -> None:
        try:
            handle = await self._handles.get(name)
            await ask(handle.ping.remote(), timeout_s=_PING_S)
        except ActorUnavailable:
            self._handles.forget(name)
            raise


_HOT = ("lr", "gamma", "batch_size", "max_episodes")


async def _verdict(look: Awaitable[None]) -> str:
    try:
        await look
    except AibtError as error:
        return str(error)
    return "ok"
