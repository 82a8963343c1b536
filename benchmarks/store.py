"""The store's ten commonest queries on SQLite and PostgreSQL, and what ten times the rows cost."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from aibt.live.events import Emission
from aibt.live.states import RunState
from aibt.store.database import Store, open_store
from aibt.store.engine import WRITING, sync_engine
from aibt.store.migration import migrate
from aibt.store.records import training_topic
from aibt.store.service import Service
from aibt.store.tables import ACTIVE_STATES
from benchmarks.figures import Figure
from tests.postgres import a_postgres, binaries

TRAININGS_OF_A_USER, EVENTS_OF_A_TRAINING, TRADES_OF_A_TRAINING = 10, 1_000, 100
SMALL, LARGE = 10, 100  # users: 100,000 events and 10,000 trades; ten times as many
TRIES, WARM = 400, 40
AT_MOST = 1.5
NOW = "2026-03-04 05:06:07"
Query = Callable[[Store, int], Awaitable[Any]]


def store_rows() -> Sequence[Figure]:
    """Measure both databases; where PostgreSQL is not installed, SQLite alone."""
    figures = list(_measured("SQLite", _sqlite))
    if binaries() is None:
        print("PostgreSQL's programs are not installed: SQLite alone.")
        return figures
    return [*figures, *_measured("PostgreSQL", _postgresql)]


def _measured(kind: str, database: Callable[[int], Any]) -> Iterator[Figure]:
    small, large = ({}, {})
    for users, taken in ((SMALL, small), (LARGE, large)):
        with database(users) as url:
            taken.update(asyncio.run(_all_taken(url, users)))
    for name in QUERIES:
        ratio = _percentile(large[name], 50) / _percentile(small[name], 50)
        for percentile in (50, 99):
            note = f"{ratio:.2f} × that of a tenth of the rows" if percentile == 50 else ""
            yield Figure(
                section=f"store, {kind}, 1,000,000 events and 100,000 trades",
                name=f"{name}, p{percentile}",
                value=_percentile(large[name], percentile),
                unit="ms",
                note=note + (f" (aim: at most {AT_MOST})" if ratio > AT_MOST and note else ""),
            )


async def _all_taken(url: str, users: int) -> dict[str, list[float]]:
    """Return how long each query took, in milliseconds, each for another user in turn."""
    taken: dict[str, list[float]] = {name: [] for name in QUERIES}
    async with await open_store(url) as store:
        for number in range(WARM + TRIES):
            for name, query in QUERIES.items():
                user = 1 + (number * 7) % users
                began = time.perf_counter()
                await query(store, user)
                if number >= WARM:
                    taken[name].append((time.perf_counter() - began) * 1_000)
    return taken


def _percentile(values: list[float], percentile: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percentile // 100)]


# The queries


def _training_of(user: int) -> int:
    return (user - 1) * TRAININGS_OF_A_USER + 5


async def _standing(store: Store, user: int) -> None:
    async with store.reading(user) as tx:
        await tx.me.standing(f"sign-in {user}")


async def _bot(store: Store, user: int) -> None:
    async with store.reading(user) as tx:
        bot = await tx.bots.get(f"bot {_training_of(user)}")
        await tx.trainings.active_of(bot.id)


async def _bots(store: Store, user: int) -> None:
    async with store.reading(user) as tx:
        await tx.bots.page(limit=100)
        await tx.trainings.page(states=ACTIVE_STATES)


async def _training(store: Store, user: int) -> None:
    async with store.reading(user) as tx:
        await tx.trainings.get(_training_of(user))


async def _trainings(store: Store, user: int) -> None:
    async with store.reading(user) as tx:
        await tx.trainings.page(limit=10)


async def _events(store: Store, user: int) -> None:
    async with store.reading(user) as tx:
        await tx.events.read(training_topic(_training_of(user)), after=500, limit=100)


async def _trades(store: Store, user: int) -> None:
    async with store.reading(user) as tx:
        await tx.results.trades(_training_of(user), part="validation", limit=100)


async def _append(store: Store, user: int) -> None:
    key = f"{time.perf_counter_ns()}"
    emissions = [
        Emission(key=f"{key}/{n}", kind="log", data={"text": "measured"}) for n in range(10)
    ]
    async with store.writing(user) as tx:
        await tx.events.append(training_topic(_training_of(user)), None, emissions)


async def _command(store: Store, user: int) -> None:
    command = f"{time.perf_counter_ns():032x}"
    async with store.writing(user) as tx:
        await tx.commands.begin(command, "digest")
        await tx.commands.finish(command, {"done": True})


async def _supervision(store: Store, user: int) -> None:
    del user
    async with Service(store).reading() as unit:
        await unit.overview.active_trainings()


QUERIES: dict[str, Query] = {
    "who is asking": _standing,
    "a bot and what it does": _bot,
    "all of one's bots": _bots,
    "a training": _training,
    "one's newest 10 trainings": _trainings,
    "100 events after a cursor": _events,
    "100 trades of an evaluation": _trades,
    "append 10 events": _append,
    "begin and finish a command": _command,
    "everybody's active trainings": _supervision,
}


# The databases


@contextmanager
def _sqlite(users: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'aibt.sqlite3'}"
        migrate(url)
        numbers = "select 1 union all select n + 1 from series where n < {count}"
        series = f"with recursive series(n) as ({numbers})"
        _fill(sync_engine(url, lock_timeout_s=60), users, series)
        yield url


@contextmanager
def _postgresql(users: int) -> Iterator[str]:
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL's programs are not installed")
    with a_postgres(programs) as server:
        database = server.database()
        engine = sync_engine(database.superuser, lock_timeout_s=60, statement_timeout_s=600)
        _fill(engine, users, "with series(n) as (select generate_series(1, {count}))")
        yield database.url


def _fill(engine: Engine, users: int, series: str) -> None:
    """Give each user bots, trainings, events and trades; one training of a hundred is active."""
    trainings = users * TRAININGS_OF_A_USER
    events, trades = trainings * EVENTS_OF_A_TRAINING, trainings * TRADES_OF_A_TRAINING
    owner = f"1 + (n - 1) / {TRAININGS_OF_A_USER}"
    of_event = f"1 + (n - 1) / {EVENTS_OF_A_TRAINING}"
    of_trade = f"1 + (n - 1) / {TRADES_OF_A_TRAINING}"
    owner_of_event = f"1 + (n - 1) / {EVENTS_OF_A_TRAINING * TRAININGS_OF_A_USER}"
    owner_of_trade = f"1 + (n - 1) / {TRADES_OF_A_TRAINING * TRAININGS_OF_A_USER}"
    state = f"case when n % 100 = 7 then '{RunState.RUNNING}' else '{RunState.FINISHED}' end"
    inserts = [
        (
            users,
            "users (id, email, created_at)",
            f"n, 'user' || n || '@example.com', '{NOW}'",
        ),
        (
            users,
            "sign_ins (id, owner_id, token_hash, refreshed_at, created_at, expires_at)",
            f"'sign-in ' || n, n, 'hash ' || n, '{NOW}', '{NOW}', '2099-01-01'",
        ),
        (
            trainings,
            (
                "bots (id, owner_id, name, lr, gamma, hidden_layers, depth, discounter_rate,"
                " version, created_at, updated_at)"
            ),
            f"n, {owner}, 'bot ' || n, 0.001, 0.9, 43, 2, 80, 1, '{NOW}', '{NOW}'",
        ),
        (
            trainings,
            (
                "trainings (id, owner_id, bot_id, state, desired, parked, request, current,"
                " dataset, data, status, created_at)"
            ),
            (
                f"n, {owner}, n, {state}, 'running', 1 = 0, '{{\"symbol\": \"EURUSD\"}}', '{{}}',"
                f" 'd', '{{}}', '{{\"steps\": 5}}', '{NOW}'"
            ),
        ),
        (
            trainings,
            "topics (topic, owner_id, last_seq)",
            f"'training/' || n, {owner}, {EVENTS_OF_A_TRAINING}",
        ),
        (
            events,
            "events (topic, seq, owner_id, key, kind, data, at)",
            (
                f"'training/' || ({of_event}), 1 + (n - 1) % {EVENTS_OF_A_TRAINING},"
                f" {owner_of_event}, 'step/' || n,"
                " case when n % 10 = 1 then 'trade' else 'episode' end,"
                f' \'{{"id": 7, "episode": 12, "profit": 123.456, "part": "validation"}}\','
                f" '{NOW}'"
            ),
        ),
        (
            trades,
            "trades (topic, seq, owner_id, part, side, open_at, close_at, profit)",
            (
                f"'training/' || ({of_trade}), 1 + 10 * ((n - 1) % {TRADES_OF_A_TRAINING}),"
                f" {owner_of_trade}, 'validation', 1, 5, 9, 12.5"
            ),
        ),
    ]
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        on_postgresql = engine.dialect.name == "postgresql"
        for count, into, values in inserts:
            chosen = _of_postgresql(values) if on_postgresql else values
            statement = (
                f"insert into {into} {series.format(count=count)} select {chosen} from series"
            )
            connection.execute(text(statement.replace(":", r"\:")))
    with engine.connect().execution_options(
        **{WRITING: True}, isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.exec_driver_sql("analyze")
    engine.dispose()


def _of_postgresql(values: str) -> str:
    """Return values with the types that PostgreSQL does not guess."""
    typed = values.replace(f"'{NOW}'", f"timestamptz '{NOW}+00'").replace("'{", "jsonb '{")
    return typed.replace("'2099-01-01'", "timestamptz '2099-01-01'")
