"""A request to train, completed: everything that decides what will be computed, by wire names."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from actors.supervision import Demand
from aibt.live.events import Json
from aibt.protocol.trainings import TrainingsStart
from aibt.rl.parameters import TrainingParameters
from aibt.rl.split import split
from aibt.settings import CostSettings
from aibt.store.records import Bot
from aibt.trading.costs import Costs

WINDOW: Final = 32
"""Log returns that an observation holds."""

_NOT_COMPUTED_WITH: Final = ("bot_name", "symbol", "period", "source", "fresh")
_COSTS: Final = ("fee_bps", "slippage_bps")


def complete_request(
    params: TrainingsStart,
    bot: Bot,
    prepared: Mapping[str, Json],
    there: Demand,
    costs: CostSettings,
    *,
    most_environments: int,
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return a training's request with nothing left open, and what the wire says of its bars.

    Args:
        params: as the client sent them.
        bot: gives what they leave to it; it has the algorithm and encoder that they ask for.
        prepared: the frozen bars, see `MarketDesk.prepare`.
        there: what the cluster has; `device: auto` takes a GPU if it has one.
        costs: where the request does not say.
        most_environments: of one training here, which a default does not go beyond.

    Raises:
        Invalid: the values do not go together, or leave too few bars for a part.
    """
    asked = params.model_dump(mode="json")
    defaults: dict[str, Any] = {
        "lr": bot.lr,
        "gamma": bot.gamma,
        "fee_bps": costs.fee_bps,
        "slippage_bps": costs.slippage_bps,
        "seed": secrets.randbelow(2**31),
    }
    for name, value in defaults.items():
        asked[name] = value if asked[name] is None else asked[name]
    if asked["device"] == "auto":
        asked["device"] = "cuda" if there.gpus else "cpu"
    asked |= {
        "hidden_layers": bot.hidden_layers,
        "depth": bot.depth,
        "algorithm": bot.algorithm,
        "encoder": bot.encoder,
        "discounter_rate": bot.discounter_rate,
        "window": WINDOW,
    }
    told = training_parameters(asked)  # refuses what does not go together
    if params.environments == 0:
        most = max(most_environments, params.rollout_workers)
        asked["environments"] = min(told.environments, most)
    bars = prepared["bars"]
    parts = split(
        bars if isinstance(bars, int) else 0,
        train_data_percentage=params.train_data_percentage,
        window=WINDOW,
        warm_up=WINDOW,
    )
    shown = ("bars", "symbol", "period", "source", "fetched_at", "notes")
    return asked, {**{name: prepared[name] for name in shown}, "split": parts.out_of_sample}


def changed_learning(before: Bot, bot: Bot) -> str | None:
    """Return the sentence on what a start changed of its bot, or None if it changed nothing."""
    changed = [
        (f"{verb} {after}", earlier)
        for verb, after, earlier in (
            ("learns by", bot.algorithm, before.algorithm),
            ("reads the bars by", bot.encoder, before.encoder),
        )
        if after != earlier
    ]
    if not changed:
        return None
    now, earlier = (" and ".join(parts) for parts in zip(*changed, strict=True))
    lost = "" if before.weights is None else f", and what it knew by {earlier} is dropped"
    return f"{bot.name} {now} from now on{lost}"


def training_parameters(request: Mapping[str, Json]) -> TrainingParameters:
    """Return what a run is told, from a completed request.

    Raises:
        Invalid: a value is out of its range, or two do not go together.
    """
    told: dict[str, Any] = {
        name: value
        for name, value in request.items()
        if name not in _NOT_COMPUTED_WITH and name not in _COSTS
    }
    given: dict[str, Any] = {name: request[name] for name in _COSTS}
    return TrainingParameters(**told, costs=Costs(**given))
