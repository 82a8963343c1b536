"""An evaluation on the real platform: killed, and still the report of one that was not."""

from typing import Any

from tests.integration.client import Client, Frame, connected
from tests.integration.platform_process import PlatformProcess

START = {
    "symbol": "GOOGL", "period": "D1", "source": "sample", "algorithms": ["dqn"], "seeds": 2,
    "folds": 2, "max_episodes": 2, "min_episodes": 1, "hidden_layers": 8, "learned_first": 70,
}  # fmt: skip


async def begun(client: Client) -> tuple[str, list[Frame]]:
    """Start an evaluation and wait until one of its trainings is judged."""
    stream = await client.send("evaluations-start", **START)
    return stream, await client.until(stream, lambda frame: frame["inner_task"] == "unit")


def report(platform: PlatformProcess, evaluation_id: int) -> dict[str, Any]:
    found: dict[str, Any] = platform.get(f"/api/evaluations/{evaluation_id}/report")["report"]
    return found


async def test_a_killed_evaluation_goes_on_to_the_report_of_one_that_was_not(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        stream, _ = await begun(client)
        whole = [frame async for frame in client.stream(stream)][-1]["data"]

        stream, seen = await begun(client)
        killed = seen[-1]["data"]["id"]
        platform.kill_evaluation(killed)
        frames = [frame async for frame in client.stream(stream)]

    states = [frame["data"]["state"] for frame in frames if frame["inner_task"] == "state"]
    assert states == ["recovering", "loading", "running", "finished"]
    numbers = [frame["seq"] for frame in [*seen, *frames] if frame.get("seq") is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert report(platform, killed) == report(platform, whole["id"])
    assert frames[-1]["data"]["verdict"] == whole["verdict"]
