"""The entries of a session's journal: what each kind says, written and read in one place.

Money is text, exact to the digit; times are ISO 8601 in UTC. `key` names a happening, so that what
a recovery does again is stored once.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from aibt.agents.model import Answer, Message, ToolCall, Usage
from aibt.agents.times import Due, Skipped
from aibt.live.events import Json
from aibt.live.journal import Draft, Entry
from aibt.trading.broker import Cancellation
from aibt.trading.orders import Order, OrderAction
from aibt.trading.portfolio import Dividend, Execution, Happening, Marks, Portfolio, Split
from aibt.trading.risk import Denial

BEGIN: Final = "begin"
STEP: Final = "step"
REQUEST: Final = "request"
ANSWER: Final = "answer"
CALL: Final = "call"
RESULT: Final = "result"
ORDER: Final = "order"
DENIED: Final = "denied"
FILL: Final = "fill"
CANCEL: Final = "cancel"
SPLIT: Final = "split"
DIVIDEND: Final = "dividend"
HALT: Final = "halt"
MARK: Final = "mark"
LOG: Final = "log"
SKIP: Final = "skip"
END: Final = "end"


def step(number: int, due: Due) -> Draft:
    data: dict[str, Json] = {
        "step": number,
        "at": due.at.isoformat(),
        "decides": due.decides,
        "is_last": due.is_last,
        "late": [*sorted(due.late)],
    }
    return Draft(key=f"{number}/step", kind=STEP, data=data)


def request(number: int, turn: int, messages: Sequence[Message], model: str) -> Draft:
    """Return a request to the model; `messages` are those that no entry before holds."""
    said: list[Json] = [dict(message) for message in messages]
    data: dict[str, Json] = {"step": number, "round": turn, "messages": said, "model": model}
    return Draft(key=f"{number}/{turn}/request", kind=REQUEST, data=data)


def answer(number: int, turn: int, given: Answer) -> Draft:
    usage = given.usage
    data: dict[str, Json] = {
        "step": number,
        "round": turn,
        "text": given.text,
        "reasoning": given.reasoning,
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments, "fault": call.fault}
            for call in given.tool_calls
        ],
        "usage": {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cached_tokens": usage.cached_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "cost": usage.cost,
        },
        "finish": given.finish,
        "model": given.model,
        "notes": list(given.notes),
    }
    return Draft(key=f"{number}/{turn}/answer", kind=ANSWER, data=data)


def read_answer(entry: Entry) -> Answer:
    data: Mapping[str, Any] = entry.data
    return Answer(
        text=data["text"],
        reasoning=data["reasoning"],
        tool_calls=tuple(ToolCall(**call) for call in data["tool_calls"]),
        usage=Usage(**data["usage"]),
        finish=data["finish"],
        model=data["model"],
        notes=tuple(data["notes"]),
    )


def call(number: int, turn: int, index: int, made: ToolCall) -> Draft:
    data: dict[str, Json] = {
        "step": number,
        "call_id": call_id(number, turn, index),
        "name": made.name,
        "arguments": made.arguments,
    }
    return Draft(key=f"{number}/{turn}/call/{index}", kind=CALL, data=data)


def result(
    number: int, turn: int, index: int, made: ToolCall, *, ok: bool, data: Json, text: str
) -> Draft:
    """Return what a tool came to: `data` for people and programs, `text` as the model read it."""
    said: dict[str, Json] = {
        "step": number,
        "call_id": call_id(number, turn, index),
        "name": made.name,
        "ok": ok,
        "data": data,
        "text": text,
    }
    return Draft(key=f"{number}/{turn}/result/{index}", kind=RESULT, data=said)


def call_id(number: int, turn: int, index: int) -> str:
    """Return what names a tool call within a session, whatever the model called it."""
    return f"{number}.{turn}.{index}"


def order(number: int, placed: Order) -> Draft:
    data: dict[str, Json] = {
        "order_id": placed.order_id,
        "symbol": placed.symbol,
        "action": str(placed.action),
        "quantity": _text(placed.quantity),
        "share": _text(placed.share),
        "placed_at": placed.placed_at.isoformat(),
        "reference_price": str(placed.reference_price),
        "step": number,
    }
    return Draft(key=f"order/{placed.order_id}", kind=ORDER, data=data)


def read_order(entry: Entry) -> Order:
    data: Mapping[str, Any] = entry.data
    return Order(
        order_id=data["order_id"],
        symbol=data["symbol"],
        action=OrderAction(data["action"]),
        quantity=_number(data["quantity"]),
        share=_number(data["share"]),
        placed_at=datetime.fromisoformat(data["placed_at"]),
        reference_price=Decimal(data["reference_price"]),
    )


def denied(number: int, wanted: Order, denial: Denial) -> Draft:
    data: dict[str, Json] = {
        "order_id": wanted.order_id,
        "symbol": wanted.symbol,
        "action": str(wanted.action),
        "reason": str(denial.reason),
        "says": denial.says,
        "step": number,
    }
    return Draft(key=f"order/{wanted.order_id}", kind=DENIED, data=data)


def fill(number: int, done: Execution) -> Draft:
    data: dict[str, Json] = {
        "order_id": done.order_id,
        "symbol": done.symbol,
        "quantity": str(done.quantity),
        "price": str(done.execution_price),
        "market_price": str(done.price),
        "fee": str(done.fee),
        "at": done.at.isoformat(),
        "on": done.on.isoformat(),
        "step": number,
    }
    return Draft(key=f"{number}/fill/{done.order_id}", kind=FILL, data=data)


def cancel(number: int, gone: Cancellation) -> Draft:
    data: dict[str, Json] = {
        "order_id": gone.order_id,
        "symbol": gone.symbol,
        "reason": gone.reason,
        "says": gone.says,
        "step": number,
    }
    return Draft(key=f"{number}/cancel/{gone.order_id}", kind=CANCEL, data=data)


def split(number: int, index: int, happened: Split) -> Draft:
    """Return a split of a symbol, the `index`-th thing that happened to its shares in a step."""
    data: dict[str, Json] = {
        "symbol": happened.symbol,
        "ratio": str(happened.ratio),
        "at": happened.at.isoformat(),
    }
    key = f"{number}/split/{happened.symbol}/{happened.at.isoformat()}/{index}"
    return Draft(key=key, kind=SPLIT, data=data)


def dividend(number: int, index: int, happened: Dividend) -> Draft:
    """Return a dividend, the `index`-th thing that happened to the symbol's shares in a step."""
    data: dict[str, Json] = {
        "symbol": happened.symbol,
        "amount": str(happened.amount),
        "at": happened.at.isoformat(),
    }
    key = f"{number}/dividend/{happened.symbol}/{happened.at.isoformat()}/{index}"
    return Draft(key=key, kind=DIVIDEND, data=data)


