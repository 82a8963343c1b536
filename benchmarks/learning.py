"""Learning to a share of the known optimum: ours beside Stable-Baselines3, in one run.

`python -m benchmarks learning` runs all of it; `python -m benchmarks.learning --help` runs
parts, or the search for the peers' values.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import torch
from rich.console import Console
from rich.table import Table

from aibt.rl.catalogue import ALGORITHMS, DEFAULT_ALGORITHM
from benchmarks.__main__ import show
from benchmarks.figures import Figure
from benchmarks.learning_market import Market, market
from benchmarks.learning_ours import Ours
from benchmarks.learning_race import TARGETS, Entry, Run, Spread, compilation_s, run, spread
from benchmarks.learning_speed import speed_figures
from benchmarks.learning_tuning import (
    COMMAND,
    SPACES,
    Search,
    chosen,
    entry,
    keep,
    kept,
    tune,
)

KINDS: Final = ("OU", "SINE", "TREND", "MOMENTUM")
PEERS: Final = tuple(SPACES)
SEEDS: Final = (0, 1, 2, 3, 4)
BARS, MANY_BARS = 100_000, 2_000_000
_PEERS_S: Final = {"OU": 40.0, "SINE": 20.0, "TREND": 20.0, "MOMENTUM": 20.0}
_OURS_S: Final = {"counterfactual": 3.0, "pqn": 5.0, "ppo": 6.0, "dqn": 10.0}
_OTHER_S, _MANY_BARS_S = 5.0, 12.0
_OURS: Final[dict[str, dict[str, Any]]] = {
    # an episode is a pass over 100,000 bars, and exploration is counted in episodes
    "pqn": {"discounter_rate": 20},
    "dqn": {"discounter_rate": 20},
}
"""Parameters of ours that differ from `learning_market.parameters`: the same on every market."""

_SEARCH: Final = Search(trials=24, budget_s=15.0)


def learning_rows() -> Sequence[Figure]:
    """Run the races on every market, then the throughput, in a process of one thread."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.json"
        # numerical libraries look at these when they are loaded, and only then
        alone = [f"{library}_NUM_THREADS=1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")]
        command = [sys.executable, "-m", "benchmarks.learning", "--keep", str(path)]
        subprocess.run(["env", *alone, *command], check=True)
        return [Figure(**row) for row in json.loads(path.read_text())]


def race(
    console: Console,
    kind: str,
    seeds: Sequence[int] = SEEDS,
    scale: float = 1.0,
    only: Sequence[str] = (),
) -> list[Figure]:
    """Let ours and the peers learn on one market, print how it went, and return the figures.

    Args:
        console: for progress and the table.
        kind: of market.
        seeds: of the contenders.
        scale: of every budget.
        only: names of contenders; none: all.
    """
    on = market(kind, BARS)
    _announce(console, on)
    entries = [
        *(_ours(name, scale * _OURS_S.get(name, _OTHER_S)) for name in ALGORITHMS),
        *(entry(peer, chosen(peer, kind), scale * _PEERS_S[kind]) for peer in PEERS),
    ]
    for peer in PEERS:
        _say_how_tuned(console, peer, kind)
    runs = _runs(console, on, [each for each in entries if not only or each.name in only], seeds)
    return _figures(on, runs, entries)


def many_bars(console: Console, seeds: Sequence[int] = SEEDS, scale: float = 1.0) -> list[Figure]:
    """Let our default and the peers learn where there are enough bars to come to 99 %."""
    on = market("OU", MANY_BARS)
    _announce(console, on)
    entries = [
        _ours(DEFAULT_ALGORITHM, scale * _MANY_BARS_S),
        *(entry(peer, chosen(peer, "OU"), scale * _PEERS_S["OU"]) for peer in PEERS),
    ]
    return _figures(on, _runs(console, on, entries, seeds), entries)


def speed(console: Console) -> Sequence[Figure]:
    """Measure steps and values a second."""
    return speed_figures(market("OU", BARS), lambda what: console.print(f"  {what}…"))


