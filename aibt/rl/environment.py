"""What training asks of an environment; `envs.TradingVectorEnv` is the one it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.trading.costs import Costs

Indices = NDArray[np.int32]
Sides = NDArray[np.int8]
Actions = NDArray[np.int8]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """One step of N environments: what each held, did and got. Every array has shape [N].

    `next_bars` and `next_sides` are those *before* an automatic reset, so they are what a
    truncated transition bootstraps from.
    """

    bars: Indices  # index of the bar at whose end the action was chosen
    sides: Sides  # side held when it was chosen
    actions: Actions
    rewards: Floats  # log return of equity over the bar
    next_bars: Indices
    next_sides: Sides
    terminations: Bools  # bust
    truncations: Bools  # end of the bars
    equities: NDArray[np.float64]  # at the close of the next bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectories:
    """Successive steps of N environments. Every array has shape [K, N] but `equities`.

    Attributes:
        passes: how many passes over the bars ended, by a bust or at their end.
    """

    bars: Indices  # index of the bar at whose end the action was chosen; the next is one later
    sides: Sides  # side held when it was chosen
    actions: Actions
    rewards: Floats  # log return of equity over the bar
    next_sides: Sides  # before an automatic reset
    terminations: Bools  # bust
    truncations: Bools  # end of the bars
    equities: NDArray[np.float64]  # of environment 0, at the close of the next bar. Shape [K]
    passes: int

    @property
    def steps(self) -> int:
        """Number of steps of each environment, K."""
        return len(self.equities)


class VectorEnvironment(Protocol):
    """N independent accounts over one series of bars.

    An environment that ended is back at its first bar when `advance` returns (its last
    bar and side stand in `Steps`). State round-trips exactly through `state`/`load_state`.
    """

    @property
    def num_envs(self) -> int:
        """Number of environments, N."""
        ...

    @property
    def bars(self) -> Indices:
        """Index of the bar each environment is at. Shape [N]; a copy."""
        ...

    @property
    def sides(self) -> Sides:
        """Side each environment holds. Shape [N]; a copy."""
        ...

    def advance(self, actions: Actions) -> Steps:
        """Fill each action at the next open and hold over the next bar."""
        ...

    def follow(
        self, thresholds: Floats, draws: Floats, passes_wanted: int | None = None
    ) -> Trajectories:
        """Step all environments as often as there are draws, by a policy that is a table.

        An action is the number of thresholds at its bar and side that are not above its draw,
        so the thresholds are the cumulative probabilities of actions 0, 1 and 2. It is what as
        many calls of `advance` would do. The arrays are good until the next call.

        Args:
            thresholds: at each bar for sides -1, 0, +1; only bars that are met are read.
                Shape [T, 3, 3].
            draws: uniform in [0, 1). Shape [K, N].
            passes_wanted: stop after the step in which so many passes have ended; None: never.

        Raises:
            ValueError: an array has another shape or type; nothing has changed.
        """
        ...

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return all that `load_state` needs to go on from here, as copies."""
        ...

    def load_state(self, state: Arrays) -> None:
        """Go on from `state`, to the same bits.

        Raises:
            ValueError: the arrays are not those of N environments.
        """
        ...


class EnvironmentFactory(Protocol):
    """Makes a `VectorEnvironment` over the given bars; every episode starts at bar `start`."""

    def __call__(
        self, bars: BarSeries, *, num_envs: int, start: int, balance: float, costs: Costs
    ) -> VectorEnvironment: ...


class DeviceEnvironment(Protocol):
    """N accounts in a GPU's own memory; their state is that of a `VectorEnvironment`.

    What it takes and gives are arrays there, which `torch.as_tensor` shares.
    """

    @property
    def num_envs(self) -> int:
        """Number of environments, N."""
        ...

    @property
    def bars(self) -> Any:
        """Index of the bar each environment is at after all that was asked, int32. Shape [N]."""
        ...

    def walk(
        self, thresholds: Any, draws: Any, passes_wanted: int | None = None
    ) -> Mapping[str, Any]:
        """Step all by a table as `VectorEnvironment.follow` does, and wait for nothing.

        Returns:
            The arrays of `Trajectories` by name, for all K steps, and `tally`, int64, [2]: how
            many steps were done, and how many passes ended in them. What comes after
            these steps means nothing. The same arrays are written in the next call of
            as many steps.

        Raises:
            ValueError: an array has another shape or type; nothing has changed.
        """
        ...

    def state(self) -> dict[str, NDArray[np.generic]]:
        """See `VectorEnvironment.state`."""
        ...

    def load_state(self, state: Arrays) -> None:
        """See `VectorEnvironment.load_state`."""
        ...


@runtime_checkable
class DeviceEnvironmentFactory(Protocol):
    """An `EnvironmentFactory` that makes environments in a GPU's memory as well."""

    def on_device(
        self, bars: BarSeries, *, num_envs: int, start: int, balance: float, costs: Costs
    ) -> DeviceEnvironment:
        """Return N environments on the GPU; every episode starts at bar `start`."""
        ...
