"""`aibt populations …`: bots of one shape that are trained at once, and what their search does."""

from typing import Annotated, Any

import typer

from aibt.cli import output
from aibt.cli.bots import Algorithm, Depth, Encoder, HiddenLayers
from aibt.cli.complaints import INTERRUPTED, Misused
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.following import follow
from aibt.cli.market import Period, Source, Symbol
from aibt.cli.population_view import (
    PopulationView,
    facts_of,
    members_table,
    populations_table,
    summary,
)
from aibt.cli.runs import Before, Limit
from aibt.cli.stream import RunStream
from aibt.clock import SystemClock
from aibt.protocol.populations import PopulationMessage, PopulationsMessage

app = typer.Typer(help="Train many bots at once, and let them search. Alone: list them.")

PopulationId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The population's number.")]
Members = Annotated[
    list[int], typer.Argument(metavar="MEMBER...", min=1, help="Numbers of its members.")
]
_RATES = "Learning rates and discounts"
_SEARCH = "Search"


@app.callback(invoke_without_command=True)
def populations(context: typer.Context, url: Url = None, *, as_json: AsJson = False) -> None:
    """Train many bots at once, and let them search. Alone: list them."""
    if context.invoked_subcommand is None:
        list_populations(url=url, as_json=as_json)


@app.command("list")
def list_populations(
    limit: Limit = 20,
    before: Before = None,
    url: Url = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List your populations, newest first."""
    with connected(address(url)) as client:
        found = client.get("/api/populations", PopulationsMessage, limit=limit, before_id=before)
    if as_json:
        output.show_json(found.model_dump(mode="json"))
    elif not found.populations:
        output.say("There is none. Start one: aibt populations start EURUSD --members 16")
    else:
        output.show(populations_table(found.populations))
        if found.next is not None:
            output.say(f"Older ones: aibt populations list --before {found.next}")


@app.command()
def start(
    symbol: Symbol,
    *,
    members: Annotated[int, typer.Option("--members", "-m", min=2, help="How many bots.")] = 8,
    name: Annotated[
        str | None, typer.Option(help="Of the population; its bots are numbered after it.")
    ] = None,
    period: Period = "1d",
    source: Source = None,
    episodes: Annotated[int, typer.Option("--episodes", "-n", help="At most so many each.")] = 100,
    min_episodes: Annotated[int | None, typer.Option(help="At least so many each.")] = None,
    percentage: Annotated[
        int, typer.Option("--percentage", help="The first so many per cent of the bars train.")
    ] = 80,
    balance: Annotated[float, typer.Option(help="Starting cash.")] = 10_000.0,
    algorithm: Algorithm = None,
    encoder: Encoder = None,
    hidden_layers: HiddenLayers = None,
    depth: Depth = None,
    batch_size: Annotated[int, typer.Option(help="Transitions per update.")] = 64,
    seed: Annotated[int | None, typer.Option(help="Of all that is drawn.")] = None,
    lr_min: Annotated[float | None, typer.Option(rich_help_panel=_RATES, help="Lowest.")] = None,
    lr_max: Annotated[float | None, typer.Option(rich_help_panel=_RATES, help="Highest.")] = None,
    gamma_min: Annotated[float | None, typer.Option(rich_help_panel=_RATES, help="Lowest.")] = None,
    gamma_max: Annotated[
        float | None, typer.Option(rich_help_panel=_RATES, help="Highest.")
    ] = None,
    search: Annotated[
        bool,
        typer.Option(
            "--search", rich_help_panel=_SEARCH, help="The worst take over from the best."
        ),
    ] = False,
    interval: Annotated[
        int, typer.Option(rich_help_panel=_SEARCH, help="Episodes between two looks at a member.")
    ] = 10,
    fraction: Annotated[
        float, typer.Option(rich_help_panel=_SEARCH, help="Share that is low, and that is high.")
    ] = 0.2,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Start it and leave.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Start a population, and watch it.

    Example: aibt populations start GOOGL --members 16 --lr-min 1e-4 --lr-max 1e-2 --search
    """
    asked: dict[str, Any] = {
        "name": name or f"{symbol.strip('^')}-{period}-many",
        "members": members,
        "train_data_percentage": percentage,
        "balance": balance,
        "batch_size": batch_size,
        "max_episodes": episodes,
        "min_episodes": min(20, episodes) if min_episodes is None else min_episodes,
        "symbol": symbol,
        "period": period,
        "source": source,
        "algorithm": algorithm,
        "encoder": encoder,
        "hidden_layers": hidden_layers,
        "depth": depth,
        "seed": seed,
        "lr_min": lr_min,
        "lr_max": lr_max,
        "gamma_min": gamma_min,
        "gamma_max": gamma_max,
        "search": {"interval": interval, "fraction": fraction} if search else None,
    }
    base = address(url)
    with connected(base) as client:
        begun = client.change("POST", "/api/populations", PopulationMessage, asked)
    if not detach:
        _watch(base, begun, client.tokens, as_json=as_json)
    elif as_json:
        output.show_json(begun.model_dump(mode="json"))
    else:
        output.show_lines(
            f"Population {begun.id}, {begun.name}, has {begun.member_count} members. "
            f"Watch it: aibt populations watch {begun.id}"
        )


@app.command()
def show(population_id: PopulationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show a population and its members."""
    with connected(address(url)) as client:
        found = client.get(f"/api/populations/{population_id}", PopulationMessage)
    _show(found, as_json=as_json)


@app.command()
def watch(population_id: PopulationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Watch a population until all of its members have ended or you press Ctrl-C."""
    base = address(url)
    with connected(base) as client:
        found = client.get(f"/api/populations/{population_id}", PopulationMessage)
    if found.active_count:
        _watch(base, found, client.tokens, as_json=as_json)
    else:
        _show(found, as_json=as_json)


@app.command()
def pause(population_id: PopulationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Pause every member; no step of any runs after the answer."""
    _change("POST", population_id, "/pause", None, url, as_json=as_json)


@app.command()
def resume(population_id: PopulationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Let every paused member go on."""
    _change("POST", population_id, "/resume", None, url, as_json=as_json)


@app.command()
def stop(population_id: PopulationId, url: Url = None, *, as_json: AsJson = False) -> None:
    """End every member for good; their best weights and histories stay."""
    _change("POST", population_id, "/stop", None, url, as_json=as_json)


@app.command()
def search(
    population_id: PopulationId,
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="Whether it takes steps.")] = True,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Let the search go on, or with --off take no step until then."""
    _change("PATCH", population_id, "", {"searching": on}, url, as_json=as_json)


@app.command()
def pin(
    population_id: PopulationId, members: Members, url: Url = None, *, as_json: AsJson = False
) -> None:
    """Never overwrite these members; others may copy them.

    Example: aibt populations pin 3 1 5
    """
    _mark("pinned", population_id, members, url, as_json=as_json)


@app.command()
def exclude(
    population_id: PopulationId, members: Members, url: Url = None, *, as_json: AsJson = False
) -> None:
    """Let the search pass these members over: they neither copy nor are copied from."""
    _mark("excluded", population_id, members, url, as_json=as_json)


@app.command()
def include(
    population_id: PopulationId, members: Members, url: Url = None, *, as_json: AsJson = False
) -> None:
    """Let the search have members back that were pinned or excluded."""
    _mark("free", population_id, members, url, as_json=as_json)


def _mark(
    mark: str, population_id: int, members: list[int], url: str | None, *, as_json: bool
) -> None:
    if not members:
        raise Misused("Say which members, by their numbers.")
    body = {"members": members, "mark": mark}
    _change("PATCH", population_id, "", body, url, as_json=as_json)


def _change(
    method: str,
    population_id: int,
    rest: str,
    body: dict[str, Any] | None,
    url: str | None,
    *,
    as_json: bool,
) -> None:
    with connected(address(url)) as client:
        path = f"/api/populations/{population_id}{rest}"
        changed = client.change(method, path, PopulationMessage, body)
    if as_json:
        output.show_json(changed.model_dump(mode="json"))
    else:
        output.show_lines(summary(changed))


def _show(population: PopulationMessage, *, as_json: bool) -> None:
    if as_json:
        output.show_json(population.model_dump(mode="json"))
        return
    output.show(output.facts(facts_of(population)))
    output.show(members_table(population.members))


def _watch(base: str, population: PopulationMessage, tokens: Any, *, as_json: bool) -> None:
    stream = RunStream(
        base, "populations", clock=SystemClock(), tokens=tokens, run_id=population.id
    )
    try:
        ended = follow(stream, PopulationView(population.name), SystemClock())
    except KeyboardInterrupt:
        output.say(
            f"Population {population.id} goes on. "
            f"Watch it again: aibt populations watch {population.id}"
        )
        raise typer.Exit(INTERRUPTED) from None
    _show(ended, as_json=as_json)
