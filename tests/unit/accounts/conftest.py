"""Accounts over a real store, with a clock that the test sets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aibt.accounts.office import Office
from tests.fakes.office import an_office, settings_at
from tests.unit.accounts.clocks import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def office(tmp_path: Path, clock: SetClock) -> AsyncIterator[Office]:
    settings = settings_at(tmp_path)
    async with an_office(tmp_path, settings=settings, clock=clock) as office:
        yield office
