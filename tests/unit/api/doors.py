"""The application called in this process, by people who are signed in and by others."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher

from aibt.accounts.office import Office
from aibt.accounts.passwords import Passwords
from aibt.api.app import create_app
from aibt.settings import Settings
from tests.fakes.entrance import Entrance
from tests.fakes.office import a_bearer, a_user
from tests.fakes.platform import FakePlatform
from tests.unit.accounts.clocks import SetClock

ADA = "ada@example.com"
PASSWORD = "correct horse battery staple"
OWN = "http://127.0.0.1:8080"


class CountingHasher(Argon2Hasher):
    """Argon2id at its lowest cost, which counts the verifications that really happen."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0
        self._lock = threading.Lock()

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - its name
        with self._lock:
            self.verified += 1
        return super().verify(password, hash)


class Door:
    """An application with its accounts, its hand-set clock, and its count of verifications."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.clock = SetClock()
        self.platform = FakePlatform()
        self.hasher = CountingHasher()
        self.entrance = Entrance(
            self.platform, settings, self.clock, passwords=Passwords(self.hasher)
        )
        self.app: FastAPI = create_app(
            self.entrance.connect, self.entrance.settings, self.entrance.clock
        )

    @property
    def office(self) -> Office:
        return self.entrance.office

    def http(self, bearer: str | None = None, **options: Any) -> httpx.AsyncClient:
        """A client: with a bearer, or nobody in particular."""
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=OWN, headers=headers, **options)

    def local(self) -> httpx.AsyncClient:
        """A client of the laptop's user, who is an administrator."""
        return self.http(self.entrance.bearer)

    async def bearer(self, email: str = ADA) -> str:
        return await a_bearer(self.office, email)

    async def listed(self, email: str = ADA) -> None:
        await self.office.administration(None).allow(email)

    async def ada(self, password: str = PASSWORD, **params: Any) -> dict[str, Any]:
        """Make Ada's account and return what her sign-up was answered."""
        await self.listed()
        return await self.post("/api/auth/sign-up", 201, email=ADA, password=password, **params)

    async def user_id(self, email: str = ADA) -> int:
        return (await a_user(self.office, email)).id

    async def post(self, path: str, status: int = 200, **params: Any) -> dict[str, Any]:
        """Ask as nobody, be answered with `status`, and return the answer."""
        async with self.http() as http:
            answer = await http.post(path, json=params)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def works(self, access_token: str) -> bool:
        async with self.http(access_token) as http:
            return (await http.get("/api/auth/me")).status_code == 200


@asynccontextmanager
async def an_open_door(settings: Settings | None = None) -> AsyncIterator[Door]:
    door = Door(settings)
    async with door.app.router.lifespan_context(door.app):
        yield door
