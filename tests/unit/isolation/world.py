"""A whole gateway over the real platform and a real store, with users who must not see each other.

Only Ray is missing: the market works in this process, trainings stay in the queue, and a bot's
actor is an object.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import HttpUrl
from sqlalchemy import Table, and_, or_, select

import actors.platform
from actors.market_desk import MarketDesk
from actors.names import MARKET, SUPERVISOR, TOOL_SERVICES
from actors.platform import RayPlatform
from actors.run_rows import EVALUATION, SESSION, set_state
from actors.training_control import TrainingControl
from actors.training_files import TrainingFiles
from aibt.accounts.office import Office
from aibt.api.app import create_app
from aibt.api.gateway import Backend
from aibt.api.platform import ClusterView
from aibt.clock import SystemClock
from aibt.live.events import Emission, Json
from aibt.live.journal import Draft
from aibt.live.states import Desired, RunState
from aibt.protocol.agents import AgentsCreate
from aibt.protocol.bots import BotsCreate
from aibt.protocol.evaluations import EvaluationsStart
from aibt.protocol.populations import PopulationsStart
from aibt.protocol.trainings import TrainingsStart
from aibt.settings import (
    LimitSettings,
    QuotaSettings,
    RaySettings,
    Settings,
    StoreSettings,
)
from aibt.store.database import Store
from aibt.store.migrations import policies
from aibt.store.records import Bot, EquityPoint, User
from aibt.store.schema import metadata
from aibt.store.schema_agents import sessions
from aibt.store.schema_evaluations import evaluations
from tests.fakes.office import a_bearer, a_user, an_office
from tests.fakes.openai import FakeOpenAI
from tests.fakes.platform_scores import FIGURES
from tests.fakes.server import RunningServer
from tests.unit.actors.fakes import FakeHandle, FakeHandles, FakeSupervisor
from tests.unit.rl.judgement.reports import a_report

OWNERS, OTHERS, ADMINS, DISABLED = "owner", "other", "admin", "disabled"
EMAILS = {
    OWNERS: "canary-owner@example.com",
    OTHERS: "other@example.com",
    ADMINS: "admin@example.com",
    DISABLED: "disabled@example.com",
}
CANARY_LR = 0.123456789
CANARIES = (
    EMAILS[OWNERS],
    "Canary bot",
    str(CANARY_LR),
    "canary event",
    "CNRY",
    "canary/model",
    "canary prompt",
)
"""What nobody but the owner, and administrators who say so, is ever sent."""

_UNLIMITED = LimitSettings(
    commands_per_second=1e6,
    starts_per_minute=1e6,
    tickets_per_minute=1e6,
    sign_ins_per_minute=1e6,
    sign_ups_per_minute=1e6,
    sockets=10_000,
)
START = {
    "train_data_percentage": 80,
    "balance": 1_000,
    "batch_size": 32,
    "max_episodes": 3,
    "min_episodes": 1,
    "symbol": "GOOGL",
    "period": "D1",
}


AGENT = {"base_model": "canary/model", "universe": ["GOOGL"], "prompt": "canary prompt"}
RANGE = {"start": "2017-01-03", "end": "2017-12-29"}

_HEEDED = {
    Desired.RUNNING: RunState.RUNNING,
    Desired.PAUSED: RunState.PAUSED,
    Desired.STOPPED: RunState.STOPPED,
}
_ENDED = [state for state in RunState if state.has_ended]


class FakeMarket:
    """The market's actor in this process."""

    def __init__(self, desk: MarketDesk) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def asked(*arguments: Any) -> Any:
            return await asyncio.to_thread(getattr(self._desk, name), *arguments)

        return asked

    async def ping(self) -> bool:
        return True


class AwakeSupervisor(FakeSupervisor):
    """The supervisor's actor in this process; it starts nothing."""

    async def ping(self) -> bool:
        return True


class FakeToolServices:
    """The tool services' actor in this process; none of them is ever on."""

    def __getattr__(self, verb: str) -> Callable[[], dict[str, Any]]:
        return lambda: {"services": []}


