"""`aibt trainings …`: what was trained, what is being trained, and controlling it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from aibt.cli import formats, output, runs
from aibt.cli.complaints import Misused
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.results import result_table
from aibt.protocol.trainings import TrainingMessage, TrainingsPageMessage

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Show, control and change trainings.")

TrainingId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The training's number.")]


@app.command("list")
def list_trainings(
    *,
    states: runs.States = None,
    bot: Annotated[str | None, typer.Option("--bot", help="Only this bot's.")] = None,
    limit: runs.Limit = 20,
    before: runs.Before = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List your trainings, newest first.

    Example: aibt trainings list --state running --state paused
    """
    query = runs.query(states, limit, before, bot_name=bot)
    with connected(address(url)) as client:
        found = client.get("/api/trainings", TrainingsPageMessage, **query).trainings
    runs.show_list(
        found,
        "trainings",
        trainings_table,
        limit=limit,
        first="aibt train EURUSD --period H1",
        as_json=as_json,
    )


@app.command()
def show(training_id: TrainingId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show one training: its parameters, how far it is, and its results."""
    with connected(address(url)) as client:
        training = client.get(f"/api/trainings/{training_id}", TrainingMessage)
    show_training(training, as_json=as_json)


@app.command()
def pause(training_id: TrainingId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Pause a training; no step runs after the answer."""
    _control("pause", training_id, url, as_json=as_json)


@app.command()
def resume(training_id: TrainingId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Let a paused training go on."""
    _control("resume", training_id, url, as_json=as_json)


@app.command()
def stop(training_id: TrainingId, url: Url = None, *, as_json: AsJson = False) -> None:
    """End a training for good; its best weights and its history stay."""
    _control("stop", training_id, url, as_json=as_json)


@app.command()
def update(
    training_id: TrainingId,
    *,
    lr: Annotated[float | None, typer.Option("--lr", help="Learning rate.")] = None,
    gamma: Annotated[float | None, typer.Option("--gamma", help="Discount per bar.")] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", help="Transitions per update.")
    ] = None,
    max_episodes: Annotated[
        int | None, typer.Option("--max-episodes", help="At most so many episodes.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Change a training from its next step on, while it runs.

    Example: aibt trainings update 7 --lr 0.0003
    """
    changes = {"lr": lr, "gamma": gamma, "batch_size": batch_size, "max_episodes": max_episodes}
    if all(value is None for value in changes.values()):
        raise Misused("Say what to change, as in: aibt trainings update 7 --lr 0.0003")
    with connected(address(url)) as client:
        training = client.change("PATCH", f"/api/trainings/{training_id}", TrainingMessage, changes)
    if as_json:
        output.show_json(training.model_dump(mode="json"))
        return
    now = ", ".join(f"{name} {getattr(training, name):g}" for name in changes)
    output.show_lines(f"Training {training.id} ({training.state}): {now}.")


def show_training(training: TrainingMessage, *, as_json: bool) -> None:
    """Write everything about a training."""
    if as_json:
        output.show_json(training.model_dump(mode="json"))
        return
    output.show(output.facts(_facts(training)))
    output.show(result_table(training))


def trainings_table(trainings: Iterable[TrainingMessage]) -> "Table":
    """Return trainings as a table."""
    columns = (
        "ID>", "Bot", "Symbol", "Algorithm", "State", "Episodes>", "Steps/s>", "Validation>",
        "Out of sample>", "Created",
    )  # fmt: skip
    return output.table(columns, (_row(training) for training in trainings))


def _control(verb: str, training_id: int, url: str | None, *, as_json: bool) -> None:
    path = f"/api/trainings/{training_id}/{verb}"
    runs.control(path, TrainingMessage, _stands, url, as_json=as_json)


def _stands(training: TrainingMessage) -> str:
    episodes = training.episodes
    return (
        f"Training {training.id} is {training.state}, in episode "
        f"{formats.count(episodes.current)} of {formats.count(episodes.max)}."
    )


def _facts(training: TrainingMessage) -> list[tuple[str, str]]:
    episodes = training.episodes
    parameters = ", ".join(
        f"{name} {getattr(training, name)}"
        for name in (
            "lr", "gamma", "batch_size", "environments", "rollout_workers", "device", "algorithm",
            "encoder", "seed",
        )
    )  # fmt: skip
    reason = f": {formats.plain(training.reason)}" if training.reason else ""
    done = f"{formats.count(episodes.current)} of {formats.count(episodes.max)}"
    noted = [("Bot changed", formats.plain(training.note))] if training.note else []
    return [
        ("Training", f"{training.id} of {training.bot_name}"),
        ("State", f"{training.state}{reason}"),
        ("Bars", f"{training.symbol} {training.period} from {training.source}"),
        ("Training part", f"{training.train_data_percentage} % of the bars"),
        ("Episodes", f"{done} (at least {formats.count(training.min_episodes)})"),
        ("Steps", f"{formats.count(training.steps)}, {formats.rate(training.steps_per_second)}/s"),
        ("Starting cash", formats.amount(training.starting_balance)),
        ("Equity", f"{formats.amount(training.balance)} in the shown episode"),
        ("Parameters", parameters),
        ("Times (UTC)", runs.times(training)),
        *noted,
    ]


def _row(training: TrainingMessage) -> tuple[str, ...]:
    validation, out = training.validation, training.out_of_sample
    return (
        str(training.id),
        training.bot_name,
        f"{training.symbol} {training.period}",
        training.algorithm,
        training.state,
        f"{formats.count(training.episodes.current)}/{formats.count(training.episodes.max)}",
        formats.rate(training.steps_per_second),
        formats.amount(validation.profit if validation else None, signed=True),
        formats.amount(out.profit if out else None, signed=True),
        formats.moment(training.created_at),
    )
