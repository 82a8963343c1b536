"""`aibt train SYMBOL` and `aibt watch ID`: a training, live in the terminal."""

from typing import Annotated, Any, Final, Literal

import typer

from aibt.cli import output
from aibt.cli.bots import Algorithm, Depth, DiscounterRate, Encoder, Gamma, HiddenLayers, Lr
from aibt.cli.client import Client, in_path
from aibt.cli.complaints import INTERRUPTED, Misused, Refused
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.following import OnFrame, follow
from aibt.cli.market import Period, Source, Symbol
from aibt.cli.results import result_table, summary, verdict
from aibt.cli.stream import RunStream
from aibt.cli.train_view import TrainingView
from aibt.cli.trainings import TrainingId, show_training
from aibt.clock import SystemClock
from aibt.errors import Invalid
from aibt.live.states import RunState
from aibt.market.intervals import parse_interval
from aibt.protocol.bots import BotMessage
from aibt.protocol.trainings import TrainingMessage

NEW_BOT: Final = {"lr": 0.001, "gamma": 0.97}
_MAX_EPISODES: Final = 100
_MIN_EPISODES: Final = 20
_LEARNING = "Learning"
_WHERE = "Where it runs"


def train(
    context: typer.Context,
    symbol: Symbol,
    *,
    period: Period = "1d",
    source: Source = None,
    bot: Annotated[
        str | None,
        typer.Option(
            "--bot",
            "-b",
            help="Which bot; created if there is none of this name. "
            "Else one named after symbol and period.",
        ),
    ] = None,
    episodes: Annotated[
        int | None, typer.Option("--episodes", "-n", help="Run exactly so many episodes.")
    ] = None,
    min_episodes: Annotated[
        int | None, typer.Option(help=f"At least so many episodes. (default {_MIN_EPISODES})")
    ] = None,
    max_episodes: Annotated[
        int | None, typer.Option(help=f"At most so many episodes. (default {_MAX_EPISODES})")
    ] = None,
    percentage: Annotated[
        int, typer.Option("--percentage", help="The first so many per cent of the bars train.")
    ] = 80,
    balance: Annotated[float, typer.Option(help="Starting cash.")] = 10_000.0,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start from new weights, not from the bot's best.")
    ] = False,
    algorithm: Algorithm = None,
    encoder: Encoder = None,
    lr: Lr = None,
    gamma: Gamma = None,
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
    seed: Annotated[
        int | None, typer.Option(help="Of all random numbers.", rich_help_panel=_LEARNING)
    ] = None,
    hidden_layers: HiddenLayers = None,
    depth: Depth = None,
    discounter_rate: DiscounterRate = None,
    fee_bps: Annotated[
        float | None, typer.Option(help="Fee, basis points.", rich_help_panel=_LEARNING)
    ] = None,
    slippage_bps: Annotated[
        float | None, typer.Option(help="Slippage, basis points.", rich_help_panel=_LEARNING)
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", help="Processes that collect; 0: none.", rich_help_panel=_WHERE),
    ] = 0,
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option(help="Where it learns.", rich_help_panel=_WHERE),
    ] = "auto",
    detach: Annotated[
        bool | None,
        typer.Option(
            "--detach/--follow",
            help="Start it and return at once, or watch it. `trainings start` detaches unless "
            "told otherwise, `train` follows.",
        ),
    ] = None,
    stop_on_interrupt: Annotated[
        bool, typer.Option("--stop-on-interrupt", help="Ctrl-C stops the training too.")
    ] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Train a bot on a symbol, and watch it.

    Ctrl-C leaves the training running; `aibt watch ID` comes back to it.

    Example: aibt train EURUSD --period H1 --bot Ada --episodes 50
    """
    base = address(url)
    at_least, at_most = _episodes(episodes, min_episodes, max_episodes)
    name = bot or bot_name(symbol, period)
    network = {"hidden_layers": hidden_layers, "depth": depth, "discounter_rate": discounter_rate}
    with connected(base) as client:
        made = ensure_bot(
            client,
            name,
            lr=lr,
            gamma=gamma,
            algorithm=algorithm,
            encoder=encoder,
            network=network,
        )
        start = {
            "bot_name": made.name,
            "symbol": symbol,
            "period": period,
            "source": source,
            "train_data_percentage": percentage,
            "balance": balance,
            "algorithm": algorithm,
            "encoder": encoder,
            "lr": lr,
            "gamma": gamma,
            "batch_size": batch_size,
            "min_episodes": at_least,
            "max_episodes": at_most,
            "fresh": fresh,
            "environments": environments,
            "rollout_workers": workers,
            "device": device,
            "seed": seed,
            "fee_bps": fee_bps,
            "slippage_bps": slippage_bps,
        }
        if detach or (detach is None and context.info_name == "start"):
            training = client.change("POST", "/api/trainings", TrainingMessage, start)
            _started(training, as_json=as_json)
            return
    stream = RunStream(base, "trainings", clock=SystemClock(), tokens=client.tokens, start=start)
    view = TrainingView(title=f"{made.name} on {symbol} {period}")
    show_to_the_end(stream, view, base, as_json=as_json, stop_on_interrupt=stop_on_interrupt)


def watch(
    training_id: TrainingId,
    *,
    rate_hz: Annotated[
        float | None, typer.Option("--rate", min=0.1, max=30, help="Figures a second, at most.")
    ] = None,
    stop_on_interrupt: Annotated[
        bool, typer.Option("--stop-on-interrupt", help="Ctrl-C stops the training too.")
    ] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Watch a training until it ends or you press Ctrl-C."""
    base = address(url)
    with connected(base) as client:
        training = client.get(f"/api/trainings/{training_id}", TrainingMessage)
    if training.state.has_ended:
        show_training(training, as_json=as_json)
        return
    stream = RunStream(
        base,
        "trainings",
        clock=SystemClock(),
        tokens=client.tokens,
        run_id=training_id,
        rate_hz=rate_hz,
    )
    title = f"{training.bot_name} on {training.symbol} {training.period}"
    view = TrainingView(title=title, state=training.state)
    show_to_the_end(stream, view, base, as_json=as_json, stop_on_interrupt=stop_on_interrupt)


