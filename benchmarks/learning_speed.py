"""How fast each algorithm learns, in steps and values a second, and how that grows."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.preparation import Preparation
from benchmarks.figures import Figure
from benchmarks.learning_market import WIDTH, WINDOW, Market, market
from benchmarks.learning_ours import Ours
from benchmarks.learning_peers import PeerDqn
from benchmarks.learning_race import Contender

SECTION: Final = (
    f"training throughput, one thread, [{WIDTH}, {WIDTH}], window {WINDOW}, Ornstein-Uhlenbeck"
)
_WARM_S, _ROUND_S, _ROUNDS = 0.5, 1.0, 3
_BATCH: Final = 32
_SAME_REPLAY: Final = {
    # one update of 32 transitions for every four that are collected
    1: {"train_freq": 4, "gradient_steps": 1},
    8: {"train_freq": 1, "gradient_steps": 2},
}
_ACCOUNTS: Final = 16_384
_BARS_AND_BATCHES: Final = {5_000: 4_096, 50_000: 8_192}
_MORE_BARS, _MORE_ENVIRONMENTS = 4, 16
_PASSES: Final = 8


def speed_figures(on: Market, progress: Callable[[str], None]) -> Sequence[Figure]:
    """Measure ours, then DQN beside DQN, then how cost grows."""
    figures = _many_accounts(progress)
    for name, unit in (
        ("pqn", "environment steps/s"),
        ("ppo", "environment steps/s"),
        ("counterfactual", "state-action values/s"),
    ):
        if name in ALGORITHMS:
            progress(f"{name}, {unit}")
            figures.append(_of_ours(name, unit, "learning included", on, algorithm=name))
    for environments in _SAME_REPLAY:
        progress(f"dqn beside Stable-Baselines3's, {environments} environments")
        figures += _dqn(on, environments)
    return [*figures, *_growth(progress)]


def _many_accounts(progress: Callable[[str], None]) -> list[Figure]:
    """Measure pqn with so many accounts that they share the bars that are encoded."""
    figures = []
    for bars, batch in _BARS_AND_BATCHES.items():
        progress(f"pqn, {_ACCOUNTS:,} environments on {bars:,} bars")
        figures.append(
            _of_ours(
                f"pqn, {_ACCOUNTS:,} environments, {bars:,} bars",
                "environment steps/s",
                f"learning included; two epochs in batches of {batch:,} accounts",
                market("OU", bars),
                algorithm="pqn",
                environments=_ACCOUNTS,
                batch_size=batch,
            )
        )
    return figures


def _of_ours(name: str, unit: str, note: str, on: Market, **changes: Any) -> Figure:
    """Return what one of ours learns from in a second."""
    value = rate(Ours(prepared(on, **changes)))
    return Figure(section=SECTION, name=name, value=value, unit=unit, note=note)


def prepared(on: Market, **changes: Any) -> Preparation:
    """Return what a training on a market computes with."""
    return on.prepared(**changes)[0]


def rate(contender: Contender) -> float:
    """Return what a contender learns from in a second: the median of several rounds."""
    rates = [_rate(contender, seconds) for seconds in (_WARM_S, *[_ROUND_S] * _ROUNDS)]
    return statistics.median(rates[1:])


def _rate(contender: Contender, seconds: float) -> float:
    """Measure whole rounds, each with all that is learned from it."""
    _to_next_round(contender)
    before, began = contender.steps, time.perf_counter()
    while True:
        _to_next_round(contender)
        taken = time.perf_counter() - began
        if taken >= seconds:
            return (contender.steps - before) / taken


def _to_next_round(contender: Contender) -> None:
    steps = contender.steps
    while contender.steps == steps:
        contender.train_slice()


def _dqn(on: Market, environments: int) -> list[Figure]:
    """Measure DQN beside DQN at one update of a batch per four transitions."""
    mine = rate(Ours(prepared(on, algorithm="dqn", environments=environments, batch_size=_BATCH)))
    chosen = {
        "environments": environments,
        "learning_rate": 1e-3,
        "buffer_size": 100_000,
        "learning_starts": 256,
        "batch_size": _BATCH,
        "exploration_steps": 10_000,
        "activation": "relu",
        **_SAME_REPLAY[environments],
    }
    theirs = rate(PeerDqn(prepared(on), chosen=chosen))
    many = f"{environments} environments" if environments > 1 else "1 environment"
    figure = partial(Figure, section=SECTION)
    return [
        figure(name=f"dqn, {many}", value=mine, unit="environment steps/s"),
        figure(name=f"SB3 DQN, {many}", value=theirs, unit="environment steps/s"),
        figure(
            name=f"dqn to SB3 DQN, {many}",
            value=mine / theirs,
            unit="times",
            note=f"same replay ratio: a batch of {_BATCH} per 4 transitions",
        ),
    ]


def _growth(progress: Callable[[str], None]) -> list[Figure]:
    """Measure what more bars and more environments cost."""
    figures = []
    few, many = (market("OU", bars) for bars in (50_000, 50_000 * _MORE_BARS))
    if "counterfactual" in ALGORITHMS:
        progress(f"{_MORE_BARS} times the bars")
        once, more = _passes_s((few, many))
        figures.append(
            Figure(
                section=SECTION,
                name=f"counterfactual, {_MORE_BARS} × the bars",
                value=more / once,
                unit="times the time",
                note=f"features and {_PASSES} passes: {once:.2f} s for 50,000 bars",
            )
        )
    if "pqn" in ALGORITHMS:
        progress(f"{_MORE_ENVIRONMENTS} times the environments")
        once, more = (
            environments / rate(Ours(prepared(few, algorithm="pqn", environments=environments)))
            for environments in (64, 64 * _MORE_ENVIRONMENTS)
        )
        figures.append(
            Figure(
                section=SECTION,
                name=f"pqn, {_MORE_ENVIRONMENTS} × the environments",
                value=more / once,
                unit="times the time",
                note="of a step of all, learning included; from 64",
            )
        )
    return figures


def _passes_s(markets: Sequence[Market]) -> list[float]:
    """Return the seconds of features and some passes over each training part, at best."""
    found = [math.inf] * len(markets)
    for _ in range(_ROUNDS):  # by turns
        for at, on in enumerate(markets):
            preparation, features_s = on.prepared(algorithm="counterfactual")
            began = time.perf_counter()
            contender = Ours(preparation)
            while contender.passes < _PASSES:
                contender.train_slice()
            found[at] = min(found[at], features_s + time.perf_counter() - began)
    return found
