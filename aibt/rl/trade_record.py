"""A ledger over a series of bars, and its trades as the wire has them."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from aibt.live.events import Json
from aibt.market.bars import BarSeries
from aibt.trading.actions import target_side
from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger, Trade


class TradeRecord:
    """Fills decisions at the next open, as every account here does.

    Args:
        kept: how many closed trades are kept; None: all.
    """

    def __init__(
        self, series: BarSeries, *, balance: float, costs: Costs, kept: int | None = None
    ) -> None:
        self._open, self._close = series.open, series.close
        self._ledger = Ledger(balance, costs, kept=kept)
        self._closed: deque[dict[str, Json]] = deque(maxlen=kept)
        self.side = 0

    @property
    def count(self) -> int:
        """Trades so far, the open one among them."""
        return self._ledger.trade_count

    @property
    def holdings(self) -> tuple[float, float]:
        """Cash and signed quantity: equity is cash + quantity · price."""
        return float(self._ledger.cash), float(self._ledger.quantity)

    def decide(self, bar: int, action: int) -> None:
        """Take an action at the end of `bar`; it fills at the open of the next one."""
        side = target_side(self.side, action)
        if side != self.side:
            self._move(side, self._open[bar + 1], bar + 1)

    def close(self, bar: int) -> None:
        """Leave the position at the close of `bar`, as at the end of the bars."""
        self._move(0, self._close[bar], bar)

    def equity(self, bar: int) -> float:
        """Return the equity at the close of `bar`."""
        return float(self._ledger.equity(self._close[bar]))

    def trades(self, *, marked_at: int) -> tuple[dict[str, Json], ...]:
        """Return the closed trades and the open one, oldest first.

        Args:
            marked_at: bar at whose close the open trade's profit is told.
        """
        still_open = self._ledger.open_trade(self._close[marked_at])
        return (*self._closed, *([_wire(still_open)] if still_open else []))

    def state(self) -> dict[str, Any]:
        """Return everything as JSON's own types."""
        return self._ledger.state()

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._ledger.load_state(state)
        self._closed.extend(_wire(trade) for trade in self._ledger.closed_trades)
        self.side = self._ledger.side

    def _move(self, side: int, price: float, bar: int) -> None:
        held = self.side
        self._ledger.move(side, price, bar)
        self.side = self._ledger.side
        if held and self.side != held:
            self._closed.append(_wire(self._ledger.closed_trades[-1]))


def _wire(trade: Trade) -> dict[str, Json]:
    closed_price = trade.closed_price
    return {
        "open_at": trade.opened_at,
        "open_price": float(trade.opened_price),
        "open_amount": float(trade.quantity * trade.opened_price),
        "close_at": trade.closed_at,
        "close_price": None if closed_price is None else float(closed_price),
        "close_amount": None if closed_price is None else float(trade.quantity * closed_price),
        "side": trade.side,
        "profit": float(trade.profit),
        "amount": float(trade.quantity),
    }
