"""`aibt train` and `aibt watch` against a real server."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aibt.cli.train import bot_name
from aibt.live.states import RunState
from aibt.rl.catalogue import ALGORITHMS
from tests.unit.cli.builders import EVALUATION, World, an_episode, meanwhile


def finish(world: World) -> None:
    """Let the training that begins run through a few episodes, and finish."""
    number = world.training_begun()
    world.move(number, RunState.LOADING, RunState.RUNNING)
    progress = {"current": 3, "max": 10, "percentage_done": 30.0}
    world.show(
        number, steps=300, episodes=progress, validation=EVALUATION, out_of_sample=EVALUATION
    )
    world.emit(number, "episode", an_episode(3))
    world.move(number, RunState.FINISHED)


def test_a_training_is_followed_to_its_end_and_its_result_is_shown(world: World) -> None:
    with meanwhile(lambda: finish(world)):
        result = world.run("train", "EURUSD", "--period", "H1", "--bot", "Ada")

    assert result.exit_code == 0, result.output
    assert "Created the bot Ada." in result.stderr
    assert "3 bars from sample" in result.stderr
    assert "is running" in result.stderr
    assert "has finished after 3 episodes, 300 steps" in result.stderr
    assert "Out of sample" in result.stdout
    assert "+120.50" in result.stdout
    assert "better on these bars" in result.stdout


def test_what_the_options_say_is_what_is_asked_for(world: World) -> None:
    started = world.json(
        "train", "^GSPC", "--bot", "Ada", "--episodes", "7", "--percentage", "70",
        "--balance", "500",
        "--source", "sample", "--workers", "2", "--environments", "4", "--device", "cpu",
        "--seed", "11", "--lr", "0.5", "--gamma", "0.5", "--batch-size", "16", "--fee-bps", "3",
        "--slippage-bps", "0", "--fresh", "--detach",
    )  # fmt: skip

    expected = {
        "symbol": "^GSPC", "period": "1d", "bot_name": "Ada", "min_episodes": 7, "max_episodes": 7,
        "train_data_percentage": 70, "starting_balance": 500.0, "rollout_workers": 2,
        "environments": 4, "device": "cpu", "seed": 11, "lr": 0.5, "gamma": 0.5, "batch_size": 16,
        "fee_bps": 3.0, "slippage_bps": 0.0, "fresh": True,
    }  # fmt: skip
    assert {name: started[name] for name in expected} == expected
    assert world.json("bots", "show", "Ada")["lr"] == 0.5


def test_trainings_start_returns_at_once_and_says_how_to_watch(world: World) -> None:
    result = world.run("trainings", "start", "EURUSD", "--period", "H1")

    assert result.exit_code == 0, result.output
    assert "is queued. Watch it: aibt watch" in result.stdout
    assert world.json("bots", "list")["bots"][0]["name"] == "EURUSD-1h"


def test_a_bot_that_is_there_is_taken_with_its_own_parameters(world: World) -> None:
    world.run("bots", "create", "Ada", "--lr", "0.25", "--hidden-layers", "16")

    started = world.json("train", "EURUSD", "--bot", "Ada", "--hidden-layers", "16", "--detach")

    assert started["lr"] == 0.25


def test_a_bot_that_is_there_keeps_its_network(world: World) -> None:
    world.run("bots", "create", "Ada", "--hidden-layers", "16")

    result = world.run("train", "EURUSD", "--bot", "Ada", "--hidden-layers", "32")

    assert result.exit_code == 2
    assert result.stderr.startswith("--hidden-layers: the bot Ada has 16")


def test_another_algorithm_is_said_before_it_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ALGORITHMS, "another", "Learns.")
    world.run("bots", "create", "Ada", "--algorithm", "dqn")

    result = world.run("train", "EURUSD", "--bot", "Ada", "--algorithm", "another", "--detach")
    made = world.json("train", "EURUSD", "--bot", "Bob", "--algorithm", "another", "--detach")

    assert "The bot Ada learns by another from this training on." in result.stderr
    assert world.json("bots", "show", "Ada")["algorithm"] == "another"
    assert made["algorithm"] == "another"
    assert "another" in world.run("trainings", "list").stdout


def test_another_encoder_is_said_before_it_is_taken(world: World) -> None:
    world.run("bots", "create", "Ada", "--algorithm", "pqn")

    result = world.run("train", "EURUSD", "--bot", "Ada", "--encoder", "conv", "--detach")
    made = world.json("train", "EURUSD", "--bot", "Bob", "--encoder", "gru", "--detach")
    shown = world.run("trainings", "show", str(made["id"]))

    assert "The bot Ada reads the bars by conv from this training on." in result.stderr
    assert world.json("bots", "show", "Ada")["encoder"] == "conv"
    assert made["encoder"] == "gru"
    assert "encoder gru" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("detach", [["--detach"], []])
def test_a_refused_start_is_one_sentence_with_its_field(world: World, detach: list[str]) -> None:
    unknown = world.run("train", "NOPE", "--bot", "Ada", *detach)
    wrong = world.run("train", "EURUSD", "--bot", "Ada", "--percentage", "0", *detach)

    assert (unknown.exit_code, wrong.exit_code) == (1, 1)
    assert "symbol: no market source has NOPE in 1d" in unknown.stderr
    assert "train_data_percentage: " in wrong.stderr
    assert "Traceback" not in unknown.output + wrong.output


def test_a_busy_bot_is_refused(world: World) -> None:
    number = world.a_training()

    result = world.run("train", "EURUSD", "--bot", "Ada")

    assert result.exit_code == 1
    assert f"bot_name: bot 'Ada' is busy with training {number}" in result.stderr


def test_episodes_are_said_in_one_way(world: World) -> None:
    result = world.run("train", "EURUSD", "--episodes", "5", "--max-episodes", "9")

    assert result.exit_code == 2
    assert result.stderr.startswith("--episodes: ")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--max-episodes", "5"], (5, 5)),
        (["--min-episodes", "500"], (500, 500)),
        (["--min-episodes", "2", "--max-episodes", "9"], (2, 9)),
        ([], (20, 100)),
    ],
)
def test_episodes_that_are_not_said_fit_those_that_are(
    world: World, given: list[str], expected: tuple[int, int]
) -> None:
    started = world.json("train", "EURUSD", *given, "--detach")

    assert (started["min_episodes"], started["max_episodes"]) == expected


@pytest.mark.parametrize(
    ("symbol", "period", "name"),
    [
        ("^GSPC", "D1", "GSPC-1d"),
        ("eurusd=x", "60m", "EURUSD-X-1h"),
        ("BTC-USD", "1d", "BTC-USD-1d"),
    ],
)
def test_a_bot_without_a_name_is_called_after_what_it_trains_on(
    symbol: str, period: str, name: str
) -> None:
    assert bot_name(symbol, period) == name


def test_a_wrong_period_is_told_before_a_bot_is_made(world: World) -> None:
    result = world.run("train", "EURUSD", "--period", "1y")

    assert result.exit_code == 2
    assert result.stderr.startswith("--period: ")
    assert world.json("bots", "list") == {"bots": []}


def test_a_failed_training_fails_the_command(world: World) -> None:
    def fail() -> None:
        world.move(world.training_begun(), RunState.FAILED)

    with meanwhile(fail):
        result = world.run("train", "EURUSD")

    assert result.exit_code == 1
    assert "has failed" in result.stderr
    assert "no out-of-sample result" in result.stdout


def test_with_json_the_result_alone_is_on_standard_output(world: World) -> None:
    with meanwhile(lambda: finish(world)):
        result = world.run("train", "EURUSD", "--json")

    assert json.loads(result.stdout)["state"] == "finished"
    assert "is running" in result.stderr


def test_watch_shows_a_training_that_runs(world: World) -> None:
    number = world.a_training()

    def finish_once_watched() -> None:
        world.wait_for(lambda: world.platform.polls)
        finish(world)

    with meanwhile(finish_once_watched):
        result = world.run("watch", str(number), "--rate", "30")

    assert result.exit_code == 0, result.output
    assert f"Training {number} has finished" in result.stderr
    assert "+120.50" in result.stdout


def test_watch_shows_what_came_out_of_a_training_that_has_ended(world: World) -> None:
    number = world.a_training()
    world.show(number, out_of_sample=EVALUATION)
    world.move(number, RunState.STOPPED)

    result = world.run("watch", str(number))

    assert result.exit_code == 0
    assert "stopped" in result.stdout
    assert "+120.50" in result.stdout


def test_watch_knows_no_training_that_is_not_there(world: World) -> None:
    result = world.run("watch", "99")

    assert result.exit_code == 1
    assert "there is no training '99'" in result.stderr


@pytest.mark.parametrize(
    ("options", "says", "state"),
    [
        ([], "goes on. Watch it: aibt watch", "running"),
        (["--stop-on-interrupt"], "was stopped", "stopped"),
    ],
)
def test_ctrl_c_leaves_the_training_or_stops_it(
    world: World, options: list[str], says: str, state: str
) -> None:
    command = [sys.executable, "-m", "aibt.cli", "train", "EURUSD", "--url", world.url, *options]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        number = world.training_begun()
        world.move(number, RunState.RUNNING)
        seen = b""
        while child.stderr is not None and b"is running" not in seen:
            line = child.stderr.readline()
            assert line, seen
            seen += line
        os.kill(child.pid, signal.SIGINT)
        _, said = child.communicate(timeout=20)

    assert child.returncode == 130
    assert says in said.decode()
    assert "Traceback" not in said.decode()
    assert world.json("trainings", "show", str(number))["state"] == state
