"""What people do with the pages, from one end to the other, on a real platform."""

import subprocess
import sys

from tests.browser.people import PASSWORD, allow, newcomer
from tests.browser.stage import ROOT, Stage
from tests.integration.platform_process import PlatformProcess


def test_who_is_listed_comes_in_and_who_is_not_is_told_why(
    stage: Stage, platform: PlatformProcess
) -> None:
    allow(platform, "ada@example.com")
    facts = {
        "url": platform.url,
        "listed": {"email": "ada@example.com", "password": PASSWORD},
        "unlisted": {"email": "mallory@example.com", "password": PASSWORD},
        "link": sign_in_link(platform),
    }

    stage.play("flows/signing-in.mjs", facts)


def test_an_open_page_comes_back_by_itself_when_the_server_does(
    stage: Stage, own_platform: PlatformProcess
) -> None:
    with newcomer(own_platform, "ada@example.com") as ada:
        facts = {"url": own_platform.url, "ada": ada.facts}

        stage.play(
            "flows/server-away.mjs",
            facts,
            {"kill": own_platform.kill_everything, "start": own_platform.start},
            timeout_s=500,
        )


def sign_in_link(platform: PlatformProcess) -> str:
    """Return a link that signs the laptop's owner in, once."""
    printed = subprocess.run(
        [sys.executable, "-m", "aibt.cli", "users", "link"],
        cwd=ROOT,
        env=platform.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return printed.stdout.strip()
