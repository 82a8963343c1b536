"""`aibt evaluations …`: what was judged, what is being judged, and controlling it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from aibt.cli import formats, output, runs
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.evaluate import Out, default_file, report_of, write_report
from aibt.protocol.evaluations import EvaluationRunMessage, EvaluationsPageMessage

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Show and control evaluations, and read reports.")

EvaluationId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The evaluation's number.")]


@app.command("list")
def list_evaluations(
    *,
    states: runs.States = None,
    limit: runs.Limit = 20,
    before: runs.Before = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List your evaluations, newest first."""
    query = runs.query(states, limit, before)
    with connected(address(url)) as client:
        found = client.get("/api/evaluations", EvaluationsPageMessage, **query).evaluations
    runs.show_list(
        found,
        "evaluations",
        evaluations_table,
        limit=limit,
        first="aibt evaluate GOOGL",
        as_json=as_json,
    )


@app.command()
def show(evaluation_id: EvaluationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show one evaluation: what was asked for, how far it is, and its verdict."""
    with connected(address(url)) as client:
        evaluation = client.get(f"/api/evaluations/{evaluation_id}", EvaluationRunMessage)
    if as_json:
        output.show_json(evaluation.model_dump(mode="json"))
        return
    output.show(output.facts(_facts(evaluation)))
    if evaluation.verdict is not None:
        output.show_lines(formats.plain(evaluation.verdict))


@app.command()
def report(
    evaluation_id: EvaluationId, out: Out = None, url: Url = None, *, as_json: AsJson = False
) -> None:
    """Write the report of an evaluation as a page and as JSON, and say its verdict.

    Example: aibt evaluations report 7 --out report.html
    """
    with connected(address(url)) as client:
        evaluation = client.get(f"/api/evaluations/{evaluation_id}", EvaluationRunMessage)
        found = report_of(client, evaluation_id)
    write_report(found, out or default_file(evaluation))
    if as_json:
        output.show_json(found)
    else:
        output.show_lines(formats.plain(str(evaluation.verdict)))


@app.command()
def pause(evaluation_id: EvaluationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Pause an evaluation; nothing is computed after the answer."""
    _control("pause", evaluation_id, url, as_json=as_json)


@app.command()
def resume(evaluation_id: EvaluationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Let a paused evaluation go on."""
    _control("resume", evaluation_id, url, as_json=as_json)


@app.command()
def stop(evaluation_id: EvaluationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """End an evaluation for good, without a report."""
    _control("stop", evaluation_id, url, as_json=as_json)


def evaluations_table(evaluations: Iterable[EvaluationRunMessage]) -> "Table":
    """Return evaluations as a table."""
    columns = ("ID>", "Symbol", "Algorithms", "State", "Trainings>", "Better", "Sure>", "Created")
    return output.table(columns, (_row(one) for one in evaluations))


def _control(verb: str, evaluation_id: int, url: str | None, *, as_json: bool) -> None:
    path = f"/api/evaluations/{evaluation_id}/{verb}"
    runs.control(path, EvaluationRunMessage, _stands, url, as_json=as_json)


def _stands(evaluation: EvaluationRunMessage) -> str:
    return (
        f"Evaluation {evaluation.id} is {evaluation.state}, {evaluation.units_done} of "
        f"{evaluation.units} trainings are judged."
    )


def _facts(evaluation: EvaluationRunMessage) -> list[tuple[str, str]]:
    reason = f": {formats.plain(evaluation.reason)}" if evaluation.reason else ""
    symbol = f"{evaluation.symbol} {evaluation.period}"
    names = (
        "lr", "gamma", "batch_size", "encoder", "hidden_layers", "depth", "discounter_rate",
        "environments", "min_episodes", "max_episodes", "device", "fee_bps", "slippage_bps",
        "embargo",
    )  # fmt: skip
    return [
        ("Evaluation", str(evaluation.id)),
        ("State", f"{evaluation.state}{reason}"),
        ("Bars", f"{formats.count(evaluation.bars)} of {symbol} from {evaluation.source}"),
        ("Algorithms", ", ".join(evaluation.algorithms)),
        ("Seeds, folds", f"{evaluation.seeds} from {evaluation.seed} on, {evaluation.folds}"),
        ("Trainings", f"{evaluation.units_done} of {evaluation.units} are judged"),
        ("Parameters", ", ".join(f"{name} {getattr(evaluation, name)}" for name in names)),
        ("Created (UTC)", formats.moment(evaluation.created_at)),
    ]


def _row(evaluation: EvaluationRunMessage) -> tuple[str, ...]:
    better = {True: "yes", False: "no", None: formats.ABSENT}[evaluation.better]
    return (
        str(evaluation.id),
        f"{evaluation.symbol} {evaluation.period}",
        ", ".join(evaluation.algorithms),
        evaluation.state,
        f"{evaluation.units_done}/{evaluation.units}",
        better,
        formats.percent(evaluation.confidence),
        formats.moment(evaluation.created_at),
    )
