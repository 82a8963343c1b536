"""Traders: what bots and agents share, each with a name of its own among its owner's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Select, Table, func, select, update

from aibt.errors import AibtError, NotFound, VersionConflict
from aibt.store.pages import beyond, in_order
from aibt.store.records import Agent, Bot, Session, Training
from aibt.store.repository import Repository
from aibt.store.runs import TraderRunKind

T = TypeVar("T", Bot, Agent)

LAST_CHARACTER = "\U0010ffff"
"""Comes after every character that a name may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderKind(Generic[T]):
    """What bots and agents differ in, as the database sees them.

    Attributes:
        name: `bot` or `agent`.
        record: makes a record of its columns.
        table: where they are.
        is_kept: the condition that one is not deleted.
        runs: the kind of their runs.
        taken: the error of a name that another one has, from the name and the request's field.
        busy: the error of one that has an active run, from its name, the run's id and the field.
    """

    name: str
    record: Callable[..., T]
    table: Table
    is_kept: ColumnElement[bool]
    runs: TraderRunKind[Training] | TraderRunKind[Session]
    taken: Callable[[str, str], AibtError]
    busy: Callable[[str, int, str], AibtError]

    @property
    def columns(self) -> list[Column[Any]]:
        """What is read of one."""
        return [column for column in self.table.c if column is not self.table.c.deleted_at]


class Traders(Repository, Generic[T]):
    """An owner's traders of one kind. A deleted one is not seen any more, and its name is free."""

    _kind: TraderKind[T]

    async def page(
        self,
        *,
        prefix: str | None = None,
        order: str = "name",
        descending: bool = False,
        after: tuple[Any, int] | None = None,
        limit: int = 100,
    ) -> list[T]:
        """Return up to `limit` of the owner's traders in an order.

        Args:
            prefix: what their names begin with; None: anything.
            order: `name`, `created_at` or `updated_at`.
            descending: the greatest first.
            after: value of `order` and id of the last one of the page before.
            limit: how many at most.
        """
        table = self._kind.table
        query = self._of()
        if prefix:
            query = query.where(table.c.name >= prefix, table.c.name < prefix + LAST_CHARACTER)
        column = table.c[order]
        if after is not None:
            query = query.where(beyond(column, table.c.id, after, descending=descending))
        by = in_order(column, table.c.id, descending=descending)
        return [
            self._kind.record(**row) for row in await self._rows(query.order_by(*by).limit(limit))
        ]

    async def count(self) -> int:
        """Return how many the owner has."""
        query = select(func.count().label("count"))
        row = await self._row(query.where(self._mine(self._kind.table), self._kind.is_kept))
        return 0 if row is None else int(row["count"])

    async def _create(self, name: str, **values: Any) -> None:
        """Store a new one, at its first version.

        Raises:
            NameTaken: the owner has a bot of this name.
            AgentNameTaken: the owner has an agent of this name.
        """
        times = {"created_at": self._now, "updated_at": self._now}
        created = self._kind.table.insert().values(
            owner_id=self._owner_id, name=name, version=1, **times, **values
        )
        if await self._find(self._is_named(name)) is not None:
            raise self._kind.taken(name, "name")
        if not await self._write_if_unique(created):
            raise self._kind.taken(name, "name")

    async def _get(self, condition: ColumnElement[bool], shown: str, field: str | None) -> T:
        found = await self._find(condition)
        if found is None:
            raise NotFound(self._kind.name, shown, field)
        return found

    async def _find(self, condition: ColumnElement[bool]) -> T | None:
        row = await self._row(self._of().where(condition))
        return None if row is None else self._kind.record(**row)

    async def _locked(self, condition: ColumnElement[bool], shown: str, field: str | None) -> T:
        """Return one, which nobody else changes until this transaction ends."""
        row = await self._row(self._of().where(condition).with_for_update())
        if row is None:
            raise NotFound(self._kind.name, shown, field)
        return self._kind.record(**row)

    async def _refuse_if_busy(self, trader: T, field: str) -> None:
        runs = self._kind.runs
        active = await self._row(
            select(runs.table.c.id).where(
                runs.trader_id == trader.id, self._mine(runs.table), runs.is_active
            )
        )
        if active is not None:
            raise self._kind.busy(trader.name, int(active["id"]), field)

    def _changes(
        self, trader: T, seen_version: int | None, asked: dict[str, Any]
    ) -> dict[str, Any]:
        """Return those of the values asked for that are not None and differ.

        Raises:
            VersionConflict: it is no longer at the version that the caller saw.
        """
        if seen_version is not None and trader.version != seen_version:
            raise VersionConflict(self._kind.name, trader.name, seen_version, trader.version)
        return {
            column: value
            for column, value in asked.items()
            if value is not None and value != getattr(trader, column)
        }

    async def _change(self, trader: T, changes: dict[str, Any], name_field: str) -> None:
        """Store changes as the next version.

        Raises:
            NameTaken: the owner has another bot of the new name.
            AgentNameTaken: the owner has another agent of the new name.
        """
        new_name = changes.get("name")
        if new_name is not None and await self._find(self._is_named(new_name)) is not None:
            raise self._kind.taken(new_name, name_field)
        table = self._kind.table
        changed = (
            update(table)
            .where(table.c.id == trader.id, self._mine(table))
            .values(version=trader.version + 1, updated_at=self._now, **changes)
        )
        if not await self._write_if_unique(changed):
            raise self._kind.taken(changes.get("name", trader.name), name_field)

    def _is_named(self, name: str) -> ColumnElement[bool]:
        return self._kind.table.c.name == name

    def _has_id(self, trader_id: int) -> ColumnElement[bool]:
        return self._kind.table.c.id == trader_id

    def _of(self) -> Select[Any]:
        return select(*self._kind.columns).where(self._mine(self._kind.table), self._kind.is_kept)
