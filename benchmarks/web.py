"""The pages, in Chromium, on a real platform: how soon they can be used, and what they take."""

import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from tests.browser.people import UNHURRIED, Person, newcomer
from tests.browser.stage import Stage, require_browser, require_web
from tests.integration.platform_process import PlatformProcess

TRIES = 5
FRAMES, HZ = 36_000, 100  # an hour of statuses, at ten times the pace
ENDLESS = {"max_episodes": 100_000, "min_episodes": 100_000}
FIRST_VIEW, HEAP = "first view", "heap of a training's page"


def web_rows() -> Sequence[Figure]:
    """Start a platform and measure its pages; `make web` must have built them."""
    require_browser()
    require_web()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        platform = stack.enter_context(PlatformProcess(folder, **UNHURRIED))
        ada = stack.enter_context(newcomer(platform, "ada@example.com"))
        training_id = paused_training(ada)
        facts = {"url": platform.url, "ada": ada.facts, "training": training_id}
        return [*first_views(Stage(folder=folder), facts), *heap(Stage(folder=folder), facts)]


def paused_training(ada: Person) -> int:
    """Make a training that stands still after some thousand steps."""
    ada.bot("Night owl")
    training_id = ada.training("Night owl", **ENDLESS)
    ada.wait(f"/api/trainings/{training_id}", "running", steps=5_000)
    ada.post(f"/api/trainings/{training_id}/pause")
    return training_id


def first_views(stage: Stage, facts: dict[str, Any]) -> list[Figure]:
    """Open the first views with an empty cache and with a full one."""
    told = stage.play("measure/first-view.mjs", {**facts, "tries": TRIES}, timeout_s=600)
    figures = []
    for view in dict.fromkeys(line["view"] for line in told):
        of_view = [line for line in told if line["view"] == view]
        rest = [line for line in of_view if "script_bytes" in line]
        for cache in ("cold", "warm"):
            taken = [line["interactive_ms"] for line in of_view if line.get("cache") == cache]
            figures.append(
                Figure(
                    section=FIRST_VIEW,
                    name=f"{view}, a click is handled, {cache} cache, median of {TRIES}",
                    value=statistics.median(taken),
                    unit="ms",
                    note="limit: 1,500",
                )
            )
        figures += [
            Figure(
                section=FIRST_VIEW,
                name=f"{view}, scripts as transferred",
                value=max(line["script_bytes"] for line in rest) / 1e3,
                unit="KB",
                note="limit: 250",
            ),
            Figure(
                section=FIRST_VIEW,
                name=f"{view}, cumulative layout shift, worst",
                value=max(line["layout_shift"] for line in rest),
                unit="",
                note="limit: 0.01",
            ),
        ]
    return figures


def heap(stage: Stage, facts: dict[str, Any]) -> list[Figure]:
    """Feed a training's page with an hour of statuses, and weigh it before and after."""
    fed = {**facts, "frames": FRAMES, "hz": HZ}
    (told,) = stage.play("measure/heap.mjs", fed, timeout_s=1_200)
    return [
        Figure(
            section=HEAP,
            name=f"grown by {FRAMES:,} statuses, after collection",
            value=(told["after"] - told["before"]) / 1e6,
            unit="MB",
            note="limit: 10",
        ),
        Figure(section=HEAP, name="before", value=told["before"] / 1e6, unit="MB"),
        Figure(
            section=HEAP,
            name="statuses fed",
            value=told["frames"] / told["seconds"],
            unit="a second",
            note="the last one is shown" if told["is_shown"] else "THE LAST ONE IS NOT SHOWN",
        ),
    ]
