"""The account rule over a batch of environments: the scalar source, compiled, in one loop."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import njit
from numba.core.compiler import CompilerBase, DefaultPassBuilder

from aibt.trading import account_rule
from aibt.trading.actions import target_side
from envs import rewards


class _Apart(CompilerBase):
    """A compiler that is told that no two of the arrays it is given overlap.

    Without that promise a loop that reads prices at a bar cannot be compiled for several
    environments at once.
    """

    def define_pipelines(self) -> list[Any]:
        self.state.flags.noalias = True
        builder: Any = DefaultPassBuilder
        return [builder.define_nopython_pipeline(self.state)]


def _vectorized(function: Callable[..., Any]) -> Any:
    """Compile a loop over environments whose arrays do not overlap."""
    return njit(function, error_model="numpy", pipeline_class=_Apart)


def _inlined(function: Callable[..., Any]) -> Any:
    """Compile a function of one environment into the loops that call it."""
    return njit(function, error_model="numpy", forceinline=True)


def linked(function: Callable[..., Any], **called: Any) -> FunctionType:
    """Return a plain function as it stands, with what it calls replaced by compiled ones."""
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function} is not a plain function")
    found = FunctionType(
        function.__code__,
        {**function.__globals__, **called},
        function.__name__,
        function.__defaults__,
    )
    found.__module__ = function.__module__
    found.__qualname__ = function.__qualname__
    return found


def _compiled(function: Callable[..., Any], **called: Any) -> Any:
    return _inlined(linked(function, **called))


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


one_bar = _inlined(_one_bar)


def _small_log(ratio: float) -> float:
    """Return log(ratio) for a ratio in (2/3, 3/2), to the last digits of a double.

    It is 2·artanh(z) with z = (ratio - 1) / (ratio + 1), by its series: |z| < 1/5, so what
    follows z²³ is below 10⁻¹⁸ of it. Other than a library's log it is compiled for several
    environments at once.
    """
    z = (ratio - 1.0) / (ratio + 1.0)
    square = z * z
    series = 1.0 / 23
    series = series * square + 1.0 / 21
    series = series * square + 1.0 / 19
    series = series * square + 1.0 / 17
    series = series * square + 1.0 / 15
    series = series * square + 1.0 / 13
    series = series * square + 1.0 / 11
    series = series * square + 1.0 / 9
    series = series * square + 1.0 / 7
    series = series * square + 1.0 / 5
    series = series * square + 1.0 / 3
    return 2.0 * z + 2.0 * z * (square * series)


small_log = _inlined(_small_log)


def _realize(before: Any, after: Any, realized_rewards: Any) -> None:
    """Write the reward of each environment's equities, all of shape [N]."""
    large = 0
    for i in range(before.shape[0]):
        ratio = after[i] / before[i]
        realized_rewards[i] = small_log(ratio)
        large += not ((ratio > 2 / 3) & (ratio < 3 / 2))
    if large:
        for i in range(before.shape[0]):
            ratio = after[i] / before[i]
            if not (2 / 3 < ratio < 3 / 2):
                realized_rewards[i] = log_growth(before[i], after[i])


realize = _vectorized(_realize)


def _advance(
    actions: Any, opens: Any, closes: Any, last: int, starts: Any,
    balance: float, fee: float, slippage: float,
    bars: Any, sides: Any, cash: Any, quantities: Any, equities: Any,
    at_bars: Any, at_sides: Any, realized_rewards: Any, next_sides: Any,
    terminations: Any, truncations: Any, marked: Any,
) -> int:  # fmt: skip
    """Step every environment once; all arrays have shape [N] but `opens` and `closes`, [T].

    State (`bars`, `sides`, `cash`, `quantities`, `equities`) is changed in place; the last seven
    arrays are written. What ended is back at its start when this returns.

    Returns:
        How many ended.
    """
    ended = 0
    for i in range(bars.shape[0]):
        bar = bars[i]
        bar_after = bar + 1
        ends = bar_after == last
        at_bars[i] = bar
        at_sides[i] = sides[i]
        money, quantity, after = one_bar(
            cash[i], quantities[i], actions[i], opens[bar_after], closes[bar_after], ends,
            fee, slippage,
        )  # fmt: skip
        bust = is_bust(after)
        again = bust | ends
        next_side = sign(quantity)
        next_sides[i] = next_side
        terminations[i] = bust
        truncations[i] = ends & (not bust)
        marked[i] = after
        ended += again
        bars[i] = starts[i] if again else bar_after
        sides[i] = 0 if again else next_side
        cash[i] = balance if again else money
        quantities[i] = 0.0 if again else quantity
    realize(equities, marked, realized_rewards)
    for i in range(bars.shape[0]):
        again = terminations[i] | truncations[i]
        equities[i] = balance if again else marked[i]
    return ended


