"""What a gateway connects to in tests: a platform, and real accounts over a real store."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aibt.accounts.office import Office
from aibt.accounts.passwords import Passwords
from aibt.api.gateway import Backend
from aibt.api.platform import Platform
from aibt.clock import Clock, SystemClock
from aibt.settings import Settings, StoreSettings
from tests.fakes.office import a_bearer, an_office


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
        passwords: Passwords | None = None,
    ) -> None:
        self.platform = platform
        self.clock = clock or SystemClock()
        self.bearer = ""
        self._folder = tempfile.TemporaryDirectory(prefix="aibt-entrance-")
        self._root = Path(self._folder.name)
        store = StoreSettings(root=self._root, url=url)
        self.settings = (settings or Settings()).model_copy(update={"store": store})
        self._passwords = passwords
        self._office: Office | None = None

    @property
    def office(self) -> Office:
        if self._office is None:
            raise RuntimeError("the application has not started")
        return self._office

    @property
    def root(self) -> Path:
        """Where the store lies."""
        return self._root

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}"}

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Backend]:
        """Connect as the gateway of a real process does."""
        async with an_office(
            self._root, settings=self.settings, clock=self.clock, passwords=self._passwords
        ) as office:
            self._office = office
            self.bearer = await a_bearer(office)
            yield Backend(platform=self.platform, office=office)
        self._folder.cleanup()
