"""Bots on the wire."""

from typing import Literal

from pydantic import AwareDatetime, Field

from aibt.live.states import RunState
from aibt.protocol.message import (
    Algorithm,
    Depth,
    DiscounterRate,
    Encoder,
    Gamma,
    HiddenLayers,
    LearningRate,
    Name,
    Params,
    WireMessage,
)
from aibt.rl.catalogue import DEFAULT_ALGORITHM, DEFAULT_ENCODER
from aibt.store.records import Bot

BotOrder = Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"]
BotState = Literal["idle", "queued", "loading", "running", "paused", "recovering"]


class BotsCreate(Params):
    """A new bot."""

    name: Name = Field(description="name of the new bot, unique among yours")
    lr: LearningRate
    hidden_layers: HiddenLayers = 43
    gamma: Gamma
    discounter_rate: DiscounterRate = 80
    depth: Depth = 2
    algorithm: Algorithm = DEFAULT_ALGORITHM
    encoder: Encoder = DEFAULT_ENCODER


class BotChanges(Params):
    """New defaults for a bot's next training. Null or absent: as it is.

    A new `hidden_layers`, `depth`, `algorithm` or `encoder` drops the bot's weights.
    """

    new_name: Name | None = Field(default=None, description="its new name")
    lr: LearningRate | None = None
    hidden_layers: HiddenLayers | None = None
    gamma: Gamma | None = None
    discounter_rate: DiscounterRate | None = None
    depth: Depth | None = None
    algorithm: Algorithm | None = None
    encoder: Encoder | None = None


class BotsUpdate(BotChanges):
    """Changes of one bot. Null or absent: as it is.

    A new `hidden_layers`, `depth`, `algorithm` or `encoder` drops the bot's weights.
    """

    name: Name = Field(description="which bot")


class BotsDelete(Params):
    """A bot to delete."""

    name: Name = Field(description="which bot")


class BotsGet(Params):
    """A bot, or all of them."""

    name: Name | None = Field(default=None, description="which bot; absent: all of yours")


class BotsPage(Params):
    """Which of your bots to list, and in which order."""

    q: str | None = Field(default=None, max_length=64, description="what their names begin with")
    sort: BotOrder = Field(default="name", description="with `-`: the greatest first")
    limit: int = Field(default=1_000, ge=1, le=1_000, description="at most so many")
    cursor: str | None = Field(default=None, max_length=1_024, description="`next` of a page")


class BotsControl(Params):
    """A bot whose activity is to pause, go on or stop."""

    name: Name = Field(description="which bot")


class BotMessage(WireMessage):
    """A bot: its name, and the defaults of its next training."""

    name: str = Field(description="unique among yours")
    lr: float = Field(description="learning rate")
    hidden_layers: int = Field(description="width of each hidden layer")
    gamma: float = Field(description="discount per bar")
    discounter_rate: int = Field(description="exploration budget, in episodes")
    depth: int = Field(description="number of hidden layers")
    algorithm: str = Field(description="how it learns")
    encoder: str = Field(description="how its network reads the bars")
    state: BotState = Field(description="`idle`, or the state of its active training")
    training_id: int | None = Field(default=None, description="its active training, or null")
    trained: bool = Field(description="whether it has weights that its next training starts from")
    note: str | None = Field(
        default=None, description="what the last change brought with it, as one sentence"
    )
    created_at: AwareDatetime
    updated_at: AwareDatetime


class BotsMessage(WireMessage):
    """Your bots."""

    bots: list[BotMessage]


class BotsPageMessage(BotsMessage):
    """A page of your bots, as REST lists them."""

    next: str | None = Field(description="`cursor` of the next page; null: this is the last")


class BotDeletedMessage(WireMessage):
    """The bot is gone and its name is free; its trainings stay readable."""

    name: str


def bot_message(
    bot: Bot,
    state: RunState | None,
    *,
    training_id: int | None = None,
    note: str | None = None,
) -> BotMessage:
    """Return a bot as the wire shows it.

    Args:
        bot: its row.
        state: state of its active training; None, or one that has ended: it is idle.
        training_id: that training.
        note: what a person should know about the change that was just made.
    """
    active = state is not None and not state.has_ended
    return BotMessage.of(
        {
            "name": bot.name,
            "lr": bot.lr,
            "hidden_layers": bot.hidden_layers,
            "gamma": bot.gamma,
            "discounter_rate": bot.discounter_rate,
            "depth": bot.depth,
            "algorithm": bot.algorithm,
            "encoder": bot.encoder,
            "state": state.value if active and state is not None else "idle",
            "training_id": training_id if active else None,
            "trained": bot.weights is not None,
            "note": note,
            "created_at": bot.created_at,
            "updated_at": bot.updated_at,
        }
    )
