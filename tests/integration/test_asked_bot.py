"""A bot is asked in another process: it answers the same, is started when needed, and leaves."""

import json
import subprocess
import sys
from pathlib import Path

from tests.integration.platform_process import ROOT


def test_a_bot_answers_in_the_predictor_actor_as_it_does_here(tmp_path: Path) -> None:
    script = subprocess.run(
        [sys.executable, "-m", "tests.integration.asked_bot", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert script.returncode == 0, script.stderr[-4_000:]
    said = json.loads(script.stdout.splitlines()[-1])

    assert said["before"] == said["after"] == said["expected"]
    assert said["refused"] == {
        "another's": ["not_found", "bot"],
        "too few bars": ["invalid", "symbol"],
    }
    assert said["left"]
