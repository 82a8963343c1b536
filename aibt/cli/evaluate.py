"""`aibt evaluate SYMBOL`: a walk-forward evaluation, from its start to the page of its report."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from aibt.cli import output
from aibt.cli.bots import ENCODERS_SAID, matching_encoders
from aibt.cli.client import Client
from aibt.cli.complaints import INTERRUPTED, Complaint
from aibt.cli.entry import AsJson, Entry, Url, address, connected
from aibt.cli.evaluation_view import EvaluationView
from aibt.cli.following import follow
from aibt.cli.market import Period, Source, Symbol
from aibt.cli.own_platform import leaving_when_told, own_platform
from aibt.cli.stream import RunStream
from aibt.cli.tokens import Tokens
from aibt.clock import Clock, SystemClock
from aibt.live.states import RunState
from aibt.protocol.evaluations import EvaluationReportMessage, EvaluationRunMessage
from aibt.rl.catalogue import DEFAULT_ENCODER

_LEARNING = "Learning"
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="Where the page is written; its JSON stands beside it. "
        "Default: evaluation-ID-SYMBOL-PERIOD.html here.",
    ),
]


def evaluate(
    context: typer.Context,
    symbol: Symbol,
    *,
    period: Period = "1d",
    source: Source = None,
    algorithms: Annotated[
        list[str] | None,
        typer.Option(
            "--algorithm",
            "-a",
            help="Only this one; may be repeated. Default: all that take the encoder.",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(help="How often each is trained, from other seeds.")] = 5,
    seed: Annotated[int, typer.Option(help="The first of the seeds.")] = 1,
    folds: Annotated[int, typer.Option(help="Test parts, one after the other.")] = 4,
    learned_first: Annotated[
        int, typer.Option(help="Per cent of the bars before the first test part.")
    ] = 50,
    embargo: Annotated[int, typer.Option(help="Further bars left out before each test part.")] = 0,
    earlier_trials: Annotated[
        int, typer.Option(help="What you tried on these bars before; it counts as luck had.")
    ] = 0,
    episodes: Annotated[
        int, typer.Option("--episodes", "-n", help="At most so many in each training.")
    ] = 50,
    min_episodes: Annotated[
        int | None, typer.Option(help="At least so many. Default: a tenth of --episodes.")
    ] = None,
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"How the networks read the bars. {ENCODERS_SAID}",
            autocompletion=matching_encoders,
            rich_help_panel=_LEARNING,
        ),
    ] = DEFAULT_ENCODER,
    hidden_layers: Annotated[
        int, typer.Option(help="Width of each hidden layer.", rich_help_panel=_LEARNING)
    ] = 64,
    depth: Annotated[
        int, typer.Option(help="Number of hidden layers.", rich_help_panel=_LEARNING)
    ] = 2,
    lr: Annotated[float, typer.Option(help="Learning rate.", rich_help_panel=_LEARNING)] = 0.001,
    gamma: Annotated[
        float, typer.Option(help="Discount per bar.", rich_help_panel=_LEARNING)
    ] = 0.97,
    batch_size: Annotated[
        int, typer.Option(help="Transitions per update.", rich_help_panel=_LEARNING)
    ] = 64,
    environments: Annotated[
        int,
        typer.Option(
            help="Accounts that trade side by side; 0: as many as the algorithm does best with.",
            rich_help_panel=_LEARNING,
        ),
    ] = 0,
    fee_bps: Annotated[
        float | None, typer.Option(help="Fee, basis points.", rich_help_panel=_LEARNING)
    ] = None,
    slippage_bps: Annotated[
        float | None, typer.Option(help="Slippage, basis points.", rich_help_panel=_LEARNING)
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option(help="Where it learns.")
    ] = "cpu",
    out: Out = None,
    stop_on_interrupt: Annotated[
        bool, typer.Option("--stop-on-interrupt", help="Ctrl-C stops the evaluation too.")
    ] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Judge algorithms on a symbol by walk-forward, and write the report as a page and as JSON.

    Runs on the platform that is there, or on one of its own that it starts and removes again.
    Every figure is out of sample with costs, beside baselines; the verdict says whether anything
    is better than buy-and-hold, and how sure.

    Example: aibt evaluate GOOGL --algorithm pqn --seeds 5 --folds 4 --out report.html
    """
    start = {
        "symbol": symbol,
        "period": period,
        "source": source,
        "algorithms": algorithms or [],
        "seeds": seeds,
        "seed": seed,
        "folds": folds,
        "learned_first": learned_first,
        "embargo": embargo,
        "earlier_trials": earlier_trials,
        "min_episodes": max(1, episodes // 10) if min_episodes is None else min_episodes,
        "max_episodes": episodes,
        "encoder": encoder,
        "hidden_layers": hidden_layers,
        "depth": depth,
        "lr": lr,
        "gamma": gamma,
        "batch_size": batch_size,
        "environments": environments,
        "fee_bps": fee_bps,
        "slippage_bps": slippage_bps,
        "device": device,
    }
    clock = SystemClock()
    try:
        with _platform(context.obj, url, clock) as (base, tokens, is_own):
            _evaluate(
                base,
                tokens,
                clock,
                start,
                out=out,
                stop_it=stop_on_interrupt or is_own,
                as_json=as_json,
            )
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _platform(
    entry: Entry, url: str | None, clock: Clock
) -> Iterator[tuple[str, Tokens | None, bool]]:
    """Yield the platform that is there, or one that lasts as long as the block."""
    base = address(url)
    with connected(base) as client:
        answers = client.health() is not None
    if answers or url is not None:
        yield base, None, False
        return
    with leaving_when_told(), own_platform(entry, clock) as (own, tokens):
        yield own, tokens, True


def _evaluate(
    base: str,
    tokens: Tokens | None,
    clock: Clock,
    start: Mapping[str, Any],
    *,
    out: Path | None,
    stop_it: bool,
    as_json: bool,
) -> None:
    with connected(base, tokens) as client:
        stream = RunStream(base, "evaluations", clock=clock, tokens=client.tokens, start=start)
        view = EvaluationView(title=f"{start['symbol']} {start['period']}")
        try:
            evaluation = follow(stream, view, clock)
        except KeyboardInterrupt:
            _leave(client, stream, stop_it=stop_it)
            raise typer.Exit(INTERRUPTED) from None
        if evaluation.state is not RunState.FINISHED:
            why = f": {evaluation.reason}" if evaluation.reason else ""
            raise Complaint(f"Evaluation {evaluation.id} is {evaluation.state}{why}.")
        report = report_of(client, evaluation.id)
    write_report(report, out or default_file(evaluation))
    if as_json:
        output.show_json(report)
    else:
        output.show_lines(str(evaluation.verdict))


def report_of(client: Client, evaluation_id: int) -> dict[str, Any]:
    """Return the report of an evaluation that has finished."""
    path = f"/api/evaluations/{evaluation_id}/report"
    return client.get(path, EvaluationReportMessage).report


def default_file(evaluation: EvaluationRunMessage) -> Path:
    """Return where a report is written if nobody says it: a name without what a shell obeys."""
    symbol = "".join(char if char.isalnum() else "-" for char in evaluation.symbol).strip("-")
    return Path(f"evaluation-{evaluation.id}-{symbol}-{evaluation.period}.html")


def write_report(report: Mapping[str, Any], file: Path) -> None:
    """Write a report as a page, and as JSON beside it; say where they are.

    Raises:
        Complaint: one of them cannot be written.
    """
    from aibt.rl.judgement.page import page

    beside = file.with_suffix(".json") if file.suffix != ".json" else file.with_suffix(".data.json")
    for path, text in (
        (file, page(report)),
        (beside, json.dumps(report, ensure_ascii=False, indent=1) + "\n"),
    ):
        try:
            path.write_text(text, "utf-8")
        except OSError as error:
            raise Complaint(f"--out: {path} cannot be written: {error.strerror}.") from None
        output.say(f"Written to {path}.")


def _leave(client: Client, stream: RunStream, *, stop_it: bool) -> None:
    """Say what becomes of an evaluation whose watcher leaves."""
    number = stream.run_id
    if number is None:
        output.say("Left before it began; `aibt evaluations list` shows whether it did.")
    elif stop_it:
        client.change("POST", f"/api/evaluations/{number}/stop", EvaluationRunMessage)
        output.say(f"Evaluation {number} was stopped.")
    else:
        output.say(
            f"Evaluation {number} goes on. Its report: aibt evaluations report {number}   "
            f"Stop it: aibt evaluations stop {number}"
        )
