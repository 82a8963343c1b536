"""How much one user may have."""

from collections.abc import Collection

from aibt.errors import QuotaExceeded
from aibt.settings import QuotaSettings


def refuse_bot(quotas: QuotaSettings, *, hidden_layers: int | None, bots: int = 0) -> None:
    """Refuse a bot that is too wide, or one too many.

    Args:
        quotas: the installation's.
        hidden_layers: the width asked for; None: it stays.
        bots: how many the user has, where it is a new one.

    Raises:
        QuotaExceeded: it would be more than the quota.
    """
    if hidden_layers is not None and hidden_layers > quotas.hidden_layers:
        raise QuotaExceeded(
            "hidden_layers", f"hidden_layers: here a bot is at most {quotas.hidden_layers} wide"
        )
    if bots >= quotas.bots:
        raise QuotaExceeded("name", f"you have {bots} bots, which is the most you may have")


def refuse_training(
    quotas: QuotaSettings,
    *,
    max_episodes: int,
    environments: int,
    rollout_workers: int,
    symbol: str,
    active: Collection[str],
) -> None:
    """Refuse a training that is too large, or one too many.

    Args:
        quotas: the installation's.
        max_episodes: as asked for.
        environments: as asked for.
        rollout_workers: as asked for.
        symbol: what it would be on.
        active: symbol of each of the user's trainings that have not ended.

    Raises:
        QuotaExceeded: it would be more than the quota.
    """
    for name, asked, most in (
        ("max_episodes", max_episodes, quotas.max_episodes),
        ("environments", environments, quotas.environments),
        ("rollout_workers", rollout_workers, quotas.rollout_workers),
    ):
        if asked > most:
            raise QuotaExceeded(name, f"{name}: at most {most} here, not {asked}")
    if len(active) >= quotas.active_trainings:
        raise QuotaExceeded(
            "bot_name",
            f"{len(active)} of your trainings have not ended, which is the most you may have",
        )
    symbols = {*active, symbol}
    if len(symbols) > quotas.symbols:
        raise QuotaExceeded("symbol", f"your trainings are on {quotas.symbols} symbols already")


def refuse_population(
    quotas: QuotaSettings,
    *,
    members: int,
    max_episodes: int,
    environments: int,
    symbol: str,
    active: Collection[str],
) -> None:
    """Refuse a population that is too large, or one too many.

    It takes the place of one training, however many members take turns there, and counts as one;
    each member's bot counts as a bot.

    Args:
        quotas: the installation's.
        members: as asked for.
        max_episodes: of each member.
        environments: of each member.
        symbol: what it would be on.
        active: symbol of each of the user's trainings and populations that have not ended.

    Raises:
        QuotaExceeded: it would be more than the quota.
    """
    if members > quotas.population_members:
        most = quotas.population_members
        raise QuotaExceeded("members", f"members: at most {most} here, not {members}")
    if len(active) >= quotas.active_trainings:
        raise QuotaExceeded(
            "name",
            f"{len(active)} of your trainings have not ended, which is the most you may have",
        )
    refuse_training(
        quotas,
        max_episodes=max_episodes,
        environments=environments,
        rollout_workers=0,
        symbol=symbol,
        active=active,
    )


def refuse_agent(quotas: QuotaSettings, *, symbols: int, agents: int = 0) -> None:
    """Refuse an agent with too many symbols, or one too many.

    Args:
        quotas: the installation's.
        symbols: of its universe.
        agents: how many the user has, where it is a new one.

    Raises:
        QuotaExceeded: it would be more than the quota.
    """
    if symbols > quotas.universe:
        raise QuotaExceeded("universe", f"here an agent has at most {quotas.universe} symbols")
    if agents >= quotas.agents:
        raise QuotaExceeded("name", f"you have {agents} agents, which is the most you may have")


def refuse_session(quotas: QuotaSettings, *, active: int, cost: float) -> None:
    """Refuse a session, where there are enough of them or enough was spent.

    Args:
        quotas: the installation's.
        active: the user's sessions that have not ended.
        cost: US dollars that his models have cost in the last 24 hours.

    Raises:
        QuotaExceeded: it would be more than the quota.
    """
    if active >= quotas.active_sessions:
        raise QuotaExceeded(
            "model_id", f"{active} of your sessions have not ended, which is the most you may have"
        )
    if cost >= quotas.daily_cost:
        raise QuotaExceeded(
            "model_id",
            f"your models have cost {cost:.2f} US dollars in 24 hours, which is all they may",
        )


def refuse_evaluation(
    quotas: QuotaSettings,
    *,
    trainings: int,
    max_episodes: int,
    environments: int,
    hidden_layers: int,
    active: int,
) -> None:
    """Refuse an evaluation that is too large, or one too many.

    Args:
        quotas: the installation's.
        trainings: algorithms × seeds × folds, as asked for.
        max_episodes: of each training, as asked for.
        environments: of each training, as asked for.
        hidden_layers: as asked for.
        active: the user's evaluations that have not ended.

    Raises:
        QuotaExceeded: it would be more than the quota.
    """
    for name, asked, most in (
        ("max_episodes", max_episodes, quotas.max_episodes),
        ("environments", environments, quotas.environments),
        ("hidden_layers", hidden_layers, quotas.hidden_layers),
    ):
        if asked > most:
            raise QuotaExceeded(name, f"{name}: at most {most} here, not {asked}")
    if trainings > quotas.evaluation_trainings:
        raise QuotaExceeded(
            "folds",
            f"algorithms × seeds × folds are {trainings} trainings, and here an evaluation has at "
            f"most {quotas.evaluation_trainings}",
        )
    if active >= quotas.active_evaluations:
        raise QuotaExceeded(
            "symbol", f"{active} of your evaluations have not ended, which is the most you may have"
        )
