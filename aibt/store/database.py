"""The store: units of work over one database that several processes share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Self

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aibt.clock import Clock, SystemClock
from aibt.errors import SchemaMismatch, StoreUnavailable
from aibt.store.account import Accounts
from aibt.store.agents import Agents
from aibt.store.bots import Bots
from aibt.store.changes import Changes
from aibt.store.checkpoints import Checkpoints
from aibt.store.commands import Commands
from aibt.store.engine import WRITING, as_unavailable, async_engine, is_sqlite, sqlite_file
from aibt.store.evaluations import Evaluations
from aibt.store.events import Events
from aibt.store.journals import Journals
from aibt.store.leases import Leases
from aibt.store.migration import schema_version
from aibt.store.populations import Populations
from aibt.store.repository import Work
from aibt.store.results import Results
from aibt.store.schema import HEAD
from aibt.store.scope import Scope, of_owner
from aibt.store.scores import Scores
from aibt.store.secrets import Secrets
from aibt.store.sessions import Sessions
from aibt.store.trainings import Trainings
from aibt.store.uninterrupted import uninterrupted
from aibt.store.users import Me

_LOCK_TIMEOUT_S = 5.0


class UnitOfWork:
    """One transaction of one owner: all of it is stored, or nothing. A repository per aggregate.

    Keep it short: on SQLite no other process writes meanwhile. Where it writes several
    aggregates it does so in the order below, so that on PostgreSQL two never wait for each other.
    """

    def __init__(self, work: Work) -> None:
        self.me = Me(work)
        self.commands = Commands(work)
        self.leases = Leases(work)
        self.bots = Bots(work)
        self.agents = Agents(work)
        self.trainings = Trainings(work)
        self.sessions = Sessions(work)
        self.populations = Populations(work)
        self.evaluations = Evaluations(work)
        self.changes = Changes(work)
        self.checkpoints = Checkpoints(work)
        self.journal = Journals(work)
        self.events = Events(work)
        self.results = Results(work)
        self.account = Accounts(work)
        self.scores = Scores(work)
        self.secrets = Secrets(work)


class Store:
    """Opens units of work. It belongs to the event loop that opened it."""

    def __init__(self, engine: AsyncEngine, clock: Clock, lock_timeout_s: float) -> None:
        self._reader = engine
        self._writer = engine.execution_options(**{WRITING: True})
        self._clock = clock
        self._lock_timeout_s = lock_timeout_s
        # SQLite has one writer: to queue here is fair and quick, its own waiting is polling
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.dispose()

    @asynccontextmanager
    async def reading(self, owner_id: int) -> AsyncIterator[UnitOfWork]:
        """Open a transaction that reads one moment's rows of an owner and writes nothing.

        Raises:
            StoreUnavailable: the database did not answer in time; repeat.
        """
        async with self.transaction(of_owner(owner_id), writable=False) as work:
            yield UnitOfWork(work)

    @asynccontextmanager
    async def writing(self, owner_id: int) -> AsyncIterator[UnitOfWork]:
        """Open a transaction that writes an owner's rows; stored when the block ends well.

        Raises:
            StoreUnavailable: the database did not take it in time: repeat the whole block. Nothing
                was stored, unless a server was lost at the very commit; ids and keys hold then.
        """
        async with self.transaction(of_owner(owner_id), writable=True) as work:
            yield UnitOfWork(work)

    @asynccontextmanager
    async def transaction(self, scope: Scope, *, writable: bool) -> AsyncIterator[Work]:
        """Open a transaction in a scope; see `reading` and `writing`."""
        turn = self._own_turn() if writable else nullcontext()
        async with turn, self._begun(scope, writable=writable) as work:
            yield work

    def _own_turn(self) -> AbstractAsyncContextManager[object]:
        return nullcontext() if self._turn is None else self._take_turn(self._turn)

    @asynccontextmanager
    async def _take_turn(self, turn: asyncio.Lock) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._lock_timeout_s):
                await turn.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("other writes take too long") from error
        try:
            yield
        finally:
            turn.release()

    @asynccontextmanager
    async def _begun(self, scope: Scope, *, writable: bool) -> AsyncIterator[Work]:
        engine = self._writer if writable else self._reader
        try:
            async with _connected(engine, scope) as connection:
                yield Work(
                    connection=connection,
                    clock=self._clock,
                    writable=writable,
                    owner_id=scope.owner_id,
                )
        except (DBAPIError, PoolTimeoutError) as error:
            unavailable = as_unavailable(error)
            if unavailable is None:
                raise
            raise unavailable from error


@asynccontextmanager
async def _connected(engine: AsyncEngine, scope: Scope) -> AsyncIterator[AsyncConnection]:
    """Open a connection in a transaction, as `engine.begin()` does, safe from cancellation."""
    entered: list[AsyncConnection] = []

    async def enter() -> None:
        connection = await engine.connect()
        try:
            await connection.begin()
            await scope.begin(connection)
        except BaseException:
            await connection.close()
            raise
        entered.append(connection)

    try:
        await uninterrupted(enter())
        yield entered[0]
        await uninterrupted(entered[0].commit())
    finally:
        for connection in entered:  # a transaction that is still open is rolled back
            await uninterrupted(connection.close())


async def open_store(
    url: str, *, clock: Clock | None = None, lock_timeout_s: float = _LOCK_TIMEOUT_S
) -> Store:
    """Open the store at an SQLAlchemy URL for the running event loop. It does not migrate.

    Args:
        url: of an async driver, such as `sqlite+aiosqlite:///…`.
        clock: tells the time that rows are given; None: the machine's.
        lock_timeout_s: for how long to wait for other writers, in seconds.

    Raises:
        ValueError: an SQLite database in memory.
        SchemaMismatch: the database has another schema than this version's, or none.
        StoreUnavailable: the database cannot be reached.
    """
    if is_sqlite(url) and not sqlite_file(url).exists():
        raise SchemaMismatch(None, HEAD)
    engine = async_engine(url, lock_timeout_s=lock_timeout_s)
    found = None
    try:
        found = await _schema_version(engine)
    finally:
        if found != HEAD:
            await engine.dispose()
    if found != HEAD:
        raise SchemaMismatch(found, HEAD)
    return Store(engine, clock or SystemClock(), lock_timeout_s)


async def _schema_version(engine: AsyncEngine) -> str | None:
    try:
        async with _connected(engine, of_owner(0)) as connection:
            return await connection.run_sync(schema_version)
    except (DBAPIError, PoolTimeoutError) as error:
        raise as_unavailable(error) or error from error
