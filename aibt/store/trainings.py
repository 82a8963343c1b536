"""Trainings: what was asked for, what holds now, and where each is in its life."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import RowMapping, Select, String, cast, insert, literal, select, update

from aibt.errors import BotBusy, NotFound, TrainingEnded
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.store.leases import Leases
from aibt.store.records import TRAINING_TOPIC, Training, training_topic
from aibt.store.repository import Repository
from aibt.store.schema import bots, is_active, is_kept, topics, trainings


class Trainings(Repository):
    """An owner's trainings; those of a deleted bot stay readable."""

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
        bot = await self._row(
            select(bots.c.name)
            .where(bots.c.id == bot_id, self._mine(bots), is_kept)
            .with_for_update()  # neither deleted nor started a second time meanwhile
        )
        if bot is None:
            raise NotFound("bot", str(bot_id), "bot_name")
        active = await self.active_of(bot_id)
        if active is not None:
            raise BotBusy(bot["name"], active.id)
        created = (
            insert(trainings)
            .values(
                owner_id=self._owner_id,
                bot_id=bot_id,
                state=RunState.QUEUED,
                desired=Desired.RUNNING,
                parked=False,
                request=dict(request),
                current=dict(current),
                dataset=dataset,
                data=dict(data),
                initial_weights=initial_weights,
                status={},
                created_at=self._now,
            )
            .returning(trainings.c.id)
        )
        training_id = int((await self._write(created)).scalar_one())
        topic = training_topic(training_id)
        await self._write(insert(topics).values(topic=topic, owner_id=self._owner_id, last_seq=0))
        return await self.get(training_id)

    async def get(self, training_id: int) -> Training:
        """Return one of the owner's trainings.

        Raises:
            NotFound: the owner has no such training.
        """
        row = await self._row(self._of().where(trainings.c.id == training_id))
        if row is None:
            raise NotFound("training", str(training_id), "id")
        return training_of(row)

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
        query = self._of()
        if states is not None:
            query = query.where(trainings.c.state.in_([str(state) for state in states]))
        if bot_id is not None:
            query = query.where(trainings.c.bot_id == bot_id)
        if before_id is not None:
            query = query.where(trainings.c.id < before_id)
        if after_id is not None:
            query = query.where(trainings.c.id > after_id)
        by = trainings.c.id.asc() if oldest_first else trainings.c.id.desc()
        query = query.order_by(by).limit(limit)
        return [training_of(row) for row in await self._rows(query)]

    async def active_of(self, bot_id: int) -> Training | None:
        """Return the bot's active training, or None if it has none."""
        row = await self._row(self._of().where(trainings.c.bot_id == bot_id, is_active))
        return None if row is None else training_of(row)

    async def set_desired(self, training_id: int, desired: Desired) -> Training:
        """Store what the owner wants of the training.

        Raises:
            NotFound: the owner has no such training.
            TrainingEnded: it has ended.
        """
        await self._locked(training_id, epoch=None)
        return await self._change(training_id, desired=desired)

    async def stop_all(self) -> None:
        """Store that the owner wants none of his trainings any more; the supervisor ends them."""
        await self._write(
            update(trainings)
            .where(self._mine(trainings), is_active)
            .values(desired=Desired.STOPPED)
        )

    async def set_state(
        self,
        training_id: int,
        state: RunState,
        *,
        epoch: int | None,
        reason: str | None = None,
    ) -> Training:
        """Store the training's state, and when it first ran and when it ended.

        An end is final; to store the same end again changes nothing.

        Args:
            training_id: which training.
            state: the new one.
            epoch: the writer's, which must be the current one; None: the supervisor's write.
            reason: why, for a person; None clears the last one.

        Raises:
            NotFound: the owner has no such training.
            TrainingEnded: it has ended, in another state.
            LeaseLost: `epoch` is not the current one.
        """
        try:
            before = await self._locked(training_id, epoch=epoch)
        except TrainingEnded as ended:
            if ended.state == state:
                return await self.get(training_id)
            raise
        times: dict[str, Any] = {}
        if state is RunState.RUNNING and before["started_at"] is None:
            times["started_at"] = self._now
        if state.has_ended:
            times |= {"ended_at": self._now, "parked": False}
        return await self._change(training_id, state=state, reason=reason, **times)

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

    async def save_status(
        self, training_id: int, status: Mapping[str, Json], *, epoch: int
    ) -> None:
        """Store the last status, also that of a training which has just ended.

        Raises:
            LeaseLost: `epoch` is not the current one.
        """
        await Leases(self._work).check(training_topic(training_id), epoch)
        await self._write(
            update(trainings)
            .where(trainings.c.id == training_id, self._mine(trainings))
            .values(status=dict(status))
        )

    async def _locked(self, training_id: int, *, epoch: int | None) -> RowMapping:
        """Return the row of a training that has not ended, and keep it until the transaction ends.

        The lease is looked at first, in every method, so that no two wait for each other.
        """
        if epoch is not None:
            await Leases(self._work).check(training_topic(training_id), epoch)
        row = await self._row(
            select(trainings.c.state, trainings.c.started_at)
            .where(trainings.c.id == training_id, self._mine(trainings))
            .with_for_update()
        )
        if row is None:
            raise NotFound("training", str(training_id), "id")
        if RunState(row["state"]).has_ended:
            raise TrainingEnded(training_id, row["state"])
        return row

    async def _change(self, training_id: int, **values: Any) -> Training:
        await self._write(
            update(trainings)
            .where(trainings.c.id == training_id, self._mine(trainings))
            .values(**values)
        )
        return await self.get(training_id)

    def _of(self) -> Select[Any]:
        return with_bot_and_topic().where(self._mine(trainings))


def with_bot_and_topic() -> Select[Any]:
    """Return the query of trainings as records need them, nobody's in particular."""
    # a subquery and no join: a policy lets a join's `||` see rows of topics only after its own
    # test, so that PostgreSQL would read all of the owner's
    topic = literal(TRAINING_TOPIC) + cast(trainings.c.id, String)
    last_seq = select(topics.c.last_seq).where(topics.c.topic == topic).scalar_subquery()
    return select(trainings, bots.c.name.label("bot_name"), last_seq.label("last_seq")).join(
        bots, bots.c.id == trainings.c.bot_id
    )


def training_of(row: RowMapping | Mapping[str, Any]) -> Training:
    """Return the record of a row of `with_bot_and_topic`."""
    return Training(**{**row, "state": RunState(row["state"]), "desired": Desired(row["desired"])})
