"""Trainings on the wire: what a client is told."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.protocol.message import WireMessage
from aibt.rl.catalogue import DEFAULT_ENCODER
from aibt.store.records import Training

Decision = Literal["hold", "close", "bull", "bear"]
Part = Literal["validation", "out_of_sample"]


class ProgressMessage(WireMessage):
    """How far something has come."""

    current: int = Field(ge=0)
    max: int = Field(ge=0)
    percentage_done: float = Field(ge=0, le=100)


class PredictionMessage(WireMessage):
    """How strongly each action is favoured, in per cent; the four add up to 100."""

    hold: float = Field(ge=0, le=100)
    close: float = Field(ge=0, le=100)
    bull: float = Field(ge=0, le=100)
    bear: float = Field(ge=0, le=100)
    max: Decision = Field(description="the strongest")


class TradeFields(WireMessage):
    """An entry with its exit."""

    open_at: int = Field(ge=0, description="index into `date_range`")
    open_price: float
    open_amount: float = Field(description="quantity times price at the entry")
    close_at: int | None = Field(description="index into `date_range`; null while open")
    close_price: float | None
    close_amount: float | None = Field(description="quantity times price at the exit")
    side: Literal[-1, 1] = Field(description="1 bull, -1 bear")
    profit: float = Field(description="net of costs; marked at the last close while open")
    amount: float = Field(ge=0, description="quantity")


class ShownBotMessage(WireMessage):
    """What the shown account (environment 0) is doing."""

    day: int = Field(ge=0, description="index of its bar in `date_range`")
    trades: list[TradeFields] = Field(
        description="the open trade and the last 50 closed ones of the shown episode, oldest first"
    )


class EvaluationMessage(WireMessage):
    """How the best weights did on a part of the bars they did not learn from."""

    profit: float = Field(description="net of costs")
    sharpe: float | None = Field(description="yearly Sharpe ratio; null where undefined")
    trades: int | None = Field(default=None, description="number of trades")
    max_drawdown: float | None = Field(default=None, description="fraction of the peak equity")
    buy_and_hold: float | None = Field(default=None, description="profit of buying and holding")


class StatusMessage(WireMessage):
    """`status`: live figures of a training; what is shown is environment 0.

    It is conflated, so the latest wins, and has no `seq`.
    """

    id: int
    state: RunState
    episodes: ProgressMessage
    days: ProgressMessage = Field(description="bars of the shown episode")
    max_profit: float = Field(description="over the training")
    max_balance: float = Field(description="over the training")
    balance: float = Field(description="equity at the last close")
    profit: float = Field(description="`balance` less the starting balance")
    trades: int = Field(ge=0, description="trades of the shown episode")
    rewards: float = Field(description="sum of the shown episode's rewards")
    last_decision: Literal[0, 1, 2, 3] = Field(description="0 hold, 1 close, 2 bull, 3 bear")
    prediction: PredictionMessage
    bot: ShownBotMessage
    steps: int = Field(ge=0, description="environment steps so far")
    steps_per_second: float = Field(ge=0)
    loss: float | None = Field(description="of the last update; null before the first")
    epsilon: float = Field(ge=0, le=1, description="share of random actions")
    validation: EvaluationMessage | None = Field(description="null before the first evaluation")
    out_of_sample: EvaluationMessage | None = Field(description="null before the first evaluation")
    cursor: int = Field(ge=0, description="number of the last event this includes")


class TrainingMessage(StatusMessage):
    """A training: its parameters as they hold now, and every field of its status.

    `balance` is the status's; the starting cash is `starting_balance`.
    """

    bot_name: str
    reason: str | None = Field(description="why it is in this state, where that needs saying")
    symbol: str
    period: str
    source: str = Field(description="market source of its bars")
    train_data_percentage: int
    starting_balance: float
    lr: float
    gamma: float
    batch_size: int
    max_episodes: int
    min_episodes: int
    fresh: bool
    algorithm: str = Field(description="how it learns")
    encoder: str = Field(description="how its network reads the bars")
    environments: int
    rollout_workers: int
    device: str
    seed: int | None
    fee_bps: float | None
    slippage_bps: float | None
    note: str | None = Field(
        default=None, description="what its start changed of the bot, as one sentence"
    )
    population_id: int | None = Field(
        default=None, description="the population it is a member of; null: of none"
    )
    member: int | None = Field(default=None, ge=1, description="its number there")
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class TrainingsMessage(WireMessage):
    """Your trainings, newest first; in a list `bot.trades` is empty."""

    trainings: list[TrainingMessage]


class TrainingsPageMessage(TrainingsMessage):
    """A page of your trainings, as REST lists them."""

    next: int | None = Field(
        description="`before_id` (oldest first: `after_id`) of the next page; null: the last"
    )


class LoadMessage(WireMessage):
    """`load`: times and closes of all bars of a training, or of one part of them."""

    date_range: list[str] = Field(description="opening time of each bar, ISO, UTC")
    closes: list[float] = Field(description="close of each bar")
    split: int = Field(ge=0, description="index where out of sample begins, over all parts")
    source: str = Field(description="market source of the bars")
    fetched_at: AwareDatetime | None = Field(description="when the source was read")
    age_s: float | None = Field(ge=0, description="seconds between that and this answer")
    notes: list[str] = Field(
        default=[], description="sentences on what is old, suspicious or made from finer bars"
    )
    part: int = Field(default=1, ge=1, description="the parts joined in order are the whole")
    parts: int = Field(default=1, ge=1)
    cursor: int | None = Field(default=None, ge=0, description="only in a snapshot")


class ParamsMessage(WireMessage):
    """`params`: parameters have changed, from this step on."""

    id: int
    changed: dict[str, float | int]
    step: int = Field(ge=0)


class EpisodeMessage(WireMessage):
    """`episode`: one or several episodes have ended (at most ten such events a second)."""

    id: int
    episode: int = Field(ge=1, description="number of the last episode this sums")
    first_episode: int = Field(ge=1, description="number of the first one")
    profit: float = Field(description="of the last one")
    balance: float = Field(description="final equity of the last one")
    rewards: float = Field(description="sum of the rewards of the last one")
    trades: int = Field(ge=0, description="trades of the last one")
    epsilon: float = Field(ge=0, le=1)
    loss: float | None = None
    steps: int = Field(ge=0, description="environment steps of the training so far")
    bust: bool = Field(default=False, description="whether the last one ended with no equity")
    best: bool = Field(default=False, description="whether the last one's weights are the best")
    validation: EvaluationMessage | None = None
    out_of_sample: EvaluationMessage | None = None


class TradeMessage(TradeFields):
    """`trade`: one trade of an evaluation, when it becomes the best one and at the end."""

    id: int
    part: Part
    episode: int = Field(ge=0, description="the episode after which it was evaluated")


class TradesMessage(WireMessage):
    """Trades of a training's evaluations, oldest first."""

    trades: list[TradeMessage]
    next: int | None = Field(description="`after` of the next page; null: this is the last")


