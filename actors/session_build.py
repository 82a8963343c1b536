"""From a session's row to the run that trades: its bars, its model, its tools."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from actors.calls import ask
from actors.handles import Handles
from actors.names import MARKET
from actors.session_host import Made, Trouble
from actors.training_files import TrainingFiles
from aibt.accounts.keyring import KeyRing, OpenedKey
from aibt.agents.baselines.models import BaselineModel, BotModel
from aibt.agents.baselines.script import ScriptedModel
from aibt.agents.baselines.strategies import STRATEGIES
from aibt.agents.llm.catalogue import provider_models
from aibt.agents.llm.pricing import Prices
from aibt.agents.llm.provider import OpenAIModel
from aibt.agents.model import Model
from aibt.agents.oracle import BotOracle
from aibt.agents.plan import SessionPlan, session_plan
from aibt.agents.session import SessionRun
from aibt.agents.tape import Tape
from aibt.agents.times import LiveTimes, RangeTimes
from aibt.agents.tools.calculator import math_server
from aibt.agents.tools.desk import Desk
from aibt.agents.tools.jina import JinaWeb
from aibt.agents.tools.price import price_server
from aibt.agents.tools.search import Web, search_server
from aibt.agents.tools.server import ToolServer
from aibt.agents.tools.toolbox import Toolbox
from aibt.agents.tools.trade import trade_server
from aibt.clock import Clock
from aibt.errors import Invalid, ModelRefused, ModelUnavailable, NotFound, SourceUnavailable
from aibt.live.gate import Gate
from aibt.live.journal import Journal
from aibt.market.instruments import Instrument, load_instruments
from aibt.settings import Settings
from aibt.store.records import Session

BASELINE: Final = "baseline/"
SCRIPT: Final = "script/demo"
BOT: Final = "bot/"
_FRESH_S: Final = 30.0
_SEARCH_KEY: Final = "jina"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBuilder:
    """Makes runs in one session's process.

    Attributes:
        oracle: of the session's owner.
        keyring: opens his keys, in this process alone.
    """

    settings: Settings
    clock: Clock
    keyring: KeyRing
    handles: Handles
    oracle: BotOracle | None

    @asynccontextmanager
    async def __call__(
        self, session: Session, journal: Journal, gate: Gate, trouble: Trouble
    ) -> AsyncIterator[Made]:
        """Make a run, and close its model and its connections when it is over.

        Raises:
            NotFound, BadBars: its frozen bars are gone or damaged.
            Invalid, NotFound: a key of its owner's cannot be had.
        """
        plan = session_plan(session.id, session.agent_name, session.request)
        instruments = await self._instruments(plan, session.request)
        tape = Tape(instruments)
        async with AsyncExitStack() as opened:
            model = await self._model(session.owner_id, plan, session.request)
            opened.push_async_callback(model.close)
            web = await self._web(session.owner_id, opened) if "search" in plan.tools else None
            times, steps = self._times(plan, tape, session.request)
            run = SessionRun(
                plan,
                tape=tape,
                times=times,
                model=model,
                open_tools=lambda desk: _opened_tools(plan, desk, web),
                journal=journal,
                gate=gate,
                clock=self.clock,
                oracle=self.oracle,
                trouble=trouble,
            )
            yield Made(run=run, steps=steps)

    async def _instruments(
        self, plan: SessionPlan, request: Mapping[str, Any]
    ) -> Sequence[Instrument]:
        if plan.is_live:
            found = await self._fetch(plan, request)(plan.universe)
            missing = {*plan.universe} - {one.symbol for one in found}
            if missing:  # the session waits until all of its universe is there
                raise SourceUnavailable("market", f"no bars of {', '.join(sorted(missing))}")
            return found
        folder = TrainingFiles(Path(self.settings.store.root)).datasets

        return await asyncio.to_thread(
            load_instruments, request["datasets"], request["actions"], folder
        )

    def _times(
        self, plan: SessionPlan, tape: Tape, request: Mapping[str, Any]
    ) -> tuple[RangeTimes | LiveTimes, int | None]:
        if plan.start is not None and plan.end is not None:
            times = RangeTimes(tape.times(plan.start, plan.end))
            return times, len(times)
        late_s = self.settings.agents.late_bar_s
        fetch = self._fetch(plan, request)
        return LiveTimes(tape, plan.interval, fetch, self.clock, late_s=late_s), None

    def _fetch(
        self, plan: SessionPlan, request: Mapping[str, Any]
    ) -> Callable[[Collection[str]], Awaitable[Sequence[Instrument]]]:
        async def fetch(symbols: Collection[str]) -> Sequence[Instrument]:
            market = await self.handles.get(MARKET)
            asked = market.fresh.remote([*symbols], str(plan.interval), request.get("source"))
            bars, missing = await ask(asked, timeout_s=_FRESH_S)
            if missing and not bars:
                raise SourceUnavailable("market", "; ".join(missing))
            found: Sequence[Instrument] = bars
            return found

        return fetch

    async def _model(self, owner_id: int, plan: SessionPlan, request: Mapping[str, Any]) -> Model:
        name = plan.base_model
        if name.startswith(BASELINE):
            strategy = STRATEGIES[name.removeprefix(BASELINE)]()
            return BaselineModel(name, strategy, plan.seed)
        if name.startswith(BOT):
            return BotModel(name.removeprefix(BOT))
        if name == SCRIPT:
            return ScriptedModel()
        settings, provider = self.settings, request.get("provider")
        url, key = str(settings.openai_api_base), settings.openai_api_key
        if provider is not None:
            kept = await self.keyring.opened(owner_id, str(provider))
            url, key = kept.base_url, kept.key
        return OpenAIModel(
            url,
            key,
            name,
            prices=await _prices(url, key, name),
            temperature=request.get("temperature"),
            seed=plan.seed if request.get("seeded") else None,
            timeout_s=settings.agents.request_timeout_s,
            retries=settings.agents.retries,
            clock=self.clock,
        )

    async def _web(self, owner_id: int, opened: AsyncExitStack) -> Web:
        kept: OpenedKey | None
        try:
            kept = await self.keyring.opened(owner_id, _SEARCH_KEY)
        except (NotFound, Invalid):
            kept = None
        web = JinaWeb(
            search_url=str(self.settings.agents.search_url),
            reader_url=str(self.settings.agents.reader_url),
            key=self.settings.jina_api_key if kept is None else kept.key,
            clock=self.clock,
        )
        opened.push_async_callback(web.close)
        return web


async def _prices(url: str, key: SecretStr | None, name: str) -> Prices | None:
    """Return what a model costs by its provider's list, or None: the answers say it, or nobody."""
    try:
        listed = await provider_models(url, key)
    except (ModelUnavailable, ModelRefused):
        return None
    return next((one.prices for one in listed if one.id == name), None)


def _opened_tools(plan: SessionPlan, desk: Desk, web: Web | None) -> Toolbox:
    """Return the session's tools, to be opened; trade and price are always among them."""
    servers: list[ToolServer] = [trade_server(desk), price_server(desk, bots=plan.bots)]
    if "math" in plan.tools:
        servers.append(math_server(desk))
    if web is not None:
        servers.append(search_server(desk, web))
    return Toolbox(servers)
