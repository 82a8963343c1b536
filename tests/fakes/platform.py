"""A platform in memory: deterministic, driven by the test, and able to fail or to hang."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aibt.api.platform import ClusterView, Command, Feed, Health
from aibt.clock import SystemClock
from aibt.errors import (
    BotBusy,
    IdReused,
    Invalid,
    NameTaken,
    NotFound,
    SourceUnavailable,
    TrainingEnded,
    UnknownSymbol,
)
from aibt.live.events import Event, Json
from aibt.live.states import Desired, RunState
from aibt.protocol.bots import (
    BotDeletedMessage,
    BotMessage,
    BotsCreate,
    BotsPage,
    BotsPageMessage,
    BotsUpdate,
    bot_message,
)
from aibt.protocol.market import BarsMessage, SymbolMessage
from aibt.protocol.paging import cursor_text, read_cursor
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
from aibt.store.records import Bot, Training, User

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Run:
    """One training of the fake: its row, its events and its newest status."""

    training: Training
    events: list[Event] = field(default_factory=list)
    status: Mapping[str, Json] | None = None
    status_version: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class FakePlatform:
    """Implements `aibt.api.platform.Platform` for one owner.

    Attributes:
        failures: method name -> what it raises; `hangs`: method names that never answer.
        polls: feeds with a timeout that are under way, and `most_polls` ever at once.
        calls: how often each method was called.
    """

    def __init__(self, *, page: int = 100, bars: int = 3) -> None:
        self.owner = User(id=1, email="local@localhost", created_at=EPOCH)
        self.failures: dict[str, Exception] = {}
        self.hangs: set[str] = set()
        self.delays: dict[str, asyncio.Event] = {}
        self.calls: Counter[str] = Counter()
        self.polls = 0
        self.most_polls = 0
        self.page = page
        self.bars_count = bars
        self.notes: list[str] = []
        self.runs: dict[int, Run] = {}
        self._bots: dict[str, Bot] = {}
        self._answers: dict[str, tuple[str, Any]] = {}
        self._ids = itertools.count(1)
        self._clock = SystemClock()

    # What a test does to it

    def emit(self, training_id: int, kind: str, data: Mapping[str, Json]) -> int:
        """Store an event and return its number."""
        run = self.runs[training_id]
        seq = len(run.events) + 1
        run.events.append(Event(seq=seq, key=f"{seq}", kind=kind, data=data, at=EPOCH))
        run.training = replace(run.training, last_seq=seq)
        self._wake(run)
        return seq

    def log(self, training_id: int, text: str) -> int:
        """Store a log line and return its number."""
        line: dict[str, Json] = {"level": "info", "text": text, "at": "2024-01-01T00:00:00Z"}
        return self.emit(training_id, "log", line)

    def show(self, training_id: int, **changes: Json) -> None:
        """Publish a status."""
        run = self.runs[training_id]
        run.status = {
            **training_message(run.training).model_dump(mode="json", include=_STATUS),
            **(run.status or {}),
            "cursor": len(run.events),
            **changes,
        }
        run.training = replace(run.training, status=run.status)
        run.status_version += 1
        self._wake(run)

    def move(self, training_id: int, state: RunState) -> None:
        """Bring a training into a state, with its event."""
        run = self.runs[training_id]
        ended = EPOCH if state.has_ended else None
        run.training = replace(run.training, state=state, ended_at=ended)
        self.emit(training_id, "state", {"id": training_id, "state": state.value, "reason": None})

    def age(self, training_id: int, by: timedelta) -> None:
        """Make a training older."""
        run = self.runs[training_id]
        run.training = replace(run.training, created_at=run.training.created_at - by)

    # What the API asks of it

    async def create_bot(
        self, owner: User, params: BotsCreate, command: Command | None
    ) -> BotMessage:
        await self._enter("create_bot")

        def create() -> BotMessage:
            if params.name in self._bots:
                raise NameTaken(params.name, "name")
            self._bots[params.name] = Bot(
                id=next(self._ids),
                owner_id=owner.id,
                weights=None,
                version=1,
                created_at=EPOCH,
                updated_at=EPOCH,
                **params.model_dump(),
            )
            return self._bot_message(params.name)

        return self._once(command, create)

    async def update_bot(
        self, owner: User, params: BotsUpdate, command: Command | None
    ) -> BotMessage:
        await self._enter("update_bot")

        def update() -> BotMessage:
            bot = self._bot(params.name)
            if params.new_name is not None and params.new_name in self._bots:
                raise NameTaken(params.new_name, "new_name")
            changes = params.model_dump(exclude={"name", "new_name"}, exclude_none=True)
            new_name = params.new_name or bot.name
            del self._bots[bot.name]
            self._bots[new_name] = replace(bot, name=new_name, **changes)
            note = (
                "The weights were dropped." if {"hidden_layers", "depth"} & set(changes) else None
            )
            return self._bot_message(new_name, note)

        return self._once(command, update)

    async def delete_bot(
        self, owner: User, name: str, command: Command | None
    ) -> BotDeletedMessage:
        await self._enter("delete_bot")

        def delete() -> BotDeletedMessage:
            bot = self._bot(name)
            if run := self._active(name):
                raise BotBusy(name, run.training.id, "name")
            del self._bots[bot.name]
            return BotDeletedMessage(name=name)

        return self._once(command, delete)

    async def bot(self, owner: User, name: str) -> BotMessage:
        await self._enter("bot")
        return self._bot_message(name)

    async def bots(self, owner: User) -> list[BotMessage]:
        await self._enter("bots")
        return [self._bot_message(name) for name in self._bots]

    async def bots_page(self, owner: User, page: BotsPage) -> BotsPageMessage:
        await self._enter("bots_page")
        names = sorted(name for name in self._bots if name.startswith(page.q or ""))
        if page.sort.startswith("-"):
            names.reverse()
        begin = 0 if page.cursor is None else read_cursor(page.cursor, str)[1]
        end = begin + page.limit
        further = cursor_text(names[end - 1], end) if end < len(names) else None
        return BotsPageMessage(
            bots=[self._bot_message(name) for name in names[begin:end]], next=further
        )

    async def trades(
        self, owner: User, training_id: int, *, part: str | None, after: int, limit: int
    ) -> TradesMessage:
        await self._enter("trades")
        found = self._of_kind(training_id, "trade", after)
        chosen = [event for event in found if part in {None, event.data.get("part")}]
        shown = [TradeMessage.of(event.data) for event in chosen[:limit]]
        further = chosen[limit - 1].seq if len(chosen) > limit else None
        return TradesMessage(trades=shown, next=further)

    async def episodes(
        self, owner: User, training_id: int, *, after: int, limit: int
    ) -> EpisodesMessage:
        await self._enter("episodes")
        found = self._of_kind(training_id, "episode", after)
        shown = [EpisodeMessage.of(event.data) for event in found[:limit]]
        further = found[limit - 1].seq if len(found) > limit else None
        return EpisodesMessage(episodes=shown, next=further)

    def _of_kind(self, training_id: int, kind: str, after: int) -> list[Event]:
        if training_id not in self.runs:
            raise NotFound("training", str(training_id), "id")
        events = self.runs[training_id].events
        return [event for event in events if event.kind == kind and event.seq > after]

    async def cluster(self) -> ClusterView:
        await self._enter("cluster")
        actors = [f"training/{training_id}" for training_id in self.runs]
        return ClusterView(nodes=[], actors=["market", "supervisor", *actors], dashboard=None)

    async def pause_bot(self, owner: User, name: str, command: Command | None) -> BotMessage:
        return await self._control_bot("pause_bot", name, RunState.PAUSED)

    async def resume_bot(self, owner: User, name: str, command: Command | None) -> BotMessage:
        return await self._control_bot("resume_bot", name, RunState.RUNNING)

    async def stop_bot(self, owner: User, name: str, command: Command | None) -> BotMessage:
        return await self._control_bot("stop_bot", name, RunState.STOPPED)

    async def start_training(
        self, owner: User, params: TrainingsStart, command: Command | None
    ) -> TrainingMessage:
        await self._enter("start_training")

        def start() -> TrainingMessage:
            bot = self._bot(params.bot_name, "bot_name")
            if params.symbol == "NOPE":
                raise UnknownSymbol(params.symbol, params.period)
            if params.symbol == "DOWN":
                raise SourceUnavailable("yahoo", "429")
            if run := self._active(bot.name):
                raise BotBusy(bot.name, run.training.id)
            training_id = next(self._ids)
            request = params.model_dump()
            request["lr"] = bot.lr if params.lr is None else params.lr
            request["gamma"] = bot.gamma if params.gamma is None else params.gamma
            self.runs[training_id] = Run(self._row(owner, bot, training_id, request))
            return training_message(self.runs[training_id].training)

        return self._once(command, start)

    async def pause_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage:
        return await self._control("pause_training", training_id, RunState.PAUSED, command)

    async def resume_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage:
        return await self._control("resume_training", training_id, RunState.RUNNING, command)

    async def stop_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage:
        return await self._control("stop_training", training_id, RunState.STOPPED, command)

    async def update_training(
        self, owner: User, params: TrainingsUpdate, command: Command | None
    ) -> TrainingMessage:
        await self._enter("update_training")
        run = self._run(params.id)
        changed = params.model_dump(exclude={"id"}, exclude_none=True)
        least = int(run.training.request["min_episodes"])  # type: ignore[arg-type] - a whole number
        if params.max_episodes is not None and params.max_episodes < least:
            raise Invalid("max_episodes", "it is below min_episodes")
        run.training = replace(run.training, current={**run.training.current, **changed})
        self.emit(params.id, "params", {"id": params.id, "changed": changed, "step": 0})
        return training_message(run.training)

    async def training(self, owner: User, training_id: int) -> TrainingMessage:
        await self._enter("training")
        return training_message(self._run(training_id).training)

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
        await self._enter("trainings")
        rows = [run.training for run in self.runs.values()]
        if not oldest_first:
            rows.reverse()
        return [
            training_message(row)
            for row in rows
            if (not states or row.state in states)
            and bot_name in {None, row.bot_name}
            and (before_id is None or row.id < before_id)
            and (after_id is None or row.id > after_id)
        ][:limit]

    async def load(self, owner: User, training_id: int) -> LoadMessage:
        await self._enter("load")
        self._run(training_id)
        days = [EPOCH + timedelta(days=day) for day in range(self.bars_count)]
        return LoadMessage(
            date_range=[f"{day:%Y-%m-%dT%H:%M:%SZ}" for day in days],
            closes=[1.0 + day / 10 for day in range(self.bars_count)],
            split=2,
            source="sample",
            fetched_at=EPOCH,
            age_s=0.0,
            notes=self.notes,
        )

    async def feed(
        self,
        owner: User,
        training_id: int,
        *,
        cursor: int,
        status_version: int,
        timeout_s: float,
    ) -> Feed:
        run = self._run(training_id)
        self.polls += timeout_s > 0
        self.most_polls = max(self.polls, self.most_polls)
        try:
            await self._enter("feed" if timeout_s else "page")
            while not self._has_news(run, cursor, status_version) and timeout_s > 0:
                run.changed.clear()
                await run.changed.wait()
        finally:
            self.polls -= timeout_s > 0
        events = run.events[cursor : cursor + self.page]
        at = events[-1].seq if events else cursor
        is_newer = run.status is not None and run.status_version > status_version
        return Feed(
            events=events,
            cursor=at,
            status=run.status if is_newer else None,
            status_version=run.status_version,
            ended=run.training.state.has_ended and at >= len(run.events),
        )

    async def symbols(self, query: str) -> list[SymbolMessage]:
        await self._enter("symbols")
        known = [SymbolMessage(symbol="EURUSD", name="Euro", source="sample", periods=["1h"])]
        return [symbol for symbol in known if query.upper() in symbol.symbol]

    async def bars(
        self,
        symbol: str,
        period: str,
        *,
        source: str | None,
        start: datetime | None,
        end: datetime | None,
    ) -> BarsMessage:
        await self._enter("bars")
        if symbol == "NOPE":
            raise UnknownSymbol(symbol, period)
        column = [1.0, 1.1]
        return BarsMessage(
            symbol=symbol,
            period=period,
            source=source or "sample",
            fetched_at=EPOCH,
            age_s=60.0,
            date_range=[str(start), str(end)],
            opens=column,
            highs=column,
            lows=column,
            closes=column,
            volumes=column,
        )

    async def health(self) -> Health:
        await self._enter("health")
        return Health(ready=True, parts={"store": "ok"})

    # Inside

    async def _enter(self, method: str) -> None:
        self.calls[method] += 1
        if method in self.hangs:
            await asyncio.Event().wait()
        if method in self.delays:
            await self.delays[method].wait()
        if method in self.failures:
            raise self.failures[method]

    def _once(self, command: Command | None, act: Any) -> Any:
        if command is None:
            return act()
        if command.id in self._answers:
            digest, answer = self._answers[command.id]
            if digest != command.digest:
                raise IdReused(command.id)
            return answer
        answer = act()
        self._answers[command.id] = (command.digest, answer)
        return answer

    async def _control(
        self, method: str, training_id: int, state: RunState, command: Command | None
    ) -> TrainingMessage:
        await self._enter(method)

        def act() -> TrainingMessage:
            run = self._run(training_id)
            if run.training.state.has_ended:
                raise TrainingEnded(training_id, run.training.state)
            if run.training.state is not state:
                self.move(training_id, state)
            return training_message(run.training)

        answer: TrainingMessage = self._once(command, act)
        return answer

    async def _control_bot(self, method: str, name: str, state: RunState) -> BotMessage:
        await self._enter(method)
        self._bot(name)
        if run := self._active(name):
            self.move(run.training.id, state)
        return self._bot_message(name)

    def _row(
        self, owner: User, bot: Bot, training_id: int, request: Mapping[str, Json]
    ) -> Training:
        return Training(
            id=training_id,
            owner_id=owner.id,
            bot_id=bot.id,
            bot_name=bot.name,
            state=RunState.QUEUED,
            desired=Desired.RUNNING,
            reason=None,
            parked=False,
            request=request,
            current={},
            dataset="d",
            data={"source": "sample", "split": 2},
            initial_weights=None,
            status={},
            last_seq=0,
            created_at=self._clock.now(),
            started_at=None,
            ended_at=None,
        )

    def _bot(self, name: str, at: str = "name") -> Bot:
        if name not in self._bots:
            raise NotFound("bot", name, at)
        return self._bots[name]

    def _bot_message(self, name: str, note: str | None = None) -> BotMessage:
        run = self._active(name)
        state, training_id = (run.training.state, run.training.id) if run else (None, None)
        return bot_message(self._bot(name), state, training_id=training_id, note=note)

    def _active(self, name: str) -> Run | None:
        for run in self.runs.values():
            if run.training.bot_name == name and not run.training.state.has_ended:
                return run
        return None

    def _run(self, training_id: int) -> Run:
        if training_id not in self.runs:
            raise NotFound("training", str(training_id), "id")
        return self.runs[training_id]

    @staticmethod
    def _has_news(run: Run, cursor: int, status_version: int) -> bool:
        return (
            len(run.events) > cursor
            or run.status_version > status_version
            or run.training.state.has_ended
        )

    @staticmethod
    def _wake(run: Run) -> None:
        run.changed.set()


_STATUS = {
    "id", "state", "episodes", "days", "max_profit", "max_balance", "balance", "profit", "trades",
    "rewards", "last_decision", "prediction", "bot", "steps", "steps_per_second", "loss",
    "epsilon", "validation", "out_of_sample",
}  # fmt: skip
