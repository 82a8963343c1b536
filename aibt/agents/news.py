"""What happened to an account, in one line for model and people."""

from collections.abc import Mapping
from typing import Any

from aibt.agents import entries
from aibt.live.journal import Draft, Entry


def news_of(entry: Entry | Draft) -> str:
    """Return one line for model and people about what happened to the account."""
    data: Mapping[str, Any] = entry.data
    match entry.kind:
        case entries.FILL:
            done = "bought" if not str(data["quantity"]).startswith("-") else "sold"
            units = str(data["quantity"]).lstrip("-")
            return f"{done} {float(units):.6g} {data['symbol']} at {float(data['price']):.6g}"
        case entries.CANCEL:
            return f"order for {data['symbol']} was cancelled: {data['says']}"
        case entries.SPLIT:
            return f"{data['symbol']} was split, {float(data['ratio']):g} for 1"
        case entries.DIVIDEND:
            return f"{data['symbol']} paid a dividend of {float(data['amount']):g} a share"
        case entries.HALT:
            return str(data["reason"])
        case _:
            return f"{data['times']} trading times passed without a decision: {data['reason']}"
