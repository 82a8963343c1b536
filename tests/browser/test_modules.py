"""What the stories are made of is right itself: Node's own tests, each file as one of ours."""

import subprocess
from pathlib import Path

import pytest

from tests.browser.stage import BROWSER, Stage, node

FILES = sorted(path.relative_to(BROWSER).as_posix() for path in BROWSER.rglob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES)
def test_what_the_stories_are_made_of_is_right(stage: Stage, file: str) -> None:
    tested = subprocess.run(
        [node(), "--test", str(Path(file))],
        cwd=BROWSER,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert tested.returncode == 0, tested.stdout[-6_000:]
