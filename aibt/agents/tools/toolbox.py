"""The tools of one session, in process: what a model is told of them, and how it calls them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from mcp import Client
from mcp.types import CallToolResult, TextContent, Tool

from aibt.agents.model import ToolSpec
from aibt.agents.tools.answers import ToolResult, compact, failure, read_arguments
from aibt.agents.tools.server import ToolServer

logger = logging.getLogger(__name__)


class Toolbox:
    """An open set of MCP servers; entered, left and called from any task.

    The SDK's clients live in a task of their own: they would have to be left in the task that
    entered them, and would wrap what is raised between. `call` raises nothing but
    `CancelledError`: whatever goes wrong is a result that tells the model what to do about it.
    """

    def __init__(self, servers: Sequence[ToolServer], *, time_limit_s: float = 90.0) -> None:
        """Open nothing yet.

        Args:
            servers: their tools' names must differ.
            time_limit_s: for one call, above each tool's own limit: a last resort.
        """
        self._servers = tuple(servers)
        self._time_limit_s = time_limit_s
        self._closing = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._clients: dict[str, Client] = {}
        self._specs: tuple[ToolSpec, ...] = ()

    async def __aenter__(self) -> Self:
        opened = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep(opened))
        opening = asyncio.create_task(opened.wait())
        try:
            waited = {self._keeper, opening}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            self._check()
        except BaseException:
            await self._close()
            raise
        finally:
            opening.cancel()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    async def _keep(self, opened: asyncio.Event) -> None:
        """Hold the servers' clients open until the toolbox is left."""
        async with AsyncExitStack() as stack:
            for server in self._servers:
                client = await stack.enter_async_context(Client(server))
                listed = (await client.list_tools()).tools
                self._clients |= {tool.name: client for tool in listed}
                self._specs += tuple(map(_spec, listed))
            opened.set()
            await self._closing.wait()

    def _check(self) -> None:
        if self._keeper is not None and self._keeper.done():
            self._keeper.result()
        names = [spec.name for spec in self._specs]
        if len(names) != len(set(names)):
            raise ValueError(f"two servers have a tool of one name: {names}")

    async def _close(self) -> None:
        self._clients.clear()
        self._closing.set()
        if self._keeper is not None:
            await asyncio.gather(self._keeper, return_exceptions=True)

    def specs(self) -> tuple[ToolSpec, ...]:
        """Return what a model is told, in the servers' order."""
        return self._specs

    async def call(self, name: str, arguments_text: str) -> ToolResult:
        """Call a tool with the arguments as a model wrote them, JSON text."""
        client = self._clients.get(name)
        if client is None:
            known = ", ".join(self._clients) or "none"
            return _failed("not_found", f"there is no such tool; there are: {known}")
        try:
            arguments = read_arguments(arguments_text)
        except ValueError as error:
            return _failed("invalid", str(error))
        return await self._ask(client, name, arguments)

    async def _ask(self, client: Client, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        try:
            async with asyncio.timeout(self._time_limit_s):
                return _result(await client.call_tool(name, dict(arguments)))
        except TimeoutError:
            says = f"{name} took longer than {self._time_limit_s:g} s: look at what it did"
            return _failed("unavailable", says)
        except Exception:  # a request begins here: whatever happens is a result
            logger.exception("tool %s did not answer", name)
            return _failed("internal", f"{name} failed: look at what it did")


def _spec(tool: Tool) -> ToolSpec:
    return ToolSpec(
        name=tool.name, description=tool.description or "", parameters=tool.input_schema
    )


def _failed(code: str, says: str) -> ToolResult:
    data = failure(code, says)
    return ToolResult(ok=False, data=data, text=compact(data))


def _result(answer: CallToolResult) -> ToolResult:
    text = "\n".join(part.text for part in answer.content if isinstance(part, TextContent))
    return ToolResult(ok=not answer.is_error, data=answer.structured_content, text=text)