class EpisodesMessage(WireMessage):
    """Episodes of a training, oldest first; one entry may sum several."""

    episodes: list[EpisodeMessage]
    next: int | None = Field(description="`after` of the next page; null: this is the last")


_UNTRAINED: Mapping[str, Json] = {
    "max_profit": 0.0,
    "profit": 0.0,
    "trades": 0,
    "rewards": 0.0,
    "last_decision": 0,
    "prediction": {"hold": 25.0, "close": 25.0, "bull": 25.0, "bear": 25.0, "max": "hold"},
    "bot": {"day": 0, "trades": []},
    "steps": 0,
    "steps_per_second": 0.0,
    "loss": None,
    "epsilon": 0.0,
    "validation": None,
    "out_of_sample": None,
}
_ECHOED = (
    "train_data_percentage",
    "batch_size",
    "max_episodes",
    "min_episodes",
    "lr",
    "gamma",
    "fresh",
    "algorithm",
    "encoder",
    "environments",
    "rollout_workers",
    "device",
    "seed",
    "fee_bps",
    "slippage_bps",
)


def training_message(
    training: Training, status: Mapping[str, Json] | None = None
) -> TrainingMessage:
    """Return a training as the wire shows it.

    Args:
        training: its row; its state is the one that is shown.
        status: its newest status by wire names; None: the stored one. What it lacks is as
            before the first step. `cursor` never goes beyond what the row has seen, so that
            no event after the shown state is skipped.

    Raises:
        pydantic.ValidationError: the row or the status breaks the wire's contract.
    """
    status = training.status if status is None else status
    asked = {"encoder": DEFAULT_ENCODER, **training.request, **training.current}
    shown: dict[str, Any] = dict(_before_the_first_step(training, asked))
    known = StatusMessage.model_fields
    shown.update({name: value for name, value in status.items() if name in known})
    seen = training.last_seq if training.state.has_ended else int(shown["cursor"])
    shown["cursor"] = min(seen, training.last_seq)
    return TrainingMessage.of(
        {
            **shown,
            **{name: asked[name] for name in _ECHOED},
            "id": training.id,
            "bot_name": training.bot_name,
            "state": training.state,
            "reason": training.reason,
            "symbol": training.data.get("symbol", asked["symbol"]),
            "period": training.data.get("period", asked["period"]),
            "source": training.data["source"],
            "starting_balance": asked["balance"],
            "note": training.data.get("note"),
            "population_id": training.population_id,
            "member": training.member,
            "created_at": training.created_at,
            "started_at": training.started_at,
            "ended_at": training.ended_at,
        }
    )


def _before_the_first_step(training: Training, asked: Mapping[str, Json]) -> Mapping[str, Json]:
    return {
        **_UNTRAINED,
        "episodes": {"current": 0, "max": asked["max_episodes"], "percentage_done": 0.0},
        "days": {"current": 0, "max": training.data.get("split", 0), "percentage_done": 0.0},
        "balance": asked["balance"],
        "max_balance": asked["balance"],
        "cursor": training.last_seq,
    }
