"""A desk across processes: each of its methods by name, with arguments that are plain."""

from collections.abc import Mapping
from typing import Any

from aibt.agents.tools.desk import Desk, OrderRequest
from aibt.errors import NotFound


async def answered(desk: Desk, method: str, arguments: Mapping[str, Any]) -> Any:
    """Call one of a desk's methods.

    Raises:
        NotFound: there is no such method.
        AibtError: whatever the desk refuses.
    """
    match method:
        case "now":
            return await desk.now()
        case "universe":
            return await desk.universe()
        case "quote":
            return await desk.quote(arguments["symbol"])
        case "bars":
            return await desk.bars(arguments["symbol"], arguments["count"])
        case "account":
            return await desk.account()
        case "place":
            request: OrderRequest = arguments["request"]
            return await desk.place(request, arguments["key"])
        case "ask_bot":
            return await desk.ask_bot(arguments["bot"], arguments["symbol"])
        case _:
            raise NotFound("tool", method)
