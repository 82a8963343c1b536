"""What came out of a training: its table, and an honest sentence."""

from typing import TYPE_CHECKING

from aibt.cli import formats
from aibt.cli.output import table
from aibt.live.states import RunState
from aibt.protocol.training_messages import EvaluationMessage
from aibt.protocol.trainings import TrainingMessage

if TYPE_CHECKING:
    from rich.table import Table


def result_table(training: TrainingMessage) -> "Table":
    """Return how the best weights did on the bars they did not learn from."""
    rows = [
        _row("Validation", training.validation, training.starting_balance),
        _row("Out of sample", training.out_of_sample, training.starting_balance),
    ]
    columns = ("", "Profit>", "%>", "Buy and hold>", "Sharpe>", "Trades>", "Worst drawdown>")
    title = f"Training {training.id}: {training.bot_name} on {training.symbol} {training.period}"
    return table(columns, rows, title=title)


def summary(training: TrainingMessage) -> str:
    """Return how a training ended, as one sentence."""
    episodes = formats.count(training.episodes.current)
    done = f"{episodes} episodes, {formats.count(training.steps)} steps"
    why = f": {formats.plain(training.reason)}" if training.reason else ""
    word = {
        RunState.FINISHED: "has finished",
        RunState.STOPPED: "was stopped",
        RunState.FAILED: "has failed",
    }.get(training.state, f"is {training.state}")
    return f"Training {training.id} {word} after {done}{why}."


def verdict(training: TrainingMessage) -> str:
    """Return whether the bot beat buying and holding out of sample, without flattery."""
    result = training.out_of_sample
    if result is None:
        return "There is no out-of-sample result: no episode has ended."
    held = result.buy_and_hold
    earned = f"Out of sample the bot made {formats.amount(result.profit, signed=True)}"
    if held is None:
        return f"{earned}."
    against = f"{earned}, buying and holding {formats.amount(held, signed=True)}"
    if result.profit > held:
        return (
            f"{against}: better on these bars. One run on one stretch of bars proves little; "
            "train with other seeds before you believe it."
        )
    return f"{against}: no better than buy-and-hold."


def _row(
    name: str, evaluation: EvaluationMessage | None, starting_balance: float
) -> tuple[str, ...]:
    if evaluation is None:
        return (name, "none yet", *[formats.ABSENT] * 5)
    return (
        name,
        formats.amount(evaluation.profit, signed=True),
        formats.percent(evaluation.profit / starting_balance),
        formats.amount(evaluation.buy_and_hold, signed=True),
        formats.ratio(evaluation.sharpe),
        formats.count(evaluation.trades),
        formats.percent(evaluation.max_drawdown),
    )
