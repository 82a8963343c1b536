"""A population over Ray: one process, members of their own, and nothing lost when it is killed."""

from typing import Any

from safetensors.numpy import load_file

from tests.integration.platform_process import PlatformProcess, kill, wait_until

EPISODES = 12
PATIENCE_S = 180.0
SHARED: dict[str, Any] = {
    "train_data_percentage": 80,
    "balance": 10_000,
    "batch_size": 32,
    "max_episodes": EPISODES,
    "min_episodes": EPISODES,
    "symbol": "EURUSD",
    "period": "1h",
    "source": "sample",
    "algorithm": "dqn",
}


def start(platform: PlatformProcess, name: str, **given: Any) -> dict[str, Any]:
    asked = {**SHARED, "name": name, "members": 3, "hidden_layers": 8, "seed": 5, **given}
    found: dict[str, Any] = platform.call("POST", "/api/populations", asked)
    return found


def shown(platform: PlatformProcess, population: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = platform.get(f"/api/populations/{population['id']}")
    return found


def member(platform: PlatformProcess, population: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = shown(platform, population)["members"][number - 1]
    return found


def until(platform: PlatformProcess, reached: Any) -> None:
    wait_until(reached, PATIENCE_S, platform.log)


def weights(platform: PlatformProcess, training_id: int) -> dict[str, bytes]:
    left = list((platform.root / "trainings" / str(training_id)).glob("weights-*.safetensors"))
    return {name: tensor.tobytes() for name, tensor in load_file(max(left)).items()}


def test_members_are_paused_alone_survive_a_kill_and_learn_what_they_would_alone(
    own_platform: PlatformProcess,
) -> None:
    platform = own_platform
    population = start(platform, "tides", lr_min=1e-4, lr_max=1e-2)
    until(
        platform,
        lambda: all(one["steps"] > 200 for one in shown(platform, population)["members"]),
    )
    (process,) = platform.actors(f"Population {population['id']}")

    first = member(platform, population, 1)["training_id"]
    paused = platform.call("POST", f"/api/trainings/{first}/pause")
    assert paused["state"] == "paused"
    before = member(platform, population, 2)["steps"]
    until(platform, lambda: member(platform, population, 2)["steps"] > before)
    assert member(platform, population, 1)["steps"] == paused["steps"]

    kill(process)
    until(
        platform,
        lambda: (
            [one["state"] for one in shown(platform, population)["members"]][1:] == ["running"] * 2
            or shown(platform, population)["active_count"] == 1
        ),
    )
    assert member(platform, population, 1)["state"] == "paused"
    until(platform, lambda: shown(platform, population)["active_count"] == 1)
    platform.call("POST", f"/api/populations/{population['id']}/resume")
    until(platform, lambda: shown(platform, population)["active_count"] == 0)

    ended = shown(platform, population)
    assert ended["state"] == "finished"
    for one in ended["members"]:
        bot = platform.call(
            "POST",
            "/api/bots",
            {"name": f"alone {one['member']}", "lr": one["lr"], "gamma": one["gamma"],
             "hidden_layers": 8, "algorithm": "dqn"},
        )  # fmt: skip
        alone = platform.call(
            "POST", "/api/trainings", {**SHARED, "bot_name": bot["name"], "seed": one["seed"]}
        )
        path = f"/api/trainings/{alone['id']}"
        until(platform, lambda path=path: platform.get(path)["state"] == "finished")
        assert weights(platform, one["training_id"]) == weights(platform, alone["id"])


def test_a_search_takes_steps_which_are_told_and_survive_a_kill(
    own_platform: PlatformProcess,
) -> None:
    platform = own_platform
    population = start(
        platform,
        "hunters",
        max_episodes=400,
        min_episodes=400,
        algorithm="counterfactual",
        search={"interval": 2, "fraction": 0.34},
    )
    path = f"/api/populations/{population['id']}"
    until(platform, lambda: platform.get(path)["steps_taken"] >= 2)
    pinned = platform.call("PATCH", path, {"members": [1], "mark": "pinned"})
    assert pinned["members"][0]["mark"] == "pinned"
    at_the_pin = platform.get(f"{path}/events?limit=1000")["events"]

    (process,) = platform.actors(f"Population {population['id']}")
    kill(process)
    taken = platform.get(path)["steps_taken"]
    until(platform, lambda: platform.get(path)["steps_taken"] > taken)
    stopped = platform.call("POST", f"{path}/stop")

    events = platform.get(f"{path}/events?limit=1000")["events"]
    steps = [event["data"] for event in events if event["kind"] == "step"]
    assert stopped["active_count"] == 0
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
    since = [event["data"] for event in events[len(at_the_pin) :] if event["kind"] == "step"]
    assert all(step["member"] != 1 for step in since)
    assert stopped["trials"] == 3 + len(steps)
