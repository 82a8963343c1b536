"""A provider on a real socket, and models that ask it."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from aibt.agents.llm.provider import OpenAIModel
from tests.fakes.openai import FakeOpenAI
from tests.unit.agents.llm.builders import KEY


@pytest.fixture
def provider() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
def waits() -> list[float]:
    """The waits between tries, in seconds, none of which was waited for."""
    return []


@pytest_asyncio.fixture
async def a_model(
    provider: FakeOpenAI, waits: list[float]
) -> AsyncIterator[Callable[..., OpenAIModel]]:
    made: list[OpenAIModel] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def make(**changed: Any) -> OpenAIModel:
        options: dict[str, Any] = {"sleep": sleep, "random": lambda: 0.5, "timeout_s": 5.0}
        options |= changed
        url = options.pop("base_url", provider.base_url)
        model = OpenAIModel(url, options.pop("api_key", SecretStr(KEY)), "fake/model", **options)
        made.append(model)
        return model

    yield make
    for model in made:
        await model.close()
