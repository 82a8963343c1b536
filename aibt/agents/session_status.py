"""A session's status by its wire names."""

from aibt.agents.session import SessionRun
from aibt.live.events import Json


def status_of(run: SessionRun, steps: int | None) -> dict[str, Json]:
    """Return what a session shows of itself at this moment.

    Args:
        run: the session.
        steps: how many there are in all; None: nobody knows, it is live.
    """
    portfolio, spending = run.account.portfolio, run.spending
    equity = portfolio.equity()
    return {
        "at": None if run.at is None else run.at.isoformat(),
        "step": run.step,
        "steps": steps,
        "cash": float(portfolio.cash),
        "equity": float(equity),
        "profit": float(equity - portfolio.balance),
        "positions": [*run.desk.positions()],
        "pending": [*run.desk.pending()],
        "halted": [*sorted(run.account.halted)],
        "tokens": {"input": spending.input_tokens, "output": spending.output_tokens},
        "cost": spending.cost,
        "model_seconds": spending.seconds,
        "fills": run.account.fills,
        "denied": run.account.denied,
        "partial": run.partial[-_LONGEST_PARTIAL:],
    }


_LONGEST_PARTIAL = 16_000  # characters; the whole comes as a thought
