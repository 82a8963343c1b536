"""The wire as one JSON schema, from which the web client's types are written."""

import json
from typing import Any, Final, Literal

from pydantic.json_schema import models_json_schema

from aibt.protocol.client import PROTOCOL_VERSION
from aibt.protocol.errors import ErrorMessage, ProblemMessage
from aibt.protocol.frames import Request, Response
from aibt.protocol.market import BarsMessage, SymbolsMessage
from aibt.protocol.message import WireMessage
from aibt.protocol.tasks import EVENTS, TASKS
from aibt.protocol.trainings import EventsMessage

_REF: Final = "#/$defs/{model}"


def wire_models() -> list[type[WireMessage]]:
    """Return every model that a client meets, each once, frames first."""
    models: list[type[WireMessage]] = [Request, Response]
    for task in TASKS.values():
        models += [task.params, *task.answers]
    models += [*EVENTS.values(), ErrorMessage, ProblemMessage]
    models += [SymbolsMessage, BarsMessage, EventsMessage]
    return list(dict.fromkeys(models))


def wire_schema() -> dict[str, Any]:
    """Return the JSON schema of all messages.

    Beside `$defs` it says which model belongs to what: `queries` (parameters and answers of
    each query) and `events` (the payload of each `inner_task`).
    """
    mode: Literal["validation"] = "validation"
    _, schema = models_json_schema([(model, mode) for model in wire_models()], ref_template=_REF)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "AIBT wire protocol",
        "version": PROTOCOL_VERSION,
        "queries": {
            task.query: {
                "params": task.params.__name__,
                "answers": [model.__name__ for model in task.answers],
                "streams": task.streams,
                "changes": task.changes,
            }
            for task in TASKS.values()
        },
        "events": {kind: model.__name__ for kind, model in EVENTS.items()},
        "$defs": schema["$defs"],
    }


def schema_text() -> str:
    """Return the schema as it is written to a file."""
    return json.dumps(wire_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_text())
