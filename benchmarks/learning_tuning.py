"""Finds the peers' best values for each market by search, and keeps them as data.

Half of a search draws at random, the other half draws some values of the best so far anew.

`python -m benchmarks.learning --tune` repeats it and writes `learning_chosen.json`.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console

from benchmarks.learning_market import Market
from benchmarks.learning_peers import PeerDqn, PeerPpo
from benchmarks.learning_race import Entry, Run, run

KEPT: Final = Path(__file__).parent / "learning_chosen.json"
COMMAND: Final = "python -m benchmarks.learning --tune"
SEED: Final = 100  # of the search; the races' seeds are others
_FINALISTS, _FINAL_SEEDS = 3, (101, 102, 103)
_FINAL_TIMES: Final = 2  # budgets of a trial that a finalist has
_AIM: Final = 0.95
_DRAWN_ANEW: Final = 3  # values of the best so far
_LOOK_EVERY: Final = 0.15
_KINDS: Final = {"SB3 PPO": PeerPpo, "SB3 DQN": PeerDqn}

SPACES: Final[Mapping[str, Mapping[str, Sequence[Any]]]] = {
    "SB3 PPO": {
        "environments": (8, 16, 32, 64, 128, 256),
        "n_steps": (16, 32, 64, 128, 256),
        "minibatches": (2, 4, 8, 16, 32),
        "n_epochs": (2, 4, 8, 10),
        "learning_rate": (3e-4, 6e-4, 1e-3, 2e-3, 3e-3),
        "lr_falls_to": (1.0, 0.1),
        "lr_falls_over": (100_000, 300_000, 1_000_000),
        "gamma": (0.9, 0.95, 0.97, 0.99),
        "gae_lambda": (0.5, 0.7, 0.8, 0.9, 0.95),
        "ent_coef": (0.0, 0.001, 0.003, 0.01),
        "clip_range": (0.1, 0.2, 0.3),
        "vf_coef": (0.25, 0.5, 1.0),
        "max_grad_norm": (0.5, 1.0, 5.0),
        "activation": ("relu", "tanh"),
    },
    "SB3 DQN": {
        "environments": (1, 4, 8, 16, 32, 64),
        "learning_rate": (1e-4, 3e-4, 6e-4, 1e-3, 2e-3),
        "buffer_size": (50_000, 100_000, 200_000),
        "learning_starts": (1_000, 5_000),
        "batch_size": (32, 64, 128, 256, 512),
        "gamma": (0.8, 0.9, 0.95, 0.97),
        "n_steps": (1, 3, 5),
        "train_freq": (1, 4, 8),
        "gradient_steps": (1, 2, 4, 8),
        "target": ((1.0, 500), (1.0, 2_000), (1.0, 10_000), (0.01, 1), (0.05, 1)),
        "exploration_steps": (5_000, 20_000, 50_000),
        "exploration_final_eps": (0.02, 0.05, 0.1),
        "activation": ("relu", "tanh"),
    },
}
"""What is drawn from; `target` is DQN's `tau` and `target_update_interval`."""

FIRST: Final[Mapping[str, Mapping[str, Any]]] = {
    "SB3 PPO": {
        "environments": 64,
        "n_steps": 64,
        "minibatches": 4,
        "n_epochs": 4,
        "learning_rate": 1e-3,
        "lr_falls_to": 0.1,
        "lr_falls_over": 1_000_000,
        "gamma": 0.97,
        "gae_lambda": 0.8,
        "ent_coef": 0.003,
        "clip_range": 0.2,
        "vf_coef": 0.5,
        "max_grad_norm": 0.5,
        "activation": "relu",
    },
    "SB3 DQN": {
        "environments": 1,
        "learning_rate": 3e-4,
        "buffer_size": 100_000,
        "learning_starts": 1_000,
        "batch_size": 64,
        "gamma": 0.97,
        "n_steps": 1,
        "train_freq": 4,
        "gradient_steps": 1,
        "target": (1.0, 2_000),
        "exploration_steps": 5_000,
        "exploration_final_eps": 0.05,
        "activation": "relu",
    },
}
"""Where each search begins: values known to do well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How one is made: so many draws of `budget_s` seconds of processor time each."""

    trials: int
    budget_s: float


