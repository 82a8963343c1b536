"""Populations: trainings that search together, and every step that their search took."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    String,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)

from aibt.errors import NotFound
from aibt.live.events import Json
from aibt.live.states import Desired
from aibt.store.records import (
    POPULATION_TOPIC,
    Mark,
    Population,
    PopulationMember,
    PopulationStep,
    population_topic,
)
from aibt.store.repository import Repository
from aibt.store.schema import topics, trainings
from aibt.store.schema_populations import population_members, population_steps, populations
from aibt.store.tables import in_active_state, is_on

_MEMBER: Final = [
    population_members.c[name]
    for name in ("population_id", "member", "training_id", "mark", "looked_at_episode")
]
_STEP: Final = [column for column in population_steps.c if column.name != "owner_id"]


def populations_query() -> Select[Any]:
    """Return the query of populations as records need them, nobody's in particular."""
    topic = literal(POPULATION_TOPIC) + cast(populations.c.id, String)
    last_seq = select(topics.c.last_seq).where(topics.c.topic == topic).scalar_subquery()
    return select(populations, last_seq.label("last_seq"))


def members_query(population_ids: Collection[int]) -> Select[Any]:
    """Return the query of the members of some populations, in the order of their numbers."""
    return (
        select(*_MEMBER)
        .where(population_members.c.population_id.in_(list(population_ids)))
        .order_by(population_members.c.population_id, population_members.c.member)
    )


def member_of(row: RowMapping) -> PopulationMember:
    """Return the record of a row of `members_query`."""
    return PopulationMember(**{**row, "mark": Mark(row["mark"])})


def step_counts_query(population_ids: Collection[int]) -> Select[Any]:
    """Return the query of how many steps the searches of some populations took, if any."""
    population = population_steps.c.population_id
    return (
        select(population, func.count().label("steps"))
        .where(population.in_(list(population_ids)))
        .group_by(population)
    )


