"""`aibt sessions performance` and `aibt trainings performance`: what an account came to."""

from typing import Final

from aibt.cli import formats, output
from aibt.cli.client import Client
from aibt.cli.complaints import Refused
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.sessions import SessionId
from aibt.cli.stream import Resource
from aibt.cli.trainings import TrainingId
from aibt.protocol.performance import PerformanceFigures, PerformanceMessage

_SPARK: Final = 72


def of_session(session_id: SessionId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show return, risk and costs of a session's account, and its equity over time."""
    _show("sessions", session_id, url, as_json=as_json)


def of_training(training_id: TrainingId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show return, risk and costs of a training's out-of-sample account."""
    _show("trainings", training_id, url, as_json=as_json)


def performance_of(client: Client, resource: Resource, run_id: int) -> PerformanceMessage | None:
    """Return what the account of a run came to; None: it has none yet.

    Raises:
        Refused: the platform said no for another reason.
    """
    try:
        return client.get(f"/api/{resource}/{run_id}/performance", PerformanceMessage)
    except Refused as refused:
        if refused.code != "not_found":
            raise
        return None


def figures_of(performance: PerformanceMessage) -> list[tuple[str, str]]:
    """Return the figures of an account as names and values."""
    found = performance.summary
    wins = f"{formats.percent(found.win_rate)} with a profit"
    excess = f"the account's is {formats.percent(found.excess_return)} more"
    rest = f"{formats.amount(found.profit_after_model_cost, signed=True)} after what the model cost"
    return [
        ("Return", _return(found)),
        ("Sharpe", ranged(found.sharpe, found.sharpe_low, found.sharpe_high)),
        ("Sortino, Calmar", f"{formats.ratio(found.sortino)}, {formats.ratio(found.calmar)}"),
        ("Volatility", f"{formats.percent(found.volatility)} a year"),
        ("Worst drawdown", _drawdown(found)),
        ("Trades", f"{formats.count(found.trades)}, {wins}"),
        ("Profit factor", formats.ratio(found.profit_factor)),
        ("Turnover", f"{formats.ratio(found.turnover)} times its equity a year"),
        ("Exposure", f"{formats.percent(found.exposure)} of equity"),
        ("Benchmark", f"{formats.percent(found.benchmark_return)}, {excess}"),
        ("Profit", f"{formats.amount(found.profit, signed=True)}, {rest}"),
        ("Fees, model", f"{formats.amount(found.fees)}, {formats.dollars(found.model_cost)}"),
    ]


def ranged(value: float | None, low: float | None, high: float | None) -> str:
    """Return a ratio with its confidence interval, where it has one."""
    if value is None or low is None or high is None:
        return formats.ratio(value)
    return f"{formats.ratio(value)} [{formats.ratio(low)}, {formats.ratio(high)}]"


def _show(resource: Resource, run_id: int, url: str | None, *, as_json: bool) -> None:
    path = f"/api/{resource}/{run_id}/performance"
    with connected(address(url)) as client:
        found = client.get(path, PerformanceMessage)
    if as_json:
        output.show_json(found.model_dump(mode="json"))
    elif not found.times:
        output.say("There is no equity yet.")
    else:
        begin, end = formats.moment(found.times[0]), formats.moment(found.times[-1])
        bars = formats.count(len(found.times))
        output.show(output.facts([("From, to", f"{begin} – {end} UTC, {bars} bars")]))
        output.show(output.facts(figures_of(found)))
        output.show_lines(formats.sparkline(found.equities, _SPARK))
        if found.summary.sharpe_low is not None:
            output.say("In brackets: the 95 % confidence interval.")


def _return(found: PerformanceFigures) -> str:
    total = formats.percent(found.total_return)
    if found.return_low is not None and found.return_high is not None:
        low, high = formats.percent(found.return_low), formats.percent(found.return_high)
        total = f"{total} [{low}, {high}]"
    return f"{total}, {formats.percent(found.annual_return)} a year"


def _drawdown(found: PerformanceFigures) -> str:
    said = formats.percent(found.max_drawdown)
    if found.max_drawdown_from is None or found.max_drawdown_until is None:
        return said
    again = (
        "not made up since"
        if found.recovered_at is None
        else f"made up on {found.recovered_at:%Y-%m-%d}"
    )
    return (
        f"{said} from {found.max_drawdown_from:%Y-%m-%d} to "
        f"{found.max_drawdown_until:%Y-%m-%d}, {again}"
    )
