"""What a gateway connects to in tests: a platform, and real accounts over a real store."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from pwdlib.hashers.argon2 import Argon2Hasher

from aibt.accounts.office import Office, opened_office
from aibt.accounts.passwords import Passwords
from aibt.api.gateway import Backend
from aibt.api.platform import Platform
from aibt.clock import Clock, SystemClock
from aibt.settings import Settings, StoreSettings
from aibt.store.database import open_store
from aibt.store.migration import migrate
from aibt.store.users import LOCAL_EMAIL

DAY_S = 86_400.0


class Entrance:
    """Opens the backend of one application, and lets the laptop's user in.

    Attributes:
        bearer: of the laptop's user, who is the first; there once the application has started.
    """

    def __init__(
        self,
        platform: Platform,
        settings: Settings | None = None,
        clock: Clock | None = None,
        *,
        url: str | None = None,
    ) -> None:
        self.platform = platform
        self._folder = tempfile.TemporaryDirectory(prefix="aibt-entrance-")
        store = StoreSettings(root=Path(self._folder.name), url=url)
        self.settings = (settings or Settings()).model_copy(update={"store": store})
        self.clock = clock or SystemClock()
        self.bearer = ""
        self._office: Office | None = None
        if url is None:
            shutil.copy(_migrated(), store.root / "aibt.sqlite3")

    @property
    def office(self) -> Office:
        if self._office is None:
            raise RuntimeError("the application has not started")
        return self._office

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}"}

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Backend]:
        """Connect as the gateway of a real process does."""
        async with (
            await open_store(self.settings.store.database_url, clock=self.clock) as store,
            opened_office(store, self.settings, self.clock, passwords=quick()) as office,
        ):
            self._office = office
            async with office.service.writing() as unit:
                await unit.users.local_user()
            self.bearer = await office.accounts.program_token(LOCAL_EMAIL, DAY_S)
            yield Backend(platform=self.platform, office=office)
        self._folder.cleanup()


def quick() -> Passwords:
    """Return a hasher that costs next to nothing."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


@cache
def _migrated() -> Path:
    file = Path(tempfile.mkdtemp(prefix="aibt-migrated-")) / "aibt.sqlite3"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file
