"""`aibt evaluate` and `aibt evaluations …` against a real server."""

import json
from pathlib import Path
from typing import Any

import pytest

from aibt.cli import evaluate as evaluating
from aibt.cli.evaluation_view import EvaluationView, progress_line
from aibt.cli.stream import Frame, RunStream
from aibt.live.states import RunState
from tests.unit.cli.builders import World, meanwhile
from tests.unit.rl.judgement.reports import a_report

REPORT: dict[str, Any] = a_report().to_json()
UNIT = {
    "algorithm": "dqn", "seed": 1, "fold": 2, "total_return": 0.0437, "trades": 12, "episodes": 40,
}  # fmt: skip


def begun(world: World) -> int:
    number: int = world.wait_for(lambda: list(world.platform.evaluation_runs))[-1]
    return number


def finish(world: World) -> None:
    """Let the evaluation that begins judge a training, and finish."""
    number = begun(world)

    def act() -> None:
        platform = world.platform
        platform.move_evaluation(number, RunState.RUNNING)
        platform.show_evaluation(number, units=4, units_done=1, share=0.25, seconds_left=90.0)
        platform.tell_evaluation(number, "unit", {"id": number, **UNIT})
        platform.finish_evaluation(number, REPORT)

    world.do(act)


def test_an_evaluation_is_followed_to_its_verdict_and_written_as_a_page_and_as_json(
    world: World, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    with meanwhile(lambda: finish(world)):
        result = world.run("evaluate", "GOOGL", "--out", str(out))

    assert result.exit_code == 0, result.output
    assert result.stdout == f"{REPORT['verdict']['sentence']}\n"
    assert "dqn, seed 1, fold 2: 4.4 % out of sample, 12 trades, 40 episodes" in result.stderr
    assert f"Written to {out}." in result.stderr
    assert "not better than buy-and-hold" in out.read_text("utf-8")
    assert json.loads(out.with_suffix(".json").read_text("utf-8")) == json.loads(json.dumps(REPORT))


def test_for_a_program_the_report_is_the_result(world: World, tmp_path: Path) -> None:
    with meanwhile(lambda: finish(world)):
        report = world.json("evaluate", "^GSPC", "--out", str(tmp_path / "x.html"))

    assert report == json.loads(json.dumps(REPORT))


def test_what_the_options_say_is_what_is_asked_for(world: World, tmp_path: Path) -> None:
    with meanwhile(lambda: finish(world)):
        world.run(
            "evaluate", "^GSPC", "-p", "D1", "--source", "sample", "-a", "dqn", "--seeds", "3",
            "--seed", "7", "--folds", "2", "--learned-first", "60", "--embargo", "4",
            "--earlier-trials", "9", "--episodes", "30", "--hidden-layers", "8", "--depth", "1",
            "--lr", "0.5", "--gamma", "0.5", "--batch-size", "16", "--environments", "4",
            "--fee-bps", "3", "--slippage-bps", "0", "--out", str(tmp_path / "x.html"),
        )  # fmt: skip

    shown = world.json("evaluations", "list")["evaluations"][0]
    expected = {
        "symbol": "^GSPC", "period": "1d", "source": "sample", "algorithms": ["dqn"], "seeds": 3,
        "seed": 7, "folds": 2, "learned_first": 60, "embargo": 4, "earlier_trials": 9,
        "min_episodes": 3, "max_episodes": 30, "hidden_layers": 8, "depth": 1, "lr": 0.5,
        "gamma": 0.5, "batch_size": 16, "environments": 4, "fee_bps": 3.0, "slippage_bps": 0.0,
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected


def test_without_a_name_the_page_is_named_after_what_was_judged(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with meanwhile(lambda: finish(world)):
        world.run("evaluate", "^GSPC")

    assert sorted(file.suffix for file in tmp_path.glob("evaluation-*-GSPC-1d.*")) == [
        ".html",
        ".json",
    ]


def test_one_that_is_stopped_has_no_report_and_says_so(world: World, tmp_path: Path) -> None:
    def stop() -> None:
        number = begun(world)
        world.do(lambda: world.platform.move_evaluation(number, RunState.STOPPED))

    out = tmp_path / "x.html"
    with meanwhile(stop):
        result = world.run("evaluate", "GOOGL", "--out", str(out))

    assert result.exit_code == 1
    assert "is stopped" in result.stderr
    assert not out.exists()


def test_a_page_that_cannot_be_written_is_a_complaint(world: World, tmp_path: Path) -> None:
    with meanwhile(lambda: finish(world)):
        result = world.run("evaluate", "GOOGL", "--out", str(tmp_path / "none" / "x.html"))

    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("stops", [False, True])
def test_who_leaves_lets_it_go_on_or_stops_it(
    world: World, monkeypatch: pytest.MonkeyPatch, stops: bool
) -> None:
    def left(stream: RunStream, *_: Any) -> None:
        next(iter(stream))
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluating, "follow", left)
    result = world.run("evaluate", "GOOGL", *(["--stop-on-interrupt"] if stops else []))

    assert result.exit_code == 130
    assert ("was stopped" if stops else "goes on") in result.stderr
    state = world.json("evaluations", "list")["evaluations"][0]["state"]
    assert state == ("stopped" if stops else "queued")


def test_evaluations_are_listed_shown_and_steered_and_their_reports_read_again(
    world: World, tmp_path: Path
) -> None:
    assert "aibt evaluate GOOGL" in world.run("evaluations", "list").stderr
    with meanwhile(lambda: finish(world)):
        world.run("evaluate", "GOOGL", "--out", str(tmp_path / "x.html"))
    number = str(begun(world))

    listed = world.run("evaluations", "list").stdout
    shown = world.run("evaluations", "show", number).stdout
    report = world.run("evaluations", "report", number, "--out", str(tmp_path / "again.html"))
    refused = world.run("evaluations", "stop", number)

    assert "GOOGL 1d" in listed
    assert "61.0 %" in listed
    assert "5 from 1 on, 4" in shown
    assert REPORT["verdict"]["sentence"] in shown
    assert report.stdout == f"{REPORT['verdict']['sentence']}\n"
    assert (tmp_path / "again.html").exists()
    assert refused.exit_code == 1


def test_pause_resume_and_stop_say_what_is_so_then(world: World) -> None:
    def leave() -> None:
        number = begun(world)
        verbs = ("pause", "resume", "stop")
        said.extend(world.run("evaluations", verb, str(number)).stdout for verb in verbs)

    said: list[str] = []
    with meanwhile(leave):
        world.run("evaluate", "GOOGL")

    assert ["paused" in said[0], "running" in said[1], "stopped" in said[2]] == [True] * 3


def test_the_bar_says_how_far_it_is_and_how_long_it_takes() -> None:
    view = EvaluationView(title="GOOGL 1d")
    assert progress_line(view) == "GOOGL 1d: waiting"

    status = {
        "id": 1, "state": "running", "units": 40, "units_done": 10, "share": 0.25,
        "doing": "dqn, seed 3, fold 3 of 4", "seconds_left": 90.0, "better": None,
        "confidence": None, "verdict": None, "cursor": 12,
    }  # fmt: skip
    view.take(Frame(kind="status", data=status), 0.0)

    line = progress_line(view)
    assert line.count("\N{FULL BLOCK}") == 10
    assert "25.0 %, 10 of 40 trainings, about 1 min 30 s left - dqn, seed 3, fold 3 of 4" in line
