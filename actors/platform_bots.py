"""Bots over Ray: rows in the store, and an actor while a bot does something."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ray.exceptions import RayError

from actors.calls import ask
from actors.commands import Commands, id_of
from actors.handles import Handles
from actors.names import bot_actor
from actors.paging import cursor_after, place_of
from aibt.accounts.quotas import refuse_bot
from aibt.api.platform import Command
from aibt.clock import Clock
from aibt.errors import ActorUnavailable
from aibt.protocol.bots import (
    BotDeletedMessage,
    BotMessage,
    BotsCreate,
    BotsPage,
    BotsPageMessage,
    BotsUpdate,
    bot_message,
)
from aibt.rl.catalogue import refuse_encoder
from aibt.settings import Settings
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Bot, Training, User
from aibt.store.tables import ACTIVE_STATES

MOST = 10_000
"""Bots and active trainings of one owner that are read at once."""

_BOT_S = 10.0  # twice, where the actor has to be activated anew
_START_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a gateway process works with.

    Attributes:
        store: which its maker opens and closes.
        handles: where actors are looked up.
        commands: runs those with an id.
        settings: of this process.
        clock: the time.
        start_bot: starts the actor of a bot, and returns its handle. Blocking.
    """

    store: Store
    handles: Handles
    commands: Commands
    settings: Settings
    clock: Clock
    start_bot: Callable[[Bot], Any]


class PlatformBots:
    """The part of `aibt.api.platform.Platform` that is about bots."""

    def __init__(self, means: Means) -> None:
        self._store = means.store
        self._handles = means.handles
        self._commands = means.commands
        self._settings = means.settings
        self._quotas = means.settings.quotas
        self._clock = means.clock
        self._start_bot = means.start_bot

    async def create_bot(
        self, owner: User, params: BotsCreate, command: Command | None
    ) -> BotMessage:
        async def create(unit: UnitOfWork) -> BotMessage:
            refuse_encoder(params.algorithm, params.encoder)
            await unit.me.alone()
            count = await unit.bots.count()
            refuse_bot(self._quotas, hidden_layers=params.hidden_layers, bots=count)
            return bot_message(await unit.bots.create(**params.model_dump()), None)

        return await self._commands.rows(owner.id, command, BotMessage, create)

    async def update_bot(
        self, owner: User, params: BotsUpdate, command: Command | None
    ) -> BotMessage:
        async def update(unit: UnitOfWork) -> BotMessage:
            refuse_bot(self._quotas, hidden_layers=params.hidden_layers)
            before = await unit.bots.get(params.name)
            changes = params.model_dump(exclude={"name"})
            after = await unit.bots.update(params.name, **changes)
            refuse_encoder(after.algorithm, after.encoder)
            dropped = before.weights is not None and after.weights is None
            note = "its weights no longer fit and were dropped" if dropped else None
            return await _with_state(unit, after, note)

        return await self._commands.rows(owner.id, command, BotMessage, update)

    async def delete_bot(
        self, owner: User, name: str, command: Command | None
    ) -> BotDeletedMessage:
        async def delete(unit: UnitOfWork) -> BotDeletedMessage:
            await unit.bots.delete(name)
            return BotDeletedMessage(name=name)

        return await self._commands.rows(owner.id, command, BotDeletedMessage, delete)

    async def bot(self, owner: User, name: str) -> BotMessage:
        async with self._store.reading(owner.id) as unit:
            return await _with_state(unit, await unit.bots.get(name))

    async def bots(self, owner: User) -> list[BotMessage]:
        async with self._store.reading(owner.id) as unit:
            return await _with_states(unit, await unit.bots.page(limit=MOST))

    async def bots_page(self, owner: User, page: BotsPage) -> BotsPageMessage:
        order = page.sort.removeprefix("-")
        after = place_of(page.cursor, order)
        async with self._store.reading(owner.id) as unit:
            found = await unit.bots.page(
                prefix=page.q,
                order=order,
                descending=page.sort.startswith("-"),
                after=after,
                limit=page.limit + 1,
            )
            shown = found[: page.limit]
            messages = await _with_states(unit, shown)
        further = cursor_after(shown[-1], order) if len(found) > len(shown) else None
        return BotsPageMessage(bots=messages, next=further)

    async def pause_bot(self, owner: User, name: str, command: Command | None) -> BotMessage:
        return await self._reach_bot(owner, name, "pause", command)

    async def resume_bot(self, owner: User, name: str, command: Command | None) -> BotMessage:
        return await self._reach_bot(owner, name, "resume", command)

    async def stop_bot(self, owner: User, name: str, command: Command | None) -> BotMessage:
        return await self._reach_bot(owner, name, "stop", command)

    async def _reach_bot(
        self, owner: User, name: str, what: str, command: Command | None
    ) -> BotMessage:
        async def reach() -> BotMessage:
            async with self._store.reading(owner.id) as unit:
                bot = await unit.bots.get(name)
            await self._ask_bot(bot, what, id_of(command))
            return await self.bot(owner, name)

        return await self._commands.reaching(owner.id, command, BotMessage, reach)

    async def _ask_bot(self, bot: Bot, what: str, command_id: str | None) -> None:
        """Ask the bot's actor; activate it anew if the one we knew has left meanwhile."""
        name = bot_actor(bot.id)
        try:
            handle = await self._handles.get(name)
            await ask(getattr(handle, what).remote(command_id), timeout_s=_BOT_S)
        except ActorUnavailable:
            self._handles.forget(name)
            handle = await self._activated(bot)
            await ask(getattr(handle, what).remote(command_id), timeout_s=_BOT_S)

    async def _activated(self, bot: Bot) -> Any:
        try:
            async with asyncio.timeout(_START_S):
                return await asyncio.to_thread(self._start_bot, bot)
        except (TimeoutError, RayError, ValueError) as error:
            raise ActorUnavailable("the bot's actor does not start") from error


async def _with_states(unit: UnitOfWork, bots: Sequence[Bot]) -> list[BotMessage]:
    active = await unit.trainings.page(states=ACTIVE_STATES, limit=MOST)
    doing = {training.bot_id: training for training in active}
    return [_bot_message(bot, doing.get(bot.id)) for bot in bots]


async def _with_state(unit: UnitOfWork, bot: Bot, note: str | None = None) -> BotMessage:
    return _bot_message(bot, await unit.trainings.active_of(bot.id), note)


def _bot_message(bot: Bot, active: Training | None, note: str | None = None) -> BotMessage:
    if active is None:
        return bot_message(bot, None, note=note)
    return bot_message(bot, active.state, training_id=active.id, note=note)
