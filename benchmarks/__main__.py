"""Run every benchmark, print the figures beside those of the last run, and keep them."""

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure

RESULTS = Path(__file__).parent / "results"


def environments() -> Sequence[Figure]:
    from benchmarks.environments import environment_rows

    return environment_rows()


def serving() -> Sequence[Figure]:
    from benchmarks.serving import serving_rows

    return serving_rows()


def store() -> Sequence[Figure]:
    from benchmarks.store import store_rows

    return store_rows()


def agents() -> Sequence[Figure]:
    from benchmarks.agents import agent_rows

    return agent_rows()


def web() -> Sequence[Figure]:
    from benchmarks.web import web_rows

    return web_rows()


def verdicts() -> Sequence[Figure]:
    from benchmarks.verdicts import verdict_rows

    return verdict_rows()


def populations() -> Sequence[Figure]:
    from benchmarks.populations import population_rows

    return population_rows()


def learning() -> Sequence[Figure]:
    from benchmarks.learning import learning_rows

    return learning_rows()


def gpu() -> Sequence[Figure]:
    from benchmarks.gpu import gpu_rows

    return gpu_rows()


SECTIONS: dict[str, Callable[[], Sequence[Figure]]] = {
    "environments": environments,
    "serving": serving,
    "store": store,
    "agents": agents,
    "web": web,
    "verdicts": verdicts,
    "populations": populations,
    "learning": learning,
    "gpu": gpu,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], help="default: all")
    chosen = parser.parse_args().sections or list(SECTIONS)
    console = Console(width=140)
    before = last_figures()
    figures: list[Figure] = []
    for name in chosen:
        console.print(f"Measuring {name}…")
        figures += SECTIONS[name]()
    if not figures:  # of a GPU alone, where there is none
        return
    show(console, figures, before)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y-%m-%dT%H-%M-%S')}.json"
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")
    console.print(f"Kept in {path.relative_to(Path.cwd())}.")


def last_figures() -> dict[tuple[str, str], float]:
    """Return each figure's value in the newest run that has it."""
    found: dict[tuple[str, str], float] = {}
    for path in sorted(RESULTS.glob("*.json")):
        for row in json.loads(path.read_text()):
            found[row["section"], row["name"]] = row["value"]
    return found


def show(console: Console, figures: Sequence[Figure], before: dict[tuple[str, str], float]) -> None:
    for section in dict.fromkeys(figure.section for figure in figures):
        table = Table("", "value", "unit", "last run", "", title=section, title_justify="left")
        for column in (1, 3):
            table.columns[column].justify = "right"
        for figure in figures:
            if figure.section == section:
                earlier = before.get((figure.section, figure.name))
                told = "" if earlier is None else written(earlier)
                table.add_row(figure.name, written(figure.value), figure.unit, told, figure.note)
        console.print(table)


def written(value: float) -> str:
    if math.isinf(value):
        return "not reached"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.3g}"


if __name__ == "__main__":
    main()
