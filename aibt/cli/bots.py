"""`aibt bots …`: your bots and what they are doing."""

from typing import Annotated, Final

import typer

from aibt.cli import formats, output
from aibt.cli.client import Client, in_path
from aibt.cli.complaints import Misused
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.protocol.bots import BotDeletedMessage, BotMessage, BotsPageMessage
from aibt.rl.catalogue import ALGORITHMS, DEFAULT_ALGORITHM, DEFAULT_ENCODER, ENCODERS

app = typer.Typer(no_args_is_help=True, help="Create, show, change and control your bots.")

_PANEL: Final = "The bot"
ENCODERS_SAID: Final = " ".join(f"[bold]{name}[/bold]: {does}" for name, does in ENCODERS.items())
"""What each encoder does, as the help says it."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The bot's name.")]
Lr = Annotated[
    float | None,
    typer.Option("--lr", help="Learning rate, above 0 and up to 1.", rich_help_panel=_PANEL),
]
Gamma = Annotated[
    float | None, typer.Option("--gamma", help="Discount per bar, 0 to 1.", rich_help_panel=_PANEL)
]
HiddenLayers = Annotated[
    int | None,
    typer.Option(
        "--hidden-layers", help="Width of each hidden layer, 1 to 1024.", rich_help_panel=_PANEL
    ),
]
Depth = Annotated[
    int | None,
    typer.Option("--depth", help="Number of hidden layers, 1 to 8.", rich_help_panel=_PANEL),
]
DiscounterRate = Annotated[
    int | None,
    typer.Option(
        "--discounter-rate",
        help="Episodes in which it explores less and less.",
        rich_help_panel=_PANEL,
    ),
]


def _matching(incomplete: str) -> list[tuple[str, str]]:
    """Return the algorithms that a shell may complete to, with what each does."""
    return [(name, does) for name, does in ALGORITHMS.items() if name.startswith(incomplete)]


def matching_encoders(incomplete: str) -> list[tuple[str, str]]:
    """Return the encoders that a shell may complete to, with what each does."""
    return [(name, does) for name, does in ENCODERS.items() if name.startswith(incomplete)]


Algorithm = Annotated[
    str | None,
    typer.Option(
        "--algorithm",
        metavar="NAME",
        help="How it learns. "
        + " ".join(f"[bold]{name}[/bold]: {does}" for name, does in ALGORITHMS.items())
        + f" A new bot learns by {DEFAULT_ALGORITHM} unless told otherwise.",
        autocompletion=_matching,
        rich_help_panel=_PANEL,
    ),
]

Encoder = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        metavar="NAME",
        help=f"How its network reads the bars. {ENCODERS_SAID} A new bot has {DEFAULT_ENCODER} "
        "unless told otherwise.",
        autocompletion=matching_encoders,
        rich_help_panel=_PANEL,
    ),
]


@app.command("list")
def list_bots(url: Url = None, *, as_json: AsJson = False) -> None:
    """List your bots."""
    with connected(address(url)) as client:
        found = all_bots(client)
    if as_json:
        output.show_json({"bots": [bot.model_dump(mode="json") for bot in found]})
    elif not found:
        output.say("You have no bots yet. Create one: aibt bots create Ada")
    else:
        columns = (
            "Name",
            "State",
            "Training>",
            "Trained",
            "lr>",
            "gamma>",
            "Network>",
            "Algorithm",
            "Created",
        )
        output.show(output.table(columns, (_row(bot) for bot in found)))


def all_bots(client: Client) -> list[BotMessage]:
    """Return the bots of whoever asks, page by page."""
    page = client.get("/api/bots", BotsPageMessage)
    found = page.bots
    while page.next is not None:
        page = client.get("/api/bots", BotsPageMessage, cursor=page.next)
        found = [*found, *page.bots]
    return found


@app.command()
def show(name: Name, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show one bot."""
    with connected(address(url)) as client:
        _show(client.get(f"/api/bots/{in_path(name)}", BotMessage), as_json=as_json)


