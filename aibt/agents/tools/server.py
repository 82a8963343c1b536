"""An MCP server over a set of tools: every call is checked, bounded in time, and answered.

Built on the SDK's `Server` and not on its `MCPServer`, which ignores arguments that it does not
know, tells a client the values it refuses, and takes over the process's logging.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as ListedTool

from aibt.agents.tools.answers import compact, failure, fitted, refusal
from aibt.agents.tools.desk import Desk, Result
from aibt.agents.tools.tool import Tool
from aibt.errors import AibtError

logger = logging.getLogger(__name__)

Context = ServerRequestContext[Any, Any]
DeskOf = Callable[[Context], Desk]
"""Finds the desk of a request: a session's own in process, the bearer's over HTTP."""

ToolServer = Server[Any]


def bound_to(desk: Desk) -> DeskOf:
    """Return what gives every request the one desk."""
    return lambda _: desk


def tool_server(name: str, instructions: str, tools: Sequence[Tool], desk_of: DeskOf) -> ToolServer:
    """Return an MCP server that lists and calls `tools`."""
    by_name = {tool.name: tool for tool in tools}
    listed = [_listed(tool) for tool in tools]

    async def on_list(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=listed)

    async def on_call(context: Context, asked: CallToolRequestParams) -> CallToolResult:
        tool = by_name.get(asked.name)
        if tool is None:
            return _refused(failure("not_found", f"there is no such tool; {name} has: {_names}"))
        return await _call(tool, desk_of, context, asked.arguments or {})

    _names = ", ".join(by_name)
    return Server(
        name,
        version="1",
        instructions=instructions,
        on_list_tools=on_list,
        on_call_tool=on_call,
    )


def _listed(tool: Tool) -> ListedTool:
    return ListedTool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.parameters(),
        annotations=ToolAnnotations(read_only_hint=tool.reads_only, destructive_hint=False),
    )


async def _call(
    tool: Tool, desk_of: DeskOf, context: Context, given: dict[str, Any]
) -> CallToolResult:
    try:
        arguments = tool.checked(given)
        async with asyncio.timeout(tool.time_limit_s):
            answer = await tool.run(desk_of(context), arguments)
        return _answered(answer)
    except AibtError as error:
        return _refused(refusal(error))
    except TimeoutError:
        says = f"{tool.name} took longer than {tool.time_limit_s:g} s; {tool.on_timeout}"
        return _refused(failure("unavailable", says))
    except Exception:  # a request begins here, and no traceback may leave
        logger.exception("tool %s failed", tool.name)
        return _refused(failure("internal", f"{tool.name} failed; {tool.on_timeout}"))


def _answered(answer: Result) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=fitted(answer))], structured_content=dict(answer)
    )


def _refused(error: dict[str, Any]) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=compact(error))],
        structured_content=error,
        is_error=True,
    )
