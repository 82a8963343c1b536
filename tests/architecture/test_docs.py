"""The pages say what is so: settings, queries, errors, commands, links and examples."""

import asyncio
import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from actors.ray_environment import ALWAYS, ray_environment
from aibt.api.app import create_app
from aibt.cli.app import app
from aibt.live.states import RunState
from aibt.market.actions import CorporateAction, read_actions
from aibt.market.intervals import parse_interval
from aibt.market.sources.csv_files import read_bars
from aibt.protocol.docs import error_types
from aibt.protocol.tasks import TASKS
from aibt.settings import PREFIX, ServeSettings, Settings, SettingsGroup, unknown_variables
from tests.fakes.entrance import Entrance
from tests.fakes.platform import FakePlatform
from tests.fakes.server import a_running_server

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DECISIONS = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
EXAMPLE = ROOT / ".env.example"
MISSPELT = {"AIBT_SERVE__PROT", "AIBT_SREVE__PORT"}  # the pages show what happens to these
TARGETS = ("run", "demo", "test", "check", "bench")
NO_MACHINE = re.compile(r"/(?:work|root|tmp|home|Users)/")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def settings() -> Iterator[tuple[str, Any]]:
    """Yield each variable with its field."""
    for group, of in Settings.model_fields.items():
        if isinstance(of.annotation, type) and issubclass(of.annotation, SettingsGroup):
            for name, field in of.annotation.model_fields.items():
                yield f"{PREFIX}{group}__{name}".upper(), field
        else:
            yield str(of.validation_alias or f"{PREFIX}{group}".upper()), of


SETTINGS = list(settings())


def written(default: Any) -> str:
    """Return a default as the pages write it."""
    if default is None:
        return "none"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return "[" + ", ".join(f'"{one}"' for one in default) + "]"
    if isinstance(default, Path):
        return str(default).replace(str(Path.home()), "~", 1)
    return f"{default:g}" if isinstance(default, float) else str(default)


def blocks(path: Path, language: str) -> list[str]:
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return fence.findall(path.read_text("utf-8"))


def shell_lines() -> list[tuple[str, str]]:
    return [
        (name_of(page), line)
        for page in PAGES
        for block in blocks(page, "sh")
        for line in block.splitlines()
        if line.strip()
    ]


def slugs(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("variable", "field"), SETTINGS, ids=[name for name, _ in SETTINGS])
def test_a_setting_is_on_its_page_with_its_default_and_meaning(variable: str, field: Any) -> None:
    row = f"| `{variable}` | `{written(field.default)}` | {field.description} |"

    assert row in (DOCS / "settings.md").read_text("utf-8")


def test_the_example_has_every_setting_commented_out() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()

    assert all(line.startswith("#") for line in lines if line)
    given = [line[1:].partition("=")[0] for line in lines if re.match(r"#[A-Z]", line)]
    assert sorted(given) == sorted(variable for variable, _ in SETTINGS)