def show_to_the_end(
    stream: RunStream,
    view: TrainingView,
    url: str,
    *,
    as_json: bool,
    stop_on_interrupt: bool = False,
    on_frame: OnFrame | None = None,
) -> None:
    """Follow a training and show what came out of it; Ctrl-C leaves, or stops it.

    Raises:
        typer.Exit: the training failed, or the person left.
    """
    try:
        training = follow(stream, view, SystemClock(), on_frame=on_frame)
    except KeyboardInterrupt:
        _leave(stream, url, stop_it=stop_on_interrupt)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        output.show_json(training.model_dump(mode="json"))
    else:
        output.say(summary(training))
        output.show(result_table(training))
        output.show_lines(verdict(training))
    if training.state is RunState.FAILED:
        raise typer.Exit(1)


def ensure_bot(
    client: Client,
    name: str,
    *,
    lr: float | None,
    gamma: float | None,
    algorithm: str | None,
    encoder: str | None,
    network: dict[str, Any],
) -> BotMessage:
    """Return the bot of this name, made if there is none, and say what it starts from.

    Raises:
        Misused: it exists, and `network` asks for another one.
        Refused: the platform said no.
    """
    try:
        found = client.get(f"/api/bots/{in_path(name)}", BotMessage)
    except Refused as refused:
        if refused.code != "not_found":
            raise
    else:
        for option, value in network.items():
            if value is not None and value != getattr(found, option):
                raise Misused(
                    f"--{option.replace('_', '-')}: the bot {found.name} has "
                    f"{getattr(found, option)}; change it with `aibt bots update`, which drops "
                    "its weights if its network changes, or train another one with --bot."
                )
        changed = [
            (f"{verb} {wanted}", known)
            for verb, wanted, known in (
                ("learns by", algorithm, found.algorithm),
                ("reads the bars by", encoder, found.encoder),
            )
            if wanted not in {None, known}
        ]
        if changed:
            now, known = (" and ".join(parts) for parts in zip(*changed, strict=True))
            lost = f"; what it knows by {known} is dropped" if found.trained else ""
            output.say(f"The bot {found.name} {now} from this training on{lost}.")
        elif found.trained:
            output.say(f"The bot {found.name} goes on from its best weights (not with --fresh).")
        return found
    body = {
        "name": name,
        "lr": NEW_BOT["lr"] if lr is None else lr,
        "gamma": NEW_BOT["gamma"] if gamma is None else gamma,
        "algorithm": algorithm,
        "encoder": encoder,
        **network,
    }
    made = client.change("POST", "/api/bots", BotMessage, body)
    output.say(f"Created the bot {made.name}.")
    return made


def bot_name(symbol: str, period: str) -> str:
    """Return the name of the bot that trains on this symbol and period if none is named."""
    try:
        canonical = str(parse_interval(period))
    except Invalid as error:
        raise Misused(f"--period: {error.reason}.") from None
    letters = "".join(char if char.isalnum() or char in ".-_" else "-" for char in symbol.upper())
    return f"{letters.strip('-._') or 'bot'}-{canonical}"


def _episodes(exactly: int | None, least: int | None, most: int | None) -> tuple[int, int]:
    if exactly is not None:
        if least is not None or most is not None:
            raise Misused("--episodes: say either this, or --min-episodes and --max-episodes.")
        return exactly, exactly
    at_most = most if most is not None else max(_MAX_EPISODES, least or 0)
    return (least if least is not None else min(_MIN_EPISODES, at_most)), at_most


def _started(training: TrainingMessage, *, as_json: bool) -> None:
    if as_json:
        output.show_json(training.model_dump(mode="json"))
    else:
        output.show_lines(
            f"Training {training.id} of {training.bot_name} is {training.state}. "
            f"Watch it: aibt watch {training.id}"
        )


def _leave(stream: RunStream, url: str, *, stop_it: bool) -> None:
    """Say what becomes of a training whose watcher leaves."""
    number = stream.run_id
    if number is None:
        output.say("Left before the training began; `aibt trainings list` shows whether it did.")
    elif stop_it:
        with connected(url) as client:
            training = client.change("POST", f"/api/trainings/{number}/stop", TrainingMessage)
        output.say(summary(training))
        output.show(result_table(training))
    else:
        output.say(
            f"Training {number} goes on. Watch it: aibt watch {number}   "
            f"Stop it: aibt trainings stop {number}"
        )
