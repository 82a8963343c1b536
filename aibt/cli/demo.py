"""`aibt demo`: everything once, on bars that come with the package, with no network."""

from enum import StrEnum
from typing import Annotated

import typer

from aibt.cli import demo_agents, demo_bots
from aibt.cli.complaints import INTERRUPTED, Misused
from aibt.cli.entry import Url, address
from aibt.cli.own_platform import leaving_when_told, own_platform
from aibt.cli.tokens import Tokens
from aibt.clock import SystemClock


class Show(StrEnum):
    """What there is to see."""

    BOTS = "bots"
    AGENTS = "agents"


def demo(
    context: typer.Context,
    show: Annotated[
        Show, typer.Argument(metavar="[bots|agents]", help="What to see.", show_default=True)
    ] = Show.BOTS,
    *,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="agents: let this model trade too, as its provider calls it (openai/gpt-5-mini); "
            "needs OPENAI_API_KEY, and costs what it costs.",
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=1,
            help=f"Train or trade at most so long. Default: {demo_bots.SECONDS:.0f} for bots, "
            f"{demo_agents.SECONDS:.0f} for agents, {demo_agents.MODEL_SECONDS:.0f} with --model.",
        ),
    ] = None,
    url: Url = None,
) -> None:
    """Train a bot on EURUSD hourly bars, live: pause it, resume it, and see how it does.

    With `agents`: five agents trade three markets over a year side by side, and are compared.

    Starts a platform of its own in a temporary folder and removes it again, unless --url names
    one that runs. Needs no network and takes about a minute or two.

    Example: aibt demo agents
    """
    if show is Show.BOTS and model is not None:
        raise Misused("--model: only agents have one, as in: aibt demo agents --model MODEL")
    if show is Show.AGENTS and url is None:
        demo_agents.demand_key(model)
    clock = SystemClock()

    def play(base: str, tokens: Tokens | None) -> None:
        if show is Show.AGENTS:
            demo_agents.run_agents_demo(base, clock, seconds, model, tokens)
        else:
            demo_bots.run_bots_demo(base, clock, seconds or demo_bots.SECONDS, tokens)

    try:
        if url is not None:
            play(address(url), None)
        else:
            with leaving_when_told(), own_platform(context.obj, clock) as (base, tokens):
                play(base, tokens)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
