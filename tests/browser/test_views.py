"""Every view, dark and light, on a desktop and on a phone: nothing cut, covered or out of reach."""

import json
import subprocess

import pytest

from tests.browser.seed import Seeded
from tests.browser.stage import BROWSER, WEB, Missing, Stage, node

APP = WEB / "src" / "app"


def listed() -> list[dict[str, str]]:
    try:
        told = subprocess.run(
            [node(), str(BROWSER / "list-views.mjs")], capture_output=True, check=True, timeout=60
        )
    except Missing:
        return []
    views: list[dict[str, str]] = json.loads(told.stdout)
    return views


VIEWS = listed()


@pytest.mark.parametrize("view", [view["name"] for view in VIEWS])
def test_a_view_can_be_read_reached_and_used_by_everybody(
    stage: Stage, seeded: Seeded, view: str
) -> None:
    stage.play("look.mjs", {**seeded.facts, "view": view}, timeout_s=500)


def test_every_page_is_among_the_views() -> None:
    pages = [page.parent.relative_to(APP).parts for page in APP.rglob("page.tsx")]
    routes = {"/" + "/".join(part for part in parts if not part.startswith("(")) for parts in pages}

    assert pages
    assert routes <= {view["route"] for view in VIEWS}


def test_no_view_is_named_twice() -> None:
    names = [view["name"] for view in VIEWS]

    assert len(names) == len(set(names))
