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
    later_bars: Any, later_cash: Any, later_quantities: Any, later_equities: Any,
    at_bars: Any, at_sides: Any, actions: Any, realized_rewards: Any, next_sides: Any,
    terminations: Any, truncations: Any, shown: Any, ended: Any,
) -> None:  # fmt: skip
    """Step this thread's environment K times; see `VectorEnvironment.follow`.

    Its account stays in registers between the steps. State has shape [N] and is read from the
    first four arrays and written to the `later` ones, so that `settle` can begin again; `opens`
    and `closes` have [T], `thresholds` [T, 3, 3]; `draws` and what is written [K, N], but
    `shown`, the equities of environment 0, and `ended`, to which is added how many ended in
    each step, [K].
    """
    i = cuda.grid(1)
    if i >= bars.shape[0]:
        return
    bar, money, quantity, before = bars[i], cash[i], quantities[i], equities[i]
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
            cuda.atomic.add(ended, step, 1)
            bar, money, quantity, before = starts[i], balance, 0.0, balance
    later_bars[i] = bar
    later_cash[i] = money
    later_quantities[i] = quantity
    later_equities[i] = before


follow: Any = cuda.jit(_follow)


def _settle(
    wanted: int, ended: Any, actions: Any, opens: Any, closes: Any, last: int, starts: Any,
    balance: float, fee: float, slippage: float,
    bars: Any, cash: Any, quantities: Any, equities: Any,
    later_bars: Any, later_cash: Any, later_quantities: Any, later_equities: Any, tally: Any,
) -> None:  # fmt: skip
    """Stop after the step in which `wanted` passes have ended, where that was before the last.

    This thread's environment is then taken from the state before `follow` once more, by the
    same actions, and no further. Nobody has to look at how many ended before it is launched,
    so all of a round goes to the GPU at once. `wanted` is -1 where no number of passes ends it;
    `tally`, [2], is how many steps were done and how many passes ended in them.
    """
    i = cuda.grid(1)
    if i >= bars.shape[0]:
        return
    steps = ended.shape[0]
    done, passes = 0, 0
    while done < steps and (done == 0 or wanted < 0 or passes < wanted):
        passes += ended[done]
        done += 1
    if i == 0:
        tally[0] = done
        tally[1] = passes
    if done == steps:
        return
    bar, money, quantity, before = bars[i], cash[i], quantities[i], equities[i]
    for step in range(done):
        bar += 1
        ends = bar == last
        money, quantity, before = one_bar(
            money, quantity, actions[step, i], opens[bar], closes[bar], ends, fee, slippage
        )
        if is_bust(before) or ends:
            bar, money, quantity, before = starts[i], balance, 0.0, balance
    later_bars[i] = bar
    later_cash[i] = money
    later_quantities[i] = quantity
    later_equities[i] = before


settle: Any = cuda.jit(_settle)


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
