"""The command line as a whole."""

import subprocess
import sys

import pytest

from aibt.cli.complaints import Misused
from aibt.cli.entry import address
from tests.unit.cli.builders import run

COMMANDS = [
    [], ["demo"], ["up"], ["down"], ["status"], ["train"], ["watch"], ["fetch"], ["symbols"],
    ["token"], ["store", "migrate"], ["store", "export"], ["store", "import"],
    *[["users", verb] for verb in (
        "list", "allow", "deny", "make-admin", "remove-admin", "disable", "enable", "link",
    )],
    *[["bots", verb] for verb in (
        "list", "show", "create", "update", "delete", "pause", "resume", "stop",
    )],
    *[["trainings", verb] for verb in (
        "list", "show", "start", "pause", "resume", "stop", "update", "trades", "episodes", "log",
        "performance",
    )],
    *[["agents", verb] for verb in ("list", "show", "create", "update", "delete", "models")],
    ["trade"], ["leaderboard"],
    *[["sessions", verb] for verb in (
        "list", "show", "watch", "pause", "resume", "stop", "fills", "log", "performance",
    )],
    *[["tools", verb] for verb in ("start", "stop", "restart", "status", "token")],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = run(*command, "--help")

    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_the_version_is_said() -> None:
    result = run("--version")

    assert result.exit_code == 0
    assert result.stdout.startswith("aibt 0.")


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from aibt.cli.app import app; "
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0; "
        "heavy = {'ray', 'torch', 'numba', 'pandas', 'numpy', 'httpx', 'websockets', 'fastapi', "
        "'sqlalchemy', 'jwt', 'cryptography', 'argon2'}; "
        "print(','.join(sorted(heavy & set(sys.modules))))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    assert loaded.stdout.strip() == ""


def test_a_misspelt_setting_stops_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIBT_SERVE__PROT", "9000")

    result = run("status")

    assert result.exit_code == 2
    assert "There is no such setting: AIBT_SERVE__PROT" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("AIBT_SERVE__PORT", "many"), ("PORT", "99999999"), ("AIBT_MARKET__SOURCES", "[")],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    result = run("status")

    assert result.exit_code == 2
    assert "etting" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("ws://localhost:9000/ws", "http://localhost:9000"),
        ("wss://example.org/aibt/ws", "https://example.org/aibt"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_is_understood_in_the_ways_people_write_it(given: str, base: str) -> None:
    assert address(given) == base


@pytest.mark.parametrize(
    "given", ["ftp://example.org", "http://", "http://x:port", "", "http://[::1"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Misused, match="--url"):
        address(given)


def test_without_an_address_the_settings_say_where_the_platform_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIBT_SERVE__HOST", "::1")
    monkeypatch.setenv("PORT", "9001")

    assert address(None) == "http://[::1]:9001"
