"""Schemathesis against the running platform: its own schema, a real token, every check."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fakes.yahoo import FakeYahoo
from tests.integration.platform_process import PlatformProcess, free_tool_ports

LEFT_OUT = {
    "/api/auth/sign-out": "it would end the token that all others are asked with",
    "/api/providers/models": "with a key that was put it asks a host that cannot be reached here",
}
UNLIMITED = {
    f"AIBT_LIMITS__{name}": "1000000"
    for name in (
        "COMMANDS_PER_SECOND",
        "STARTS_PER_MINUTE",
        "TICKETS_PER_MINUTE",
        "SIGN_INS_PER_MINUTE",
        "SIGN_UPS_PER_MINUTE",
    )
}
SEED = "20260304"


@pytest.fixture(scope="module")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    """A platform without limits on how often one may ask."""
    with FakeYahoo() as yahoo, FakeOpenAI() as provider:
        settings = {
            **UNLIMITED,
            **free_tool_ports(),
            "AIBT_MARKET__YAHOO_URL": yahoo.url,
            "OPENAI_API_BASE": provider.base_url,
        }
        with PlatformProcess(tmp_path_factory.mktemp("schemathesis"), **settings) as running:
            yield running


def test_nothing_that_its_schema_allows_or_forbids_breaks_the_rest_interface(
    unlimited: PlatformProcess,
) -> None:
    command = [
        sys.executable, "-m", "schemathesis.cli",
        "--config-file", str(Path(__file__).parent / "schemathesis.toml"),
        "run", f"{unlimited.url}/openapi.json",
        "--checks", "all",
        "--phases", "examples,coverage,fuzzing,stateful",
        "--header", f"Authorization: Bearer {unlimited.bearer}",
        "--max-examples", "15",
        "--seed", SEED,
        "--workers", "2",
        "--request-timeout", "40",
        "--continue-on-failure",
    ]  # fmt: skip
    for path in LEFT_OUT:
        command += ["--exclude-path", path]

    done = subprocess.run(command, capture_output=True, text=True, timeout=380, check=False)

    said = done.stdout[-6_000:] + done.stderr[-2_000:]
    assert done.returncode == 0, said
    assert "generated" in done.stdout, said
