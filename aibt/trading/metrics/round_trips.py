"""Round trips: what fills bought and sold again, and what each of them earned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Final

from aibt.trading.account_rule import sign
from aibt.trading.ledger import MONEY

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFill:
    """One execution in an account of several symbols.

    Raises:
        ValueError: the quantity is 0, the price is not above 0, the fee is below 0, or one of
            them is not a finite number.
    """

    symbol: str
    quantity: Decimal  # signed: positive buys, negative sells
    price: Decimal  # of execution, slippage included
    fee: Decimal  # never negative
    at: datetime

    def __post_init__(self) -> None:
        numbers = (self.quantity, self.price, self.fee)
        if not all(number.is_finite() for number in numbers) or not self.quantity:
            raise ValueError(f"{self.symbol}: {self.quantity} at {self.price} is no fill")
        if self.price <= 0 or self.fee < 0:
            raise ValueError(f"{self.symbol}: price {self.price} or fee {self.fee} is too low")

    @property
    def value(self) -> Decimal:
        """What was traded, without its sign."""
        with localcontext(MONEY):
            return abs(self.quantity) * self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSplit:
    """One unit became `ratio` units at `at`; fills of that moment are in the new units.

    Raises:
        ValueError: the ratio is not a finite number above 0.
    """

    symbol: str
    at: datetime
    ratio: Decimal  # 15 for 15:1

    def __post_init__(self) -> None:
        if not (self.ratio.is_finite() and self.ratio > 0):
            raise ValueError(f"{self.symbol}: {self.ratio} is no split ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """An entry with its exit. Quantity and prices are in the units of the exit.

    Attributes:
        side: +1 long, -1 short.
        quantity: units that were closed, positive.
        opened_at: when the position was opened that these units were taken from.
        opened_price: its average price at the exit.
        fees: of the exit, and the units' share of those of the entry.
        profit: net of fees.
    """

    symbol: str
    side: int
    quantity: Decimal
    opened_at: datetime
    opened_price: Decimal
    closed_at: datetime
    closed_price: Decimal
    fees: Decimal
    profit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPosition:
    """What is still held, with the fees of its entry that no exit has taken over yet."""

    symbol: str
    quantity: Decimal  # signed
    average_price: Decimal
    fees: Decimal
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrips:
    """What fills come to: the closed by time of exit, the open by symbol."""

    closed: tuple[RoundTrip, ...]
    open: tuple[OpenPosition, ...]


def round_trips(fills: Iterable[AccountFill], splits: Sequence[StockSplit] = ()) -> RoundTrips:
    """Return the trades that fills make, by average cost.

    A fill against the position closes a trade of so many units as it takes out, entered at the
    position's average price: that is the price which the account's own rule keeps and a session
    shows, so the realised profit is the same in both, and it does not depend on which lot is
    said to be sold, as it would by FIFO. A fill beyond the position closes it and opens the
    opposite one; the two share its fee by quantity. Profits of the closed and of the open, marked,
    come to all that the account gained, to the digit of `MONEY`.

    Args:
        fills: by time; those of one moment in their order.
        splits: each changes the units and the average price of what is open then. Who pays cash
            for fractions of a unit makes a fill of it.
    """
    book = _Book()
    waiting = sorted(splits, key=lambda split: split.at)
    with localcontext(MONEY):
        for fill in sorted(fills, key=lambda fill: fill.at):
            while waiting and waiting[0].at <= fill.at:
                book.split(waiting.pop(0))
            book.fill(fill)
        for split in waiting:
            book.split(split)
    return RoundTrips(
        closed=tuple(book.closed),
        open=tuple(book.positions[symbol] for symbol in sorted(book.positions)),
    )


def win_rate(trades: Sequence[RoundTrip]) -> float | None:
    """Return the share of trades with a profit above 0, in [0, 1]; None without trades."""
    if not trades:
        return None
    return sum(trade.profit > 0 for trade in trades) / len(trades)


def profit_factor(trades: Sequence[RoundTrip]) -> float | None:
    """Return what the winning trades earned over what the losing ones lost, net of fees.

    None where nothing was lost.
    """
    with localcontext(MONEY):
        won = sum((trade.profit for trade in trades if trade.profit > 0), _ZERO)
        lost = -sum((trade.profit for trade in trades if trade.profit < 0), _ZERO)
        return float(won / lost) if lost else None


class _Book:
    """The open position of each symbol, and the trades that were closed."""

    def __init__(self) -> None:
        self.positions: dict[str, OpenPosition] = {}
        self.closed: list[RoundTrip] = []

    def split(self, split: StockSplit) -> None:
        held = self.positions.get(split.symbol)
        if held is not None:
            self.positions[split.symbol] = replace(
                held,
                quantity=held.quantity * split.ratio,
                average_price=held.average_price / split.ratio,
            )

    def fill(self, fill: AccountFill) -> None:
        held = self.positions.get(fill.symbol)
        if held is None:
            self._open(fill, fill.quantity, fill.fee)
        elif sign(held.quantity) == sign(fill.quantity):
            self._enlarge(held, fill)
        else:
            self._close(held, fill)

    def _open(self, fill: AccountFill, quantity: Decimal, fee: Decimal) -> None:
        self.positions[fill.symbol] = OpenPosition(
            symbol=fill.symbol,
            quantity=quantity,
            average_price=fill.price,
            fees=fee,
            opened_at=fill.at,
        )

    def _enlarge(self, held: OpenPosition, fill: AccountFill) -> None:
        quantity = held.quantity + fill.quantity
        paid = held.quantity * held.average_price + fill.quantity * fill.price
        self.positions[fill.symbol] = replace(
            held, quantity=quantity, average_price=paid / quantity, fees=held.fees + fill.fee
        )

    def _close(self, held: OpenPosition, fill: AccountFill) -> None:
        side = sign(held.quantity)
        closing = min(abs(held.quantity), abs(fill.quantity))
        rest = held.quantity + fill.quantity
        entry_fee = held.fees * closing / abs(held.quantity)
        exit_fee = fill.fee * closing / abs(fill.quantity)
        fees = entry_fee + exit_fee
        self.closed.append(
            RoundTrip(
                symbol=fill.symbol,
                side=side,
                quantity=closing,
                opened_at=held.opened_at,
                opened_price=held.average_price,
                closed_at=fill.at,
                closed_price=fill.price,
                fees=fees,
                profit=side * (fill.price - held.average_price) * closing - fees,
            )
        )
        if sign(rest) == side:
            self.positions[fill.symbol] = replace(held, quantity=rest, fees=held.fees - entry_fee)
        else:
            del self.positions[fill.symbol]
            if rest:
                self._open(fill, rest, fill.fee - exit_fee)