def halt(symbol: str, reason: str, at: datetime) -> Draft:
    data: dict[str, Json] = {"symbol": symbol, "reason": reason, "at": at.isoformat()}
    return Draft(key=f"halt/{symbol}", kind=HALT, data=data)


def mark(number: int, at: datetime, portfolio: Portfolio) -> Draft:
    """Return what the account is worth at the last prices; they are told of what is held."""
    data: dict[str, Json] = {
        "step": number,
        "at": at.isoformat(),
        "cash": str(portfolio.cash),
        "equity": str(portfolio.equity()),
        "gross": str(portfolio.gross()),
        "prices": {symbol: str(portfolio.prices[symbol]) for symbol in portfolio.positions},
    }
    return Draft(key=f"{number}/mark", kind=MARK, data=data)


def log(key: str, level: str, text: str, at: datetime) -> Draft:
    data: dict[str, Json] = {"level": level, "text": text, "at": at.isoformat()}
    return Draft(key=f"{key}/log", kind=LOG, data=data)


def skip(missed: Skipped) -> Draft:
    data: dict[str, Json] = {
        "from": missed.since.isoformat(),
        "until": missed.until.isoformat(),
        "times": missed.times,
        "reason": missed.reason,
    }
    return Draft(key=f"skip/{missed.until.isoformat()}", kind=SKIP, data=data)


def end(state: str, reason: str | None) -> Draft:
    return Draft(key="end", kind=END, data={"state": state, "reason": reason})


def happening_of(entry: Entry) -> Happening | None:
    """Return what an entry does to the account, or None: nothing."""
    data: Mapping[str, Any] = entry.data
    match entry.kind:
        case "fill":
            return Execution(
                order_id=data["order_id"],
                symbol=data["symbol"],
                quantity=Decimal(data["quantity"]),
                price=Decimal(data["market_price"]),
                execution_price=Decimal(data["price"]),
                fee=Decimal(data["fee"]),
                at=_moment(data["at"]),
                on=date.fromisoformat(data["on"]),
            )
        case "split":
            at, ratio = _moment(data["at"]), Decimal(data["ratio"])
            return Split(symbol=data["symbol"], ratio=ratio, at=at)
        case "dividend":
            at, amount = _moment(data["at"]), Decimal(data["amount"])
            return Dividend(symbol=data["symbol"], amount=amount, at=at)
        case "mark":
            prices = {symbol: Decimal(price) for symbol, price in data["prices"].items()}
            return Marks(prices=prices, at=_moment(data["at"]))
        case _:
            return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
