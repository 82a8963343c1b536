"""`aibt populations …` against a real server."""

from typing import Any

import pytest

from tests.unit.cli.builders import World

QUICK = ("--members", "3", "--name", "tides", "--period", "1h", "--detach")


def a_population(world: World, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = world.json("populations", "start", "EURUSD", *QUICK, *options)
    return found


def test_one_is_started_with_ranges_and_a_search(world: World) -> None:
    found = a_population(
        world, "--lr-min", "0.001", "--lr-max", "0.1", "--search", "--interval", "5"
    )

    assert (found["name"], found["member_count"], found["searching"]) == ("tides", 3, True)
    assert (found["lr_min"], found["lr_max"], found["search"]["interval"]) == (0.001, 0.1, 5)


def test_alone_the_command_lists_them(world: World) -> None:
    assert "aibt populations start" in world.run("populations").stderr
    a_population(world)

    result = world.run("populations")

    assert result.exit_code == 0, result.output
    for word in ("tides", "EURUSD 1h", "queued", "3/3", "none"):
        assert word in result.stdout
    assert world.json("populations", "list")["populations"][0]["members"] == []


def test_one_is_shown_with_its_members(world: World) -> None:
    number = str(a_population(world, "--search")["id"])

    result = world.run("populations", "show", number)

    for word in ("tides 1", "tides 3", "every 10 episodes", "20.0 %", "Trials"):
        assert word in result.stdout


@pytest.mark.parametrize(
    ("command", "mark"), [("pin", "pinned"), ("exclude", "excluded"), ("include", "free")]
)
def test_members_are_marked_by_their_numbers(world: World, command: str, mark: str) -> None:
    number = str(a_population(world, "--search")["id"])

    found = world.json("populations", command, number, "1", "3")

    assert [one["mark"] for one in found["members"]] == [mark, "free", mark]


def test_the_search_is_stopped_and_goes_on(world: World) -> None:
    number = str(a_population(world, "--search")["id"])

    assert "search off" in world.run("populations", "search", number, "--off").stdout
    assert "search on" in world.run("populations", "search", number).stdout


def test_all_members_are_paused_resumed_and_stopped(world: World) -> None:
    number = str(a_population(world)["id"])

    said = [world.run("populations", verb, number).stdout for verb in ("pause", "resume", "stop")]

    assert [line.split(",")[0] for line in said] == [
        f"Population {number} is {state}" for state in ("paused", "running", "stopped")
    ]
    assert "0 of 3 members go on" in said[-1]


def test_one_that_has_ended_is_shown_instead_of_watched(world: World) -> None:
    number = str(a_population(world)["id"])
    world.run("populations", "stop", number)

    result = world.run("populations", "watch", number)

    assert result.exit_code == 0, result.output
    assert "tides 2" in result.stdout


def test_what_is_not_there_is_said(world: World) -> None:
    result = world.run("populations", "show", "99")

    assert result.exit_code == 1
    assert "99" in result.stderr
