"""As many accounts as a GPU has room for, in its own memory."""

from typing import Any, Final

import numba.cuda
import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.environment import Arrays
from aibt.trading.costs import Costs
from envs import account_kernel_cuda
from envs.observations import checked_balance, market

cuda: Any = numba.cuda  # which says too little of its types
_THREADS: Final = 128
_MOVING: Final = ("bars", "cash", "quantities", "equities")
_STATE: Final = ("starts", *_MOVING)
_COLUMNS: Final = {
    "bars": np.int32,
    "sides": np.int8,
    "actions": np.int8,
    "rewards": np.float32,
    "next_sides": np.int8,
    "terminations": np.bool_,
    "truncations": np.bool_,
}


class CudaAccounts:
    """N accounts on a GPU, stepped like `TradingVectorEnv`; its observation is a bar's index.

    Whatever it takes and gives lies in the GPU's memory, and speaks
    `__cuda_array_interface__`: `torch.as_tensor` shares that memory, and a tensor can be
    given as it is. What is given back is good until the next call. `state` and `load_state`
    are of arrays in the computer's own memory, those of a `TradingVectorEnv`.

    Its numbers are those of a CPU up to rounding: a GPU multiplies and adds in one step.

    Args:
        bars: the series.
        num_envs: N.
        start: bar at which episodes begin: one for all, or one for each, shape [N].
        balance: starting cash, above 0.
        costs: of every fill.

    Raises:
        BadBars: there are too few bars.
        ValueError: a value is out of its range.
    """

    def __init__(
        self,
        bars: BarSeries,
        *,
        num_envs: int,
        start: int | NDArray[np.int32],
        balance: float,
        costs: Costs,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs is {num_envs}, at least one is needed")
        rows = np.zeros((len(bars), 0), np.float32)
        self._market = market(bars, costs, rows=rows, fit_until=None)
        self._balance = checked_balance(balance)
        self.num_envs = num_envs
        starts = np.broadcast_to(np.asarray(start, np.int32), (num_envs,)).copy()
        for bar in (starts.min(), starts.max()):
            self._market.checked_start(int(bar))
        self._opens = cuda.to_device(np.array(self._market.opens))
        self._closes = cuda.to_device(np.array(self._market.closes))
        whole = np.full(num_envs, self._balance)
        none = np.zeros(num_envs)
        begun: tuple[NDArray[Any], ...] = (starts, starts, whole, none, whole)
        self._state = {
            name: cuda.to_device(array.copy()) for name, array in zip(_STATE, begun, strict=True)
        }
        self._later = {name: cuda.device_array_like(self._state[name]) for name in _MOVING}
        self._columns: dict[str, Any] = {}
        self._nothing: Any = None
        self._steps = -1

    @property
    def bars(self) -> Any:
        """Index of the bar each environment is at, int32 [N]; it changes with the steps."""
        return self._state["bars"]

    def walk(self, thresholds: Any, draws: Any, passes_wanted: int | None = None) -> dict[str, Any]:
        """Step all as often as there are draws, and wait for nothing; see `DeviceEnvironment`.

        Two launches, however many steps: one walks, the other stops at the passes wanted.

        Raises:
            ValueError: an array has another shape or type; nothing has changed.
        """
        table, numbers = _on_device(thresholds), _on_device(draws)
        shape = (len(self._market.closes), 3, 3)
        if tuple(table.shape) != shape or table.dtype != np.float32:
            raise ValueError(f"thresholds must be float32 of shape {shape}")
        if (
            len(numbers.shape) != 2
            or numbers.shape[1] != self.num_envs
            or numbers.dtype != np.float32
        ):
            raise ValueError(f"draws must be float32 of shape (K, {self.num_envs})")
        m, s, later = self._market, self._state, self._later
        c = self._room(numbers.shape[0])
        ended = c["ended"]
        ended.copy_to_device(self._nothing)
        prices = (self._opens, self._closes, m.last, s["starts"], self._balance, m.fee, m.slippage)
        states = (*[s[name] for name in _MOVING], *[later[name] for name in _MOVING])
        account_kernel_cuda.follow[self._blocks, _THREADS](
            table, numbers, *prices, *states,
            *[c[name] for name in _COLUMNS], c["equities"], ended,
        )  # fmt: skip
        account_kernel_cuda.settle[self._blocks, _THREADS](
            -1 if passes_wanted is None else max(passes_wanted, 0), ended, c["actions"],
            *prices, *states, c["tally"],
        )  # fmt: skip
        for name in _MOVING:
            s[name], later[name] = later[name], s[name]
        return {name: column for name, column in c.items() if name != "ended"}

    def follow(
        self, thresholds: Any, draws: Any, passes_wanted: int | None = None
    ) -> dict[str, Any]:
        """Step all as often as there are draws; see `VectorEnvironment.follow`.

        Returns:
            The arrays of `Trajectories` by name; `equities`, [K], are those of environment 0,
            and `passes` is a whole number, for which it waits.

        Raises:
            ValueError: an array has another shape or type; nothing has changed.
        """
        columns = self.walk(thresholds, draws, passes_wanted)
        steps, passes = columns.pop("tally").copy_to_host().tolist()
        return {**{name: column[:steps] for name, column in columns.items()}, "passes": passes}

    def advance(self, actions: Any) -> dict[str, Any]:
        """Fill each action, int8 [N] from 0 to 3, at the next open and hold over the next bar.

        The actions are not looked at before they are taken: that would wait for the GPU.

        Returns:
            The arrays of `Steps` by name, but the actions and next bars. Shapes [N].

        Raises:
            ValueError: the actions have another shape or type; nothing has changed.
        """
        given = _on_device(actions)
        if tuple(given.shape) != (self.num_envs,) or given.dtype != np.int8:
            raise ValueError(f"actions must be int8 of shape ({self.num_envs},)")
        m, s, c = self._market, self._state, self._room(1)
        marked = cuda.device_array(self.num_envs, np.float64)
        found = {name: c[name][0] for name in _COLUMNS if name != "actions"}
        account_kernel_cuda.advance[self._blocks, _THREADS](
            given, self._opens, self._closes, m.last, s["starts"],
            self._balance, m.fee, m.slippage,
            s["bars"], s["cash"], s["quantities"], s["equities"],
            found["bars"], found["sides"], found["rewards"], found["next_sides"],
            found["terminations"], found["truncations"], marked,
        )  # fmt: skip
        return {**found, "equities": marked}

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return all that `load_state` needs to go on from here, as copies."""
        return {name: np.array(array.copy_to_host()) for name, array in self._state.items()}

    def load_state(self, state: Arrays) -> None:
        """Go on from `state`.

        Raises:
            ValueError: the arrays are not those of N environments over such bars.
        """
        for name, mine in self._state.items():
            given = state.get(name)
            if given is None or given.shape != tuple(mine.shape) or given.dtype != mine.dtype:
                raise ValueError(f"{name} is not that of {self.num_envs} environments")
        for name in ("starts", "bars"):  # a kernel reads the bars there, unchecked
            at = state[name].astype(np.int32)
            if at.min() < self._market.first or at.max() >= self._market.last:
                raise ValueError(f"{name} lies outside the series")
        for name in _STATE:
            self._state[name] = cuda.to_device(np.array(state[name]))

    @property
    def _blocks(self) -> int:
        return -(-self.num_envs // _THREADS)

    def _room(self, steps: int) -> dict[str, Any]:
        """Return room for so many steps; the same arrays as long as it is as many."""
        if self._steps != steps:
            shape = (steps, self.num_envs)
            self._columns = {name: cuda.device_array(shape, d) for name, d in _COLUMNS.items()}
            self._columns["equities"] = cuda.device_array(steps, np.float64)
            self._columns["ended"] = cuda.device_array(steps, np.int32)
            self._columns["tally"] = cuda.to_device(np.zeros(2, np.int64))
            self._nothing = cuda.to_device(np.zeros(steps, np.int32))
            self._steps = steps
        return self._columns


def _on_device(array: Any) -> Any:
    """Return an array in the GPU's memory as it is, and any other as a copy there."""
    if hasattr(array, "__cuda_array_interface__"):
        return cuda.as_cuda_array(array)
    return cuda.to_device(np.ascontiguousarray(array))
