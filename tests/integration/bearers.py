"""Bearers of users, minted straight from a platform's store as `aibt token` does."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from aibt.accounts.office import Office, opened_office
from aibt.clock import SystemClock
from aibt.errors import EmailTaken
from aibt.settings import Settings, StoreSettings
from aibt.store.database import open_store
from aibt.store.service import Service
from aibt.store.users import LOCAL_EMAIL

T = TypeVar("T")
DAY_S = 86_400.0


def bearers(root: Path, emails: list[str], url: str | None = None) -> list[str]:
    """Return a bearer for each e-mail, making and listing the users that are not there yet."""

    async def mint(office: Office) -> list[str]:
        service = Service(office.store)
        for email in emails:
            async with service.writing() as unit:
                if email == LOCAL_EMAIL:
                    await unit.users.local_user()
                    continue
                await unit.listed_emails.add(email, None)
                try:
                    await unit.users.create(email)
                except EmailTaken:
                    continue
        return [await office.accounts.program_token(email, DAY_S) for email in emails]

    async def opened() -> list[str]:
        settings = Settings(store=StoreSettings(root=root, url=url))
        clock = SystemClock()
        async with (
            await open_store(settings.store.database_url, clock=clock) as store,
            opened_office(store, settings, clock) as office,
        ):
            return await mint(office)

    return _in_a_thread(opened())


def _in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, whether or not this thread has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result(60)
