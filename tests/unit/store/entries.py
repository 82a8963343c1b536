"""Builders of journal entries."""

from datetime import UTC, datetime
from typing import Any

from aibt.live.journal import Draft

AT = datetime(2025, 6, 2, 20, 0, tzinfo=UTC)


def a_draft(key: str, kind: str = "log", **data: Any) -> Draft:
    return Draft(key=key, kind=kind, data=data)


def a_fill(key: str, **data: Any) -> Draft:
    said = {
        "order_id": f"order/{key}",
        "symbol": "GOOGL",
        "quantity": "-1.50",
        "price": "170.1234567890123456789",
        "fee": "0.00",
        "at": "2025-06-02T13:30:00+00:00",
        "step": 1,
    }
    return Draft(key=key, kind="fill", data=said | data)


def a_mark(key: str, **data: Any) -> Draft:
    said = {
        "step": 1,
        "at": AT.isoformat(),
        "cash": "0",
        "equity": "100",
        "gross": "50",
        "prices": {},
    }
    return Draft(key=key, kind="mark", data=said | data)
