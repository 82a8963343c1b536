"""The account rule on a GPU: the same scalar source as on a CPU, a thread to an environment.

Importing it needs `numba.cuda`; a kernel needs a GPU, or numba's simulator of one.
"""

from collections.abc import Callable
from typing import Any

import numba.cuda

from aibt.trading import account_rule
from aibt.trading.actions import target_side
from envs import account_kernel, rewards

cuda: Any = numba.cuda  # which says too little of its types


def _device(function: Callable[..., Any], **called: Any) -> Any:
    return cuda.jit(account_kernel.linked(function, **called), device=True)


sign = _device(account_rule.sign)
mark = _device(account_rule.mark)
is_bust = _device(account_rule.is_bust)
side_quantity = _device(account_rule.side_quantity)
fill = _device(account_rule.fill, sign=sign)
move = _device(account_rule.move, sign=sign, side_quantity=side_quantity, fill=fill)
next_side_of = _device(target_side)
log_growth = _device(rewards.log_growth)
one_bar = _device(
    account_kernel.one_bar.py_func,
    sign=sign,
    next_side_of=next_side_of,
    move=move,
    mark=mark,
    is_bust=is_bust,
)


def _follow(
    thresholds: Any, draws: Any, opens: Any, closes: Any, last: int, starts: Any,
    balance: float, fee: float, slippage: float,
    bars: Any, cash: Any, quantities: Any, equities: Any,
    at_bars: Any, at_sides: Any, actions: Any, realized_rewards: Any, next_sides: Any,
    terminations: Any, truncations: Any, shown: Any, passes: Any,
) -> None:  # fmt: skip
    """Step this thread's environment K times; see `VectorEnvironment.follow`.

    Its account stays in registers between the steps. State has shape [N], `opens` and `closes`
    [T], `thresholds` [T, 3, 3], `passes`, to which is added how many ended, [1]; `draws` and
    what is written [K, N], but `shown`, the equities of environment 0, [K].
    """
    i = cuda.grid(1)
    if i >= bars.shape[0]:
        return
    bar, money, quantity, before = bars[i], cash[i], quantities[i], equities[i]
    ended = 0
    for step in range(draws.shape[0]):
        side = sign(quantity)
        drawn = draws[step, i]
        action = 0
        for threshold in range(3):
            if thresholds[bar, side + 1, threshold] <= drawn:
                action += 1
        at_bars[step, i] = bar
        at_sides[step, i] = side
        actions[step, i] = action
        bar += 1
        ends = bar == last
        money, quantity, after = one_bar(
            money, quantity, action, opens[bar], closes[bar], ends, fee, slippage
        )
        bust = is_bust(after)
        realized_rewards[step, i] = log_growth(before, after)
        next_sides[step, i] = sign(quantity)
        terminations[step, i] = bust
        truncations[step, i] = ends and not bust
        if i == 0:
            shown[step] = after
        before = after
        if bust or ends:
            ended += 1
            bar, money, quantity, before = starts[i], balance, 0.0, balance
    bars[i] = bar
    cash[i] = money
    quantities[i] = quantity
    equities[i] = before
    if ended:
        cuda.atomic.add(passes, 0, ended)


follow: Any = cuda.jit(_follow)


def _advance(
    actions: Any, opens: Any, closes: Any, last: int, starts: Any,
    balance: float, fee: float, slippage: float,
    bars: Any, cash: Any, quantities: Any, equities: Any,
    at_bars: Any, at_sides: Any, realized_rewards: Any, next_sides: Any,
    terminations: Any, truncations: Any, marked: Any,
) -> None:  # fmt: skip
    """Step this thread's environment once; all arrays have shape [N] but the prices, [T]."""
    i = cuda.grid(1)
    if i >= bars.shape[0]:
        return
    bar = bars[i]
    at_bars[i] = bar
    at_sides[i] = sign(quantities[i])
    ends = bar + 1 == last
    money, quantity, after = one_bar(
        cash[i], quantities[i], actions[i], opens[bar + 1], closes[bar + 1], ends, fee, slippage
    )
    bust = is_bust(after)
    realized_rewards[i] = log_growth(equities[i], after)
    next_sides[i] = sign(quantity)
    terminations[i] = bust
    truncations[i] = ends and not bust
    marked[i] = after
    again = bust or ends
    bars[i] = starts[i] if again else bar + 1
    cash[i] = balance if again else money
    quantities[i] = 0.0 if again else quantity
    equities[i] = balance if again else after


advance: Any = cuda.jit(_advance)
