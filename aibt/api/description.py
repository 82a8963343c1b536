"""REST and the WebSocket as one OpenAPI document, from which the web client's types are written."""

import json
from collections.abc import Mapping
from typing import Any, Final

from aibt.api.app import create_app
from aibt.clock import SystemClock
from aibt.protocol.schema import wire_schema
from aibt.settings import Settings

_WIRE_REF: Final = "#/$defs/"
_REF: Final = "#/components/schemas/"


def description() -> dict[str, Any]:
    """Return the OpenAPI document of REST, with the WebSocket's messages among its schemas.

    `x-websocket` says which of them belong to what: `queries` and `events`, as in `wire_schema`.
    """
    described: dict[str, Any] = create_app(_nothing, Settings(), SystemClock()).openapi()
    wire = wire_schema()
    described["x-websocket"] = {name: wire[name] for name in ("version", "queries", "events")}
    schemas = described["components"]["schemas"]
    for name, schema in wire["$defs"].items():
        schemas.setdefault(name, _with_refs(schema))
    return described


def _nothing() -> Any:
    raise RuntimeError("an application that is only described does not start")


def _with_refs(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {
            name: value.replace(_WIRE_REF, _REF) if name == "$ref" else _with_refs(value)
            for name, value in schema.items()
        }
    if isinstance(schema, list):
        return [_with_refs(part) for part in schema]
    return schema


if __name__ == "__main__":
    import sys

    json.dump(description(), sys.stdout)
