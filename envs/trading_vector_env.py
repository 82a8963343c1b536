"""Thousands of accounts over one series of bars, stepped in one call."""

from typing import Any, Literal, TypeVar

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.environment import Actions, Arrays, Floats, Indices, Sides, Steps, Trajectories
from aibt.trading.actions import Action
from aibt.trading.costs import Costs
from envs import account_kernel
from envs.observations import checked_balance, market

Info = dict[str, Any]
_NO_COSTS = Costs(fee_bps=0.0, slippage_bps=0.0)
_Kind = TypeVar("_Kind", bound=np.generic)
_STATE = ("starts", "bars", "cash", "quantities", "equities")


class TradingVectorEnv(VectorEnv[NDArray[Any], NDArray[np.int64], NDArray[Any]]):
    """N independent `TradingEnv`s over the same bars, each from a start of its own.

    Observation: `observations="features"`: feature row and side of each, Box float32, shape
        [N, F + 1]. `"index"`: index of the bar and side of each, int32, shape [N, 2]: prices do
        not depend on actions, so a policy can look the features up, once for all (`rows`).
    Action, Reward, Terminated, Truncated: as in `TradingEnv`, each of shape [N].

    An environment that ends is reset within the same step (`AutoresetMode.SAME_STEP`): its last
    observation stands in `infos["final_obs"]`, its last equity in `infos["final_info"]`; as in
    Gymnasium's own `SyncVectorEnv`, `infos["equity"]` is then that after the reset. Rewards are
    float32. What `step` returns is new in every call unless `copy=False`, which returns the
    same arrays each time, good until the next call.

    Besides Gymnasium's interface it has that of `aibt.rl.environment.VectorEnvironment`:
    `advance`, `follow`, `bars`, `sides`, `state`, `load_state`.

    Args:
        bars: the series.
        num_envs: N.
        balance: starting cash, above 0.
        costs: of every fill; None: none.
        start: bar at which episodes begin: one for all, or one for each, shape [N]; None: the
            first at which a decision can be made.
        observations: what is observed.
        rows: features of each bar instead of ours, shape [T, F].
        fit_until: first bar that our features' statistics must not see; None: they are those
            of the first quarter of the bars, and no episode begins before its last one.
        copy: whether what is returned are new arrays.

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
        if observations not in ("features", "index"):
            raise ValueError(f"observations is {observations!r}, not 'features' or 'index'")
        self._market = market(bars, costs or _NO_COSTS, rows=rows, fit_until=fit_until)
        self.num_envs = num_envs
        self._balance = checked_balance(balance)
        self._copy = copy
        self._as_features = observations == "features"
        features = self._market.rows.shape[1]
        self.single_action_space = gymnasium.spaces.Discrete(len(Action))
        self.single_observation_space = (
            self._market.observation_space()
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
        self._arrays = _Arrays(num_envs, self._balance)
        self._columns = _Columns(0, num_envs)
        self._final_obs = np.empty(num_envs, dtype=object)
        self._final_places: NDArray[np.intp] = np.zeros(0, np.intp)
        everywhere = np.ones(num_envs, np.bool_)
        self._begin_at(self._market.first if start is None else start, everywhere)

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
        """Begin all episodes, or those of `options["reset_mask"]`, bool [N].

        `options["start"]` (one bar, or one for each, [N]) is where these begin from now on.

        Raises:
            ValueError: a start or the mask is not one for N environments over these bars.
        """
        super().reset(seed=seed[0] if isinstance(seed, list) else seed)
        given = options or {}
        mask = np.asarray(given.get("reset_mask", np.ones(self.num_envs, np.bool_)))
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_:
            raise ValueError(f"reset_mask must be {self.num_envs} booleans")
        self._begin_at(given.get("start", self._arrays.starts), mask)
        equities = np.where(mask, self._arrays.equities, 0.0)
        return self._observed(), {"equity": equities, "_equity": mask.copy()}

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], Info]:
        """Fill each action at the next open and hold over the next bar.

        Raises:
            ValueError: the actions are not N whole numbers from 0 to 3; nothing has changed.
        """
        ended = self._advance(actions)
        a = self._arrays
        infos: Info = {"equity": self._given(a.equities), "_equity": self._given(a.always)}
        if ended:
            infos |= self._final()
        return (
            self._observed(),
            self._given(a.rewards),
            self._given(a.terminations),
            self._given(a.truncations),
            infos,
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
        return self._arrays.sides.copy()

    def advance(self, actions: Actions) -> Steps:
        """Step all; see `VectorEnvironment.advance`. The arrays are good until the next call.

        Raises:
            ValueError: the actions are not N whole numbers from 0 to 3; nothing has changed.
        """
        self._advance(actions)
        a = self._arrays
        return Steps(
            bars=a.at_bars,
            sides=a.at_sides,
            actions=actions,
            rewards=a.rewards,
            next_bars=np.add(a.at_bars, 1, out=a.next_bars),
            next_sides=a.next_sides,
            terminations=a.terminations,
            truncations=a.truncations,
            equities=a.marked,
        )

    def follow(
        self, thresholds: Floats, draws: Floats, passes_wanted: int | None = None
    ) -> Trajectories:
        """Step all by a table; see `VectorEnvironment.follow`.

        Raises:
            ValueError: an array has another shape or type; nothing has changed.
        """
        m, a = self._market, self._arrays
        table, numbers = np.ascontiguousarray(thresholds), np.ascontiguousarray(draws)
        if table.shape != (len(m.closes), 3, 3) or table.dtype != np.float32:
            raise ValueError(f"thresholds must be float32 of shape ({len(m.closes)}, 3, 3)")
        if numbers.ndim != 2 or numbers.shape[1] != self.num_envs or numbers.dtype != np.float32:
            raise ValueError(f"draws must be float32 of shape (K, {self.num_envs})")
        if self._columns.steps < len(numbers):
            self._columns = _Columns(len(numbers), self.num_envs)
        c = self._columns
        done, passes = account_kernel.follow(
            table, numbers, -1 if passes_wanted is None else max(passes_wanted, 0),
            m.opens, m.closes, m.last, a.starts, self._balance, m.fee, m.slippage,
            a.bars, a.sides, a.cash, a.quantities, a.equities,
            c.bars, c.sides, c.actions, c.rewards, c.next_sides,
            c.terminations, c.truncations, c.equities, a.marked,
        )  # fmt: skip
        return c.of(done, passes)

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
        for name in ("starts", "bars"):  # compiled code reads the bars there, unchecked
            at = state[name].astype(np.int32)
            if at.min() < self._market.first or at.max() >= self._market.last:
                raise ValueError(f"{name} lies outside the series")
        for name in _STATE:
            getattr(self._arrays, name)[:] = state[name]
        self._arrays.sides[:] = np.sign(self._arrays.quantities)

    # What they share

    def _advance(self, actions: NDArray[np.integer[Any]]) -> int:
        """Step all, and return how many ended."""
        m, a = self._market, self._arrays
        given = np.asarray(actions)
        fits = given.shape == a.actions.shape and given.dtype.kind in "iu"
        if not (fits and account_kernel.accept(given, a.actions)):
            raise ValueError(f"actions must be {self.num_envs} whole numbers from 0 to 3")
        ended: int = account_kernel.advance(
            a.actions, m.opens, m.closes, m.last, a.starts, self._balance, m.fee, m.slippage,
            a.bars, a.sides, a.cash, a.quantities, a.equities,
            a.at_bars, a.at_sides, a.rewards, a.next_sides,
            a.terminations, a.truncations, a.marked,
        )  # fmt: skip
        return ended

    def _begin_at(self, start: int | NDArray[np.int32], mask: NDArray[np.bool_]) -> None:
        given = np.asarray(start)
        if given.shape not in ((), (self.num_envs,)) or given.dtype.kind not in "iu":
            raise ValueError(f"start must be one bar, or {self.num_envs} of them")
        starts = np.broadcast_to(given, (self.num_envs,))[mask]
        if not len(starts):
            return
        for bar in (starts.min(), starts.max()):
            self._market.checked_start(int(bar))
        a = self._arrays
        a.starts[mask] = a.bars[mask] = starts
        a.cash[mask] = a.equities[mask] = self._balance
        a.quantities[mask] = a.sides[mask] = 0

    def _observed(self) -> NDArray[Any]:
        a = self._arrays
        self._write(a.bars, a.sides, self._observations)
        return self._given(self._observations)

    def _given(self, array: NDArray[_Kind]) -> NDArray[_Kind]:
        """Return what the caller may keep, or may not."""
        return array.copy() if self._copy else array

    def _write(self, bars: Indices, sides: Sides, observations: NDArray[Any]) -> None:
        if self._as_features:
            account_kernel.observe_rows(self._market.rows, bars, sides, observations)
        else:
            account_kernel.observe_index(bars, sides, observations)

    def _final(self) -> Info:
        """Return the last observation and equity of what ended, as Gymnasium wants them."""
        a = self._arrays
        ended = a.terminations | a.truncations
        places: NDArray[np.intp] = np.flatnonzero(ended)
        last = np.empty((len(places), *self._observations.shape[1:]), self._observations.dtype)
        self._write(a.at_bars[places] + np.int32(1), a.next_sides[places], last)
        if self._copy:
            final_obs = np.empty(self.num_envs, dtype=object)  # None, until it is set
        else:
            final_obs = self._final_obs
            final_obs[self._final_places] = None
            self._final_places = places
        for place, observation in zip(places, last, strict=True):
            final_obs[place] = observation
        equities = np.zeros(self.num_envs)
        equities[places] = a.marked[places]
        return {
            "final_obs": final_obs,
            "_final_obs": ended,
            "final_info": {"equity": equities, "_equity": ended.copy()},
            "_final_info": ended.copy(),
        }


class _Arrays:
    """State and results of N environments, side by side. Every array has shape [N]."""

    def __init__(self, num_envs: int, balance: float) -> None:
        self.starts: Indices = np.zeros(num_envs, np.int32)
        self.bars: Indices = np.zeros(num_envs, np.int32)
        self.cash = np.full(num_envs, balance)
        self.quantities = np.zeros(num_envs)
        self.equities = np.full(num_envs, balance)
        self.sides: Sides = np.zeros(num_envs, np.int8)  # of `quantities`
        self.actions: Actions = np.zeros(num_envs, np.int8)
        self.always = np.ones(num_envs, np.bool_)
        self.at_bars: Indices = np.zeros(num_envs, np.int32)
        self.at_sides: Sides = np.zeros(num_envs, np.int8)
        self.rewards = np.zeros(num_envs, np.float32)
        self.next_bars: Indices = np.zeros(num_envs, np.int32)
        self.next_sides: Sides = np.zeros(num_envs, np.int8)
        self.terminations = np.zeros(num_envs, np.bool_)
        self.truncations = np.zeros(num_envs, np.bool_)
        self.marked = np.zeros(num_envs)


class _Columns:
    """Room for what `follow` finds. Shapes [K, N], the equities of environment 0 [K]."""

    def __init__(self, steps: int, num_envs: int) -> None:
        shape = (steps, num_envs)
        self.steps = steps
        self.bars: Indices = np.zeros(shape, np.int32)
        self.sides: Sides = np.zeros(shape, np.int8)
        self.actions: Actions = np.zeros(shape, np.int8)
        self.rewards: Floats = np.zeros(shape, np.float32)
        self.next_sides: Sides = np.zeros(shape, np.int8)
        self.terminations = np.zeros(shape, np.bool_)
        self.truncations = np.zeros(shape, np.bool_)
        self.equities = np.zeros(steps)

    def of(self, steps: int, passes: int) -> Trajectories:
        """Return the first so many steps."""
        return Trajectories(
            bars=self.bars[:steps],
            sides=self.sides[:steps],
            actions=self.actions[:steps],
            rewards=self.rewards[:steps],
            next_sides=self.next_sides[:steps],
            terminations=self.terminations[:steps],
            truncations=self.truncations[:steps],
            equities=self.equities[:steps],
            passes=passes,
        )
