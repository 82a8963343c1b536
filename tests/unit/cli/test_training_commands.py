"""`aibt trainings …` against a real server."""

import pytest

from aibt.live.states import RunState
from tests.unit.cli.builders import EVALUATION, TRADE, World, an_episode


def test_trainings_are_listed_with_their_results(world: World) -> None:
    number = world.a_training()
    world.show(number, out_of_sample=EVALUATION, validation=EVALUATION, steps_per_second=12_345)

    result = world.run("trainings", "list")

    assert result.exit_code == 0, result.output
    for word in ("Ada", "EURUSD 1h", "queued", "12.3k", "+120.50"):
        assert word in result.stdout
    assert world.json("trainings", "list")["trainings"][0]["id"] == number


def test_the_list_can_be_narrowed_to_states_and_bots(world: World) -> None:
    first = world.a_training("Ada")
    world.move(first, RunState.RUNNING)
    second = world.a_training("Bob")

    running = world.json("trainings", "list", "--state", "running")["trainings"]
    of_bob = world.json("trainings", "list", "--bot", "Bob")["trainings"]

    assert [training["id"] for training in running] == [first]
    assert [training["id"] for training in of_bob] == [second]


def test_a_cut_list_says_how_to_go_on(world: World) -> None:
    number = world.a_training()

    result = world.run("trainings", "list", "--limit", "1")

    assert f"aibt trainings list --before {number}" in result.stderr
    assert world.json("trainings", "list", "--before", str(number)) == {"trainings": []}


def test_without_trainings_the_list_says_how_to_start_one(world: World) -> None:
    assert "aibt train EURUSD" in world.run("trainings", "list").stderr


def test_one_training_is_shown_with_parameters_and_results(world: World) -> None:
    number = world.a_training()
    world.show(number, out_of_sample=EVALUATION)

    result = world.run("trainings", "show", str(number))

    for word in ("batch_size 64", "80 % of the bars", "Out of sample", "+80.25", "1.25", "3.4 %"):
        assert word in result.stdout
    assert world.json("trainings", "show", str(number))["symbol"] == "EURUSD"


def test_pause_resume_and_stop_say_what_is_so_then(world: World) -> None:
    number = str(world.a_training())

    said = [world.run("trainings", verb, number).stdout for verb in ("pause", "resume", "stop")]

    assert [line.split(",")[0] for line in said] == [
        f"Training {number} is {state}" for state in ("paused", "running", "stopped")
    ]


def test_what_has_ended_takes_no_more_commands(world: World) -> None:
    number = world.a_training()
    world.move(number, RunState.FINISHED)

    result = world.run("trainings", "pause", str(number))

    assert result.exit_code == 1
    assert result.stderr == f"id: training {number} has ended (finished)\n"


def test_parameters_change_while_it_runs(world: World) -> None:
    number = world.a_training()

    result = world.run("trainings", "update", str(number), "--lr", "0.25", "--batch-size", "8")

    assert result.exit_code == 0
    assert "lr 0.25" in result.stdout
    assert "batch_size 8" in result.stdout
    assert world.json("trainings", "show", str(number))["lr"] == 0.25


def test_a_change_that_is_refused_names_its_field(world: World) -> None:
    number = world.a_training()

    result = world.run("trainings", "update", str(number), "--batch-size", "0")

    assert result.exit_code == 1
    assert result.stderr.startswith("batch_size: ")


def test_an_update_without_changes_is_a_misuse(world: World) -> None:
    assert world.run("trainings", "update", "7").exit_code == 2


@pytest.mark.parametrize("command", ["show", "pause", "trades", "episodes", "log"])
def test_a_training_that_does_not_exist_is_named(world: World, command: str) -> None:
    result = world.run("trainings", command, "99")

    assert result.exit_code == 1
    assert "there is no training '99'" in result.stderr


def test_the_trades_are_those_of_the_latest_best_evaluation(world: World) -> None:
    number = world.a_training()
    for episode, part in ((1, "out_of_sample"), (4, "out_of_sample"), (4, "validation")):
        trade = {**TRADE, "id": number, "part": part, "episode": episode}
        world.emit(number, "trade", {**trade, "profit": float(episode)})

    result = world.run("trainings", "trades", str(number))
    validation = world.json("trainings", "trades", str(number), "--part", "validation")

    assert result.exit_code == 0, result.output
    assert "2024-01-01 00:00" in result.stdout
    assert "2024-01-03 00:00" in result.stdout
    assert "bull" in result.stdout
    assert result.stderr == "1 trades after episode 4: +4.00.\n"
    assert [trade["part"] for trade in validation["trades"]] == ["validation"]


def test_without_trades_it_says_so(world: World) -> None:
    number = world.a_training()

    assert "no out-of-sample trades yet" in world.run("trainings", "trades", str(number)).stderr


def test_the_latest_episodes_are_shown(world: World) -> None:
    number = world.a_training()
    for episode in range(1, 1_205):
        world.emit(number, "episode", an_episode(episode, bust=episode == 1_204))

    result = world.run("trainings", "episodes", str(number), "--last", "3")

    assert [row.split()[0] for row in result.stdout.splitlines()[-4:-1]] == ["1202", "1203", "1204"]
    assert "bust" in result.stdout


def test_the_log_tells_states_changes_lines_and_errors(world: World) -> None:
    number = world.a_training()
    world.move(number, RunState.RUNNING)
    world.run("trainings", "update", str(number), "--lr", "0.5")
    world.do(lambda: world.platform.log(number, "halfway\x1b[2J"))
    world.emit(number, "error", {"code": "internal", "msg": "out of memory", "field": None})

    result = world.run("trainings", "log", str(number))

    lines = [line.split("  ", 1)[1] for line in result.stdout.splitlines()]
    assert lines == [
        "running", "from step 0 on: lr 0.5", "halfway [2J", "error: out of memory",
    ]  # fmt: skip
    assert len(world.json("trainings", "log", str(number))["events"]) == 4
