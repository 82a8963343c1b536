"""The overview: everybody's bots and trainings, to be read and not to be changed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import RowMapping, select

from aibt.errors import NotFound
from aibt.live.states import RunState
from aibt.store.bots import COLUMNS as BOT_COLUMNS
from aibt.store.records import Bot, Training
from aibt.store.repository import Repository
from aibt.store.schema import bots, is_active, is_kept, trainings, users
from aibt.store.trainings import training_of, with_bot_and_topic


class Overview(Repository):
    """What all owners have. For the service alone; administrators' looks are audited."""

    async def active_trainings(self) -> list[Training]:
        """Return every training that has not ended, the oldest first."""
        query = with_bot_and_topic().where(is_active).order_by(trainings.c.id)
        return [training_of(row) for row in await self._rows(query)]

    async def training(self, training_id: int) -> Training:
        """Return anybody's training.

        Raises:
            NotFound: there is none.
        """
        row = await self._row(with_bot_and_topic().where(trainings.c.id == training_id))
        if row is None:
            raise NotFound("training", str(training_id), "id")
        return training_of(row)

    async def bot(self, bot_id: int) -> Bot:
        """Return anybody's bot.

        Raises:
            NotFound: there is none.
        """
        row = await self._row(select(*BOT_COLUMNS).where(bots.c.id == bot_id, is_kept))
        if row is None:
            raise NotFound("bot", str(bot_id), "id")
        return Bot(**row)

    async def trainings(
        self,
        *,
        owner_id: int | None = None,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[tuple[str, Training]]:
        """Return up to `limit` trainings with their owners' e-mails, the newest first."""
        query = with_bot_and_topic().join(users, users.c.id == trainings.c.owner_id)
        query = query.add_columns(users.c.email)
        if owner_id is not None:
            query = query.where(trainings.c.owner_id == owner_id)
        if states is not None:
            query = query.where(trainings.c.state.in_([str(state) for state in states]))
        if before_id is not None:
            query = query.where(trainings.c.id < before_id)
        query = query.order_by(trainings.c.id.desc()).limit(limit)
        return [
            (row["email"], training_of(_without(row, "email"))) for row in await self._rows(query)
        ]

    async def bots(
        self, *, owner_id: int | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[tuple[str, Bot]]:
        """Return up to `limit` bots with their owners' e-mails, the newest first."""
        query = (
            select(*BOT_COLUMNS, users.c.email)
            .join(users, users.c.id == bots.c.owner_id)
            .where(is_kept)
        )
        if owner_id is not None:
            query = query.where(bots.c.owner_id == owner_id)
        if before_id is not None:
            query = query.where(bots.c.id < before_id)
        query = query.order_by(bots.c.id.desc()).limit(limit)
        return [(row["email"], Bot(**_without(row, "email"))) for row in await self._rows(query)]


def _without(row: RowMapping, name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}