class FakeBot:
    """A bot's actor in this process."""

    def __init__(self, bot: Bot, store: Store, control: TrainingControl) -> None:
        self._bot, self._store, self._control = bot, store, control

    def __getattr__(self, command: str) -> Callable[[str | None], Any]:
        async def reach(command_id: str | None) -> None:
            async with self._store.reading(self._bot.owner_id) as unit:
                active = await unit.trainings.active_of(self._bot.id)
            if active is not None:
                await getattr(self._control, command)(self._bot.owner_id, active.id, command_id)

        return reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What requests are about: an owner's bot with its queued training, an agent with a queued
    session, and a queued evaluation, which has a report all the same.
    """

    bot: str
    bot_id: int
    training: int
    model: int
    session: int
    population: int
    evaluation: int


@dataclass
class World:
    """One gateway with its users; start it with `started`."""

    url: str | None = None
    roles: list[str] = field(default_factory=list)
    bearers: dict[str, str] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    _numbers: int = 0
    _obeying: set[asyncio.Task[Any]] = field(default_factory=set)

    def start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="aibt-isolation-")
        root = Path(self._folder.name)
        self.settings = Settings(
            _env_file=None,
            store=StoreSettings(root=root, url=self.url),
            ray=RaySettings(autoscaled=True, dashboard=False),
            limits=_UNLIMITED,
            quotas=QuotaSettings(
                active_trainings=10_000,
                bots=10_000,
                active_sessions=10_000,
                agents=10_000,
                active_evaluations=10_000,
            ),
        )
        self._provider = FakeOpenAI()
        self._provider.__enter__()
        self.settings = self.settings.model_copy(
            update={"openai_api_base": HttpUrl(self._provider.base_url)}
        )
        app = create_app(self._connect, self.settings, SystemClock())
        self.app = app
        self.server = RunningServer(app)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()
        self._provider.__exit__(None, None, None)
        self._folder.cleanup()

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Backend]:
        root, clock = self.settings.store.root, SystemClock()
        async with an_office(root, settings=self.settings) as office:
            store = self._noting(office.store)
            handles = FakeHandles()
            handles.actors[MARKET] = FakeMarket(MarketDesk(self.settings.market, root, clock))
            handles.actors[SUPERVISOR] = AwakeSupervisor(self._obey)
            handles.actors[TOOL_SERVICES] = FakeToolServices()
            control = TrainingControl(store, TrainingFiles(root), handles)

            def start_bot(bot: Bot) -> Any:
                return FakeHandle(FakeBot(bot, store, control))

            self.store, self.office = store, office
            self.platform = RayPlatform(
                store, self.settings, clock, handles=handles, start_bot=start_bot
            )
            await self._people(office)
            try:
                yield Backend(platform=self.platform, office=office)
            finally:  # nobody waits for the supervisor: it ends before its store
                await asyncio.gather(*self._obeying, return_exceptions=True)

    async def _obey(self) -> None:
        """Make the sessions and evaluations that nobody hosts match what their owners want."""
        task = asyncio.current_task()
        if task is not None:
            self._obeying.add(task)
            task.add_done_callback(self._obeying.discard)
        for owner_id in [user.id for user in self.users.values()]:
            for session_id in await self._unheeded(owner_id, sessions):
                async with self.store.writing(owner_id) as tx:
                    session = await tx.sessions.get(session_id)
                    state = _HEEDED[session.desired]
                    if not session.state.has_ended and session.state is not state:
                        await set_state(tx, SESSION, session, state, f"supervisor/{state}")
            for evaluation_id in await self._unheeded(owner_id, evaluations):
                async with self.store.writing(owner_id) as tx:
                    evaluation = await tx.evaluations.get(evaluation_id)
                    state = _HEEDED[evaluation.desired]
                    if not evaluation.state.has_ended and evaluation.state is not state:
                        await set_state(tx, EVALUATION, evaluation, state, f"supervisor/{state}")

    async def _unheeded(self, owner_id: int, runs: Table) -> list[int]:
        """Return the ids of an owner's runs that he wants paused or stopped, and are not yet."""
        differ = [
            and_(runs.c.desired == desired, runs.c.state.not_in([state, *_ENDED]))
            for desired, state in _HEEDED.items()
            if desired is not Desired.RUNNING
        ]
        async with self.store.reading(owner_id) as tx:
            query = select(runs.c.id).where(runs.c.owner_id == owner_id, or_(*differ))
            return list((await tx.me._work.connection.execute(query)).scalars())

    def _noting(self, store: Store) -> Store:
        """Note the database's role of every transaction from now on."""
        transaction = store.transaction

        def noted(scope: Any, *, writable: bool) -> Any:
            self.roles.append(scope.role)
            return transaction(scope, writable=writable)

        store.transaction = noted  # type: ignore[method-assign]  # a test looks in between
        return store

    async def _people(self, office: Office) -> None:
        for name, email in EMAILS.items():
            self.users[name] = await a_user(office, email, is_admin=name == ADMINS)
            self.bearers[name] = await a_bearer(office, email)
        async with office.service.writing() as unit:
            await unit.users.set_disabled(self.users[DISABLED].id, True)
        await self.platform_things(self.users[OWNERS], "Canary bot")
        things = await self.platform_things(self.users[OWNERS], "Known bot")
        self.things = things
        owner = self.users[OWNERS].id
        async with self.store.writing(owner) as tx:
            training = await tx.trainings.get(things.training)
            epoch = await tx.leases.take(training.topic, "h")
            data = {"id": training.id, "text": "canary event", "level": "info", "at": "now"}
            await tx.events.append(
                training.topic, epoch, [Emission(key="log", kind="log", data=data)]
            )
            session = await tx.sessions.get(things.session)
            epoch_of_session = await tx.leases.take(session.topic, "h")
            await tx.journal.append(
                session.id,
                epoch_of_session,
                [Draft(key="log", kind="log", data=data)],
                [Emission(key="log", kind="log", data={**data, "id": session.id})],
            )
            await tx.checkpoints.add(training.id, epoch=epoch, step=1, path="trainings/0/x")
            await tx.commands.begin("c" * 32, "digest")
            await tx.secrets.put("jina", base_url=None, sealed="sealed", last_four="CNRY")

    async def platform_things(self, owner: User, name: str) -> Things:
        """Make a bot with a queued training, and an agent with a queued session."""
        bot = {"name": name, "lr": CANARY_LR, "gamma": 0.9}
        await self.platform.create_bot(owner, BotsCreate.read(bot), None)
        asked = TrainingsStart.read({**START, "bot_name": name})
        started = await self.platform.start_training(owner, asked, None)
        async with self.store.writing(owner.id) as tx:
            row = await tx.bots.get(name)
            training = await tx.trainings.get(started.id)
            epoch = await tx.leases.take(training.topic, "h")
            evaluated: dict[str, Json] = {"profit": 0.0, "sharpe": None, "trades": 0}
            await tx.trainings.save_status(started.id, {"out_of_sample": evaluated}, epoch=epoch)
        model_id, session_id = await self._agent_things(owner, name)
        many = PopulationsStart.read(
            {**START, "name": f"{name} many", "members": 2, "search": {"interval": 2}}
        )
        population = await self.platform.start_population(owner, many, None)
        return Things(
            bot=name,
            bot_id=row.id,
            training=started.id,
            model=model_id,
            session=session_id,
            population=population.id,
            evaluation=await self._evaluation_of(owner),
        )

    async def _evaluation_of(self, owner: User) -> int:
        """Put a queued evaluation with a unit and a report into the store; return its id."""
        asked = EvaluationsStart.read({"symbol": "GOOGL", "period": "D1", "lr": CANARY_LR})
        request = {
            **asked.model_dump(mode="json"),
            "algorithms": ["dqn"],
            "fee_bps": 1.0,
            "slippage_bps": 1.0,
        }
        data: dict[str, Json] = {
            "symbol": "GOOGL", "period": "1d", "source": "sample", "bars": 9, "notes": [],
        }  # fmt: skip
        async with self.store.writing(owner.id) as tx:
            made = await tx.evaluations.create(request=request, dataset="d", data=data)
            epoch = await tx.leases.take(made.topic, "h")
            await tx.evaluations.add_unit(made.id, "dqn/1/1", {"text": "CNRY"}, epoch=epoch)
            await tx.evaluations.set_report(made.id, a_report(source="CNRY").to_json(), epoch=epoch)
        return made.id

    async def _agent_things(self, owner: User, name: str) -> tuple[int, int]:
        """Put an agent with a queued session and a score into the store; return their ids."""
        params = AgentsCreate.read({**AGENT, "name": name})
        config = params.config()
        request = {**config, "base_model": params.base_model, **RANGE, "live": False, "seed": 1}
        async with self.store.writing(owner.id) as tx:
            agent = await tx.agents.create(
                name=name, base_model=params.base_model, config=config, is_public=False
            )
            session = await tx.sessions.create(
                agent.id, request={**request, "datasets": {}}, data={"notes": []}
            )
            await tx.scores.put(
                topic=session.topic,
                kind="agent",
                name=name,
                label=params.base_model,
                symbols=params.universe,
                start=session.created_at,
                end=session.created_at,
                is_public=False,
                total_return=0.1,
                data=FIGURES,
            )
            at = session.created_at
            await tx.account.put_equity(
                session.topic, [EquityPoint(at=at, equity=1_000.0, exposure=0.0)]
            )
        return agent.id, session.id

    def fresh(self, user: str) -> Things:
        """Return things of a user that no other test touches."""
        self._numbers += 1
        making = self.platform_things(self.users[user], f"Canary bot {self._numbers}")
        return self.run(making)

    def run(self, work: Any) -> Any:
        """Run something on the gateway's loop."""
        loop = self.server.loop
        assert loop is not None
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    def owners_rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return every row of the owner, read past all scoping."""
        return self.run(self._rows())  # type: ignore[no-any-return]

    async def _rows(self) -> dict[str, list[dict[str, Any]]]:
        owner = self.users[OWNERS].id
        found = {}
        async with self.store.reading(owner) as tx:
            for table in metadata.sorted_tables:
                if table.name in policies.OWNED:
                    query = select(table).where(table.c.owner_id == owner)
                    rows = (await tx.me._work.connection.execute(query)).mappings()
                    found[table.name] = [dict(row) for row in rows]
        return found

    def audit_entries(self) -> int:
        async def count() -> int:
            async with self.office.service.reading() as unit:
                return len(await unit.audit.page(limit=1_000_000))

        return int(self.run(count()))


def without_a_cluster(monkeypatch: Any) -> None:
    """Let the cluster be looked at where there is none."""

    def view(dashboard: str | None) -> ClusterView:
        return ClusterView(nodes=[], actors=["market"], dashboard=dashboard)

    monkeypatch.setattr(actors.platform, "cluster_view", view)
