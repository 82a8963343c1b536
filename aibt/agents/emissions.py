"""What watchers of a session are told: events made from its journal's entries."""

import json
from collections.abc import Mapping
from typing import Any, Final

from aibt.agents import entries
from aibt.agents.news import news_of
from aibt.live.events import Emission, Json
from aibt.live.journal import Draft

MOST_RESULT_BYTES: Final = 32 * 1024
"""Of a tool's result in an event; the journal has the whole."""


def emissions_of(session_id: int, draft: Draft) -> list[Emission]:
    """Return the events of an entry: `step`, `thought`, `tool`, `result`, `fill`, `log`, or none.

    Their keys are the entry's, so that what a recovery writes again is told once.
    """
    data: Mapping[str, Any] = draft.data
    match draft.kind:
        case entries.STEP:
            told = [("step", {"step": data["step"], "at": data["at"]})]
        case entries.ANSWER:
            told = _thought(data)
        case entries.CALL:
            made = _taking(data, ("step", "call_id", "name"))
            told = [("tool", {**made, "arguments": _read(data["arguments"])})]
        case entries.RESULT:
            told = [("result", {**_taking(data, ("step", "call_id", "ok")), **_cut(data["data"])})]
        case entries.FILL:
            done = _taking(data, ("step", "order_id", "symbol", "at"))
            numbers = {name: float(data[name]) for name in ("quantity", "price", "fee")}
            told = [("fill", {**done, **numbers})]
        case _:
            told = _lines(draft)
    return [
        Emission(
            key=f"journal/{draft.key}/{index}",
            kind=kind,
            data=said if kind == "log" else {"id": session_id, **said},
        )
        for index, (kind, said) in enumerate(told)
    ]


def _thought(data: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    said = [part for part in (data["reasoning"], data["text"]) if part]
    told: list[tuple[str, dict[str, Any]]] = []
    if said:
        told.append(("thought", {"step": data["step"], "text": "\n\n".join(said)}))
    told += [("log", {"level": "info", "text": str(note)}) for note in data["notes"]]
    return told


def _lines(draft: Draft) -> list[tuple[str, dict[str, Any]]]:
    """Return the log line of what is no event of its own; its `at` is when it is stored."""
    data: Mapping[str, Any] = draft.data
    match draft.kind:
        case entries.LOG:
            return [("log", {"level": data["level"], "text": data["text"]})]
        case entries.DENIED:
            text = (
                f"{data['action']} {data['symbol']} was denied ({data['reason']}): {data['says']}"
            )
            return [("log", {"level": "warning", "text": text})]
        case entries.CANCEL | entries.HALT | entries.SKIP:
            return [("log", {"level": "warning", "text": news_of(draft)})]
        case entries.SPLIT | entries.DIVIDEND:
            return [("log", {"level": "info", "text": news_of(draft)})]
        case _:
            return []


def _cut(data: Json) -> dict[str, Json]:
    """Return a result whole, or as text that is cut where it is too long."""
    text = json.dumps(data, separators=(",", ":"))
    raw = text.encode()
    if len(raw) <= MOST_RESULT_BYTES:
        return {"data": data, "truncated": False}
    return {"data": raw[:MOST_RESULT_BYTES].decode(errors="ignore"), "truncated": True}


def _read(arguments: str) -> Json:
    try:
        found: Json = json.loads(arguments)
    except ValueError:
        return arguments
    return found if isinstance(found, dict) else arguments


def _taking(data: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: data[name] for name in names}
