"""The account rule over a batch of environments: the scalar source, compiled, in one loop."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import njit

from aibt.trading import account_rule
from aibt.trading.actions import target_side
from envs import rewards


def _compiled(function: Callable[..., Any], **called: Any) -> Any:
    """Compile a plain function as it stands, with what it calls replaced by the compiled ones."""
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function} is not a plain function")
    linked = FunctionType(
        function.__code__,
        {**function.__globals__, **called},
        function.__name__,
        function.__defaults__,
    )
    linked.__module__ = function.__module__
    linked.__qualname__ = function.__qualname__
    return njit(linked, error_model="numpy")


sign = _compiled(account_rule.sign)
mark = _compiled(account_rule.mark)
is_bust = _compiled(account_rule.is_bust)
side_quantity = _compiled(account_rule.side_quantity)
fill = _compiled(account_rule.fill, sign=sign)
move = _compiled(account_rule.move, sign=sign, side_quantity=side_quantity, fill=fill)
next_side_of = _compiled(target_side)
log_growth = _compiled(rewards.log_growth)


def _one_bar(
    cash: float, quantity: float, action: int, opened: float, close: float, ends: bool,
    fee: float, slippage: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Fill `action` at the open of a bar and hold over it; where it `ends` all, close there.

    Returns:
        Cash, quantity and equity at the bar's close.
    """
    side = next_side_of(sign(quantity), action)
    cash, quantity, _, _, _ = move(cash, quantity, 0.0, side, opened, fee, slippage)
    equity = mark(cash, quantity, close)
    if ends and not is_bust(equity):  # a position at the end of the bars is closed there
        cash, quantity, _, _, _ = move(cash, quantity, 0.0, 0, close, fee, slippage)
        equity = mark(cash, quantity, close)
    return cash, quantity, equity


one_bar: Any = njit(_one_bar, error_model="numpy")


def _advance(
    actions: Any, opens: Any, closes: Any, last: int, starts: Any,
    balance: float, fee: float, slippage: float,
    bars: Any, cash: Any, quantities: Any, equities: Any,
    at_bars: Any, at_sides: Any, realized_rewards: Any, next_bars: Any, next_sides: Any,
    terminations: Any, truncations: Any, marked: Any, sides: Any,
) -> int:  # fmt: skip
    """Step every environment once; all arrays have shape [N] but `opens` and `closes`, [T].

    State (`bars`, `cash`, `quantities`, `equities`) is changed in place; the last nine arrays
    are written. What ended is back at its start when this returns.

    Returns:
        How many ended.
    """
    ended = 0
    for i in range(bars.shape[0]):
        bar = bars[i]
        bar_after = bar + 1
        ends = bar_after == last
        at_bars[i] = bar
        at_sides[i] = sign(quantities[i])
        money, quantity, after = one_bar(
            cash[i], quantities[i], actions[i], opens[bar_after], closes[bar_after], ends,
            fee, slippage,
        )  # fmt: skip
        bust = is_bust(after)
        realized_rewards[i] = log_growth(equities[i], after)
        next_bars[i] = bar_after
        next_side = sign(quantity)
        next_sides[i] = next_side
        terminations[i] = bust
        truncations[i] = ends and not bust
        marked[i] = after
        if bust or ends:
            ended += 1
            bars[i] = starts[i]
            sides[i] = 0
            cash[i] = balance
            quantities[i] = 0.0
            equities[i] = balance
        else:
            bars[i] = bar_after
            sides[i] = next_side
            cash[i] = money
            quantities[i] = quantity
            equities[i] = after
    return ended


advance = njit(_advance, error_model="numpy")


def _drawn_action(thresholds: Any, draw: float) -> int:
    """Return the number of the three thresholds that are not above `draw`."""
    return int(thresholds[0] <= draw) + int(thresholds[1] <= draw) + int(thresholds[2] <= draw)


drawn_action: Any = njit(_drawn_action)


def _follow(
    thresholds: Any, draws: Any, wanted: int, opens: Any, closes: Any, last: int,
    starts: Any, balance: float, fee: float, slippage: float,
    bars: Any, cash: Any, quantities: Any, equities: Any,
    at_bars: Any, at_sides: Any, actions: Any, realized_rewards: Any, next_sides: Any,
    terminations: Any, truncations: Any, shown: Any, sides: Any,
) -> tuple[int, int]:  # fmt: skip
    """Step every environment K times by a table; see `VectorEnvironment.follow`.

    State and `sides` have shape [N], `opens` and `closes` [T], `thresholds` [T, 3, 3]; `draws`
    and what is written [K, N], but `shown`, the equities of environment 0, [K]. State and
    `sides` are changed in place. `wanted` is -1 where no number of passes ends it.

    Returns:
        How many steps were done, and how many passes ended.
    """
    steps, environments = draws.shape
    passes = 0
    for step in range(steps):
        for i in range(environments):
            bar = bars[i]
            bar_after = bar + 1
            ends = bar_after == last
            side = sign(quantities[i])
            action = drawn_action(thresholds[bar, side + 1], draws[step, i])
            money, quantity, after = one_bar(
                cash[i], quantities[i], action, opens[bar_after], closes[bar_after], ends,
                fee, slippage,
            )  # fmt: skip
            bust = is_bust(after)
            next_side = sign(quantity)
            at_bars[step, i] = bar
            at_sides[step, i] = side
            actions[step, i] = action
            realized_rewards[step, i] = log_growth(equities[i], after)
            next_sides[step, i] = next_side
            terminations[step, i] = bust
            truncations[step, i] = ends and not bust
            if i == 0:
                shown[step] = after
            if bust or ends:
                passes += 1
                bars[i] = starts[i]
                sides[i] = 0
                cash[i] = balance
                quantities[i] = 0.0
                equities[i] = balance
            else:
                bars[i] = bar_after
                sides[i] = next_side
                cash[i] = money
                quantities[i] = quantity
                equities[i] = after
        if wanted >= 0 and passes >= wanted:
            return step + 1, passes
    return steps, passes


follow = njit(_follow, error_model="numpy")


def _accept(actions: Any, taken: Any) -> bool:
    """Copy whole numbers into `taken`, int8, and return whether all are from 0 to 3. Shape [N]."""
    wrong = False
    for i in range(taken.shape[0]):
        action = actions[i]
        wrong |= (action < 0) | (action > 3)
        taken[i] = action
    return not wrong


accept = njit(_accept, error_model="numpy")


def _observe_index(bars: Any, sides: Any, observations: Any) -> None:
    """Write each environment's bar and side into `observations`, [N, 2]."""
    for i in range(bars.shape[0]):
        observations[i, 0] = bars[i]
        observations[i, 1] = sides[i]


observe_index = njit(_observe_index, error_model="numpy")


def _observe_rows(rows: Any, bars: Any, sides: Any, observations: Any) -> None:
    """Write each environment's feature row and side into `observations`, [N, F + 1]."""
    features = rows.shape[1]
    for i in range(bars.shape[0]):
        bar = bars[i]
        for j in range(features):
            observations[i, j] = rows[bar, j]
        observations[i, features] = sides[i]


observe_rows = njit(_observe_rows, error_model="numpy")
