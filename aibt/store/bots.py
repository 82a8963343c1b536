"""Bots: their defaults for the next training, and their best weights."""

from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update

from aibt.errors import BotBusy, NameTaken, NotFound, VersionConflict
from aibt.store.leases import Leases
from aibt.store.pages import beyond, in_order
from aibt.store.records import Bot, training_topic
from aibt.store.repository import Repository
from aibt.store.schema import bots, is_active, is_kept, trainings

COLUMNS = [column for column in bots.c if column is not bots.c.deleted_at]
"""What is read of a bot."""

_LAST = "\U0010ffff"  # after every character that a name may have


class Bots(Repository):
    """An owner's bots. One that was deleted is not seen any more, and its name is free."""

    async def create(
        self,
        *,
        name: str,
        lr: float,
        gamma: float,
        hidden_layers: int,
        depth: int,
        discounter_rate: int,
    ) -> Bot:
        """Create a bot without weights.

        Raises:
            NameTaken: the owner has a bot of this name.
        """
        now = self._now
        created = insert(bots).values(
            owner_id=self._owner_id,
            name=name,
            lr=lr,
            gamma=gamma,
            hidden_layers=hidden_layers,
            depth=depth,
            discounter_rate=discounter_rate,
            version=1,
            created_at=now,
            updated_at=now,
        )
        if await self._find(name) is not None:
            raise NameTaken(name, "name")
        if not await self._write_if_unique(created):
            raise NameTaken(name, "name")
        return await self.get(name)

    async def get(self, name: str) -> Bot:
        """Return the owner's bot of this name.

        Raises:
            NotFound: the owner has no such bot.
        """
        row = await self._find(name)
        if row is None:
            raise NotFound("bot", name, "name")
        return Bot(**row)

    async def by_id(self, bot_id: int) -> Bot:
        """Return the owner's bot with this id.

        Raises:
            NotFound: the owner has no such bot.
        """
        query = select(*COLUMNS).where(bots.c.id == bot_id, self._mine(bots), is_kept)
        row = await self._row(query)
        if row is None:
            raise NotFound("bot", str(bot_id))
        return Bot(**row)

    async def page(
        self,
        *,
        prefix: str | None = None,
        order: str = "name",
        descending: bool = False,
        after: tuple[Any, int] | None = None,
        limit: int = 100,
    ) -> list[Bot]:
        """Return up to `limit` of the owner's bots in an order.

        Args:
            prefix: what their names begin with; None: anything.
            order: `name`, `created_at` or `updated_at`.
            descending: the greatest first.
            after: value of `order` and id of the last bot of the page before.
            limit: how many at most.
        """
        query = select(*COLUMNS).where(self._mine(bots), is_kept)
        if prefix:
            query = query.where(bots.c.name >= prefix, bots.c.name < prefix + _LAST)
        column = bots.c[order]
        if after is not None:
            query = query.where(beyond(column, bots.c.id, after, descending=descending))
        by = in_order(column, bots.c.id, descending=descending)
        return [Bot(**row) for row in await self._rows(query.order_by(*by).limit(limit))]

    async def count(self) -> int:
        """Return how many bots the owner has."""
        query = select(func.count().label("count")).where(self._mine(bots), is_kept)
        row = await self._row(query)
        return 0 if row is None else int(row["count"])

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
        seen_version: int | None = None,
    ) -> Bot:
        """Change what is not None, and drop the weights if they no longer fit.

        A new width or depth drops the weights: the answer's `weights` is None then. Nothing is
        written, and the version stays, where nothing changes. `seen_version` is the version that
        the caller saw; None: whatever it is now.

        Raises:
            NotFound: the owner has no such bot.
            NameTaken: the owner has another bot of the new name.
            BotBusy: a new width or depth, and the bot has an active training.
            VersionConflict: the bot is no longer at `seen_version`.
        """
        bot = await self._locked(name)
        if seen_version is not None and bot.version != seen_version:
            raise VersionConflict("bot", name, seen_version, bot.version)
        asked: dict[str, Any] = {
            "name": new_name,
            "lr": lr,
            "gamma": gamma,
            "hidden_layers": hidden_layers,
            "depth": depth,
            "discounter_rate": discounter_rate,
        }
        changes = {
            column: value
            for column, value in asked.items()
            if value is not None and value != getattr(bot, column)
        }
        if not changes:
            return bot
        if "hidden_layers" in changes or "depth" in changes:
            await self._refuse_if_busy(bot)
            changes["weights"] = None
        if "name" in changes and await self._find(changes["name"]) is not None:
            raise NameTaken(changes["name"], "new_name")
        await self._change(bot, changes)
        return await self.get(changes.get("name", name))

    async def delete(self, name: str) -> Bot:
        """Delete the bot, so that its name is free; its trainings stay readable.

        Raises:
            NotFound: the owner has no such bot.
            BotBusy: the bot has an active training.
        """
        bot = await self._locked(name)
        await self._refuse_if_busy(bot)
        await self._change(bot, {"deleted_at": self._now})
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

    async def _find(self, name: str) -> RowMapping | None:
        return await self._row(self._named(name))

    async def _locked(self, name: str) -> Bot:
        """Return the bot, which nobody else changes until this transaction ends."""
        row = await self._row(self._named(name).with_for_update())
        if row is None:
            raise NotFound("bot", name, "name")
        return Bot(**row)

    async def _refuse_if_busy(self, bot: Bot) -> None:
        active = await self._row(
            select(trainings.c.id).where(
                trainings.c.bot_id == bot.id, self._mine(trainings), is_active
            )
        )
        if active is not None:
            raise BotBusy(bot.name, int(active["id"]), "name")

    async def _change(self, bot: Bot, changes: dict[str, Any]) -> None:
        changed = (
            update(bots)
            .where(bots.c.id == bot.id, self._mine(bots))
            .values(version=bot.version + 1, updated_at=self._now, **changes)
        )
        if not await self._write_if_unique(changed):
            raise NameTaken(changes.get("name", bot.name), "new_name")

    def _named(self, name: str) -> Select[Any]:
        return select(*COLUMNS).where(self._mine(bots), bots.c.name == name, is_kept)
