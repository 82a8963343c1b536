"""Trainings: what was asked for, what holds now, and where each is in its life."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Select, func, select

from aibt.errors import BotBusy, TrainingEnded
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.store.records import TRAINING_TOPIC, Training
from aibt.store.runs import TraderRunKind, TraderRuns
from aibt.store.schema import bots, is_active, is_kept, trainings
from aibt.store.schema_populations import population_members
from aibt.store.tables import is_on


class TrainingKind(TraderRunKind[Training]):
    """Trainings; their records say which population they are members of."""

    __slots__ = ()

    def query(self) -> Select[Any]:
        """Return the query of trainings as records need them, nobody's in particular."""
        member = population_members.c
        return (
            TraderRunKind.query(self)
            .add_columns(member.population_id, member.member)
            .outerjoin(population_members, member.training_id == trainings.c.id)
        )


TRAININGS: Final = TrainingKind(
    name="training",
    topic=TRAINING_TOPIC,
    record=Training,
    table=trainings,
    is_active=is_active,
    ended=TrainingEnded,
    at_end={"parked": False},
    trader=bots,
    trader_name="bot",
    trader_is_kept=is_kept,
    trader_field="bot_name",
    busy=BotBusy,
)


class Trainings(TraderRuns[Training]):
    """An owner's trainings; those of a deleted bot stay readable."""

    _kind = TRAININGS

    async def create(
        self,
        bot_id: int,
        *,
        request: Mapping[str, Json],
        current: Mapping[str, Json],
        dataset: str,
        data: Mapping[str, Json],
        initial_weights: str | None,
    ) -> Training:
        """Queue a training and open its topic.

        Raises:
            NotFound: the owner has no such bot, or it was deleted.
            BotBusy: the bot has an active training.
        """
        return await self._queue(
            bot_id,
            parked=False,
            request=dict(request),
            current=dict(current),
            dataset=dataset,
            data=dict(data),
            initial_weights=initial_weights,
        )

    async def page(
        self,
        *,
        states: Collection[RunState] | None = None,
        bot_id: int | None = None,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
        limit: int = 100,
    ) -> list[Training]:
        """Return up to `limit` of the owner's trainings, the newest first unless told otherwise.

        Args:
            states: only those in one of these states.
            bot_id: only those of this bot.
            before_id: only those older than this one, for the next page.
            after_id: only those newer than this one, for the next page of the oldest first.
            oldest_first: the order.
            limit: how many at most.
        """
        return await self._page(
            states=states,
            where=self._is_of(bot_id),
            before_id=before_id,
            after_id=after_id,
            oldest_first=oldest_first,
            limit=limit,
        )

    async def of_population(self, *population_ids: int) -> list[Training]:
        """Return the members of some of the owner's populations, in the order of their numbers."""
        member = population_members.c
        query = self._of().where(member.population_id.in_(population_ids))
        rows = await self._rows(query.order_by(member.population_id, member.member))
        return [self._kind.of(row) for row in rows]

    async def count_on(self, symbol: str, period: str) -> int:
        """Return how many of the owner's trainings were on a market, members of populations too."""
        query = select(func.count().label("count")).where(
            self._mine(trainings), is_on(trainings, symbol, period)
        )
        return int((await self._rows(query))[0]["count"])

    async def set_parked(self, training_id: int, parked: bool, *, epoch: int | None) -> Training:
        """Store whether the training has given its place back.

        Raises:
            NotFound: the owner has no such training.
            TrainingEnded: it has ended.
            LeaseLost: `epoch` (None: the supervisor's write) is not the current one.
        """
        await self._locked(training_id, epoch=epoch)
        return await self._change(training_id, parked=parked)

    async def set_current(
        self, training_id: int, current: Mapping[str, Json], *, epoch: int | None
    ) -> Training:
        """Store the parameters that hold now.

        Raises:
            NotFound: the owner has no such training.
            TrainingEnded: it has ended.
            LeaseLost: `epoch` (None: a change while no process hosts it) is not the current one.
        """
        await self._locked(training_id, epoch=epoch)
        return await self._change(training_id, current=dict(current))
