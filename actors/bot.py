"""The bot actor: pause, resume and stop reach all that a bot is doing.

It holds nothing that the store does not: it is activated by what makes the bot act, and leaves
when the bot has been idle for a while.
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

import ray

from actors.handles import Handles
from actors.names import NAMESPACE, bot_actor
from actors.process import settings
from actors.run_control import Controlled
from actors.training_control import TrainingControl
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.errors import StoreUnavailable, TrainingEnded
from aibt.store.database import Store, open_store
from aibt.store.records import Bot, Training

logger = logging.getLogger(__name__)

_LOOK_S = 5.0
_IDLE_LOOKS = 12  # a minute


class BotActor:
    """Forward what is asked of a bot to its active training."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._opening = asyncio.Lock()
        self._store: Store | None = None
        self._control: TrainingControl | None = None
        self._active: Training | None = None
        self._watch: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Open the store, once, and watch over what the bot does."""
        async with self._opening:
            if self._control is not None:
                return
            read = settings()
            self._store = await open_store(read.store.database_url, clock=SystemClock())
            files = TrainingFiles(Path(read.store.root))
            self._control = TrainingControl(self._store, files, Handles())
            self._watch = asyncio.create_task(self._leave_when_idle())

    async def pause(self, command_id: str | None) -> Controlled[Training] | None:
        """Pause all that the bot is doing; None: it does nothing."""
        return await self._reach("pause", command_id)

    async def resume(self, command_id: str | None) -> Controlled[Training] | None:
        """Let all that the bot is doing go on; None: it does nothing."""
        return await self._reach("resume", command_id)

    async def stop(self, command_id: str | None) -> Controlled[Training] | None:
        """Stop all that the bot is doing; None: it does nothing."""
        return await self._reach("stop", command_id)

    async def _reach(self, command: str, command_id: str | None) -> Controlled[Training] | None:
        await self.begin()
        active = await self._look()
        if active is None:
            return None
        reach = getattr(self._control, command)
        try:
            found: Controlled[Training] = await reach(self._bot.owner_id, active.id, command_id)
        except TrainingEnded:  # it ended by itself meanwhile
            return None
        self._active = found.run
        return found

    async def _look(self) -> Training | None:
        if self._store is None:
            return None
        async with self._store.reading(self._bot.owner_id) as unit:
            self._active = await unit.trainings.active_of(self._bot.id)
        return self._active

    async def _leave_when_idle(self) -> None:
        idle = 0
        while idle < _IDLE_LOOKS:
            await asyncio.sleep(_LOOK_S)
            try:
                idle = idle + 1 if await self._look() is None else 0
            except StoreUnavailable as error:
                logger.warning("bot %d: %s", self._bot.id, error)
        ray.kill(ray.get_runtime_context().current_actor, no_restart=True)

    def __repr__(self) -> str:
        active = self._active
        doing = "idle" if active is None else f"{active.topic} {active.state}"
        return f"Bot {self._bot.id} (owner {self._bot.owner_id}, {self._bot.name}, {doing})"


def start_bot(bot: Bot) -> Any:
    """Activate a bot's actor, or return the handle of the one that is active. Blocking."""
    handle: Any = (
        ray.remote(BotActor)
        .options(
            name=bot_actor(bot.id),
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=100,
        )
        .remote(bot)
    )
    handle.begin.remote()  # so that it sees when there is nothing to do any more, and leaves
    return handle
