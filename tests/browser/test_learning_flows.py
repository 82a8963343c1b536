"""What people do with the pages of populations and evaluations, on a real platform."""

from tests.browser.people import PASSWORD, allow
from tests.browser.stage import Stage
from tests.integration.platform_process import PlatformProcess


def test_a_population_searches_is_told_what_not_to_touch_and_ends_one_by_one_and_at_once(
    stage: Stage, platform: PlatformProcess
) -> None:
    allow(platform, "ada@example.com")
    facts = {"url": platform.url, "ada": {"email": "ada@example.com", "password": PASSWORD}}

    stage.play("flows/population.mjs", facts)


def test_an_evaluation_says_how_far_it_is_and_then_what_it_found(
    stage: Stage, platform: PlatformProcess
) -> None:
    allow(platform, "grace@example.com")
    facts = {"url": platform.url, "ada": {"email": "grace@example.com", "password": PASSWORD}}

    stage.play("flows/evaluation.mjs", facts)
