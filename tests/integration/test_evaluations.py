"""An evaluation on the real platform: killed, and still the report of one that was not."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from aibt.cli.server import free_port
from tests.integration.client import Client, Frame, connected
from tests.integration.platform_process import PlatformProcess

START = {
    "symbol": "GOOGL", "period": "D1", "source": "sample", "algorithms": ["dqn"], "seeds": 2,
    "folds": 2, "max_episodes": 20, "min_episodes": 20, "hidden_layers": 8, "learned_first": 70,
}  # fmt: skip
SMALL = [
    "--algorithm", "counterfactual", "--seeds", "2", "--folds", "2", "--episodes", "2",
    "--hidden-layers", "8",
]  # fmt: skip


async def begun(client: Client) -> tuple[str, list[Frame]]:
    """Start an evaluation and wait until one of its trainings is judged."""
    stream = await client.send("evaluations-start", **START)
    return stream, await client.until(stream, lambda frame: frame["inner_task"] == "unit")


def report(platform: PlatformProcess, evaluation_id: int, bearer: str) -> dict[str, Any]:
    path = f"/api/evaluations/{evaluation_id}/report"
    found: dict[str, Any] = platform.get(path, bearer=bearer)["report"]
    return found


async def test_a_killed_evaluation_goes_on_to_the_report_of_one_that_was_not(
    platform: PlatformProcess,
) -> None:
    # of two people, as earlier trials of one's own count in the verdict
    undisturbed, disturbed = (platform.bearer_of(f"{name}@example.com") for name in ("kim", "lee"))
    async with connected(platform.ws, undisturbed) as client:
        stream, _ = await begun(client)
        whole = [frame async for frame in client.stream(stream)][-1]["data"]
    async with connected(platform.ws, disturbed) as client:
        stream, seen = await begun(client)
        killed = seen[-1]["data"]["id"]
        platform.kill_evaluation(killed)
        frames = [frame async for frame in client.stream(stream)]

    states = [frame["data"]["state"] for frame in frames if frame["inner_task"] == "state"]
    assert states == ["recovering", "loading", "running", "finished"]
    numbers = [frame["seq"] for frame in [*seen, *frames] if frame.get("seq") is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert report(platform, killed, disturbed) == report(platform, whole["id"], undisturbed)
    assert frames[-1]["data"]["verdict"] == whole["verdict"]


def test_where_no_platform_is_there_one_is_started_for_the_report_and_removed(
    tmp_path: Path,
) -> None:
    page = tmp_path / "report.html"
    aibt = Path(sys.executable).with_name("aibt")

    done = subprocess.run(
        [aibt, "evaluate", "GOOGL", *SMALL, "--out", page],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(page.with_suffix(".json").read_text())
    assert found["trials"] == 2
    assert found["verdict"]["sentence"] in page.read_text()
    assert "Stopping the platform" in done.stderr
