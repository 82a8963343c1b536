"""A platform that several people have used: the same for each picture and each look at a view."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.people import PATIENCE_S, UNHURRIED, Person, newcomer
from tests.integration.platform_process import PlatformProcess, free_tool_ports, wait_until

ENDLESS = {"max_episodes": 100_000, "min_episodes": 100_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """The platform, and what the modules in Node are told of it."""

    platform: PlatformProcess
    facts: dict[str, Any]


@contextmanager
def seeded_platform(folder: Path) -> Iterator[Seeded]:
    """Start a platform, and do what Ada, Eve and the administrator have done on it."""
    with (
        PlatformProcess(folder, **UNHURRIED, **free_tool_ports()) as platform,
        ExitStack() as leaving,
    ):
        comers = {
            "ada": newcomer(platform, "ada@example.com"),
            "eve": newcomer(platform, "eve@example.com"),
            "newcomer": newcomer(platform, "new@example.com"),
            "admin": newcomer(platform, "boss@example.com", is_admin=True),
        }
        people = {name: leaving.enter_context(comer) for name, comer in comers.items()}
        yield Seeded(
            platform=platform,
            facts={
                "url": platform.url,
                "people": {name: person.facts for name, person in people.items()},
                **_by_ada(people["ada"]),
                **_judged_by_ada(people["ada"]),
                **_by_eve(people["eve"]),
            },
        )


def _by_ada(ada: Person) -> dict[str, Any]:
    agents = {
        "scripted": ada.agent("Scripted", "script/demo", prompt="Trade calmly, and say why."),
        "holder": ada.agent("Buy and hold", "baseline/buy-and-hold", is_public=True),
        "momentum": ada.agent("Momentum", "baseline/momentum"),
    }
    sessions = {name: ada.session(model_id) for name, model_id in agents.items()}

    ada.bot("Night owl", hidden_layers=64, gamma=0.99)
    ada.bot("Momentum hunter", hidden_layers=128, depth=3, gamma=0.95)
    ada.bot("Patient fox", hidden_layers=32, gamma=0.9)
    trainings = {
        "finished": ada.training("Night owl", symbol="^GSPC", period="D1", max_episodes=8),
        "other": ada.training("Momentum hunter", symbol="^GSPC", period="D1", max_episodes=6),
        "hourly": ada.training("Patient fox", max_episodes=3),
    }
    for training_id in trainings.values():
        ada.wait(f"/api/trainings/{training_id}")
    for session_id in sessions.values():
        ada.wait(f"/api/sessions/{session_id}")
    trainings["stopped"] = ada.training("Momentum hunter", **ENDLESS)
    _interrupted(ada, trainings["stopped"], "stop")
    trainings["paused"] = ada.training("Night owl", **ENDLESS)
    _interrupted(ada, trainings["paused"], "pause")
    return {"trainings": trainings, "agents": agents, "sessions": sessions}


def _judged_by_ada(ada: Person) -> dict[str, Any]:
    stopped_id = _half_judged(ada)
    evaluation_id = ada.evaluation("dqn", "counterfactual")
    population_id = ada.population("Tides")
    path = f"/api/populations/{population_id}"

    def has_searched() -> bool:
        now = ada.get(path)
        judged = all(one["validation"] is not None for one in now["members"])
        return judged and now["steps_taken"] >= 2

    wait_until(has_searched, PATIENCE_S, lambda: str(ada.get(path)))
    ada.patch(path, {"members": [1], "mark": "pinned"})
    ada.post(f"{path}/pause")
    ada.wait(f"/api/evaluations/{evaluation_id}")
    return {
        "population": population_id,
        "evaluation": evaluation_id,
        "half_judged": stopped_id,
    }


def _half_judged(ada: Person) -> int:
    """Return the id of an evaluation that was stopped after its first trainings."""
    evaluation_id = ada.evaluation("dqn", "pqn", seeds=3, max_episodes=8, min_episodes=8)
    path = f"/api/evaluations/{evaluation_id}"

    def has_judged() -> bool:
        return bool(ada.get(path)["units_done"] >= 2)

    wait_until(has_judged, PATIENCE_S, lambda: str(ada.get(path)))
    ada.post(f"{path}/stop")
    return evaluation_id


def _by_eve(eve: Person) -> dict[str, Any]:
    eve.bot("Eves own")
    walker = eve.agent("Random walk", "baseline/random", seed=7, is_public=True)
    eve.wait(f"/api/sessions/{eve.session(walker)}")
    return {"eve": {"bot": "Eves own", "agent": walker}}


def _interrupted(ada: Person, training_id: int, command: str) -> None:
    path = f"/api/trainings/{training_id}"
    ada.wait(path, "running", steps=5_000)
    ada.post(f"{path}/{command}")
