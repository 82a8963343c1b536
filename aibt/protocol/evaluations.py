"""Evaluations on the wire: what a client asks for."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from aibt.protocol.evaluation_messages import (
    EvaluationReportMessage,
    EvaluationRunMessage,
    EvaluationsMessage,
    EvaluationsPageMessage,
    EvaluationStatusMessage,
    UnitMessage,
    evaluation_message,
)
from aibt.protocol.message import (
    MAX_NUMBER,
    Algorithm,
    BasisPoints,
    BatchSize,
    Depth,
    DiscounterRate,
    Encoder,
    Episodes,
    Gamma,
    HiddenLayers,
    Id,
    LearningRate,
    Params,
    Period,
    Source,
    Symbol,
)
from aibt.protocol.runs import RunsList, RunsWatch
from aibt.rl.catalogue import DEFAULT_ENCODER

__all__ = [
    "EvaluationReportMessage",
    "EvaluationRunMessage",
    "EvaluationStatusMessage",
    "EvaluationsControl",
    "EvaluationsGet",
    "EvaluationsList",
    "EvaluationsMessage",
    "EvaluationsPageMessage",
    "EvaluationsStart",
    "EvaluationsUnwatch",
    "EvaluationsWatch",
    "UnitMessage",
    "evaluation_message",
]

MOST_SEEDS = 50


class EvaluationsStart(Params):
    """A walk-forward evaluation of algorithms on one symbol and period."""

    symbol: Symbol
    period: Period
    source: Source | None = Field(
        default=None, description="market source; null: the first that has the symbol and period"
    )
    algorithms: list[Algorithm] = Field(
        default=[], max_length=16, description="which to judge; empty: all that take the encoder"
    )
    encoder: Encoder = DEFAULT_ENCODER
    seeds: int = Field(
        default=5, ge=1, le=MOST_SEEDS, description="how often each is trained, from other seeds"
    )
    seed: int = Field(
        default=1,
        ge=0,
        le=MAX_NUMBER - MOST_SEEDS,
        description="the first of the seeds; the others follow it",
    )
    folds: int = Field(default=4, ge=1, le=50, description="test parts, one after the other")
    learned_first: int = Field(
        default=50, ge=1, le=99, description="per cent of the bars before the first test part"
    )
    embargo: int = Field(
        default=0, ge=0, le=100_000, description="further bars left out before each test part"
    )
    earlier_trials: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="what you tried on these bars before elsewhere: it counts as luck that was "
        "had; your trainings, searches and evaluations here are added",
    )
    hidden_layers: HiddenLayers = 64
    depth: Depth = 2
    lr: LearningRate = 0.001
    gamma: Gamma = 0.97
    batch_size: BatchSize = 64
    min_episodes: Episodes = Field(default=5, description="at least so many in each training")
    max_episodes: Episodes = Field(default=50, description="at most so many in each training")
    discounter_rate: DiscounterRate = 80
    environments: int = Field(
        default=0, ge=0, le=16_384, description="of each training; 0: the algorithm's own default"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="cpu", description="where they learn; auto: a GPU if the cluster has one"
    )
    balance: float = Field(
        default=10_000, gt=0, le=1e12, description="that every account begins at"
    )
    fee_bps: BasisPoints | None = Field(
        default=None, description="fee in basis points; null: the server's setting"
    )
    slippage_bps: BasisPoints | None = Field(
        default=None, description="slippage in basis points; null: the server's setting"
    )

    @field_validator("algorithms")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("one is there twice")
        return value

    @field_validator("max_episodes")
    @classmethod
    def _not_below_min(cls, value: int, info: ValidationInfo) -> int:
        least = info.data.get("min_episodes")
        if least is not None and value < least:
            raise ValueError(f"{value} is less than min_episodes, {least}")
        return value


class EvaluationsControl(Params):
    """An evaluation to pause, resume or stop."""

    id: Id = Field(description="which evaluation")


class EvaluationsGet(Params):
    """An evaluation to show."""

    id: Id = Field(description="which evaluation")


class EvaluationsList(RunsList):
    """Which of your evaluations to list, newest first; without parameters the newest of all."""


class EvaluationsWatch(RunsWatch):
    """An evaluation whose events to follow."""

    id: Id = Field(description="which evaluation")


class EvaluationsUnwatch(Params):
    """An evaluation to follow no longer."""

    id: Id = Field(description="which evaluation")