def chosen(peer: str, kind: str) -> Mapping[str, Any]:
    """Return the values kept for a peer on a kind of market."""
    values: Mapping[str, Any] = kept(peer, kind)["values"]
    return values


def kept(peer: str, kind: str) -> Mapping[str, Any]:
    """Return what the last search found for a peer on a kind of market, and how."""
    found: Mapping[str, Any] = json.loads(KEPT.read_text())[peer][kind]
    return found


def entry(peer: str, values: Mapping[str, Any], budget_s: float) -> Entry:
    """Return a peer with these values, for a race."""
    given = dict(values)
    if "target" in given:
        given["tau"], given["target_update_interval"] = given.pop("target")
    kind = _KINDS[peer]
    return Entry(name=peer, make=partial(kind, chosen=given), budget_s=budget_s)


def tune(
    peer: str, on: Market, search: Search, console: Console, known: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Search, let the best draws race once more with other seeds, and return what is kept.

    Args:
        peer: its name.
        on: the market.
        search: how long it may take.
        console: says how it goes.
        known: values to try before any draw, as the best ones of another market.
    """
    generator = np.random.default_rng(SEED)
    first = [dict(FIRST[peer]), *(dict(values) for values in known)]
    results: list[tuple[float, dict[str, Any]]] = []
    while len(results) < search.trials:
        results.sort(key=lambda result: result[0])
        tried = [values for _, values in results]
        values = first.pop(0) if first else _drawn(peer, generator, tried, search.trials)
        found = _run(peer, values, on, SEED, search.budget_s)
        results.append((_cost(found, search.budget_s), values))
        at = f"trial {len(results)} of {search.trials}"
        console.print(f"  {peer} on {on.kind}, {at}: {_told(found)}")
    results.sort(key=lambda result: result[0])
    finals = []
    for _, values in results[:_FINALISTS]:
        budget_s = _FINAL_TIMES * search.budget_s
        runs = [_run(peer, values, on, seed, budget_s) for seed in _FINAL_SEEDS]
        costs = sorted(_cost(found, budget_s) for found in runs)
        finals.append((costs[len(costs) // 2], values, runs))
        console.print(f"  {peer} on {on.kind}, finalist: {', '.join(map(_told, runs))}")
    _, values, runs = min(finals, key=lambda final: final[0])
    return {
        "values": values,
        "searched_on": on.kind,
        "trials": len(results),
        "budget_s": search.budget_s,
        "clock": "processor time",
        "finalists": len(finals),
        "found": [_told(found) for found in runs],
        "command": COMMAND,
    }


def keep(results: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what was found, beside what is kept of other markets."""
    before = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for peer, of in results.items():
        before[peer] = {**before.get(peer, {}), **of}
    KEPT.write_text(json.dumps(before, indent=1) + "\n")


def _drawn(
    peer: str, generator: np.random.Generator, tried: Sequence[Mapping[str, Any]], trials: int
) -> dict[str, Any]:
    """Draw values that were not tried: all of them, or, in a search's second half, some.

    Args:
        peer: its name.
        generator: draws.
        tried: values before these, the best first.
        trials: that the search has.
    """
    space = SPACES[peer]
    while True:
        names = list(space)
        values: dict[str, Any] = {}
        if 2 * len(tried) >= trials:
            values |= tried[0]
            names = list(generator.choice(names, _DRAWN_ANEW, replace=False))
        values |= {name: space[name][generator.integers(len(space[name]))] for name in names}
        fits = peer == "SB3 DQN" or values["environments"] * values["n_steps"] <= 16_384
        if fits and values not in tried:
            return values


def _run(peer: str, values: Mapping[str, Any], on: Market, seed: int, budget_s: float) -> Run:
    return run(
        entry(peer, values, budget_s),
        on,
        seed,
        stop_at=_AIM,
        now=time.process_time,
        look_every=_LOOK_EVERY,
    )


def _cost(found: Run, budget_s: float) -> float:
    """Return what is made small: seconds to 95 %, or where that is not reached, what lacks."""
    share = found.best.share if found.best else -1.0
    return found.reached_s.get(_AIM, budget_s * (2 + 10 * (_AIM - share)))


def _told(found: Run) -> str:
    share = found.best.share if found.best else 0.0
    when = found.reached_s.get(_AIM)
    reached = f"95 % after {when:.1f} s" if when else "95 % not reached"
    return f"{reached}, best {share:.1%}"
