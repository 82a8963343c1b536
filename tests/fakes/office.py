"""Real accounts over a real SQLite store, with passwords that cost next to nothing."""

import asyncio
import functools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from pwdlib.hashers.argon2 import Argon2Hasher

from aibt.accounts.office import Office, opened_office
from aibt.accounts.passwords import Passwords
from aibt.api.gateway import Backend
from aibt.api.platform import Platform
from aibt.clock import Clock, SystemClock
from aibt.errors import EmailTaken
from aibt.settings import Settings, StoreSettings
from aibt.store.database import open_store
from aibt.store.migration import migrate
from aibt.store.records import User
from aibt.store.service import Service
from aibt.store.users import LOCAL_EMAIL

T = TypeVar("T")
DAY_S = 86_400.0


def quick_passwords() -> Passwords:
    """Return argon2id at its lowest cost: as correct, and guessed in no time."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


def settings_at(root: Path, **changes: Any) -> Settings:
    """Return settings whose store lies in `root`, whatever this process's environment says."""
    store = StoreSettings(root=root)
    return Settings(_env_file=None, **{"store": store, **changes})


@functools.cache
def _migrated() -> Path:
    file = Path(tempfile.mkdtemp(prefix="aibt-tests-")) / "empty.sqlite3"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


def make_store(root: Path) -> None:
    """Put an empty, migrated store into `root`, unless one is there."""
    file = root / "aibt.sqlite3"
    if not file.exists():
        root.mkdir(parents=True, exist_ok=True)
        shutil.copy(_migrated(), file)


@asynccontextmanager
async def an_office(
    root: Path,
    *,
    settings: Settings | None = None,
    clock: Clock | None = None,
    passwords: Passwords | None = None,
) -> AsyncIterator[Office]:
    """Open accounts with the laptop's user (id 1) over a store in `root`, making it if need be.

    It belongs to the event loop that enters it; others may open the same store at the same time.
    """
    settings = settings or settings_at(root)
    clock = clock or SystemClock()
    if settings.store.url is None:
        await asyncio.to_thread(make_store, root)
    async with (
        await open_store(settings.store.database_url, clock=clock) as store,
        opened_office(store, settings, clock, passwords=passwords or quick_passwords()) as office,
    ):
        async with Service(store).writing() as unit:
            await unit.users.local_user()
        yield office


def backend_of(
    platform: Platform,
    root: Path,
    *,
    settings: Settings | None = None,
    clock: Clock | None = None,
) -> Callable[[], AbstractAsyncContextManager[Backend]]:
    """Return what `create_app` connects with: `platform`, and accounts over a store in `root`."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Backend]:
        async with an_office(root, settings=settings, clock=clock) as office:
            yield Backend(platform=platform, office=office)

    return connect


async def a_user(office: Office, email: str, *, is_admin: bool = False) -> User:
    """Return the user of an e-mail, made and listed if need be."""
    async with Service(office.store).writing() as unit:
        await unit.listed_emails.add(email, None)
        try:
            user = await unit.users.create(email)
        except EmailTaken:
            user = await unit.users.by_email(email)
        return await unit.users.set_admin(user.id, is_admin) if is_admin else user


async def a_bearer(office: Office, email: str = LOCAL_EMAIL, *, lifetime_s: float = DAY_S) -> str:
    """Return an access token of a user, who is made and listed if need be."""
    if email != LOCAL_EMAIL:
        await a_user(office, email)
    return await office.accounts.program_token(email, lifetime_s)


def bearer_at(root: Path, email: str = LOCAL_EMAIL, *, settings: Settings | None = None) -> str:
    """Return an access token for the store in `root`, to whoever runs no event loop of its own."""

    async def mint() -> str:
        async with an_office(root, settings=settings) as office:
            return await a_bearer(office, email)

    return in_a_thread(mint())


def in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, whether or not this thread has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result(60)
