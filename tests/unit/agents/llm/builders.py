"""What the tests of models share."""

from collections.abc import Callable

from aibt.agents.llm.provider import OpenAIModel

KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"

Make = Callable[..., OpenAIModel]


def ignored(text: str) -> None:
    """Be told what has streamed so far, and do nothing with it."""
