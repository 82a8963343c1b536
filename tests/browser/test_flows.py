"""What people do with the pages, from one end to the other, on a real platform."""

import re
import subprocess
import sys

from tests.browser.people import PASSWORD, Person, allow, newcomer
from tests.browser.seed import ENDLESS
from tests.browser.stage import ROOT, Stage
from tests.integration.platform_process import PlatformProcess, wait_until


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


def test_a_newcomer_sees_a_bot_learn_after_three_clicks_and_no_word(
    stage: Stage, own_platform: PlatformProcess
) -> None:
    wait_until(lambda: printed_links(own_platform) != [], 60.0, own_platform.log)
    [link] = printed_links(own_platform)

    stage.play("flows/newcomer.mjs", {"url": own_platform.url, "link": link})


def test_a_training_is_seen_paused_changed_and_stopped(
    stage: Stage, platform: PlatformProcess
) -> None:
    allow(platform, "grace@example.com")
    facts = {"url": platform.url, "grace": {"email": "grace@example.com", "password": PASSWORD}}

    stage.play("flows/training.mjs", facts)


def test_what_is_ada_s_is_nobody_else_s_but_an_administrator_may_stop_it(
    stage: Stage, platform: PlatformProcess
) -> None:
    with (
        newcomer(platform, "ada.others@example.com") as ada,
        newcomer(platform, "eve@example.com") as eve,
        newcomer(platform, "boss@example.com", is_admin=True) as boss,
    ):
        people = {"ada": ada.facts, "eve": eve.facts, "boss": boss.facts}
        session_id = ada.session(ada.agent("Careful", "script/demo"))
        training_id = _endless_training(ada, "Night owl")
        facts = {"training": training_id, "session": session_id}

        stage.play("flows/others.mjs", {"url": platform.url, **people, **facts})


def test_an_open_page_comes_back_by_itself_when_the_server_does(
    stage: Stage, own_platform: PlatformProcess
) -> None:
    with newcomer(own_platform, "ada@example.com") as ada:
        training_id = _endless_training(ada, "Night owl")

        def numbers() -> list[int]:
            path = f"/api/trainings/{training_id}/events?limit=1000&after="
            found: list[int] = []
            while page := ada.get(f"{path}{len(found)}")["events"]:
                found += [event["seq"] for event in page]
            return found

        stage.play(
            "flows/server-away.mjs",
            {"url": own_platform.url, "ada": ada.facts, "training": training_id},
            {
                "kill": own_platform.kill_everything,
                "start": own_platform.start,
                "numbers": numbers,
            },
            timeout_s=500,
        )


def _endless_training(person: Person, bot: str) -> int:
    """Have a new bot trained until somebody stops it; return the training's id."""
    training_id = person.training(person.bot(bot), **ENDLESS)
    person.wait(f"/api/trainings/{training_id}", "running", steps=1)
    return training_id


def printed_links(platform: PlatformProcess) -> list[str]:
    """Return what the platform's terminal says is to be opened."""
    return re.findall(r"^Open (\S+)", platform.log(), re.MULTILINE)


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