@app.command()
def create(
    name: Name,
    *,
    lr: Lr = 0.001,
    gamma: Gamma = 0.97,
    hidden_layers: HiddenLayers = None,
    depth: Depth = None,
    discounter_rate: DiscounterRate = None,
    algorithm: Algorithm = None,
    encoder: Encoder = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Create a bot.

    Example: aibt bots create Ada --algorithm dqn --hidden-layers 64 --lr 0.0005
    """
    body = {
        "name": name,
        "lr": lr,
        "gamma": gamma,
        "hidden_layers": hidden_layers,
        "depth": depth,
        "discounter_rate": discounter_rate,
        "algorithm": algorithm,
        "encoder": encoder,
    }
    with connected(address(url)) as client:
        _show(client.change("POST", "/api/bots", BotMessage, body), as_json=as_json)


@app.command()
def update(
    name: Name,
    *,
    new_name: Annotated[str | None, typer.Option("--new-name", help="Its new name.")] = None,
    lr: Lr = None,
    gamma: Gamma = None,
    hidden_layers: HiddenLayers = None,
    depth: Depth = None,
    discounter_rate: DiscounterRate = None,
    algorithm: Algorithm = None,
    encoder: Encoder = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Change a bot's name and the defaults of its next training.

    Another width, depth, algorithm or encoder drops its weights.
    """
    changes = {
        "new_name": new_name,
        "lr": lr,
        "gamma": gamma,
        "hidden_layers": hidden_layers,
        "depth": depth,
        "discounter_rate": discounter_rate,
        "algorithm": algorithm,
        "encoder": encoder,
    }
    if all(value is None for value in changes.values()):
        raise Misused("Say what to change, as in: aibt bots update Ada --lr 0.0005")
    with connected(address(url)) as client:
        bot = client.change("PATCH", f"/api/bots/{in_path(name)}", BotMessage, changes)
    _show(bot, as_json=as_json)


@app.command()
def delete(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = None,
) -> None:
    """Delete a bot and its weights. Its trainings stay readable."""
    if not yes:
        typer.confirm(f"Delete the bot {name} and its weights?", abort=True, err=True)
    with connected(address(url)) as client:
        client.change("DELETE", f"/api/bots/{in_path(name)}", BotDeletedMessage)
    output.say(f"The bot {formats.plain(name)} is deleted.")


@app.command()
def pause(name: Name, url: Url = None, *, as_json: AsJson = False) -> None:
    """Pause all that the bot is doing now."""
    _control("pause", name, url, as_json=as_json)


@app.command()
def resume(name: Name, url: Url = None, *, as_json: AsJson = False) -> None:
    """Let the bot go on with what was paused."""
    _control("resume", name, url, as_json=as_json)


@app.command()
def stop(name: Name, url: Url = None, *, as_json: AsJson = False) -> None:
    """Stop all that the bot is doing; its best weights stay."""
    _control("stop", name, url, as_json=as_json)


def _control(verb: str, name: str, url: str | None, *, as_json: bool) -> None:
    with connected(address(url)) as client:
        bot = client.change("POST", f"/api/bots/{in_path(name)}/{verb}", BotMessage)
    if as_json:
        output.show_json(bot.model_dump(mode="json"))
    else:
        output.show_lines(_doing(bot))


def _show(bot: BotMessage, *, as_json: bool) -> None:
    if as_json:
        output.show_json(bot.model_dump(mode="json"))
        return
    pairs = [
        ("Bot", bot.name),
        ("State", bot.state if bot.training_id is None else f"{bot.state} ({bot.training_id})"),
        ("Trained", "yes" if bot.trained else "not yet"),
        ("lr", f"{bot.lr:g}"),
        ("gamma", f"{bot.gamma:g}"),
        ("Network", f"{bot.depth} hidden layers of {bot.hidden_layers}"),
        ("discounter_rate", f"{bot.discounter_rate}"),
        ("Algorithm", bot.algorithm),
        ("Encoder", bot.encoder),
        ("Created", f"{formats.moment(bot.created_at)} UTC"),
    ]
    output.show(output.facts(pairs))
    if bot.note:
        output.say(formats.plain(bot.note))


def _doing(bot: BotMessage) -> str:
    if bot.training_id is None:
        return f"The bot {bot.name} is idle."
    return f"The bot {bot.name} is {bot.state} (training {bot.training_id})."


def _row(bot: BotMessage) -> tuple[str, ...]:
    return (
        bot.name,
        bot.state,
        formats.ABSENT if bot.training_id is None else str(bot.training_id),
        "yes" if bot.trained else "no",
        f"{bot.lr:g}",
        f"{bot.gamma:g}",
        f"{bot.depth} × {bot.hidden_layers} {bot.encoder}",
        bot.algorithm,
        formats.moment(bot.created_at),
    )
