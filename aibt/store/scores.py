"""Scores: the lines of the leaderboard, each seen by its owner and, where public, by everybody."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, insert, select, update

from aibt.errors import NotFound
from aibt.live.events import Json
from aibt.store.events import Events
from aibt.store.records import Score
from aibt.store.repository import Repository
from aibt.store.schema_agents import scores
from aibt.store.traders import LAST_CHARACTER


class Scores(Repository):
    """The scores that an owner sees; he changes his own alone."""

    async def put(
        self,
        *,
        topic: str,
        kind: str,
        name: str,
        label: str,
        symbols: Sequence[str],
        start: datetime,
        end: datetime,
        is_public: bool,
        total_return: float,
        data: Mapping[str, Json],
    ) -> Score:
        """Store the score of a run in place of the one before; see `Score` for the rest.

        `is_public` is for one that is new: what its owner has chosen since stays.

        Raises:
            NotFound: the owner has no such topic.
        """
        await Events(self._work).locked_last_seq(topic)
        values = {
            "kind": kind,
            "name": name,
            "label": label,
            "symbols": list(symbols),
            "start": start,
            "end": end,
            "total_return": total_return,
            "data": dict(data),
            "updated_at": self._now,
        }
        changed = await self._write(update(scores).where(self._is(topic)).values(values))
        if changed.rowcount == 0:
            owned = {"topic": topic, "owner_id": self._owner_id, "is_public": is_public}
            await self._write(insert(scores).values({**owned, **values}))
        return await self.get(topic)

    async def get(self, topic: str) -> Score:
        """Return the score of one of the owner's runs.

        Raises:
            NotFound: there is none, or it is another's.
        """
        row = await self._row(select(scores).where(self._is(topic)))
        if row is None:
            raise NotFound("score", topic, "topic")
        return _score(row)

    async def shown(self, topic: str) -> Score:
        """Return a score that the leaderboard shows the owner: his own, or a public one.

        Raises:
            NotFound: there is none, or it is another's and private.
        """
        seen = self._mine(scores) | scores.c.is_public.is_(True)
        row = await self._row(select(scores).where(scores.c.topic == topic, seen))
        if row is None:
            raise NotFound("score", topic, "topic")
        return _score(row)

    async def set_public(self, topic: str, is_public: bool) -> Score:
        """Store whether everybody sees the score of one of the owner's runs.

        Raises:
            NotFound: there is none, or it is another's.
        """
        await self._write(update(scores).where(self._is(topic)).values(is_public=is_public))
        return await self.get(topic)

    async def leaderboard(
        self,
        *,
        kinds: Collection[str] = (),
        symbol: str | None = None,
        mine: bool = False,
        name: str | None = None,
        limit: int = 200,
    ) -> list[Score]:
        """Return up to `limit` of the owner's and of all public scores, the best return first.

        Args:
            kinds: only those of one of these kinds; none named: all.
            symbol: only those that traded this symbol.
            mine: only the owner's.
            name: what the names of their traders begin with.
            limit: how many at most.
        """
        wanted: list[ColumnElement[bool]] = []
        if kinds:
            wanted.append(scores.c.kind.in_(list(kinds)))
        if symbol is not None:
            wanted.append(cast(scores.c.symbols, Text).contains(f'"{symbol}"', autoescape=True))
        if name:
            wanted += [scores.c.name >= name, scores.c.name < name + LAST_CHARACTER]
        found = await self._best(self._mine(scores), wanted, limit)
        if not mine:  # a query for each: an index serves no "or"
            others = scores.c.is_public.is_(True) & (scores.c.owner_id != self._owner_id)
            found += await self._best(others, wanted, limit)
        found.sort(key=lambda score: (score.total_return, score.topic), reverse=True)
        return found[:limit]

    async def _best(
        self, whose: ColumnElement[bool], wanted: list[ColumnElement[bool]], limit: int
    ) -> list[Score]:
        query: Select[Any] = (
            select(scores)
            .where(whose, *wanted)
            .order_by(scores.c.total_return.desc(), scores.c.topic.desc())
            .limit(limit)
        )
        return [_score(row) for row in await self._rows(query)]

    def _is(self, topic: str) -> ColumnElement[bool]:
        return (scores.c.topic == topic) & self._mine(scores)


def _score(row: Mapping[Any, Any]) -> Score:
    return Score(**{**row, "symbols": tuple(row["symbols"])})
