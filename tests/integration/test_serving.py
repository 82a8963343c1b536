"""The platform on two nodes, behind Serve's own proxy, and started where it must not be."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.integration.client import a_bot, a_training, connected
from tests.integration.platform_process import ROOT, PlatformProcess


def test_two_nodes_carry_one_training_with_rollout_workers_on_both(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.two_nodes", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3_000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["state"] == "finished"
    assert len(found["nodes"]) == 2
    assert len(set(found["nodes"])) == 2


async def test_the_default_proxy_serves_the_same_protocol(tmp_path: Path) -> None:
    with PlatformProcess(tmp_path, AIBT_SERVE__HAPROXY="0") as platform:
        async with connected(platform.ws, platform.bearer) as client:
            short = {"symbol": "OU-7-1K", "period": "D1", "source": "synthetic"}
            params = a_training(await a_bot(client), **short, max_episodes=1, min_episodes=1)
            frames = [
                frame
                async for frame in client.stream(await client.send("trainings-start", **params))
            ]

    assert frames[-1]["data"]["state"] == "finished"


def start(**settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "serve_app"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_misspelt_setting_stops_the_start_and_is_named() -> None:
    refused = start(AIBT_SERVE__PROT="8080")

    assert refused.returncode == 2
    assert "AIBT_SERVE__PROT" in refused.stderr


def test_an_address_that_others_can_reach_is_refused_before_there_is_sign_in() -> None:
    refused = start(AIBT_SERVE__HOST="0.0.0.0")

    assert refused.returncode == 2
    assert "AIBT_SERVE__HOST" in refused.stderr


def test_two_platforms_on_one_machine_never_answer_for_each_other(
    platform: PlatformProcess, tmp_path: Path
) -> None:
    with PlatformProcess(tmp_path) as other:
        other.call("POST", "/api/bots", {"name": "of the other", "lr": 0.1, "gamma": 0.9})
        for _ in range(2):
            other.kill_everything()
            other.start()
            theirs = [other.get("/api/bots")["bots"] for _ in range(30)]
            ours = [platform.get("/api/bots")["bots"] for _ in range(30)]

            assert all([bot["name"] for bot in bots] == ["of the other"] for bots in theirs)
            assert not any("of the other" in {bot["name"] for bot in bots} for bots in ours)
