"""Populations on the wire: bots of one shape that one process trains, and that search together."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from aibt.live.events import Json
from aibt.live.states import RunState
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
    Name,
    Params,
    Period,
    Source,
    Symbol,
    WireMessage,
)
from aibt.protocol.runs import RunsWatch
from aibt.protocol.training_messages import EvaluationMessage
from aibt.rl.catalogue import DEFAULT_ALGORITHM, DEFAULT_ENCODER
from aibt.store.records import Population, PopulationMember, Training

MOST_MEMBERS: Final = 256
MemberNumber = Annotated[int, Field(ge=1, le=MOST_MEMBERS)]


class SearchFields(Params):
    """How a population searches: Jaderberg et al., Population Based Training (2017)."""

    interval: int = Field(
        default=10, ge=1, le=1_000_000, description="episodes of a member between two looks at it"
    )
    fraction: float = Field(
        default=0.2,
        gt=0,
        le=0.5,
        description="share of the members whose validation score is low, and share that is high",
    )


class PopulationsStart(Params):
    """Bots of one shape to train at once, on one symbol and period."""

    name: Name = Field(description="of the population; its bots are called `NAME 1`, `NAME 2` …")
    members: int = Field(ge=2, le=MOST_MEMBERS, description="how many bots")
    train_data_percentage: int = Field(
        ge=1,
        le=99,
        description="the first so many per cent of the bars train, the rest is out of sample",
    )
    balance: float = Field(gt=0, le=1e12, description="starting cash of each episode")
    lr: LearningRate = Field(default=1e-3, description="where no range is given: of all members")
    lr_min: LearningRate | None = Field(
        default=None,
        description="with `lr_max`: drawn for each member, every order of magnitude alike",
    )
    lr_max: LearningRate | None = None
    gamma: Gamma = Field(default=0.97, description="where no range is given: of all members")
    gamma_min: Gamma | None = Field(
        default=None, description="with `gamma_max`: drawn for each member, by its horizon"
    )
    gamma_max: Gamma | None = Field(default=None, description="below 1, if not equal to the other")
    batch_size: BatchSize
    max_episodes: Episodes = Field(description="at most so many passes over the training bars")
    min_episodes: Episodes = Field(description="at least so many; not above `max_episodes`")
    symbol: Symbol
    period: Period
    source: Source | None = Field(
        default=None, description="market source; null: the first that has the symbol and period"
    )
    algorithm: Algorithm = DEFAULT_ALGORITHM
    encoder: Encoder = DEFAULT_ENCODER
    hidden_layers: HiddenLayers = 43
    depth: Depth = 2
    discounter_rate: DiscounterRate = 80
    environments: int = Field(
        default=0,
        ge=0,
        le=16_384,
        description="of each member: accounts that trade side by side; 0: the algorithm's default",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="where they learn; auto: a GPU if the cluster has a free one"
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=MAX_NUMBER,
        description="of all that is drawn, the members' own seeds too; null: one is drawn",
    )
    fee_bps: BasisPoints | None = Field(
        default=None, description="fee in basis points; null: the server's setting"
    )
    slippage_bps: BasisPoints | None = Field(
        default=None, description="slippage in basis points; null: the server's setting"
    )
    search: SearchFields | None = Field(
        default=None, description="how they search; null: each learns by itself, for good"
    )

    @field_validator("min_episodes")
    @classmethod
    def _not_above_max(cls, value: int, info: ValidationInfo) -> int:
        most = info.data.get("max_episodes")
        if most is not None and value > most:
            raise ValueError(f"{value} is more than max_episodes, {most}")
        return value


class PopulationsControl(Params):
    """A population to pause, resume or stop: all of its members that have not ended."""

    id: Id = Field(description="which population")


class PopulationsGet(Params):
    """A population to show."""

    id: Id = Field(description="which population")


class PopulationsList(Params):
    """Which of your populations to list, newest first."""

    limit: int = Field(default=100, ge=1, le=1_000, description="at most so many")
    before_id: Id | None = Field(default=None, description="only ids below this one: pages on")


class PopulationChanges(Params):
    """What the search may do from now on. Null or absent: as it is."""

    searching: bool | None = Field(default=None, description="whether it takes steps")
    members: list[MemberNumber] = Field(
        default=[], max_length=MOST_MEMBERS, description="whom `mark` is for, by their numbers"
    )
    mark: Literal["free", "pinned", "excluded"] | None = Field(
        default=None,
        description="pinned: never overwritten; excluded: neither copies nor is copied from; free: "
        "both again",
    )


class PopulationsUpdate(PopulationChanges):
    """What the search of one population may do from now on. Null or absent: as it is."""

    id: Id = Field(description="which population")


class PopulationsWatch(RunsWatch):
    """A population whose events to follow."""

    id: Id = Field(description="which population")


class PopulationsUnwatch(Params):
    """A population to follow no longer."""

    id: Id = Field(description="which population")


class MemberMessage(WireMessage):
    """A member of a population: a training of its own bot, which takes every `trainings-*`."""

    member: int = Field(ge=1, description="its number")
    training_id: int
    bot_name: str
    state: RunState
    mark: Literal["free", "pinned", "excluded"]
    episode: int = Field(ge=0, description="episodes that have ended")
    steps: int = Field(ge=0, description="environment steps so far")
    score: float | None = Field(
        description="log growth on the validation part: of its weights as they are while it runs, "
        "else of its best; null before they are evaluated"
    )
    validation: EvaluationMessage | None = Field(description="of its best weights")
    out_of_sample: EvaluationMessage | None = Field(description="of its best weights")
    lr: float
    gamma: float
    seed: int


class PopulationStatusMessage(WireMessage):
    """`status`: the members of a population as they are. It is conflated and has no `seq`."""

    id: int
    state: RunState = Field(description="running as long as one of them is")
    searching: bool = Field(description="whether the search takes steps")
    steps_taken: int = Field(ge=0, description="by the search")
    members: list[MemberMessage] = Field(description="by their numbers; empty in a list")
    cursor: int = Field(ge=0, description="number of the last event this includes")


class PopulationMessage(PopulationStatusMessage):
    """A population: what was asked for, and every field of its status."""

    name: str
    reason: str | None = Field(default=None, description="always null")
    symbol: str
    period: str
    source: str = Field(description="market source of its bars")
    algorithm: str
    encoder: str
    hidden_layers: int
    depth: int
    train_data_percentage: int
    batch_size: int
    max_episodes: int
    min_episodes: int
    device: str
    seed: int
    lr_min: float | None
    lr_max: float | None
    gamma_min: float | None
    gamma_max: float | None
    search: SearchFields | None
    member_count: int = Field(ge=0)
    active_count: int = Field(ge=0, description="members that have not ended")
    trials: int = Field(
        ge=0, description="members and steps: what a result has to be judged against"
    )
    created_at: AwareDatetime


class PopulationsMessage(WireMessage):
    """Your populations, newest first, without their members."""

    populations: list[PopulationMessage]
    next: int | None = Field(default=None, description="`before_id` of the next page")


class StepTakenMessage(WireMessage):
    """`step`: the search has changed a member."""

    id: int
    number: int = Field(ge=1, description="1, 2, 3 … within the population")
    kind: Literal["exploit", "explore"] = Field(
        description="exploit: it takes over weights, optimizer and parameters of `source` and "
        "perturbs these; explore: it perturbs its own, as none is better"
    )
    member: int = Field(ge=1, description="whom it changes")
    source: int | None = Field(description="whose weights it takes over")
    episode: int = Field(ge=0, description="episodes of the member when it was decided")
    step: int = Field(ge=0, description="step of the member's training that it applies from")
    changes: dict[str, float | int] = Field(description="its new parameters")
    scores: dict[str, float] = Field(description="validation scores that it saw, by member")


class SearchMessage(WireMessage):
    """`search`: you have said what the search may do."""

    id: int
    searching: bool | None = None
    members: list[int] = Field(default=[], description="whom `mark` is for")
    mark: Literal["free", "pinned", "excluded"] | None = None


_ECHOED: Final = (
    "algorithm", "encoder", "hidden_layers", "depth", "train_data_percentage", "batch_size",
    "max_episodes", "min_episodes", "device", "seed", "lr_min", "lr_max", "gamma_min", "gamma_max",
    "search",
)  # fmt: skip
_FIRST_FOUND: Final = (
    RunState.RUNNING,
    RunState.LOADING,
    RunState.RECOVERING,
    RunState.QUEUED,
    RunState.PAUSED,
    RunState.FINISHED,
    RunState.STOPPED,
)


def population_state(states: Sequence[RunState]) -> RunState:
    """Return the state of a population, from those of its members."""
    return next((state for state in _FIRST_FOUND if state in states), RunState.FAILED)


def population_message(
    population: Population,
    members: Sequence[PopulationMember],
    trainings: Mapping[int, Training],
    *,
    steps_taken: int,
    statuses: Mapping[int, Mapping[str, Json]] | None = None,
    scores: Mapping[int, float] | None = None,
) -> PopulationMessage:
    """Return a population as the wire shows it.

    Args:
        population: its row.
        members: in the order of their numbers.
        trainings: theirs, by their ids.
        steps_taken: by the search.
        statuses: the newest status of those that a process hosts, by their trainings' ids.
        scores: of the weights of those that run, by their numbers.

    Raises:
        pydantic.ValidationError: a row or a status breaks the wire's contract.
    """
    shown = [
        _member(
            one,
            trainings[one.training_id],
            (statuses or {}).get(one.training_id),
            (scores or {}).get(one.member),
        )
        for one in members
    ]
    states = [trainings[one.training_id].state for one in members]
    asked = {"encoder": DEFAULT_ENCODER, **population.request}
    return PopulationMessage.of(
        {
            **{name: asked.get(name) for name in _ECHOED},
            "id": population.id,
            "name": population.name,
            "state": population_state(states),
            "symbol": population.data["symbol"],
            "period": population.data["period"],
            "source": population.data["source"],
            "searching": population.searching,
            "steps_taken": steps_taken,
            "members": shown,
            "member_count": len(members),
            "active_count": sum(not state.has_ended for state in states),
            "trials": len(members) + steps_taken,
            "created_at": population.created_at,
            "cursor": population.last_seq,
        }
    )


def _member(
    one: PopulationMember,
    training: Training,
    status: Mapping[str, Json] | None,
    score: float | None,
) -> dict[str, Any]:
    known: Mapping[str, Any] = training.status if status is None else status
    now: Mapping[str, Any] = {**training.request, **training.current}
    episodes = known.get("episodes")
    return {
        "member": one.member,
        "training_id": training.id,
        "bot_name": training.bot_name,
        "state": training.state,
        "mark": str(one.mark),
        "episode": episodes["current"] if isinstance(episodes, Mapping) else 0,
        "steps": known.get("steps", 0),
        "score": _best_score(training, known) if score is None else score,
        "validation": known.get("validation"),
        "out_of_sample": known.get("out_of_sample"),
        "lr": now["lr"],
        "gamma": now["gamma"],
        "seed": now["seed"],
    }


def _best_score(training: Training, known: Mapping[str, Any]) -> float | None:
    """Return the log growth of its best weights on the validation part, if there are any."""
    validation, balance = known.get("validation"), training.request.get("balance")
    if not isinstance(validation, Mapping) or not isinstance(balance, int | float):
        return None
    grown = 1 + validation["profit"] / balance
    return math.log(grown) if grown > 0 else None
