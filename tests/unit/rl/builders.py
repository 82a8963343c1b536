"""What the tests of learning need: bars, parameters, environments and a sink of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aibt.live.events import Emission
from aibt.market.bars import BarSeries
from aibt.market.intervals import Interval
from aibt.rl.environment import (
    Arrays,
    EnvironmentFactory,
    Steps,
    Trajectories,
    VectorEnvironment,
)
from aibt.rl.parameters import TrainingParameters
from aibt.rl.preparation import Preparation, prepare
from aibt.rl.rollout import (
    Rollout,
    RolloutState,
    RolloutWorker,
    RolloutWorkers,
    WeightsSource,
    bars_ahead,
)
from aibt.rl.training import TrainingRun
from aibt.trading.actions import target_side
from aibt.trading.costs import Costs

learns_on = "cpu"
"""Device of what is made here; `conftest.device` sets it."""

NS_PER_HOUR = 3_600_000_000_000
DAY_NS = 24 * NS_PER_HOUR


def a_sine(
    bars: int = 600, *, period: int = 24, swing: float = 0.05, noise: float = 0.0, seed: int = 0
) -> BarSeries:
    """Daily bars whose close follows a sine: who sees the past can tell what comes."""
    generator = np.random.default_rng(seed)
    steps = np.arange(bars)
    log_close = np.log(100.0) + swing * np.sin(2 * np.pi * steps / period)
    close = np.exp(log_close + noise * generator.standard_normal(bars))
    opened = np.r_[close[:1], close[:-1]]
    return BarSeries(
        symbol="SINE",
        interval=Interval(1, "d"),
        opened_ns=steps * DAY_NS,
        ended_ns=(steps + 1) * DAY_NS,
        open=opened,
        high=np.maximum(opened, close),
        low=np.minimum(opened, close),
        close=close,
        volume=np.full(bars, 1_000.0),
    )


def some_parameters(**changes: Any) -> TrainingParameters:
    """Parameters of a short training."""
    given: dict[str, Any] = {
        "algorithm": "dqn",
        "lr": 1e-3,
        "gamma": 0.9,
        "batch_size": 16,
        "min_episodes": 2,
        "max_episodes": 3,
        "balance": 10_000.0,
        "train_data_percentage": 70,
        "seed": 7,
        "costs": Costs(fee_bps=1.0, slippage_bps=1.0),
        "hidden_layers": 8,
        "depth": 2,
        "discounter_rate": 80,
        "window": 4,
        "device": learns_on,
    }
    return TrainingParameters(**{**given, **changes})


def a_preparation(series: BarSeries | None = None, **changes: Any) -> Preparation:
    """A short training on a sine."""
    return prepare(some_parameters(**changes), series or a_sine(200, noise=0.005))


@dataclass(frozen=True, kw_only=True)
class AChange:
    number: int
    step: int
    changes: Mapping[str, float | int] = field(default_factory=dict)
    stop: bool = False


class Collected:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.emissions: list[Emission] = []

    def emit(self, emission: Emission) -> None:
        self.emissions.append(emission)

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [emission.data for emission in self.emissions if emission.kind == kind]


class StandingClock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, tz=UTC)

    def monotonic(self) -> float:
        return self.seconds


class SimpleAccounts:
    """A `VectorEnvironment` in a few lines: equity follows the side, a change costs."""

    def __init__(
        self,
        bars: BarSeries,
        *,
        num_envs: int,
        start: int,
        balance: float,
        costs: Costs,
        bust_below: float = 0.0,
    ) -> None:
        self._close, self._start, self._last = bars.close, start, len(bars) - 1
        self._balance = balance
        self._rate = (costs.fee_bps + costs.slippage_bps) / 1e4
        self._bust_below = bust_below * balance
        self._bars = np.full(num_envs, start, np.int32)
        self._sides = np.zeros(num_envs, np.int8)
        self._equities = np.full(num_envs, balance)

    @property
    def num_envs(self) -> int:
        return len(self._bars)

    @property
    def bars(self) -> NDArray[np.int32]:
        return self._bars.copy()

    @property
    def sides(self) -> NDArray[np.int8]:
        return self._sides.copy()

    def advance(self, actions: NDArray[np.int8]) -> Steps:
        bars, sides = self._bars.copy(), self._sides.copy()
        after = np.array(
            [target_side(*pair) for pair in zip(sides.tolist(), actions.tolist(), strict=True)],
            np.int8,
        )
        growth = np.log(self._close[bars + 1] / self._close[bars]) * after
        rewards = growth - self._rate * np.abs(after - sides)
        equities = self._equities * np.exp(rewards)
        terminations = equities < self._bust_below
        truncations = (bars + 1 == self._last) & ~terminations
        again = terminations | truncations
        self._bars = np.where(again, self._start, bars + 1).astype(np.int32)
        self._sides = np.where(again, 0, after).astype(np.int8)
        self._equities = np.where(again, self._balance, equities)
        return Steps(
            bars=bars,
            sides=sides,
            actions=actions,
            rewards=rewards.astype(np.float32),
            next_bars=bars + 1,
            next_sides=after,
            terminations=terminations,
            truncations=truncations,
            equities=equities,
        )

    def follow(
        self,
        thresholds: NDArray[np.float32],
        draws: NDArray[np.float32],
        passes_wanted: int | None = None,
    ) -> Trajectories:
        return followed_step_by_step(self, thresholds, draws, passes_wanted)

    def state(self) -> dict[str, NDArray[np.generic]]:
        return {
            "bars": self._bars.copy(),
            "sides": self._sides.copy(),
            "equities": self._equities.copy(),
        }

    def load_state(self, state: Arrays) -> None:
        if set(state) != {"bars", "sides", "equities"} or state["bars"].shape != self._bars.shape:
            raise ValueError("another number of environments")
        self._bars = np.array(state["bars"], np.int32)
        self._sides = np.array(state["sides"], np.int8)
        self._equities = np.array(state["equities"], np.float64)


def followed_step_by_step(
    environment: VectorEnvironment,
    thresholds: NDArray[np.float32],
    draws: NDArray[np.float32],
    passes_wanted: int | None = None,
) -> Trajectories:
    """What `follow` is to do, by `advance`."""
    done, passes = [], 0
    for drawn in draws:
        at = thresholds[environment.bars, environment.sides + 1]
        actions = (at <= drawn[:, None]).sum(axis=1).astype(np.int8)
        steps = environment.advance(actions)
        named = {field.name: getattr(steps, field.name).copy() for field in fields(steps)}
        done.append(named)
        passes += int((steps.terminations | steps.truncations).sum())
        if passes_wanted is not None and passes >= passes_wanted:
            break
    columns = {name: np.stack([named[name] for named in done]) for name in done[0]}
    del columns["next_bars"]
    return Trajectories(**{**columns, "equities": columns["equities"][:, 0]}, passes=passes)


def accounts_that_bust(
    bars: BarSeries, *, num_envs: int, start: int, balance: float, costs: Costs
) -> VectorEnvironment:
    """Accounts that are closed as soon as 4 % are lost, so that passes end at odd bars."""
    return SimpleAccounts(
        bars, num_envs=num_envs, start=start, balance=balance, costs=costs, bust_below=0.96
    )


def a_run(
    preparation: Preparation | None = None,
    *,
    sink: Collected | None = None,
    factory: EnvironmentFactory = SimpleAccounts,
    **given: Any,
) -> TrainingRun:
    """A run that nobody has advanced yet."""
    preparation = preparation or a_preparation()
    return TrainingRun(
        preparation,
        factory,
        sink=sink or Collected(),
        clock=StandingClock(),
        **{"workers": simulated_workers(preparation, factory), **given},
    )


class ShippedWorkers:
    """Workers as other processes have them: weights are shipped, a round is a pure function.

    Every third round of the first worker is lost once, and computed again.
    """

    def __init__(self, preparation: Preparation, factory: EnvironmentFactory) -> None:
        self._setups = preparation.rollout_setups()
        self._factory = factory
        self._workers = [RolloutWorker(setup, factory) for setup in self._setups]
        self._states = [worker.state() for worker in self._workers]
        self._rounds = 0

    def collect(
        self,
        source: WeightsSource,
        *,
        epsilon: float,
        vector_steps: int,
        passes_wanted: int | None,
    ) -> Sequence[Rollout]:
        weights = source.weights()
        self._rounds += 1
        rollouts = []
        for at, state in enumerate(self._states):
            if at == 0 and self._rounds % 3 == 0:
                self._workers[0].collect_from(
                    weights, state, epsilon=epsilon, vector_steps=vector_steps
                )
                self._workers[0] = RolloutWorker(self._setups[0], self._factory)
            rollout, self._states[at] = self._workers[at].collect_from(
                weights, state, epsilon=epsilon, vector_steps=vector_steps
            )
            rollouts.append(rollout)
        return rollouts

    def bars_ahead(self, vector_steps: int) -> NDArray[np.int32]:
        at = np.concatenate([state.environment["bars"] for state in self._states])
        return bars_ahead(self._setups[0], at, vector_steps)

    def states(self) -> list[RolloutState]:
        return list(self._states)

    def load_states(self, states: Sequence[RolloutState]) -> None:
        self._states = list(states)


def simulated_workers(
    preparation: Preparation, factory: EnvironmentFactory
) -> RolloutWorkers | None:
    """What a host passes for `rollout_workers`: none for 0."""
    if preparation.parameters.rollout_workers == 0:
        return None
    return ShippedWorkers(preparation, factory)


def to_the_end(run: TrainingRun) -> TrainingRun:
    """Advance until nothing is left to do."""
    while not run.ended:
        run.advance()
    return run
