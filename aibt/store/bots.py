"""Bots: their defaults for the next training, and their best weights."""

from typing import Final

from sqlalchemy import select, update

from aibt.errors import BotBusy, NameTaken
from aibt.store.leases import Leases
from aibt.store.records import Bot, training_topic
from aibt.store.schema import bots, is_kept, trainings
from aibt.store.traders import TraderKind, Traders
from aibt.store.trainings import TRAININGS

BOTS: Final = TraderKind(
    name="bot",
    record=Bot,
    table=bots,
    is_kept=is_kept,
    runs=TRAININGS,
    taken=NameTaken,
    busy=BotBusy,
)

_UNFIT: Final = frozenset({"hidden_layers", "depth", "algorithm", "encoder"})
"""What weights do not fit any more when it changes."""


class Bots(Traders[Bot]):
    """An owner's bots. One that was deleted is not seen any more, and its name is free."""

    _kind = BOTS

    async def create(
        self,
        *,
        name: str,
        lr: float,
        gamma: float,
        hidden_layers: int,
        depth: int,
        discounter_rate: int,
        algorithm: str,
        encoder: str,
    ) -> Bot:
        """Create a bot without weights.

        Raises:
            NameTaken: the owner has a bot of this name.
        """
        await self._create(
            name,
            lr=lr,
            gamma=gamma,
            hidden_layers=hidden_layers,
            depth=depth,
            discounter_rate=discounter_rate,
            algorithm=algorithm,
            encoder=encoder,
        )
        return await self.get(name)

    async def get(self, name: str) -> Bot:
        """Return the owner's bot of this name.

        Raises:
            NotFound: the owner has no such bot.
        """
        return await self._get(self._is_named(name), name, "name")

    async def by_id(self, bot_id: int) -> Bot:
        """Return the owner's bot with this id.

        Raises:
            NotFound: the owner has no such bot.
        """
        return await self._get(self._has_id(bot_id), str(bot_id), None)

    async def update(
        self,
        name: str,
        *,
        new_name: str | None = None,
        lr: float | None = None,
        gamma: float | None = None,
        hidden_layers: int | None = None,
        depth: int | None = None,
        discounter_rate: int | None = None,
        algorithm: str | None = None,
        encoder: str | None = None,
        seen_version: int | None = None,
    ) -> Bot:
        """Change what is not None, and drop the weights if they no longer fit.

        A new width, depth, algorithm or encoder drops the weights: the answer's `weights` is
        None then. Nothing is written, and the version stays, where nothing changes.
        `seen_version` is the version that the caller saw; None: whatever it is now.

        Raises:
            NotFound: the owner has no such bot.
            NameTaken: the owner has another bot of the new name.
            BotBusy: a new width, depth, algorithm or encoder, and it has an active training.
            VersionConflict: the bot is no longer at `seen_version`.
        """
        bot = await self._locked(self._is_named(name), name, "name")
        asked = {
            "name": new_name,
            "lr": lr,
            "gamma": gamma,
            "hidden_layers": hidden_layers,
            "depth": depth,
            "discounter_rate": discounter_rate,
            "algorithm": algorithm,
            "encoder": encoder,
        }
        changes = self._changes(bot, seen_version, asked)
        if not changes:
            return bot
        if _UNFIT.intersection(changes):
            await self._refuse_if_busy(bot, "name")
            changes["weights"] = None
        await self._change(bot, changes, "new_name")
        return await self.get(changes.get("name", name))

    async def starting(
        self, bot_id: int, *, algorithm: str | None = None, encoder: str | None = None
    ) -> Bot:
        """Return the bot as its next training finds it; nobody changes it meanwhile.

        Args:
            bot_id: which bot.
            algorithm: what it is to learn with from now on, which drops its weights if it is
                another one than before; None: what it learns with anyhow.
            encoder: how its network is to read the bars from now on; likewise.

        Raises:
            NotFound: the owner has no such bot.
            BotBusy: another algorithm or encoder, and the bot has an active training.
        """
        bot = await self._locked(self._has_id(bot_id), str(bot_id), "bot_name")
        changes = self._changes(bot, None, {"algorithm": algorithm, "encoder": encoder})
        if not changes:
            return bot
        await self._refuse_if_busy(bot, "bot_name")
        await self._change(bot, {**changes, "weights": None}, "bot_name")
        return await self.by_id(bot_id)

    async def delete(self, name: str) -> Bot:
        """Delete the bot, so that its name is free; its trainings stay readable.

        Raises:
            NotFound: the owner has no such bot.
            BotBusy: the bot has an active training.
        """
        bot = await self._locked(self._is_named(name), name, "name")
        await self._refuse_if_busy(bot, "name")
        await self._change(bot, {"deleted_at": self._now}, "new_name")
        return bot

    async def set_weights(self, training_id: int, epoch: int, weights: str) -> None:
        """Make `weights` (a path under the storage root) the best ones of the training's bot.

        Raises:
            LeaseLost: `epoch` is not the training's current one.
        """
        await Leases(self._work).check(training_topic(training_id), epoch)
        bot_id = (
            select(trainings.c.bot_id)
            .where(trainings.c.id == training_id, self._mine(trainings))
            .scalar_subquery()
        )
        await self._write(
            update(bots)
            .where(bots.c.id == bot_id, self._mine(bots))
            .values(weights=weights, version=bots.c.version + 1, updated_at=self._now)
        )
