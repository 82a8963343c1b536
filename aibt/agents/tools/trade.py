"""The trade tools: five intentions; account, clock and limits are the desk's, not arguments."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema, model_validator

from aibt.agents.tools.desk import Desk, OrderRequest, Result
from aibt.agents.tools.server import DeskOf, ToolServer, bound_to, tool_server
from aibt.agents.tools.tool import Arguments, Number, Symbol, Tool
from aibt.trading.orders import OrderAction

INSTRUCTIONS = (
    "Orders of one trading session. An order fills at the symbol's next open, with fee and "
    "slippage; the answer says whether it was accepted, not at which price it will fill."
)
_ON_TIMEOUT = "the order may or may not have been accepted: look at get_account"
_LARGEST, _SMALLEST = 1e12, 1e-8

_Quantity = Annotated[
    Annotated[float, Field(ge=_SMALLEST, le=_LARGEST)] | None,
    Number,
    WithJsonSchema(
        {
            "type": "number",
            "minimum": _SMALLEST,
            "maximum": _LARGEST,
            "description": "units of the symbol (shares, ounces, units of the base currency)",
        }
    ),
]
_Share = Annotated[
    Annotated[float, Field(ge=_SMALLEST, le=1)] | None,
    Number,
    WithJsonSchema(
        {
            "type": "number",
            "minimum": _SMALLEST,
            "maximum": 1,
            "description": "fraction of the account's equity, so 0.25 is a quarter of it",
        }
    ),
]
_Key = Annotated[
    Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:\-]{1,64}$")] | None,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[A-Za-z0-9_.:\-]{1,64}$",
            "description": "made up by you, new for each order: a repeated call with the same "
            "key places no second order",
        }
    ),
]


class CloseArguments(Arguments):
    symbol: Symbol


class OrderArguments(CloseArguments):
    quantity: _Quantity = None
    share: _Share = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.quantity is None) == (self.share is None):
            raise ValueError("give exactly one of quantity and share")
        return self


class KeyedCloseArguments(CloseArguments):
    idempotency_key: _Key = None


class KeyedOrderArguments(OrderArguments):
    idempotency_key: _Key = None


_HOW_MUCH = (
    "Give exactly one of quantity (units) and share (fraction of equity, at most 1). "
    "Fills at the symbol's next open; refused if a limit of the account would be broken."
)
_SAYS = {
    OrderAction.BUY: f"Buy: open or enlarge a long position. {_HOW_MUCH}",
    OrderAction.SELL: f"Sell: make a long position smaller; never opens a short one. {_HOW_MUCH}",
    OrderAction.SHORT: f"Short: open or enlarge a short position. {_HOW_MUCH}",
    OrderAction.COVER: f"Cover: make a short position smaller; never opens a long one. {_HOW_MUCH}",
    OrderAction.CLOSE: "Close: end a symbol's whole position, long or short, at its next open.",
}


def trade_tools(*, with_keys: bool = False) -> tuple[Tool, ...]:
    """Return the five tools; `with_keys` for outside clients, who may have to repeat a call."""
    order = KeyedOrderArguments if with_keys else OrderArguments
    close = KeyedCloseArguments if with_keys else CloseArguments
    return tuple(
        Tool(
            name=action.value,
            description=_SAYS[action],
            arguments=close if action is OrderAction.CLOSE else order,
            run=_placing(action),
            on_timeout=_ON_TIMEOUT,
            reads_only=False,
        )
        for action in OrderAction
    )


def trade_server(desk: Desk | DeskOf, *, with_keys: bool = False) -> ToolServer:
    """Return the MCP server `trade` over one desk, or over each request's own."""
    desk_of = desk if callable(desk) else bound_to(desk)
    return tool_server("trade", INSTRUCTIONS, trade_tools(with_keys=with_keys), desk_of)


def _placing(action: OrderAction) -> Callable[[Desk, Any], Awaitable[Result]]:
    async def place(desk: Desk, given: CloseArguments) -> Result:
        request = OrderRequest(
            action=action,
            symbol=given.symbol,
            quantity=_exact(getattr(given, "quantity", None)),
            share=_exact(getattr(given, "share", None)),
        )
        return await desk.place(request, getattr(given, "idempotency_key", None))

    return place


def _exact(number: float | None) -> Decimal | None:
    """Return the decimal that the model wrote: 0.1 is a tenth."""
    return None if number is None else Decimal(repr(number))