def test_the_examples_values_can_be_used(tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.env"
    lines = EXAMPLE.read_text("utf-8").splitlines()
    chosen.write_text("\n".join(line[1:] for line in lines if re.match(r"#[A-Z]", line)))

    found = Settings(_env_file=chosen)

    assert found.serve.port == 9_000
    assert found.market == Settings(_env_file=None).market.model_copy(
        update={"csv_folder": found.market.csv_folder, "yahoo_url": found.market.yahoo_url}
    )


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_names_no_setting_that_there_is_not(page: Path) -> None:
    named = set(re.findall(r"\bAIBT_[A-Z0-9_]*[A-Z0-9]\b", page.read_text("utf-8")))

    assert set(unknown_variables(named)) <= MISSPELT


def test_every_query_and_every_error_code_is_on_the_protocol_page() -> None:
    page = (DOCS / "protocol.md").read_text("utf-8")

    assert [query for query in TASKS if f"### `{query}`\n" not in page] == []
    assert [kind.code for kind in error_types() if f"| `{kind.code}` |" not in page] == []


def test_every_variable_that_ray_is_given_is_explained_and_fixed_ones_with_their_value() -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")

    assert [name for name in ray_environment(ServeSettings()) if f"`{name}`" not in page] == []
    assert [name for name, is_ in ALWAYS.items() if f"| `{name}` | {is_} |" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.exists() or (anchor and anchor not in slugs(to)):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize(
    "page", [*PAGES, EXAMPLE, ROOT / "cluster.yaml", ROOT / "Makefile"], ids=name_of
)
def test_no_page_names_a_path_of_somebodys_machine(page: Path) -> None:
    assert NO_MACHINE.findall(page.read_text("utf-8")) == []


@pytest.mark.parametrize(("page", "line"), shell_lines())
def test_a_line_for_the_shell_is_one(page: str, line: str) -> None:
    checked = subprocess.run(
        ["bash", "-n", "-c", line], capture_output=True, text=True, timeout=60, check=False
    )

    assert checked.returncode == 0, f"{page}: {checked.stderr}"


@pytest.mark.parametrize("line", [line for _, line in shell_lines() if line.startswith("aibt ")])
def test_a_command_in_the_pages_takes_the_arguments_it_is_given(line: str) -> None:
    command: Any = get_command(app)
    name, args = "aibt", shlex.split(line)[1:]
    context = command.make_context(name, list(args))

    while hasattr(command, "resolve_command"):
        name, command, args = command.resolve_command(context, list(args))
        context = command.make_context(name, list(args), parent=context)

    assert context.params is not None


@pytest.mark.parametrize("line", [line for _, line in shell_lines() if line.startswith("make ")])
def test_make_knows_the_targets_that_the_pages_name(line: str) -> None:
    target = shlex.split(line)[1]

    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("target", TARGETS)
def test_the_readme_names_what_make_does(target: str) -> None:
    assert f"| `make {target}` |" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_in_the_pages_is_python(page: Path) -> None:
    for block in blocks(page, "python"):
        compile(block, name_of(page), "exec")


async def test_the_readmes_client_works_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = blocks(ROOT / "README.md", "python")
    platform = FakePlatform()
    entrance = Entrance(platform)
    application = create_app(entrance.connect, entrance.settings, entrance.clock)
    said: list[tuple[Any, ...]] = []

    with a_running_server(application) as server:
        code = code.replace("ws://127.0.0.1:8080/ws", server.ws)
        monkeypatch.setenv("AIBT_TOKEN", entrance.bearer)
        told = {"print": lambda *words: said.append(words), "__name__": "__main__"}
        client = asyncio.create_task(asyncio.to_thread(exec, code, told))
        async with asyncio.timeout(60):
            while not platform.runs:
                await asyncio.sleep(0.01)
                assert not client.done()
            [training_id] = platform.runs
            await server.do(lambda: platform.move(training_id, RunState.FINISHED))
            await client

    assert said[0][:2] == ("bots-create", None)
    assert said[-1][:2] == ("trainings-start", None)
    assert {"load", "state", "status"} <= {kind for _, kind, _ in said}
    assert "error" not in {kind for _, kind, _ in said}


def test_the_bars_and_actions_that_the_market_page_shows_can_be_read(tmp_path: Path) -> None:
    bars, actions = blocks(DOCS / "markets.md", "csv")
    (tmp_path / "GOOGL.1d.csv").write_text(bars)
    (tmp_path / "actions.csv").write_text(actions)

    raw = read_bars(tmp_path / "GOOGL.1d.csv", "GOOGL", parse_interval("1d"))

    assert len(raw) == 2
    assert read_actions(tmp_path, "ORLY") == (
        CorporateAction(symbol="ORLY", on=date(2025, 6, 10), split=15.0),
    )
    assert [action.dividend for action in read_actions(tmp_path, "GOOGL")] == [0.2]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_says_why_what_follows_and_what_would_change_it(page: Path) -> None:
    text = page.read_text("utf-8")
    parts = ["## Context", "## Decision", "## Consequences", "## What would change it"]

    assert re.findall(r"^## .+$", text, re.MULTILINE) == parts
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert len(text.splitlines()) <= 60  # at most a page
    assert f"]({page.name})" in (DOCS / "decisions" / "README.md").read_text("utf-8")


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]

    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))


def test_the_changelog_has_its_four_parts_under_unreleased() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    unreleased = text.split("## [Unreleased]", 1)[1].split("\n## ", 1)[0]

    assert re.findall(r"^### (.+)$", unreleased, re.MULTILINE) == [
        "Added",
        "Changed",
        "Fixed",
        "Removed",
    ]
