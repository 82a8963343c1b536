"""What a training looks like, from frames alone."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from aibt.cli.results import summary, verdict
from aibt.cli.stream import BACK, END, LOST, Frame
from aibt.cli.train_view import TrainingView, episode_line, live_panel, progress_line
from aibt.live.states import RunState
from aibt.protocol.trainings import EpisodeMessage, TrainingMessage
from tests.unit.cli.builders import EVALUATION, an_episode


def a_status(**changes: Any) -> dict[str, Any]:
    done = changes.pop("done", 25.0)
    return {
        "id": 7, "state": "running",
        "episodes": {"current": 10, "max": 40, "percentage_done": done},
        "days": {"current": 500, "max": 4_000, "percentage_done": 12.5},
        "max_profit": 50.0, "max_balance": 10_050.0, "balance": 10_012.5, "profit": 12.5,
        "trades": 4, "rewards": 0.01, "last_decision": 2,
        "prediction": {"hold": 10.0, "close": 20.0, "bull": 60.0, "bear": 10.0, "max": "bull"},
        "bot": {"day": 500, "trades": []}, "steps": 40_500, "steps_per_second": 12_300.0,
        "loss": 0.0123, "epsilon": 0.35, "validation": EVALUATION, "out_of_sample": None,
        "cursor": 3, **changes,
    }  # fmt: skip


def a_training(**changes: Any) -> TrainingMessage:
    return TrainingMessage.of(
        a_status() | {
            "bot_name": "Ada", "reason": None, "symbol": "EURUSD", "period": "1h",
            "source": "sample", "train_data_percentage": 80, "starting_balance": 10_000.0,
            "lr": 0.001, "gamma": 0.97, "batch_size": 64, "max_episodes": 40, "min_episodes": 1,
            "fresh": False, "algorithm": "dqn", "encoder": "mlp", "environments": 1,
            "rollout_workers": 0, "device": "cpu", "seed": 7, "fee_bps": 1.0, "slippage_bps": 1.0,
            "created_at": "2024-01-01T00:00:00Z", "started_at": None, "ended_at": None,
            "state": "finished", "out_of_sample": EVALUATION, **changes,
        }
    )  # fmt: skip


def a_load(**changes: Any) -> dict[str, Any]:
    return {
        "date_range": ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"], "closes": [1.0, 1.1],
        "split": 3, "source": "sample", "fetched_at": None, "age_s": None, "notes": [], **changes,
    }  # fmt: skip


def status_frame(**changes: Any) -> Frame:
    return Frame(kind="status", data=a_status(**changes))


def state_frame(state: str, reason: str | None = None, seq: int | None = 1) -> Frame:
    return Frame(kind="state", data={"id": 7, "state": state, "reason": reason}, seq=seq)


def drawn(view: TrainingView) -> str:
    console = Console(file=StringIO(), width=100, color_system=None)
    console.print(live_panel(view))
    text: str = console.file.getvalue()  # type: ignore[attr-defined] - it is the StringIO above
    return text


def test_a_running_training_shows_every_figure() -> None:
    view = TrainingView(title="Ada on EURUSD 1h")
    view.take(status_frame(), 0.0)

    panel = drawn(view)

    for words in (
        "Ada on EURUSD 1h", "running", "10/40", "500/4,000", "10,012.50", "+12.50", "bull 60 %",
        "4 trades", "12.3k steps/s", "ε 0.35", "loss 0.0123", "+120.50", "Sharpe 1.25",
        "buy and hold +80.25", "not yet",
    ):  # fmt: skip
        assert words in panel


def test_the_panel_fits_an_ordinary_terminal() -> None:
    view = TrainingView(title="B" * 64)
    for step in range(200):
        view.take(status_frame(balance=float(10_000 + step), out_of_sample=EVALUATION), float(step))

    console = Console(file=StringIO(), width=80, color_system=None)
    console.print(live_panel(view))
    text = console.file.getvalue()  # type: ignore[attr-defined] - it is the StringIO above

    assert max(len(line) for line in text.splitlines()) <= 80
    assert len(text.splitlines()) < 14


def test_before_the_first_figures_the_panel_says_what_it_waits_for() -> None:
    view = TrainingView(title="Ada")

    assert "waiting for the platform" in drawn(view)
    view.take(state_frame("queued"), 0.0)
    assert "queued" in drawn(view)


def test_the_remaining_time_follows_from_the_pace_and_not_while_paused() -> None:
    view = TrainingView()
    view.take(status_frame(done=10.0), 100.0)
    assert view.pace.left_s is None
    view.take(status_frame(done=30.0), 120.0)
    assert view.pace.left_s == pytest.approx(70.0)

    view.take(state_frame("paused"), 121.0)

    assert view.pace.left_s is None
    assert "left" not in drawn(view)


def test_states_are_told_once_and_the_snapshots_own_is_not() -> None:
    view = TrainingView()

    assert view.take(state_frame("queued", seq=None), 0.0) == []
    assert view.take(state_frame("running"), 0.0) == ["Training 7 is running."]
    assert view.take(state_frame("running", seq=2), 0.0) == []
    failed = view.take(state_frame("failed", "no memory", seq=3), 0.0)
    assert failed == ["Training 7 is failed: no memory."]


def test_bars_in_parts_are_counted_together_and_told_once() -> None:
    view = TrainingView()
    first = Frame(kind="load", data=a_load(part=1, parts=2, notes=["old"]))
    rest = a_load(date_range=["2024-01-03T00:00:00Z", "2024-01-04T00:00:00Z"], notes=["old"])
    second = Frame(kind="load", data={**rest, "part": 2, "parts": 2})

    said = [view.take(frame, 0.0) for frame in (first, second, first, second)]

    (told, note) = said[1]
    assert told.startswith("4 bars from sample, 2024-01-01 00:00 to 2024-01-04 00:00 UTC")
    assert note == "old"
    assert (said[0], said[2], said[3]) == ([], [], [])


def test_log_lines_changes_and_errors_are_told() -> None:
    view = TrainingView()
    log = {"level": "info", "text": "best so far\x1b[0m", "at": "2024-01-01T00:00:00Z"}

    assert view.take(Frame(kind="log", data=log, seq=1), 0.0) == ["best so far [0m"]
    assert view.take(Frame(kind="log", data={**log, "level": "debug"}, seq=2), 0.0) == []
    params = {"id": 7, "changed": {"lr": 0.5}, "step": 12_000}
    assert view.take(Frame(kind="params", data=params, seq=3), 0.0) == [
        "From step 12,000 on: lr is now 0.5."
    ]
    error = {"code": "internal", "msg": "oh", "field": None}
    assert view.take(Frame(kind="error", data=error, seq=4), 0.0) == ["Error: oh"]


def test_a_lost_connection_shows_until_it_is_back() -> None:
    view = TrainingView()

    assert "Connection lost" in view.take(Frame(kind=LOST, data={"reason": "gone"}), 0.0)[0]
    assert "connection lost" in drawn(view)
    assert view.take(Frame(kind=BACK, data={}), 0.0) == ["Connected again."]
    assert "connection lost" not in drawn(view)


def test_the_last_frame_is_the_result() -> None:
    view = TrainingView()
    view.take(Frame(kind=END, data=a_training().model_dump(mode="json")), 0.0)

    assert view.result == a_training()
    assert view.state is RunState.FINISHED


def test_one_plain_line_says_how_far_it_is() -> None:
    view = TrainingView()
    view.take(status_frame(), 0.0)

    line = progress_line(view)

    assert line.startswith("episode 10/40 (25 %)")
    assert "validation +120.50" in line
    assert "out of sample –" in line
    assert "\n" not in line


def test_episodes_that_are_summed_say_their_range() -> None:
    one = EpisodeMessage.of(an_episode(5))
    several = EpisodeMessage.of(an_episode(9, first_episode=6, bust=True))

    assert episode_line(one) == "Episode 5: profit +1.50 in 3 trades"
    assert episode_line(several) == "Episodes 6 to 9: profit +1.50 in 3 trades, bust"


@pytest.mark.parametrize(
    ("profit", "words"),
    [(100.0, "proves little"), (80.25, "no better than buy-and-hold"), (-5.0, "no better than")],
)
def test_the_verdict_is_honest(profit: float, words: str) -> None:
    said = verdict(a_training(out_of_sample={**EVALUATION, "profit": profit}))

    assert words in said
    assert "+80.25" in said


def test_without_a_result_the_verdict_says_so() -> None:
    assert "no out-of-sample result" in verdict(a_training(out_of_sample=None))


def test_the_summary_says_how_it_ended_and_why() -> None:
    assert summary(a_training()) == "Training 7 has finished after 10 episodes, 40,500 steps."
    assert summary(a_training(state="failed", reason="no bars")).endswith(": no bars.")
