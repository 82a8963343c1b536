"""A platform in memory: deterministic, driven by the test, and able to fail or to hang."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from aibt.api.platform import Command
from aibt.errors import (
    BotBusy,
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
from aibt.rl.catalogue import refuse_encoder
from aibt.store.records import Bot, Training, User, training_topic
from tests.fakes.platform_agents import FakeAgents
from tests.fakes.platform_core import EPOCH, Topic
from tests.fakes.platform_evaluations import FakeEvaluations
from tests.fakes.platform_market import FakeMarket
from tests.fakes.platform_populations import FakePopulations
from tests.fakes.platform_scores import FakeScores

__all__ = ["EPOCH", "FakePlatform", "Run"]


@dataclass(kw_only=True)
class Run(Topic):
    """One training of the fake: its row, beside its events and its newest status."""

    training: Training


class FakePlatform(FakeAgents, FakePopulations, FakeEvaluations, FakeScores, FakeMarket):
    """Implements `aibt.api.platform.Platform` for one owner, with the parts that it inherits."""

    def __init__(self, *, page: int = 100, bars: int = 3) -> None:
        super().__init__(page=page)
        self.bars_count = bars
        self.notes: list[str] = []
        self.runs: dict[int, Run] = {}
        self._bots: dict[str, Bot] = {}

    # What a test does to it

    def emit(self, training_id: int, kind: str, data: Mapping[str, Json]) -> int:
        """Store an event and return its number."""
        run = self.runs[training_id]
        seq = run.emit(kind, data)
        run.training = replace(run.training, last_seq=seq)
        return seq

    def log(self, training_id: int, text: str) -> int:
        """Store a log line and return its number."""
        line: dict[str, Json] = {"level": "info", "text": text, "at": "2024-01-01T00:00:00Z"}
        return self.emit(training_id, "log", line)

    def show(self, training_id: int, **changes: Json) -> None:
        """Publish a status."""
        run = self.runs[training_id]
        status = {
            **training_message(run.training).model_dump(mode="json", include=_STATUS),
            **(run.status or {}),
            "cursor": len(run.events),
            **changes,
        }
        run.training = replace(run.training, status=status)
        run.publish(status)

    def move(self, training_id: int, state: RunState) -> None:
        """Bring a training into a state, with its event."""
        run = self.runs[training_id]
        ended = EPOCH if state.has_ended else None
        run.training = replace(run.training, state=state, ended_at=ended)
        self.emit(training_id, "state", {"id": training_id, "state": state.value, "reason": None})
        if state.has_ended:
            run.end()

    def lose(self, training_id: int) -> None:
        """Let a training be gone, and tell who follows it."""
        run = self.runs.pop(training_id)
        del self._topics[training_topic(training_id)]
        run.emit("log", {})

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
            refuse_encoder(params.algorithm, params.encoder)
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
            changed = replace(bot, name=new_name, **changes)
            refuse_encoder(changed.algorithm, changed.encoder)
            del self._bots[bot.name]
            self._bots[new_name] = changed
            note = (
                "The weights were dropped."
                if {"hidden_layers", "depth", "algorithm", "encoder"} & set(changes)
                else None
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
            request["algorithm"] = params.algorithm or bot.algorithm
            request["encoder"] = params.encoder or bot.encoder
            refuse_encoder(request["algorithm"], request["encoder"])
            request["environments"] = params.environments or max(1, params.rollout_workers)
            row = self._row(owner, bot, training_id, request)
            learns = {name: request[name] for name in ("algorithm", "encoder")}
            if learns != {"algorithm": bot.algorithm, "encoder": bot.encoder}:
                self._bots[bot.name] = replace(bot, **learns, weights=None)
                row = replace(row, data={**row.data, "note": "The bot learns otherwise now."})
            run = Run(training=row)
            self.runs[training_id] = self._topics[training_topic(training_id)] = run
            return training_message(run.training)

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

    # Inside

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


_STATUS = {
    "id", "state", "episodes", "days", "max_profit", "max_balance", "balance", "profit", "trades",
    "rewards", "last_decision", "prediction", "bot", "steps", "steps_per_second", "loss",
    "epsilon", "validation", "out_of_sample",
}  # fmt: skip