def search(console: Console, kinds: Sequence[str], peers: Sequence[str], of: Search) -> None:
    """Find the peers' values anew, and keep them."""
    for peer in peers:
        known: list[Any] = [chosen(peer, KINDS[0])]
        for kind in kinds:
            console.print(f"Tuning {peer} on {kind}: {of.trials} trials of {of.budget_s:g} s…")
            found = tune(peer, market(kind, BARS), of, console, known)
            known.append(found["values"])
            keep({peer: {kind: found}})


def _runs(
    console: Console, on: Market, entries: Sequence[Entry], seeds: Sequence[int]
) -> dict[str, list[Run]]:
    """Run every entry with every seed, one after the other, and print the market's table."""
    found: dict[str, list[Run]] = {}
    compiled = {each.name: compilation_s(each, on) for each in entries}
    for seed in seeds:  # by turns, so that what else the machine does meets all alike
        for each in entries:
            one = run(each, on, seed)
            found.setdefault(each.name, []).append(one)
            console.print(
                f"  {each.name}, seed {seed}: best {_share(one)} after {one.best_s:.2f} s, "
                f"{one.rate:,.0f} {each.unit}/s, {one.clock_s:.1f} s on the clock"
            )
    console.print(_table(on, found, compiled))
    return found


def _figures(on: Market, runs: dict[str, list[Run]], entries: Sequence[Entry]) -> list[Figure]:
    section = f"learning, {on.name}"
    units = {each.name: each.unit for each in entries}
    figures = []
    for name, of in runs.items():
        for target in TARGETS:
            seen = spread(of, target)
            note = f"{_seconds(seen.lowest)} to {_seconds(seen.highest)}, "
            note += f"{seen.reached} of {seen.runs} seeds"
            if math.isinf(seen.median):
                note = f"not reached in {seen.at_least:.1f} s by most seeds; {note}"
            figures.append(
                Figure(
                    section=section,
                    name=f"{name}, {target:.0%}",
                    value=seen.median,
                    unit="s",
                    note=note,
                )
            )
        shares = sorted(one.best.share for one in of if one.best)
        ledger = statistics.median(one.best.ledger for one in of if one.best)
        figures.append(
            Figure(
                section=section,
                name=f"{name}, best",
                value=100 * statistics.median(shares),
                unit="% of optimum",
                note=f"{shares[0]:.1%} to {shares[-1]:.1%}; by the ledger {ledger:.3e} a bar",
            )
        )
        figures.append(
            Figure(
                section=section,
                name=f"{name}, speed",
                value=statistics.median(one.rate for one in of),
                unit=f"{units[name]}/s",
            )
        )
    return figures + _ratios(section, runs)


def _ratios(section: str, runs: dict[str, list[Run]]) -> list[Figure]:
    """Return how much sooner our best is at each target than the peers' best."""
    peers = [name for name in runs if name in PEERS]
    mine = [name for name in runs if name not in PEERS]
    figures = []
    for target in TARGETS if peers and mine else ():
        seen = {name: spread(of, target) for name, of in runs.items()}
        first = min(mine, key=lambda name: seen[name].median)
        other = min(peers, key=lambda name: (seen[name].median, seen[name].at_least))
        if math.isinf(seen[first].median):
            continue
        known = not math.isinf(seen[other].median)
        seconds = seen[other].median if known else seen[other].at_least
        note = f"{first} in {seen[first].median:.2f} s, "
        note += (
            f"{other} in {seconds:.2f} s"
            if known
            else f"at least: no peer reached it in {seconds:.2f} s"
        )
        figures.append(
            Figure(
                section=section,
                name=f"to {target:.0%}, how much sooner",
                value=seconds / seen[first].median,
                unit="times",
                note=note,
            )
        )
    return figures


