"""The commands of `aibt`, put together."""

from importlib.metadata import version as version_of
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from aibt.cli import (
    accounts,
    agents,
    bots,
    evaluations,
    history,
    output,
    performance,
    populations,
    replaying,
    session_history,
    sessions,
    store,
    tools,
    trade,
    trainings,
)
from aibt.cli.complaints import INTERRUPTED, Complaint
from aibt.cli.demo import demo
from aibt.cli.entry import Entry
from aibt.cli.evaluate import evaluate
from aibt.cli.leaderboard import leaderboard
from aibt.cli.market import fetch, symbols
from aibt.cli.running import down, status, up
from aibt.cli.train import train, watch

_EPILOG = (
    "Exit codes: 0 done; 1 refused or failed; 2 used wrongly; 3 no platform answers; "
    "130 left with Ctrl-C. Start here: aibt demo"
)
_PLATFORM, _TRAINING, _MARKET = "The platform", "Bots and trainings", "Markets"
_AGENTS, _ACCOUNTS = "Agents", "Accounts"


class _Commands(TyperGroup):
    """Ends every complaint as one sentence on standard error."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Complaint as complaint:
            output.say(str(complaint))
            raise typer.Exit(complaint.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    epilog=_EPILOG,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(rich_help_panel=_PLATFORM)(demo)
app.command(rich_help_panel=_PLATFORM)(up)
app.command(rich_help_panel=_PLATFORM)(down)
app.command(rich_help_panel=_PLATFORM)(status)
app.command(rich_help_panel=_TRAINING)(train)
app.command(rich_help_panel=_TRAINING)(watch)
app.add_typer(bots.app, name="bots", rich_help_panel=_TRAINING)
for read_back in (history.trades, history.episodes, history.log):
    trainings.app.command()(read_back)
trainings.app.command("start", help="Start a training; with --follow, watch it.")(train)
app.add_typer(trainings.app, name="trainings", rich_help_panel=_TRAINING)
app.add_typer(populations.app, name="populations", rich_help_panel=_TRAINING)
trainings.app.command("performance")(performance.of_training)
app.command(rich_help_panel=_TRAINING)(evaluate)
app.add_typer(evaluations.app, name="evaluations", rich_help_panel=_TRAINING)
app.add_typer(agents.app, name="agents", rich_help_panel=_AGENTS)
app.command(rich_help_panel=_AGENTS)(trade.trade)
sessions.app.command()(trade.watch)
sessions.app.command()(session_history.fills)
sessions.app.command()(session_history.log)
sessions.app.command("performance")(performance.of_session)
sessions.app.command()(replaying.replay)
app.add_typer(sessions.app, name="sessions", rich_help_panel=_AGENTS)
app.command(rich_help_panel=_AGENTS)(leaderboard)
app.add_typer(tools.app, name="tools", rich_help_panel=_AGENTS)
app.command(rich_help_panel=_MARKET)(fetch)
app.command(rich_help_panel=_MARKET)(symbols)
app.command(rich_help_panel=_ACCOUNTS)(accounts.token)
app.add_typer(accounts.app, name="users", rich_help_panel=_ACCOUNTS)
app.add_typer(store.app, name="store", rich_help_panel=_PLATFORM)


def _version(wanted: bool) -> None:
    if wanted:
        output.show_lines(f"aibt {version_of('aibt')}")
        raise typer.Exit


@app.callback()
def aibt(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Train trading bots and let language models trade, as live actors on a Ray cluster."""
    del version
    context.obj = context.obj or Entry()
