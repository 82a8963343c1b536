"""Store and accounts of this machine without the platform, for whoever may read its files."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from aibt.cli.complaints import Complaint

if TYPE_CHECKING:
    from aibt.accounts.office import Office
    from aibt.settings import Settings
    from aibt.store.database import Store

T = TypeVar("T")

PROGRAM_S: Final = 3_600.0
"""For how long a token lasts that a command makes for itself."""


def in_office(
    settings: "Settings", act: "Callable[[Office], Awaitable[T]]", *, migrated: bool = False
) -> T:
    """Open the accounts of this machine's store, do something, and close them.

    Args:
        settings: say which store.
        act: what to do.
        migrated: bring the store to this version's schema first, creating it if need be.

    Raises:
        Complaint: the store cannot be opened, or `act` was refused.
    """

    async def acting() -> T:
        async with _opened(settings) as office:
            return await act(office)

    def doing() -> T:
        if migrated:
            migrate_store(settings)
        return asyncio.run(acting())

    return complaining(doing)


def complaining(act: "Callable[[], T]") -> T:
    """Do something with the store.

    Raises:
        Complaint: in place of each error that is no mistake of ours.
    """
    from aibt.errors import AibtError

    try:
        return act()
    except (AibtError, OSError) as error:
        sentence = str(error)
        raise Complaint(f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}.") from None


def migrate_store(settings: "Settings") -> None:
    """Bring the store to this version's schema, and make a laptop's user if there is none.

    Raises:
        AibtError: it cannot be.
    """
    from aibt.store.migration import migrate

    migrate(settings.store.database_url, settings.store.owner_url)
    if settings.mode == "laptop":
        asyncio.run(_make_local_user(settings))


def program_token(settings: "Settings", email: str | None, lifetime_s: float = PROGRAM_S) -> str:
    """Return an access token for a program of a user's; None: of the laptop's.

    Raises:
        Complaint: the store cannot be opened, or there is no such user, or he may not come in.
    """
    from aibt.store.users import LOCAL_EMAIL

    return in_office(
        settings, lambda office: office.accounts.program_token(email or LOCAL_EMAIL, lifetime_s)
    )


@asynccontextmanager
async def opened_store(settings: "Settings") -> "AsyncIterator[Store]":
    """Open the store of this machine, which has this version's schema."""
    from aibt.store.database import open_store

    async with await open_store(settings.store.database_url) as store:
        yield store


@asynccontextmanager
async def _opened(settings: "Settings") -> "AsyncIterator[Office]":
    from pwdlib.hashers.argon2 import Argon2Hasher

    from aibt.accounts.office import opened_office
    from aibt.accounts.passwords import Passwords
    from aibt.clock import SystemClock
    from aibt.store.database import open_store

    clock = SystemClock()
    # no command checks a password, so what is compared where there is none need not be dear
    nothing = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    async with (
        await open_store(settings.store.database_url, clock=clock) as store,
        opened_office(store, settings, clock, passwords=nothing) as office,
    ):
        yield office


async def _make_local_user(settings: "Settings") -> None:
    from aibt.store.service import Service

    async with (
        opened_store(settings) as store,
        Service(store).writing() as unit,
    ):
        await unit.users.local_user()
