"""What a session's stream says, for the tests of its views."""

from typing import Any

from aibt.cli.stream import END, Frame

AT = "2017-01-19T21:00:00Z"


def a_position(**changes: Any) -> dict[str, Any]:
    return {
        "symbol": "GOOGL", "quantity": 12.5, "average_price": 800.0, "price": 812.4,
        "value": 10_155.0, "profit": 155.0, **changes,
    }  # fmt: skip


def a_session_status(**changes: Any) -> dict[str, Any]:
    return {
        "id": 7, "state": "running", "at": AT, "step": 12, "steps": 48, "cash": -20.0,
        "equity": 10_135.0, "profit": 135.0, "positions": [a_position()], "pending": [],
        "halted": [], "tokens": {"input": 12_345, "output": 1_234}, "cost": 0.0123,
        "model_seconds": 3.2, "fills": 4, "denied": 1, "partial": "", "cursor": 3, **changes,
    }  # fmt: skip


def a_session(**changes: Any) -> dict[str, Any]:
    return a_session_status() | {
        "state": "finished", "model_id": 3, "model_name": "Ada", "base_model": "baseline/momentum",
        "reason": None, "live": False, "start": "2017-01-01", "end": "2017-12-31",
        "universe": ["^GSPC", "GOOGL"], "period": "1d", "balance": 10_000.0, "notes": [],
        "created_at": AT, "started_at": AT, "ended_at": AT, **changes,
    }  # fmt: skip


def status_frame(**changes: Any) -> Frame:
    return Frame(kind="status", data=a_session_status(**changes))


def state_frame(state: str, reason: str | None = None, seq: int | None = 1) -> Frame:
    return Frame(kind="state", data={"id": 7, "state": state, "reason": reason}, seq=seq)


def step_frame(step: int) -> Frame:
    return Frame(kind="step", data={"id": 7, "step": step, "at": AT}, seq=step)


def thought_frame(text: str, step: int = 12) -> Frame:
    return Frame(kind="thought", data={"id": 7, "step": step, "text": text}, seq=step)


def tool_frame(name: str, arguments: Any) -> Frame:
    data = {"id": 7, "step": 12, "call_id": "c1", "name": name, "arguments": arguments}
    return Frame(kind="tool", data=data, seq=2)


def result_frame(data: Any, *, ok: bool = True) -> Frame:
    result = {"id": 7, "step": 12, "call_id": "c1", "ok": ok, "data": data, "truncated": False}
    return Frame(kind="result", data=result, seq=3)


def fill_frame(quantity: float = 12.5) -> Frame:
    data = {
        "id": 7, "step": 12, "order_id": "o1", "symbol": "GOOGL", "quantity": quantity,
        "price": 812.4, "fee": 1.02, "at": AT,
    }  # fmt: skip
    return Frame(kind="fill", data=data, seq=4)


def log_frame(text: str, level: str = "warning") -> Frame:
    return Frame(kind="log", data={"level": level, "text": text, "at": AT}, seq=5)


def end_frame(**changes: Any) -> Frame:
    return Frame(kind=END, data=a_session(**changes))
