"""Trainings on the wire: what a client asks for."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from aibt.protocol.message import (
    MAX_NUMBER,
    Algorithm,
    BasisPoints,
    BatchSize,
    Encoder,
    Episodes,
    Gamma,
    Id,
    LearningRate,
    Name,
    Params,
    Period,
    Source,
    Symbol,
)
from aibt.protocol.run_messages import EventMessage, EventsMessage, LogMessage, StateMessage
from aibt.protocol.runs import RunsList, RunsWatch
from aibt.protocol.training_messages import (
    EpisodeMessage,
    EpisodesMessage,
    LoadMessage,
    ParamsMessage,
    StatusMessage,
    TradeMessage,
    TradesMessage,
    TrainingMessage,
    TrainingsMessage,
    TrainingsPageMessage,
    training_message,
)

__all__ = [
    "EpisodeMessage",
    "EpisodesMessage",
    "EventMessage",
    "EventsMessage",
    "LoadMessage",
    "LogMessage",
    "ParamsMessage",
    "StateMessage",
    "StatusMessage",
    "TradeMessage",
    "TradesMessage",
    "TrainingChanges",
    "TrainingMessage",
    "TrainingsControl",
    "TrainingsGet",
    "TrainingsList",
    "TrainingsMessage",
    "TrainingsPageMessage",
    "TrainingsStart",
    "TrainingsUnwatch",
    "TrainingsUpdate",
    "TrainingsWatch",
    "training_message",
]


class TrainingsStart(Params):
    """A training of one bot on one symbol and period."""

    bot_name: Name = Field(description="which bot; it has no other active training")
    train_data_percentage: int = Field(
        ge=1,
        le=99,
        description="the first so many per cent of the bars train, the rest is out of sample",
    )
    balance: float = Field(gt=0, le=1e12, description="starting cash of each episode")
    lr: LearningRate | None = Field(default=None, description="learning rate; null: the bot's")
    gamma: Gamma | None = Field(default=None, description="discount per bar; null: the bot's")
    batch_size: BatchSize
    max_episodes: Episodes = Field(description="at most so many passes over the training bars")
    min_episodes: Episodes = Field(description="at least so many; not above `max_episodes`")
    symbol: Symbol
    period: Period
    source: Source | None = Field(
        default=None, description="market source; null: the first that has the symbol and period"
    )
    fresh: bool = Field(default=False, description="start from new weights, not the bot's best")
    algorithm: Algorithm | None = Field(
        default=None,
        description="how it learns; null: as the bot does. Another one than the bot's becomes the "
        "bot's, and its weights are dropped",
    )
    encoder: Encoder | None = Field(
        default=None,
        description="how its network reads the bars; null: as the bot's does. Another one than "
        "the bot's becomes the bot's, and its weights are dropped",
    )
    environments: int = Field(
        default=0,
        ge=0,
        le=16_384,
        description="accounts that trade side by side; 0: the algorithm's own default",
    )
    rollout_workers: int = Field(
        default=0, ge=0, le=64, description="processes that collect; 0: the learner's own"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="where it learns; auto: a GPU if the cluster has a free one"
    )
    seed: int | None = Field(
        default=None, ge=0, le=MAX_NUMBER, description="of all random numbers; null: one is drawn"
    )
    fee_bps: BasisPoints | None = Field(
        default=None, description="fee in basis points; null: the server's setting"
    )
    slippage_bps: BasisPoints | None = Field(
        default=None, description="slippage in basis points; null: the server's setting"
    )

    @field_validator("min_episodes")
    @classmethod
    def _not_above_max(cls, value: int, info: ValidationInfo) -> int:
        most = info.data.get("max_episodes")
        if most is not None and value > most:
            raise ValueError(f"{value} is more than max_episodes, {most}")
        return value


class TrainingChanges(Params):
    """New values that hold from a training's next step on. Null or absent: as it is."""

    lr: LearningRate | None = None
    gamma: Gamma | None = None
    batch_size: BatchSize | None = None
    max_episodes: Episodes | None = Field(default=None, description="not below `min_episodes`")


class TrainingsUpdate(TrainingChanges):
    """Changes of one training, from its next step on. Null or absent: as it is."""

    id: Id = Field(description="which training")


class TrainingsControl(Params):
    """A training to pause, resume or stop."""

    id: Id = Field(description="which training")


class TrainingsGet(Params):
    """A training to show."""

    id: Id = Field(description="which training")


class TrainingsList(RunsList):
    """Which of your trainings to list, newest first; without parameters the newest of all."""

    bot_name: Name | None = Field(default=None, description="only this bot's")


class TrainingsWatch(RunsWatch):
    """A training whose events to follow."""

    id: Id = Field(description="which training")


class TrainingsUnwatch(Params):
    """A training to follow no longer."""

    id: Id = Field(description="which training")
