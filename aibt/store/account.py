"""Accounts: the fills of sessions, and what the accounts of all runs were worth over time.

A session's are written in the transaction that stores the journal entry which they are taken from.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Executable, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from aibt.live.events import Json
from aibt.live.journal import Entry
from aibt.store.events import Events
from aibt.store.records import EquityPoint, FillResult, session_topic
from aibt.store.repository import Repository
from aibt.store.schema_agents import equity, fills

_FILL_COLUMNS = [
    fills.c[name] for name in ("seq", "order_id", "symbol", "quantity", "price", "fee", "at")
]
_POINT_COLUMNS = [equity.c[name] for name in ("at", "equity", "exposure")]
_ROWS_PER_WRITE = 5_000


class Accounts(Repository):
    """The accounts of an owner's sessions and of his trainings' evaluations."""

    async def take_over(self, session_id: int, new: Iterable[Entry]) -> None:
        """Store what new journal entries say of fills, and of equity at their moments."""
        executed: list[dict[str, Any]] = []
        points: dict[datetime, EquityPoint] = {}  # of two at one moment the later one counts
        for entry in new:
            if entry.kind == "fill":
                executed.append({"seq": entry.seq, "session_id": session_id, **_fill(entry.data)})
            elif entry.kind == "mark":
                point = _point(entry.data)
                points[point.at] = point
        if executed:
            owned = [{**row, "owner_id": self._owner_id} for row in executed]
            await self._insert(fills, owned)
        if points:
            rows = self._of_points(session_topic(session_id), points.values())
            await self._write(self._replacing(), rows)

    async def fills(
        self,
        session_id: int,
        *,
        symbol: str | None = None,
        after_seq: int = 0,
        limit: int = 1_000,
    ) -> list[FillResult]:
        """Return up to `limit` fills in the order of the journal.

        Args:
            session_id: whose.
            symbol: only those of this symbol; None: all.
            after_seq: number of the last fill's journal entry that was seen.
            limit: how many at most.
        """
        query = (
            select(*_FILL_COLUMNS)
            .where(fills.c.session_id == session_id, self._mine(fills), fills.c.seq > after_seq)
            .order_by(fills.c.seq)
            .limit(limit)
        )
        if symbol is not None:
            query = query.where(fills.c.symbol == symbol)
        return [FillResult(**row) for row in await self._rows(query)]

    async def equity(self, topic: str) -> list[EquityPoint]:
        """Return what the account of a run was worth, by time; nothing if nobody said so."""
        query = (
            select(*_POINT_COLUMNS)
            .where(equity.c.topic == topic, self._mine(equity))
            .order_by(equity.c.at)
        )
        return [EquityPoint(**row) for row in await self._rows(query)]

    async def put_equity(self, topic: str, points: Iterable[EquityPoint]) -> None:
        """Store the whole curve of a run in place of the one before.

        Raises:
            NotFound: the owner has no such topic.
        """
        await Events(self._work).locked_last_seq(topic)
        await self._write(delete(equity).where(equity.c.topic == topic, self._mine(equity)))
        rows = self._of_points(topic, {point.at: point for point in points}.values())
        for start in range(0, len(rows), _ROWS_PER_WRITE):
            await self._insert(equity, rows[start : start + _ROWS_PER_WRITE])

    def _of_points(self, topic: str, points: Iterable[EquityPoint]) -> list[dict[str, Any]]:
        return [
            {
                "topic": topic,
                "owner_id": self._owner_id,
                "at": point.at,
                "equity": point.equity,
                "exposure": point.exposure,
            }
            for point in points
        ]

    def _replacing(self) -> Executable:
        """Return the statement that inserts a point, in place of one at the same moment."""
        on_postgresql = self._work.connection.dialect.name == "postgresql"
        into = postgresql.insert(equity) if on_postgresql else sqlite.insert(equity)
        return into.on_conflict_do_update(
            index_elements=[equity.c.topic, equity.c.at],
            set_={"equity": into.excluded.equity, "exposure": into.excluded.exposure},
        )


def _fill(data: Mapping[str, Json]) -> dict[str, Any]:
    texts = {name: str(data[name]) for name in ("order_id", "symbol", "quantity", "price", "fee")}
    return {**texts, "at": datetime.fromisoformat(str(data["at"]))}


def _point(data: Mapping[str, Json]) -> EquityPoint:
    worth, gross = Decimal(str(data["equity"])), Decimal(str(data["gross"]))
    return EquityPoint(
        at=datetime.fromisoformat(str(data["at"])),
        equity=float(worth),
        exposure=float(gross / worth) if worth > 0 else 0.0,  # what is bust holds nothing any more
    )
