"""What a training is told: the protocol's parameters, by its names, and which may change."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Any, Final, Protocol

from aibt.errors import Invalid
from aibt.rl.catalogue import (
    ALGORITHMS,
    DEFAULT_ENCODER,
    collects,
    default_environments,
    refuse_encoder,
    unknown_algorithm,
)
from aibt.trading.costs import Costs

HOT: Final = ("lr", "gamma", "batch_size", "max_episodes")
"""Parameters that may change while a training runs."""

BFLOAT16: Final = "bfloat16"
PRECISIONS: Final = ("float32", BFLOAT16)
DEVICES: Final = ("auto", "cpu", "cuda")

_WHOLE: Final = {  # lowest and highest
    "batch_size": (1, 8_192),
    "min_episodes": (1, 1_000_000),
    "max_episodes": (1, 1_000_000),
    "hidden_layers": (1, 1_024),
    "depth": (1, 8),
    "discounter_rate": (0, 1_000_000),
    "train_data_percentage": (1, 99),
    "environments": (0, 16_384),
    "rollout_workers": (0, 64),
    "seed": (0, 2**63 - 1),
    "window": (2, 1_024),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingParameters:
    """Everything that decides what a training computes, besides its bars.

    Attributes:
        lr: learning rate, in (0, 1].
        gamma: discount per bar, in [0, 1].
        balance: starting cash of each episode, in (0, 10¹²].
        hidden_layers: width of each hidden layer; `depth` is how many there are.
        discounter_rate: exploration budget in episodes, see `aibt.rl.exploration`.
        train_data_percentage: the first so many per cent of the bars train.
        environments: accounts that trade side by side, over all workers, and how many passes
            over the bars make an episode; 0 is read as what suits the algorithm.
        rollout_workers: processes that collect; 0: the learner's own.
        device: `cpu`, `cuda`, or `auto` for a GPU where one can be used.
        precision: `float32`, or `bfloat16` for the matrix products of what learns; weights,
            optimizer, returns and what acts are float32 always. `dqn` has but float32.
        seed: of all random numbers.
        algorithm: a name of `aibt.rl.catalogue.ALGORITHMS`.
        encoder: a name of `aibt.rl.catalogue.ENCODERS`, one that the algorithm learns with.
        window: log returns that an observation holds.
        costs: fee and slippage of every fill.

    Raises:
        Invalid: a value is out of its range; the error names it.
    """

    lr: float
    gamma: float
    batch_size: int
    min_episodes: int
    max_episodes: int
    balance: float
    train_data_percentage: int
    seed: int
    costs: Costs
    algorithm: str
    hidden_layers: int = 43
    depth: int = 2
    discounter_rate: int = 80
    environments: int = 0
    rollout_workers: int = 0
    device: str = "cpu"
    encoder: str = DEFAULT_ENCODER
    precision: str = PRECISIONS[0]
    window: int = 32

    def __post_init__(self) -> None:
        for name, (lowest, highest) in _WHOLE.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise Invalid(name, f"{value!r} is not a whole number")
            if not lowest <= value <= highest:
                raise Invalid(name, f"{value} is not between {lowest} and {highest}")
        _check_range("lr", self.lr, 0.0, 1.0, above_lowest=True)
        _check_range("gamma", self.gamma, 0.0, 1.0)
        _check_range("balance", self.balance, 0.0, 1e12, above_lowest=True)
        self._check_names()
        if self.min_episodes > self.max_episodes:
            at = f"{self.max_episodes} is less than min_episodes, {self.min_episodes}"
            raise Invalid("max_episodes", at)
        if self.rollout_workers and not collects(self.algorithm):
            raise Invalid("rollout_workers", f"{self.algorithm} collects nothing: there is no work")
        if self.rollout_workers and self.encoder != DEFAULT_ENCODER:
            says = f"workers act by the encoder {DEFAULT_ENCODER} alone, not by {self.encoder}"
            raise Invalid("rollout_workers", says)
        if self.environments == 0:
            usual = default_environments(self.algorithm, self.rollout_workers)
            object.__setattr__(self, "environments", usual)
        if self.environments < self.rollout_workers:
            few = f"{self.environments} cannot be shared by {self.rollout_workers} rollout workers"
            raise Invalid("environments", few)

    def _check_names(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise unknown_algorithm(self.algorithm)
        refuse_encoder(self.algorithm, self.encoder)
        for field, there in {"device": DEVICES, "precision": PRECISIONS}.items():
            value = getattr(self, field)
            if value not in there:
                raise Invalid(field, f"{value!r} is none of {', '.join(there)}")
        if self.algorithm == "dqn" and self.precision != PRECISIONS[0]:
            raise Invalid("precision", f"dqn computes in {PRECISIONS[0]} alone")

    def to_json(self) -> dict[str, Any]:
        """Return the same as JSON's own types."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        costs = {"fee_bps": self.costs.fee_bps, "slippage_bps": self.costs.slippage_bps}
        return {**found, "costs": costs}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "TrainingParameters":
        """Read what `to_json` returned.

        Raises:
            ValueError: a name is missing or unknown, or a value is out of its range.
        """
        try:
            return cls(**{**given, "costs": Costs(**given["costs"])})
        except (TypeError, KeyError) as error:
            raise ValueError(f"these are no training parameters: {error!r}") from error


class Change(Protocol):
    """Something the owner did to a running training; `aibt.store.records.Change` is one."""

    @property
    def number(self) -> int:
        """1, 2, 3 … within the training."""
        ...

    @property
    def step(self) -> int:
        """It holds from the first environment step after so many."""
        ...

    @property
    def changes(self) -> Mapping[str, float | int]:
        """New values of some of `HOT`."""
        ...

    @property
    def stop(self) -> bool:
        """Whether the training ends there."""
        ...


def changed(
    parameters: TrainingParameters, changes: Mapping[str, float | int]
) -> TrainingParameters:
    """Return `parameters` with new values of some of `HOT`.

    Raises:
        Invalid: a name is not in `HOT`, or a value is out of its range.
    """
    for name in changes:
        if name not in HOT:
            raise Invalid(name, f"cannot change while a training runs, only {', '.join(HOT)} can")
    values: dict[str, Any] = dict(changes)
    return replace(parameters, **values)


def _check_range(
    name: str, value: float, lowest: float, highest: float, *, above_lowest: bool = False
) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise Invalid(name, f"{value!r} is not a number")
    if not lowest <= value <= highest or (above_lowest and value == lowest):
        bracket = "(" if above_lowest else "["
        raise Invalid(name, f"{value} is not in {bracket}{lowest:g}, {highest:g}]")
