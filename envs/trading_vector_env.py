"""Thousands of accounts over one series of bars, stepped in one call."""

from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.environment import Actions, Arrays, Indices, Sides, Steps
from aibt.trading.actions import Action
from aibt.trading.costs import Costs
from envs import account_kernel
from envs.observations import feature_space, market

Info = dict[str, Any]
_NO_COSTS = Costs(fee_bps=0.0, slippage_bps=0.0)
_STATE = ("starts", "bars", "cash", "quantities", "average_prices", "equities")


class TradingVectorEnv(VectorEnv[NDArray[Any], NDArray[np.int64], NDArray[Any]]):
    """N independent `TradingEnv`s over the same bars, each from a start of its own.

    Observation: `observations="features"`: feature row and side of each, Box float32, shape
        [N, F + 1]. `"index"`: index of the bar and side of each, int32, shape [N, 2]: prices do
        not depend on actions, so a policy can look the features up, once for all (`rows`).
    Action, Reward, Terminated, Truncated: as in `TradingEnv`, each of shape [N].

    An environment that ends is reset within the same step (`AutoresetMode.SAME_STEP`): its last
    observation stands in `infos["final_obs"]`. What `step` returns is new in every call unless
    `copy=False`, which returns the same arrays each time.

    Besides Gymnasium's interface it has that of `aibt.rl.environment.VectorEnvironment`:
    `advance`, `bars`, `sides`, `state`, `load_state`.

    Args:
        bars: the series.
        num_envs: N.
        balance: starting cash, above 0.
        costs: of every fill; None: none.
        start: bar at which episodes begin: one for all, or one for each, shape [N]; None: the
            first at which a decision can be made.
        observations: what is observed.
        rows: features of each bar instead of ours, shape [T, F].
        fit_until: first bar that our features' statistics must not see; None: see all.
        copy: whether observations are new arrays.

    Raises:
        BadBars: there are too few bars.
        ValueError: a value is out of its range.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(
        self,
        bars: BarSeries,
        *,
        num_envs: int = 1,
        balance: float = 10_000.0,
        costs: Costs | None = None,
        start: int | NDArray[np.int32] | None = None,
        observations: Literal["features", "index"] = "features",
        rows: NDArray[np.float32] | None = None,
        fit_until: int | None = None,
        copy: bool = True,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs is {num_envs}, at least one is needed")
        if not balance > 0:
            raise ValueError(f"balance is {balance}, it must be above 0")
        self._market = market(bars, costs or _NO_COSTS, rows=rows, fit_until=fit_until)
        self.num_envs = num_envs
        self._balance = balance
        self._copy = copy
        self._as_features = observations == "features"
        features = self._market.rows.shape[1]
        self.single_action_space = gymnasium.spaces.Discrete(len(Action))
        self.single_observation_space = (
            feature_space(features)
            if self._as_features
            else gymnasium.spaces.Box(
                np.array([0, -1], np.int32),
                np.array([self._market.last, 1], np.int32),
                dtype=np.int32,
            )
        )
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._observations = np.zeros(
            (num_envs, features + 1 if self._as_features else 2),
            np.float32 if self._as_features else np.int32,
        )
        self._arrays = _Arrays(num_envs, balance)
        self._begin_at(self._market.first if start is None else start)

    @property
    def rows(self) -> NDArray[np.float32]:
        """Features of each bar, for those who observe its index. Shape [T, F]."""
        return self._market.rows

    # Gymnasium

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[NDArray[Any], Info]:
        """Begin all episodes, or those of `options["reset_mask"]`, [N].

        `options["start"]` (one bar, or one for each, [N]) is where they begin from now on.
        """
        super().reset(seed=seed[0] if isinstance(seed, list) else seed)
        given = options or {}
        mask = given.get("reset_mask")
        self._begin_at(given.get("start", self._arrays.starts), mask)
        return self._observed(), {"equity": self._arrays.equities.copy()}

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], Info]:
        """Fill each action at the next open and hold over the next bar."""
        taken = np.asarray(actions, np.int8)
        if taken.shape != (self.num_envs,) or taken.min() < 0 or taken.max() >= len(Action):
            raise ValueError(f"actions must be {self.num_envs} numbers from 0 to 3")
        self._advance(taken)
        a = self._arrays
        ended = a.terminations | a.truncations
        info: Info = {"equity": a.marked.copy()}
        if ended.any():
            info |= self._final(ended)
        return (
            self._observed(),
            a.rewards.copy(),
            a.terminations.copy(),
            a.truncations.copy(),
            info,
        )

    def close_extras(self, **_: Any) -> None:
        """Nothing is open."""

    # aibt.rl.environment.VectorEnvironment

    @property
    def bars(self) -> Indices:
        """Index of the bar each environment is at. Shape [N]; a copy."""
        return self._arrays.bars.copy()

    @property
    def sides(self) -> Sides:
        """Side each environment holds. Shape [N]; a copy."""
        return np.sign(self._arrays.quantities).astype(np.int8)

    def advance(self, actions: Actions) -> Steps:
        """Step all; see `VectorEnvironment.advance`. The arrays are good until the next call."""
        self._advance(actions)
        a = self._arrays
        return Steps(
            bars=a.at_bars,
            sides=a.at_sides,
            actions=actions,
            rewards=a.rewards,
            next_bars=a.next_bars,
            next_sides=a.next_sides,
            terminations=a.terminations,
            truncations=a.truncations,
            equities=a.marked,
        )

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return all that `load_state` needs to go on from here, as copies."""
        return {name: getattr(self._arrays, name).copy() for name in _STATE}

    def load_state(self, state: Arrays) -> None:
        """Go on from `state`, to the same bits.

        Raises:
            ValueError: the arrays are not those of N environments over such bars.
        """
        for name in _STATE:
            mine = getattr(self._arrays, name)
            given = state.get(name)
            if given is None or given.shape != mine.shape or given.dtype != mine.dtype:
                raise ValueError(f"{name} is not that of {self.num_envs} environments")
        bars = state["bars"].astype(np.int32)
        if (bars < self._market.first).any() or (bars >= self._market.last).any():
            raise ValueError("a bar lies outside the series")
        for name in _STATE:
            getattr(self._arrays, name)[:] = state[name]

    # What they share

    def _advance(self, actions: NDArray[np.int8]) -> None:
        m, a = self._market, self._arrays
        account_kernel.advance(
            actions, m.opens, m.closes, m.last, a.starts, self._balance, m.fee, m.slippage,
            a.bars, a.cash, a.quantities, a.average_prices, a.equities,
            a.at_bars, a.at_sides, a.rewards, a.next_bars, a.next_sides,
            a.terminations, a.truncations, a.marked,
        )  # fmt: skip

    def _begin_at(
        self, start: int | NDArray[np.int32], mask: NDArray[np.bool_] | None = None
    ) -> None:
        starts = np.broadcast_to(np.asarray(start, np.int32), (self.num_envs,))
        for bar in {int(starts.min()), int(starts.max())}:
            self._market.checked_start(bar)
        a = self._arrays
        chosen = np.ones(self.num_envs, np.bool_) if mask is None else np.asarray(mask, np.bool_)
        a.starts[:] = starts
        a.bars[chosen] = starts[chosen]
        a.cash[chosen] = a.equities[chosen] = self._balance
        a.quantities[chosen] = a.average_prices[chosen] = 0.0

    def _observed(self) -> NDArray[Any]:
        self._write(self._arrays.bars, self.sides)
        return self._observations.copy() if self._copy else self._observations

    def _write(self, bars: Indices, sides: Sides) -> None:
        if self._as_features:
            account_kernel.observe(self._market.rows, bars, sides, self._observations)
        else:
            self._observations[:, 0] = bars
            self._observations[:, 1] = sides

    def _final(self, ended: NDArray[np.bool_]) -> Info:
        """Return the last observation and equity of what ended, as Gymnasium wants them."""
        self._write(self._arrays.next_bars, self._arrays.next_sides)
        last = self._observations.copy()
        final_obs = np.full(self.num_envs, None, dtype=object)
        for i in np.flatnonzero(ended):
            final_obs[i] = last[i]
        return {
            "final_obs": final_obs,
            "_final_obs": ended,
            "final_info": {"equity": self._arrays.marked.copy(), "_equity": ended},
            "_final_info": ended,
        }


class _Arrays:
    """State and results of N environments, side by side. Every array has shape [N]."""

    def __init__(self, num_envs: int, balance: float) -> None:
        self.starts: Indices = np.zeros(num_envs, np.int32)
        self.bars: Indices = np.zeros(num_envs, np.int32)
        self.cash = np.full(num_envs, balance)
        self.quantities = np.zeros(num_envs)
        self.average_prices = np.zeros(num_envs)
        self.equities = np.full(num_envs, balance)
        self.at_bars: Indices = np.zeros(num_envs, np.int32)
        self.at_sides: Sides = np.zeros(num_envs, np.int8)
        self.rewards = np.zeros(num_envs, np.float32)
        self.next_bars: Indices = np.zeros(num_envs, np.int32)
        self.next_sides: Sides = np.zeros(num_envs, np.int8)
        self.terminations = np.zeros(num_envs, np.bool_)
        self.truncations = np.zeros(num_envs, np.bool_)
        self.marked = np.zeros(num_envs)