advance = _vectorized(_advance)


def _draw(thresholds: Any, draws: Any, bars: Any, sides: Any, actions: Any) -> None:
    """Write each environment's action: how many thresholds are not above its draw.

    `thresholds` has shape [T, 3, 3], all others [N].
    """
    for i in range(bars.shape[0]):
        bar, side, draw = bars[i], sides[i] + 1, draws[i]
        actions[i] = (
            int(thresholds[bar, side, 0] <= draw)
            + int(thresholds[bar, side, 1] <= draw)
            + int(thresholds[bar, side, 2] <= draw)
        )


draw = _vectorized(_draw)


def _follow(
    thresholds: Any, draws: Any, wanted: int, opens: Any, closes: Any, last: int, starts: Any,
    balance: float, fee: float, slippage: float,
    bars: Any, sides: Any, cash: Any, quantities: Any, equities: Any,
    at_bars: Any, at_sides: Any, actions: Any, realized_rewards: Any, next_sides: Any,
    terminations: Any, truncations: Any, shown: Any, marked: Any,
) -> tuple[int, int]:  # fmt: skip
    """Step every environment K times by a table; see `VectorEnvironment.follow`.

    State has shape [N] and is changed in place, `opens` and `closes` have [T], `thresholds`
    [T, 3, 3]; `draws` and what is written [K, N], but `shown`, the equities of environment 0,
    [K], and `marked`, which is overwritten in each step, [N]. `wanted` is -1 where no number
    of passes ends it.

    Returns:
        How many steps were done, and how many passes ended.
    """
    steps = draws.shape[0]
    passes = 0
    for step in range(steps):
        draw(thresholds, draws[step], bars, sides, actions[step])
        passes += advance(
            actions[step], opens, closes, last, starts, balance, fee, slippage,
            bars, sides, cash, quantities, equities,
            at_bars[step], at_sides[step], realized_rewards[step], next_sides[step],
            terminations[step], truncations[step], marked,
        )  # fmt: skip
        shown[step] = marked[0]
        if wanted >= 0 and passes >= wanted:
            return step + 1, passes
    return steps, passes


follow: Any = njit(_follow, error_model="numpy")


def _accept(actions: Any, taken: Any) -> bool:
    """Copy whole numbers into `taken`, int8, and return whether all are from 0 to 3. Shape [N]."""
    wrong = False
    for i in range(taken.shape[0]):
        action = actions[i]
        wrong |= (action < 0) | (action > 3)
        taken[i] = action
    return not wrong


accept = _vectorized(_accept)


def _observe_index(bars: Any, sides: Any, observations: Any) -> None:
    """Write each environment's bar and side into `observations`, [N, 2]."""
    for i in range(bars.shape[0]):
        observations[i, 0] = bars[i]
        observations[i, 1] = sides[i]


observe_index = _vectorized(_observe_index)


def _observe_rows(rows: Any, bars: Any, sides: Any, observations: Any) -> None:
    """Write each environment's feature row and side into `observations`, [N, F + 1]."""
    features = rows.shape[1]
    for i in range(bars.shape[0]):
        bar = bars[i]
        for j in range(features):
            observations[i, j] = rows[bar, j]
        observations[i, features] = sides[i]


observe_rows = _vectorized(_observe_rows)
