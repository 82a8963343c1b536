"""A provider on a real socket, and the real client of it, which waits for nothing."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from aibt.agents.llm.provider import OpenAIModel
from tests.fakes.openai import FakeOpenAI


@pytest.fixture
def provider() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake:
        yield fake


@pytest_asyncio.fixture
async def model(provider: FakeOpenAI) -> AsyncIterator[OpenAIModel]:
    async def no_wait(_: float) -> None:
        pass

    made = OpenAIModel(
        provider.base_url, SecretStr("sk-x"), "fake/model", timeout_s=20.0, retries=1, sleep=no_wait
    )
    yield made
    await made.close()
