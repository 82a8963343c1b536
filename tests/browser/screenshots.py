"""`make screenshots`: a platform that several people have used, and a picture of each of its views.

Usage: python -m tests.browser.screenshots [VIEW …]
"""

import sys
import tempfile
from pathlib import Path

from tests.browser.seed import seeded_platform
from tests.browser.stage import ROOT, Stage, require_browser, require_web

INTO = ROOT / "docs" / "screenshots"
LONGEST_S = 3_600.0


def main(only: list[str]) -> None:
    require_browser()
    require_web()
    with (
        tempfile.TemporaryDirectory() as folder,
        seeded_platform(Path(folder)) as seeded,
    ):
        facts = {**seeded.facts, "into": str(INTO), "only": only}
        told = Stage(folder=Path(folder)).play("screenshots.mjs", facts, timeout_s=LONGEST_S)
    taken = told[-1]
    sys.stdout.write(
        f"{taken['views']} views are in {INTO.relative_to(ROOT)}, {taken['megabytes']:.1f} MB.\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