def _announce(console: Console, on: Market) -> None:
    best, realised = on.best, on.realised
    console.print(
        f"[bold]{on.name}[/bold]: the optimum earns {best.expected:.4e} a bar in the long run, "
        f"{realised.score:.4e} on the {len(on.judged_bars):,} bars out of sample "
        f"(ledger {realised.ledger:.4e}), turnover {realised.turnover:.3f}"
    )


def _say_spaces(console: Console) -> None:
    for peer, space in SPACES.items():
        drawn = "; ".join(f"{name} {', '.join(map(str, of))}" for name, of in space.items())
        console.print(f"{peer} was searched among: {drawn}")


def _say_how_tuned(console: Console, peer: str, kind: str) -> None:
    found = kept(peer, kind)
    values = ", ".join(f"{name} {value}" for name, value in found["values"].items())
    console.print(
        f"  {peer}, {found['trials']} trials of {found['budget_s']:g} s on {found['searched_on']} "
        f"({COMMAND}): {values}"
    )


def _table(on: Market, runs: dict[str, list[Run]], compiled: dict[str, float]) -> Table:
    title = f"seconds to a share of the optimum, median (seeds that reached it), {on.name}"
    table = Table(title=title, title_justify="left")
    for column in ("", *(f"{target:.0%}" for target in TARGETS), "best", "a second", "compiled"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for name, of in runs.items():
        spreads = [spread(of, target) for target in TARGETS]
        shares = sorted(one.best.share for one in of if one.best)
        table.add_row(
            name,
            *(_cell(each) for each in spreads),
            f"{statistics.median(shares):.1%}",
            f"{statistics.median(one.rate for one in of):,.0f}",
            f"{compiled[name]:.1f} s",
        )
    return table


def _cell(seen: Spread) -> str:
    if not seen.reached:
        return "–"
    return f"{_seconds(seen.median)} ({seen.reached}/{seen.runs})"


def _seconds(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.2f}"


def _share(one: Run) -> str:
    return f"{one.best.share:.1%}" if one.best else "unknown"


def _ours(algorithm: str, budget_s: float) -> Entry:
    return Entry(
        name=algorithm,
        make=Ours,
        changes={"algorithm": algorithm, **_OURS.get(algorithm, {})},
        budget_s=budget_s,
        unit=_unit(algorithm),
    )


def _unit(algorithm: str) -> str:
    return "values" if algorithm.startswith("counterfactual") else "steps"


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parts = [*KINDS, "many-bars", "speed"]
    parser.add_argument("parts", nargs="*", choices=[*parts, []], default=[], help="none: all")
    parser.add_argument("--tune", action="store_true", help="search for the peers' values")
    parser.add_argument("--trials", type=int, default=_SEARCH.trials)
    parser.add_argument("--trial-s", type=float, default=_SEARCH.budget_s)
    parser.add_argument("--only", nargs="*", default=[], help="names of contenders")
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    parser.add_argument("--scale", type=float, default=1.0, help="of every budget")
    parser.add_argument("--keep", type=Path, help="write the figures here instead of a table")
    given = parser.parse_args(arguments)
    given.parts = given.parts or parts
    return given


def main() -> None:
    given = asked(sys.argv[1:])
    console = Console(width=140)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # the peers'
    kinds = [part for part in given.parts if part in KINDS]
    if given.tune:
        peers = [peer for peer in PEERS if not given.only or peer in given.only]
        search(console, kinds, peers, Search(trials=given.trials, budget_s=given.trial_s))
        return
    seeds = SEEDS[: given.seeds]
    figures: list[Figure] = []
    _say_spaces(console)
    for kind in kinds:
        figures += race(console, kind, seeds, given.scale, given.only)
    if "many-bars" in given.parts:
        figures += many_bars(console, seeds, given.scale)
    if "speed" in given.parts:
        figures += speed(console)
    if given.keep:
        given.keep.write_text(json.dumps([asdict(figure) for figure in figures]))
    else:
        show(console, figures, {})


if __name__ == "__main__":
    main()