class Populations(Repository):
    """An owner's populations, and which of his trainings are their members."""

    async def create(
        self,
        *,
        name: str,
        request: Mapping[str, Json],
        data: Mapping[str, Json],
        searching: bool,
    ) -> Population:
        """Create a population without members, and open its topic."""
        values = {
            "owner_id": self._owner_id,
            "name": name,
            "request": dict(request),
            "data": dict(data),
            "searching": searching,
            "created_at": self._now,
        }
        created = insert(populations).values(**values).returning(populations.c.id)
        population_id = int((await self._write(created)).scalar_one())
        opened = {"topic": population_topic(population_id), "owner_id": self._owner_id}
        await self._write(insert(topics).values(**opened, last_seq=0))
        return await self.get(population_id)

    async def add_member(self, population_id: int, member: int, training_id: int) -> None:
        """Make a training a member; its number says which, from 1 on."""
        await self._insert(
            population_members,
            [
                {
                    "population_id": population_id,
                    "member": member,
                    "owner_id": self._owner_id,
                    "training_id": training_id,
                    "mark": Mark.FREE,
                }
            ],
        )

    async def get(self, population_id: int) -> Population:
        """Return one of the owner's populations.

        Raises:
            NotFound: the owner has no such population.
        """
        row = await self._row(self._of().where(populations.c.id == population_id))
        if row is None:
            raise NotFound("population", str(population_id), "id")
        return Population(**row)

    async def locked(self, population_id: int) -> Population:
        """Return a population which nobody else changes until this transaction ends.

        Raises:
            NotFound: the owner has no such population.
        """
        held = select(populations.c.id).where(self._is(population_id)).with_for_update()
        await self._row(held)
        return await self.get(population_id)

    async def page(self, *, before_id: int | None = None, limit: int = 100) -> list[Population]:
        """Return up to `limit` of the owner's populations, the newest first."""
        query = self._of()
        if before_id is not None:
            query = query.where(populations.c.id < before_id)
        rows = await self._rows(query.order_by(populations.c.id.desc()).limit(limit))
        return [Population(**row) for row in rows]

    async def members(self, population_ids: Collection[int]) -> list[PopulationMember]:
        """Return the members of some of the owner's populations, in the order of their numbers."""
        query = members_query(population_ids).where(self._mine(population_members))
        return [member_of(row) for row in await self._rows(query)]

    async def to_run(self, population_id: int) -> set[int]:
        """Return the members that have not ended and that nobody wants paused or stopped."""
        query = (
            select(population_members.c.member)
            .join(trainings, trainings.c.id == population_members.c.training_id)
            .where(
                population_members.c.population_id == population_id,
                self._mine(population_members),
                in_active_state(trainings),
                trainings.c.desired == Desired.RUNNING,
            )
        )
        return {int(row["member"]) for row in await self._rows(query)}

    async def set_searching(self, population_id: int, searching: bool) -> None:
        """Store whether the search goes on."""
        await self._write(
            update(populations).where(self._is(population_id)).values(searching=searching)
        )

    async def set_mark(self, population_id: int, member: int, mark: Mark) -> None:
        """Store what the search may do with a member.

        Raises:
            NotFound: the population has no such member.
        """
        await self._set(population_id, member, mark=mark)

    async def set_looked_at(self, population_id: int, member: int, episode: int) -> None:
        """Store at which of its episodes the search looked at a member.

        Raises:
            NotFound: the population has no such member.
        """
        await self._set(population_id, member, looked_at_episode=episode)

    async def add_step(
        self,
        population_id: int,
        *,
        kind: str,
        member: int,
        source: int | None,
        episode: int,
        step: int,
        changes: Mapping[str, float | int],
        weights: str | None,
        scores: Mapping[str, float],
    ) -> PopulationStep:
        """Store a step of the search; the caller holds the population's row.

        Args:
            population_id: whose search.
            kind: `exploit` or `explore`.
            member: whom it changes.
            source: the member whose weights it takes over, or None.
            episode: how many of its episodes had ended when it was decided.
            step: of its training, from which the change applies.
            changes: new values of its parameters.
            weights: path of what it takes over, under the storage root; None: it keeps its own.
            scores: what the decision saw: validation scores by member.
        """
        last = await self._row(
            select(func.max(population_steps.c.number).label("number")).where(
                population_steps.c.population_id == population_id, self._mine(population_steps)
            )
        )
        number = 1 + (0 if last is None or last["number"] is None else int(last["number"]))
        taken = PopulationStep(
            population_id=population_id,
            number=number,
            kind=kind,
            member=member,
            source=source,
            episode=episode,
            step=step,
            changes=dict(changes),
            weights=weights,
            scores=dict(scores),
            at=self._now,
        )
        values = {column.name: getattr(taken, column.name) for column in _STEP}
        await self._insert(population_steps, [{**values, "owner_id": self._owner_id}])
        return taken

    async def steps(
        self, population_id: int, *, after: int = 0, limit: int = 1_000
    ) -> list[PopulationStep]:
        """Return up to `limit` steps after the number `after`, in their order."""
        query = (
            select(*_STEP)
            .where(
                self._mine(population_steps),
                population_steps.c.population_id == population_id,
                population_steps.c.number > after,
            )
            .order_by(population_steps.c.number)
            .limit(limit)
        )
        return [PopulationStep(**row) for row in await self._rows(query)]

    async def count_steps(self, population_ids: Collection[int]) -> dict[int, int]:
        """Return how many steps each search has taken: with the members, the trials made."""
        query = step_counts_query(population_ids).where(self._mine(population_steps))
        found = {row["population_id"]: int(row["steps"]) for row in await self._rows(query)}
        return {population_id: found.get(population_id, 0) for population_id in population_ids}

    async def count_steps_on(self, symbol: str, period: str) -> int:
        """Return how many steps all searches on a market have taken."""
        here = select(populations.c.id).where(
            self._mine(populations), is_on(populations, symbol, period)
        )
        made = population_steps
        query = select(func.count().label("steps")).where(
            self._mine(made), made.c.population_id.in_(here)
        )
        return int((await self._rows(query))[0]["steps"])

    async def _set(self, population_id: int, member: int, **values: Any) -> None:
        changed = await self._write(
            update(population_members)
            .where(
                population_members.c.population_id == population_id,
                population_members.c.member == member,
                self._mine(population_members),
            )
            .values(**values)
        )
        if changed.rowcount != 1:
            raise NotFound("member", str(member), "member")

    def _is(self, population_id: int) -> ColumnElement[bool]:
        return (populations.c.id == population_id) & self._mine(populations)

    def _of(self) -> Select[Any]:
        return populations_query().where(self._mine(populations))
