"""Results: the episodes and evaluation trades of a training, taken out of its events.

They are written in the transaction that stores the event, and are what tables are sorted and
filtered by; the whole payload stays with the event alone.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, and_, select

from aibt.live.events import Event, Json
from aibt.store.records import EpisodeResult, TradeResult, training_topic
from aibt.store.repository import Repository
from aibt.store.schema import episodes, events, trades


class Results(Repository):
    """What the trainings of an owner came to."""

    async def take_over(self, topic: str, new: Iterable[Event]) -> None:
        """Store what the new events say of episodes and of evaluation trades."""
        rows: dict[str, list[dict[str, Any]]] = {"episode": [], "trade": []}
        for event in new:
            if event.kind == "episode":
                rows["episode"].append(_episode(event))
            elif event.kind == "trade":
                rows["trade"].append(_trade(event))
        for kind, table in (("episode", episodes), ("trade", trades)):
            if rows[kind]:
                values = [{**row, "topic": topic, "owner_id": self._owner_id} for row in rows[kind]]
                await self._insert(table, values)

    async def episodes(
        self, training_id: int, *, after_seq: int = 0, limit: int = 1_000
    ) -> list[EpisodeResult]:
        """Return up to `limit` results of episodes, oldest first, those after an event."""
        columns = [episodes.c[name] for name in ("first_episode", "episode", "profit", "trades")]
        query = self._with_event(episodes, columns, training_id, after_seq).limit(limit)
        return [EpisodeResult(**row) for row in await self._rows(query)]

    async def trades(
        self,
        training_id: int,
        *,
        part: str | None = None,
        after_seq: int = 0,
        limit: int = 1_000,
    ) -> list[TradeResult]:
        """Return up to `limit` evaluation trades, oldest first, those after an event.

        Args:
            training_id: which training.
            part: `validation` or `out_of_sample`; None: both.
            after_seq: number of the last event seen.
            limit: how many at most.
        """
        columns = [trades.c[name] for name in ("part", "side", "open_at", "close_at", "profit")]
        query = self._with_event(trades, columns, training_id, after_seq).limit(limit)
        if part is not None:
            query = query.where(trades.c.part == part)
        return [TradeResult(**row) for row in await self._rows(query)]

    def _with_event(
        self, table: Table, columns: list[Any], training_id: int, after_seq: int
    ) -> Any:
        event = and_(events.c.topic == table.c.topic, events.c.seq == table.c.seq)
        return (
            select(table.c.seq, *columns, events.c.data, events.c.at)
            .join(events, event)
            .where(
                table.c.topic == training_topic(training_id),
                self._mine(table),
                table.c.seq > after_seq,
            )
            .order_by(table.c.seq)
        )


def _episode(event: Event) -> dict[str, Any]:
    episode = _whole(event, "episode") or 0
    return {
        "seq": event.seq,
        "first_episode": _whole(event, "first_episode") or episode,
        "episode": episode,
        "profit": _number(event, "profit"),
        "trades": _whole(event, "trades"),
    }


def _trade(event: Event) -> dict[str, Any]:
    part = event.data.get("part")
    return {
        "seq": event.seq,
        "part": part if isinstance(part, str) else "",
        "side": _whole(event, "side"),
        "open_at": _whole(event, "open_at"),
        "close_at": _whole(event, "close_at"),
        "profit": _number(event, "profit"),
    }


def _number(event: Event, name: str) -> float | None:
    value: Json = event.data.get(name)
    return float(value) if isinstance(value, int | float) else None


def _whole(event: Event, name: str) -> int | None:
    value: Json = event.data.get(name)
    return value if isinstance(value, int) else None
