"""`aibt bots …` against a real server."""

import json

import pytest

from aibt.cli.bots import _matching, matching_encoders
from aibt.live.states import RunState
from aibt.rl.catalogue import ALGORITHMS, ENCODERS
from tests.unit.cli.builders import World, run


def test_a_bot_is_created_listed_and_shown(world: World) -> None:
    created = world.run("bots", "create", "Ada", "--lr", "0.01", "--hidden-layers", "16")
    listed = world.run("bots", "list")
    shown = world.run("bots", "show", "Ada")

    assert created.exit_code == 0, created.output
    assert "2 hidden layers of 16" in created.stdout
    assert "Ada" in listed.stdout
    assert "0.01" in listed.stdout
    assert "idle" in shown.stdout


def test_a_bot_learns_by_the_algorithm_that_it_is_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ALGORITHMS, "another", "Learns.")
    created = world.run("bots", "create", "Ada", "--algorithm", "another")
    listed = world.run("bots", "list")
    changed = world.run("bots", "update", "Ada", "--algorithm", "dqn")
    unknown = world.run("bots", "update", "Ada", "--algorithm", "sarsa")

    assert "another" in created.stdout
    assert "another" in listed.stdout
    assert "The weights were dropped." in changed.stderr
    assert world.json("bots", "show", "Ada")["algorithm"] == "dqn"
    assert unknown.exit_code == 1
    assert unknown.stderr.startswith("algorithm: 'sarsa' is none of ")


def test_a_bot_reads_the_bars_by_the_encoder_that_it_is_given(world: World) -> None:
    created = world.run("bots", "create", "Ada", "--algorithm", "pqn", "--encoder", "conv")
    listed = world.run("bots", "list")
    changed = world.run("bots", "update", "Ada", "--encoder", "gru")
    cannot = world.run("bots", "update", "Ada", "--algorithm", "dqn")
    unknown = world.run("bots", "update", "Ada", "--encoder", "joint")

    assert "conv" in created.stdout
    assert "conv" in listed.stdout
    assert "The weights were dropped." in changed.stderr
    assert world.json("bots", "show", "Ada")["encoder"] == "gru"
    assert cannot.exit_code == unknown.exit_code == 1
    assert cannot.stderr.startswith("encoder: dqn has a network of its own")
    assert unknown.stderr.startswith("encoder: 'joint' is none of mlp, conv, gru")


@pytest.mark.parametrize(
    "command",
    [("bots", "create"), ("bots", "update"), ("train",), ("populations", "start"), ("evaluate",)],
)
def test_help_says_what_each_encoder_does(command: tuple[str, ...]) -> None:
    said = " ".join(run(*command, "--help").stdout.replace("│", " ").split())

    assert all(f"{name}: {does}" in said for name, does in ENCODERS.items())


@pytest.mark.parametrize("command", [("bots", "create"), ("bots", "update"), ("train",)])
def test_help_says_what_each_algorithm_does(command: tuple[str, ...]) -> None:
    said = " ".join(run(*command, "--help").stdout.replace("│", " ").split())

    assert all(f"{name}: {does}" in said for name, does in ALGORITHMS.items())


def test_a_shell_completes_the_names_of_algorithms() -> None:
    assert dict(_matching("")) == ALGORITHMS
    assert dict(_matching("dq")) == {"dqn": ALGORITHMS["dqn"]}
    assert dict(matching_encoders("")) == ENCODERS
    assert dict(matching_encoders("g")) == {"gru": ENCODERS["gru"]}


def test_without_bots_the_list_says_how_to_make_one(world: World) -> None:
    result = world.run("bots", "list")

    assert result.exit_code == 0
    assert result.stdout == ""
    assert "aibt bots create" in result.stderr


def test_json_is_what_the_wire_says(world: World) -> None:
    world.run("bots", "create", "Ada")

    one = world.json("bots", "show", "Ada")
    every = world.json("bots", "list")

    assert one["lr"] == 0.001
    assert every == {"bots": [one]}


def test_a_refusal_is_one_sentence_with_its_field(world: World) -> None:
    world.run("bots", "create", "Ada")

    again = world.run("bots", "create", "Ada")
    wrong = world.run("bots", "create", "Bob", "--gamma", "2")

    assert (again.exit_code, wrong.exit_code) == (1, 1)
    assert again.stderr == "name: you already have a bot named 'Ada'\n"
    assert wrong.stderr.startswith("gamma: ")
    assert "Traceback" not in again.output + wrong.output


def test_a_bot_that_does_not_exist_is_named(world: World) -> None:
    for command in (["show"], ["pause"], ["delete", "--yes"], ["update", "--lr", "0.1"]):
        result = world.run("bots", command[0], "Bob", *command[1:])

        assert result.exit_code == 1
        assert "there is no bot 'Bob'" in result.stderr


def test_an_update_says_what_it_brought_with_it(world: World) -> None:
    world.run("bots", "create", "Ada")

    result = world.run("bots", "update", "Ada", "--new-name", "Eva", "--depth", "3")

    assert result.exit_code == 0
    assert "Eva" in result.stdout
    assert "3 hidden layers" in result.stdout
    assert "The weights were dropped." in result.stderr


def test_an_update_without_changes_is_a_misuse(world: World) -> None:
    result = world.run("bots", "update", "Ada")

    assert result.exit_code == 2
    assert "Say what to change" in result.stderr


def test_deleting_asks_first(world: World) -> None:
    world.run("bots", "create", "Ada")

    refused = world.run("bots", "delete", "Ada", text="n\n")
    kept = world.json("bots", "list")["bots"]
    deleted = world.run("bots", "delete", "Ada", text="y\n")

    assert refused.exit_code == 1
    assert len(kept) == 1
    assert deleted.exit_code == 0
    assert world.json("bots", "list") == {"bots": []}


def test_pause_resume_and_stop_reach_what_the_bot_is_doing(world: World) -> None:
    number = world.a_training()
    world.move(number, RunState.RUNNING)

    said = [world.run("bots", verb, "Ada").stdout for verb in ("pause", "resume", "stop")]

    assert said == [
        f"The bot Ada is paused (training {number}).\n",
        f"The bot Ada is running (training {number}).\n",
        "The bot Ada is idle.\n",
    ]
    assert json.loads(world.run("bots", "pause", "Ada", "--json").stdout)["state"] == "idle"


def test_a_name_with_a_space_finds_its_way_into_the_address(world: World) -> None:
    world.run("bots", "create", "Ada the second")

    assert world.json("bots", "show", "Ada the second")["name"] == "Ada the second"
