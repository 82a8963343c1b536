"""The account that is shown: environment 0's passes, trade by trade."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from aibt.live.events import Json
from aibt.market.bars import BarSeries
from aibt.rl.rollout import ShownSteps
from aibt.rl.trade_record import TradeRecord
from aibt.trading.actions import Action
from aibt.trading.costs import Costs

_KEPT: Final = 50  # closed trades


@dataclass(frozen=True, slots=True, kw_only=True)
class PassResult:
    """One pass over the training bars that ended."""

    profit: float
    balance: float
    rewards: float
    trades: int
    bust: bool


class ShownAccount:
    """Follows environment 0, whose steps carry equities but no fills.

    Its trades are those of a ledger that is told the same actions; its equity is the
    environment's own. After a pass it shows that pass until the next one begins.

    Args:
        start: bar at which a pass begins.
    """

    def __init__(self, series: BarSeries, *, start: int, balance: float, costs: Costs) -> None:
        self._series, self._costs = series, costs
        self._start, self._starting_balance = start, balance
        self._record = self._new_record()
        self.day = start
        self.balance = balance
        self.max_balance = balance
        self.rewards = 0.0
        self.last_decision = Action.HOLD
        self.side = 0
        self.last_pass: PassResult | None = None
        self._ended = False

    @property
    def trade_count(self) -> int:
        """Trades of the shown pass, the open one among them."""
        return self._record.count

    @property
    def profit(self) -> float:
        """Equity less the starting balance."""
        return self.balance - self._starting_balance

    @property
    def max_profit(self) -> float:
        """Highest profit at any close, over the training."""
        return self.max_balance - self._starting_balance

    def trades(self) -> tuple[dict[str, Json], ...]:
        """Return the last closed trades and the open one, oldest first."""
        return self._record.trades(marked_at=self.day)

    def follow(self, steps: ShownSteps) -> None:
        """Take what environment 0 did."""
        endings = (steps.terminations | steps.truncations).tolist()
        columns = zip(
            steps.bars.tolist(),
            steps.actions.tolist(),
            steps.rewards.tolist(),
            steps.next_sides.tolist(),
            steps.terminations.tolist(),
            endings,
            steps.equities.tolist(),
            strict=True,
        )
        for bar, action, reward, next_side, bust, ended, equity in columns:
            if self._ended:
                self._begin()
            self._record.decide(bar, action)
            self.day, self.side = bar + 1, next_side
            self.balance = equity
            self.max_balance = max(self.max_balance, equity)
            self.rewards += reward
            self.last_decision = Action(action)
            if ended:
                self._end(bust=bust)

    def so_far(self) -> PassResult:
        """Return the shown pass as if it ended here."""
        return PassResult(
            profit=self.profit,
            balance=self.balance,
            rewards=self.rewards,
            trades=self.trade_count,
            bust=False,
        )

    def state(self) -> dict[str, Any]:
        """Return all that `load_state` needs, as JSON's own types."""
        return {
            "record": self._record.state(),
            "day": self.day,
            "balance": self.balance,
            "max_balance": self.max_balance,
            "rewards": self.rewards,
            "last_decision": int(self.last_decision),
            "side": self.side,
            "last_pass": None if self.last_pass is None else asdict(self.last_pass),
            "ended": self._ended,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`."""
        self._record = self._new_record()
        self._record.load_state(state["record"])
        self.day = int(state["day"])
        self.balance = float(state["balance"])
        self.max_balance = float(state["max_balance"])
        self.rewards = float(state["rewards"])
        self.last_decision = Action(state["last_decision"])
        self.side = int(state["side"])
        last_pass = state["last_pass"]
        self.last_pass = None if last_pass is None else PassResult(**last_pass)
        self._ended = bool(state["ended"])

    def _begin(self) -> None:
        self._record = self._new_record()
        self.day, self.side = self._start, 0
        self.balance = self._starting_balance
        self.rewards = 0.0
        self._ended = False

    def _end(self, *, bust: bool) -> None:
        self._record.close(self.day)
        self._ended = True
        self.last_pass = replace(self.so_far(), bust=bust)

    def _new_record(self) -> TradeRecord:
        return TradeRecord(
            self._series, balance=self._starting_balance, costs=self._costs, kept=_KEPT
        )
