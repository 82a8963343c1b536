"""An agent's session as its owner sees it, with a provider that speaks slowly enough to follow."""

from collections.abc import Iterator

import pytest

from tests.browser.people import PASSWORD, allow
from tests.browser.stage import Stage
from tests.fakes.openai import Body, FakeOpenAI, Reply, says, tool_call
from tests.integration.platform_process import PlatformProcess

UP = "The price has risen for days, and I hold nothing: I buy a share of it now."
DOWN = "I hold some of it, and the price may well fall from here: I close the position."
PAUSE_S = 0.1


def decides(body: Body) -> Reply:
    """Buy and close by turns, a step each."""
    messages = body["messages"]
    if messages[-1]["role"] == "tool":
        return says("I have placed my order.", pause_s=PAUSE_S)
    if "You hold nothing" in messages[1]["content"]:
        call = tool_call("buy", {"symbol": "GOOGL", "share": 0.5})
        return says(UP, call, pieces=8, pause_s=PAUSE_S)
    return says(DOWN, tool_call("close", {"symbol": "GOOGL"}), pieces=8, pause_s=PAUSE_S)


@pytest.fixture
def provider() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake:
        fake.default = decides
        yield fake


@pytest.fixture
def settings(provider: FakeOpenAI) -> dict[str, str]:
    return {
        "OPENAI_API_BASE": provider.base_url,
        "OPENAI_API_KEY": "sk-canary-0123456789abcdef",
    }


def test_a_session_is_seen_thinking_and_trading_paused_and_stopped(
    stage: Stage, own_platform: PlatformProcess
) -> None:
    allow(own_platform, "ada@example.com")
    facts = {
        "url": own_platform.url,
        "ada": {"email": "ada@example.com", "password": PASSWORD},
        "thoughts": [UP, DOWN],
    }

    stage.play("flows/session.mjs", facts)
