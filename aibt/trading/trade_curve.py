"""A training's account from its trades as the wire has them: equity at each close, and fills."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import localcontext

import numpy as np
from numpy.typing import NDArray

from aibt.live.events import Json
from aibt.market.bars import moment
from aibt.trading.ledger import MONEY, exact
from aibt.trading.metrics.curve import Curve
from aibt.trading.metrics.round_trips import AccountFill


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trade:
    """One trade, read; `closed_at` and `closed_price` are None while it is open."""

    opened_at: int
    opened_price: float
    closed_at: int | None
    closed_price: float | None
    side: int
    quantity: float
    profit: float


def equity_of_trades(
    trades: Iterable[Mapping[str, Json]],
    closes: Curve,
    *,
    balance: float,
    fee: float,
    start: int = 0,
) -> Curve:
    """Return the equity at each close, as the ledger that made the trades tells it.

    Until a trade opens, equity is the balance and what the trades before it earned; while it is
    open, the fee of its entry is gone and it is marked at each close; at the bar in which it
    closes its profit is all that is left of it, be it at the open or at the close.

    Args:
        trades: of one instrument, oldest first, none beginning before the last has ended. Of
            each `open_at`, `open_price`, `close_at`, `close_price` (null while open), `side`,
            `amount` and `profit` are read; places are indices into `closes`.
        closes: of all bars. Shape [N].
        balance: starting cash.
        fee: rate on the traded value.
        start: index of the bar at whose close the account begins.

    Returns:
        Shape [N - start].

    Raises:
        ValueError: a field is missing or of the wrong kind, or trades overlap or lie outside
            the bars.
    """
    equities: Curve = np.empty(len(closes))
    settled, done = balance, start
    for trade in map(_read, trades):
        stop = len(closes) if trade.closed_at is None else trade.closed_at
        if not done <= trade.opened_at <= stop <= len(closes):
            raise ValueError(
                f"a trade from {trade.opened_at} to {trade.closed_at} does not fit between "
                f"{done} and {len(closes)}"
            )
        equities[done : trade.opened_at] = settled
        paid = trade.quantity * trade.opened_price * fee
        gained = trade.side * (closes[trade.opened_at : stop] - trade.opened_price)
        equities[trade.opened_at : stop] = settled - paid + gained * trade.quantity
        settled += trade.profit
        done = stop
    equities[done:] = settled
    return equities[start:]


def fills_of_trades(
    trades: Iterable[Mapping[str, Json]], times: NDArray[np.int64], *, symbol: str, fee: float
) -> list[AccountFill]:
    """Return the fills that the trades are made of; a reversal is two of one moment.

    Args:
        trades: as in `equity_of_trades`.
        times: of the bars, in nanoseconds since 1970-01-01 UTC; a fill has that of its bar. [N].
        symbol: that was traded.
        fee: rate on the traded value.

    Raises:
        ValueError: as in `equity_of_trades`.
    """
    fills: list[AccountFill] = []
    rate = exact(fee)
    with localcontext(MONEY):
        for trade in map(_read, trades):
            ends = [(trade.opened_at, trade.opened_price, trade.side)]
            if trade.closed_at is not None and trade.closed_price is not None:
                ends.append((trade.closed_at, trade.closed_price, -trade.side))
            quantity = exact(trade.quantity)
            for bar, price, side in ends:
                if not 0 <= bar < len(times):
                    raise ValueError(f"a trade at bar {bar} is not one of {len(times)} bars")
                fills.append(
                    AccountFill(
                        symbol=symbol,
                        quantity=side * quantity,
                        price=exact(price),
                        fee=quantity * exact(price) * rate,
                        at=moment(times[bar]),
                    )
                )
    return fills


def _read(trade: Mapping[str, Json]) -> _Trade:
    closed = trade.get("close_at") is not None
    return _Trade(
        opened_at=int(_number(trade, "open_at")),
        opened_price=_number(trade, "open_price"),
        closed_at=int(_number(trade, "close_at")) if closed else None,
        closed_price=_number(trade, "close_price") if closed else None,
        side=int(_number(trade, "side")),
        quantity=_number(trade, "amount"),
        profit=_number(trade, "profit"),
    )


def _number(trade: Mapping[str, Json], name: str) -> float:
    value = trade.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(  # noqa: TRY004 - what the store holds is wrong, not the caller's type
            f"{name} of a trade is {value!r}, not a number"
        )
    return value
