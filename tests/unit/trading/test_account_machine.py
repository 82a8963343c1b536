"""Whatever happens to an account, in whatever order: book-keeping makes and loses no money."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, localcontext

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aibt.trading.account_rule import sign
from aibt.trading.broker import Broker, Opening
from aibt.trading.costs import Costs
from aibt.trading.ledger import MONEY
from aibt.trading.orders import DenyReason, OrderAction
from aibt.trading.portfolio import Dividend, Execution, Happening, Marks, Portfolio, Split
from aibt.trading.risk import REDUCING, RiskLimits
from tests.unit.trading.accounts import FAR, NOON, RULES, an_order

TINY = Decimal("1e-20")
SYMBOLS = tuple(RULES)

prices = st.decimals("0.01", "100000", places=4)
symbols = st.sampled_from(SYMBOLS)
quantities = st.one_of(
    st.integers(1, 500), st.integers(1, 20).map(lambda lots: 100 * lots), st.decimals("1e-9", 1e6)
).map(Decimal)
shares = st.sampled_from(("0.01", "0.25", "0.5", "1")).map(Decimal)
limits = st.builds(
    RiskLimits,
    max_position=st.sampled_from(("0.3", "1", "2")).map(Decimal),
    max_leverage=st.sampled_from(("0.5", "1", "3")).map(Decimal),
    max_turnover=st.sampled_from((None, Decimal("0.7"))),
    price_collar=st.sampled_from((Decimal("0.5"), FAR)),
    maintenance=st.sampled_from(("0", "0.25")).map(Decimal),
    allow_short=st.booleans(),
)
rates = st.floats(0, 500)


class AnAccount(RuleBasedStateMachine):
    """Orders, opens, splits, dividends, marks, halts and liquidations, interleaved."""

    @initialize(
        balance=st.one_of(
            st.sampled_from(("1e5", "1e7", "1e12")).map(Decimal), st.decimals("1", "1e12", places=2)
        ),
        limits=limits,
        costs=st.builds(Costs, fee_bps=rates, slippage_bps=rates),
    )
    def begin(self, balance: Decimal, limits: RiskLimits, costs: Costs) -> None:
        self.limits = limits
        self.broker = Broker(Portfolio(balance), limits, RULES, costs)
        self.second = Portfolio(balance)  # is told what happened, and nothing else
        self.now = NOON
        self.today = NOON.date()
        self.actions: dict[str, OrderAction] = {}
        self.done: set[str] = set()
        self.placed = 0
        self.settled = Decimal(0)  # of SHANGHAI, what was held when the day began
        self.both(Marks(prices=dict.fromkeys(SYMBOLS, Decimal(100)), at=self.now))

    def both(self, *happenings: Happening) -> None:
        for happening in happenings:
            self.broker.portfolio.apply(happening)
            self.second.apply(happening)

    @rule(
        action=st.sampled_from(OrderAction),
        symbol=symbols,
        amount=st.one_of(quantities, shares),
        is_share=st.booleans(),
    )
    def place(self, action: OrderAction, symbol: str, amount: Decimal, is_share: bool) -> None:
        is_close = action is OrderAction.CLOSE
        order = replace(
            an_order(action, symbol, placed_at=self.now, order_id=f"{self.placed}"),
            reference_price=self.broker.portfolio.prices[symbol],
            quantity=None if is_share or is_close else amount,
            share=amount if is_share and not is_close else None,
        )
        self.placed += 1
        if self.broker.denial(order) is None:
            self.broker.accept(order)
            self.actions[order.order_id] = action

    @rule(symbol=symbols, share=shares, side=st.sampled_from(("buy", "short")))
    def place_one_that_may_well_be_accepted(self, symbol: str, share: Decimal, side: str) -> None:
        self.place(OrderAction.CLOSE, symbol, share, is_share=True)
        self.place(OrderAction(side), symbol, share, is_share=True)

    @precondition(lambda self: self.second.positions)
    @rule(part=st.sampled_from(("0.3", "0.5", "1")), data=st.data())
    def place_one_that_makes_a_position_smaller(self, part: str, data: st.DataObject) -> None:
        symbol = data.draw(st.sampled_from(sorted(self.second.positions)))
        units = self.second.quantity(symbol)
        with localcontext(MONEY):
            amount = abs(units) * Decimal(part)
        verb = OrderAction.SELL if units > 0 else OrderAction.COVER
        self.place(verb, symbol, amount, is_share=False)

    @rule(opens=st.dictionaries(symbols, prices, min_size=1))
    def open(self, opens: dict[str, Decimal]) -> None:
        self._open(opens)

    @rule(moves=st.lists(st.decimals("0.7", "1.5", places=3), min_size=4, max_size=4))
    def open_all_near_their_last_prices(self, moves: list[Decimal]) -> None:
        last = self.broker.portfolio.prices
        with localcontext(MONEY):
            self._open(
                {symbol: last[symbol] * move for symbol, move in zip(SYMBOLS, moves, strict=True)}
            )

    def _open(self, opens: dict[str, Decimal]) -> None:
        self.now += timedelta(hours=1)
        waiting = {order_id for order_id, one in self.broker.pending.items() if one.symbol in opens}
        outcomes = self.broker.open(self._openings(opens))

        assert {outcome.order_id for outcome in outcomes} == waiting
        assert not waiting & self.broker.pending.keys()
        assert not waiting & self.done
        self.done |= waiting
        for outcome in outcomes:
            if isinstance(outcome, Execution):
                self._follow(outcome, opens)

    def _openings(self, opens: dict[str, Decimal]) -> list[Opening]:
        return [
            Opening(symbol=symbol, price=price, at=self.now, on=self.today)
            for symbol, price in opens.items()
        ]

    def _follow(self, done: Execution, opens: dict[str, Decimal]) -> None:
        before = self.second.quantity(done.symbol)
        self.second.apply(done)
        after = self.second.quantity(done.symbol)
        equity = self.second.equity(opens)

        assert done.price == opens[done.symbol]
        assert done.quantity * (done.execution_price - done.price) >= 0
        assert sign(before) * sign(after) >= 0
        if self.actions[done.order_id] in REDUCING:
            assert abs(after) < abs(before) + TINY * abs(before)
            if done.symbol == "SHANGHAI":
                self.settled += done.quantity
                assert self.settled >= -TINY * abs(before)
            return
        assert equity > 0
        gross, own = self.second.gross(opens), abs(self.second.value(done.symbol, opens))
        assert gross <= self.limits.max_leverage * equity * (1 + TINY)
        assert own <= self.limits.max_position * equity * (1 + TINY)
        if self.limits.max_leverage <= 1:
            assert self.second.cash >= -TINY * equity
        if not self.limits.allow_short or done.symbol == "SHANGHAI":
            assert done.quantity > 0
        lot = RULES[done.symbol].lot
        assert lot is None or done.quantity % lot == 0

    @rule(symbol=symbols, ratio=st.sampled_from(("2", "15", "1.5", "0.1", "0.3333333333333333")))
    def split(self, symbol: str, ratio: str) -> None:
        split = Split(symbol=symbol, ratio=Decimal(ratio), at=self.now)
        equity, gross = self.second.equity(), self.second.gross()
        values = self._waiting_values()
        self.broker.split(split)
        self.second.apply(split)
        if symbol == "SHANGHAI":
            self.settled *= split.ratio

        assert abs(self.second.equity() - equity) <= TINY * (gross + 1)
        for before, after in zip(values, self._waiting_values(), strict=True):
            assert abs(after - before) <= TINY * before

    def _waiting_values(self) -> list[Decimal]:
        with localcontext(MONEY):
            return [
                (order.quantity or 0) * order.reference_price
                for order in self.broker.pending.values()
            ]

    @rule(symbol=symbols, amount=st.decimals("0.01", "5", places=2))
    def dividend(self, symbol: str, amount: Decimal) -> None:
        before, units = self.second.cash, self.second.quantity(symbol)
        self.both(Dividend(symbol=symbol, amount=amount, at=self.now))

        assert sign(self.second.cash - before) in {sign(units), 0}

    @rule(closes=st.dictionaries(symbols, prices, min_size=1))
    def mark(self, closes: dict[str, Decimal]) -> None:
        self.both(Marks(prices=closes, at=self.now))

    @rule()
    def begin_another_day(self) -> None:
        self.today += timedelta(days=1)
        self.broker.begin_decision()
        self.settled = self.second.quantity("SHANGHAI")

    @rule(symbol=st.one_of(st.none(), symbols))
    def halt(self, symbol: str | None) -> None:
        gone = self.broker.cancel(DenyReason.HALTED, "it is halted", symbol)
        self.done |= {one.order_id for one in gone}

        assert all(one.symbol == symbol for one in gone if symbol)
        assert not [one for one in self.broker.pending.values() if symbol in {None, one.symbol}]

    @precondition(lambda self: self.broker.below_maintenance())
    @rule()
    def liquidate(self) -> None:
        self.now += timedelta(hours=1)
        closings = self._openings(dict(self.second.prices))
        self._tell(self.broker.close_out(closings))
        self.settled = Decimal(0)

        assert not self.second.positions
        assert not self.broker.below_maintenance()
        assert self.broker.close_out(closings) == []

    def _tell(self, executions: Iterable[Execution]) -> None:
        for done in executions:
            assert done.order_id not in self.done
            self.done.add(done.order_id)
            self.second.apply(done)

    @invariant()
    def cash_and_positions_are_the_balance_and_what_was_made_less_fees(self) -> None:
        account = self.broker.portfolio
        with localcontext(MONEY):
            made = account.realised + account.unrealised() - account.fees
            scale = account.balance + account.traded + account.gross()
            values = sum(map(account.value, account.positions), Decimal(0))

            assert account.equity() == account.cash + values
            assert abs(account.equity() - account.balance - made) <= TINY * scale

    @invariant()
    def nothing_is_negative_that_must_not_be(self) -> None:
        account = self.broker.portfolio

        assert account.fees >= 0
        assert account.traded >= 0
        for symbol, position in account.positions.items():
            assert position.symbol == symbol
            assert position.quantity != 0
            assert position.average_price > 0
            assert position.bought >= 0

    @invariant()
    def the_account_is_a_fold_over_what_happened(self) -> None:
        first, second = self.broker.portfolio, self.second
        for name in ("cash", "fees", "traded", "realised", "positions", "prices"):
            assert repr(getattr(first, name)) == repr(getattr(second, name)), name


TestAnAccount = AnAccount.TestCase
TestAnAccount.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
