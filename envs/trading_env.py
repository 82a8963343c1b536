"""One account over one series of bars, as a Gymnasium environment."""

from operator import index
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.trading.account_rule import is_bust, mark, move, sign
from aibt.trading.actions import Action, target_side
from aibt.trading.costs import Costs
from envs.observations import Observation, checked_balance, market
from envs.rewards import log_growth

Info = dict[str, Any]
_NO_COSTS = Costs(fee_bps=0.0, slippage_bps=0.0)


class TradingEnv(gymnasium.Env[Observation, np.int64]):
    """Trade one instrument, one decision a bar.

    Observation: features of the bar that has just ended (see `aibt.market.features`), then the
        side held (-1, 0, +1). Box, float32, shape [F + 1].
    Action: Discrete(4): 0 hold, 1 close, 2 bull (long), 3 bear (short); filled at the next open
        with fee and slippage. The position is ±1 of equity and kept until the side changes.
    Reward: log growth of equity, marked at closes, over the next bar; at least -10.
    Terminated: equity is 0 or less (bust).
    Truncated: the last bar is reached; the position is then closed at its close, with costs.

    Args:
        bars: the series.
        balance: starting cash, above 0.
        costs: of every fill; None: none.
        start: bar at which `reset` begins; None: the first at which a decision can be made.
        rows: features of each bar instead of ours, shape [T, F].
        fit_until: first bar that our features' statistics must not see; None: they are those
            of the first quarter of the bars, and no episode begins before its last one.
        render_mode: `ansi` or None.

    Raises:
        BadBars: there are too few bars.
        ValueError: a value is out of its range.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 - as Gymnasium declares it

    _bar: int
    _side: int
    _cash: float
    _quantity: float
    _average_price: float
    _equity: float
    _fees: float
    _ended: bool

    def __init__(
        self,
        bars: BarSeries,
        *,
        balance: float = 10_000.0,
        costs: Costs | None = None,
        start: int | None = None,
        rows: NDArray[np.float32] | None = None,
        fit_until: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.render_mode = render_mode
        self._market = market(bars, costs or _NO_COSTS, rows=rows, fit_until=fit_until)
        # plain floats: numpy's own cost more than the rule that is computed with them
        self._opens, self._closes = self._market.opens.tolist(), self._market.closes.tolist()
        rows = self._market.rows
        self._table = np.hstack([rows, np.zeros((len(rows), 1), np.float32)])  # room for the side
        self._start = self._market.checked_start(self._market.first if start is None else start)
        self._balance = checked_balance(balance)
        self.action_space = gymnasium.spaces.Discrete(len(Action))
        self.observation_space = self._market.observation_space()
        # the account: what `_begin` sets, and `step` and `_hold` change
        self._begin(self._start)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Info]:
        """Begin an episode; `options={"start": bar}` begins it at another bar."""
        super().reset(seed=seed)
        self._begin(self._market.checked_start((options or {}).get("start", self._start)))
        return self._observation(), self._info()

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, Info]:
        """Fill the action at the next open and hold over the next bar.

        Raises:
            ValueError: the action is not one of the four, or the episode has ended.
        """
        try:
            chosen = index(action)
        except TypeError:
            chosen = -1
        if not 0 <= chosen < len(Action):
            raise ValueError(f"action {action!r} is not one of 0, 1, 2, 3")
        if self._ended:
            raise ValueError("the episode has ended: call reset")
        before = self._equity
        self._bar += 1
        self._hold(target_side(self._side, chosen), self._opens[self._bar])
        close = self._closes[self._bar]
        self._equity = mark(self._cash, self._quantity, close)
        at_end = self._bar == self._market.last
        if at_end and not is_bust(self._equity):
            self._hold(0, close)
            self._equity = mark(self._cash, self._quantity, close)

        terminated = is_bust(self._equity)
        truncated = at_end and not terminated
        self._ended = terminated or truncated
        reward = log_growth(before, self._equity)
        return self._observation(), reward, terminated, truncated, self._info()

    def render(self) -> str | None:
        """Return one line of text where `render_mode` is `ansi`."""
        if self.render_mode != "ansi":
            return None
        return f"bar {self._bar}  side {self._side:+d}  equity {self._equity:.2f}"

    def _begin(self, start: int) -> None:
        self._bar, self._side, self._ended = start, 0, False
        self._cash = self._equity = self._balance
        self._quantity = self._average_price = self._fees = 0.0

    def _hold(self, side: int, price: float) -> None:
        if side == self._side:
            return
        self._cash, self._quantity, self._average_price, _, fee = move(
            self._cash,
            self._quantity,
            self._average_price,
            side,
            price,
            self._market.fee,
            self._market.slippage,
        )
        self._side = sign(self._quantity)
        self._fees += fee

    def _observation(self) -> Observation:
        observation: Observation = self._table[self._bar].copy()
        observation[-1] = self._side
        return observation

    def _info(self) -> Info:
        return {
            "bar": self._bar,
            "side": self._side,
            "equity": self._equity,
            "cash": self._cash,
            "quantity": self._quantity,
            "average_price": self._average_price,
            "fees": self._fees,
        }
