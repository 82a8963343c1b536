"""Writes docs/protocol.md: prose from a template, tables from the models.

`python -m aibt.protocol.docs` rewrites it; a test checks that it is up to date.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

from aibt.errors import AibtError
from aibt.protocol.agents import AgentsCreate
from aibt.protocol.errors import HTTP_CODES, INTERNAL
from aibt.protocol.frames import Request, Response
from aibt.protocol.message import WireMessage
from aibt.protocol.schema import wire_models
from aibt.protocol.tasks import EVENTS, TASKS, Task

DOCUMENT: Final = Path("docs") / "protocol.md"
_PAYLOADS: Final = ("Message", "Figures")  # how the names of payloads end
_BOUNDS: Final = (
    ("minimum", "≥ {}"),
    ("exclusiveMinimum", "> {}"),
    ("maximum", "≤ {}"),
    ("exclusiveMaximum", "< {}"),
    ("maxLength", "at most {} characters"),
    ("maxItems", "at most {} items"),
)


def document() -> str:
    """Return the text of docs/protocol.md."""
    template = resources.files("aibt.protocol").joinpath("protocol_template.md").read_text("utf-8")
    parts = {
        "request": fields_table(Request),
        "response": fields_table(Response),
        "queries": "\n\n".join(_query(task) for task in TASKS.values()),
        **{f"{topic} events": _events(models) for topic, models in EVENTS.items()},
        "agent": fields_table(AgentsCreate),
        "messages": "\n\n".join(_message(model) for model in _messages()),
        "errors": "\n".join(_errors()),
    }
    for name, text in parts.items():
        template = template.replace(f"<!-- {name} -->", text)
    return template


def python_example() -> str:
    """Return the client of the document, which a test runs as it stands there."""
    return document().split("```python\n", 1)[1].split("```", 1)[0]


def fields_table(model: type[WireMessage]) -> str:
    """Return a table of a model's fields: name, type, limits, default and meaning."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    fields = sorted(schema.get("properties", {}).items(), key=lambda item: item[0] not in required)
    rows = []
    for name, field in fields:
        needed = "required" if name in required else _default(field)
        rows.append(f"| `{name}` | {_type(field, schema)} | {needed} | {_meaning(field)} |")
    if not rows:
        return "No fields."
    return "\n".join(("| field | type | default | meaning |", "|---|---|---|---|", *rows))


def error_types() -> list[type[AibtError]]:
    """Return every error that a client can meet, by code."""

    def below(error: type[AibtError]) -> Iterator[type[AibtError]]:
        for child in error.__subclasses__():
            yield child
            yield from below(child)

    ours = {error for error in below(AibtError) if error.__module__ == "aibt.errors"}
    return sorted(ours, key=lambda error: (error.code, error.__name__))


def _query(task: Task) -> str:
    answers = " or ".join(_link(model) for model in task.answers)
    answer = f"a stream; its last frame holds {answers}" if task.streams else answers
    once = " Repeated with the same `id` it has one effect and one answer." if task.changes else ""
    return (
        f"### `{task.query}`\n\n{task.does}{once}\n\nAnswer: {answer}.\n\n"
        f"{fields_table(task.params).replace('No fields.', 'No parameters.')}"
    )


def _events(models: Mapping[str, type[WireMessage]]) -> str:
    return "\n".join(
        f"| `{kind}` | {_link(model)} | {_summary(model)} |" for kind, model in models.items()
    )


def _messages() -> list[type[WireMessage]]:
    """Return the payloads, those inside others too, without the parameters of queries."""
    top = [model for model in wire_models() if model.__name__.endswith("Message")]
    found: dict[str, type[WireMessage]] = {}
    for model in top:
        found[model.__name__] = model
        for inner in _inside(model):
            found.setdefault(inner.__name__, inner)
    return list(found.values())


def _inside(model: type[WireMessage]) -> Iterator[type[WireMessage]]:
    for field in model.model_fields.values():
        for part in _parts(field.annotation):
            if isinstance(part, type) and issubclass(part, WireMessage):
                yield part
                yield from _inside(part)


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _parts(part)


def _message(model: type[WireMessage]) -> str:
    return f"### {model.__name__}\n\n{_doc(model)}\n\n{fields_table(model)}"


def _doc(model: type[WireMessage]) -> str:
    return " ".join((model.__doc__ or "").split())


def _summary(model: type[WireMessage]) -> str:
    text = (model.__doc__ or "").split("\n\n", 1)[0]
    text = " ".join(text.split())
    return text.split(": ", 1)[1] if text.startswith("`") else text


def _link(model: type[WireMessage]) -> str:
    return f"[{model.__name__}](#{model.__name__.lower()})"


def _meaning(field: Mapping[str, Any]) -> str:
    said = (option.get("description") for option in _options(field))
    return str(field.get("description") or next(filter(None, said), ""))


def _options(field: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    options: Sequence[Mapping[str, Any]] = field.get("anyOf", ())
    return options


def _type(field: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(option, schema) for option in field["anyOf"])
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        if name.endswith(_PAYLOADS):
            return f"[{name}](#{name.lower()})"
        return _type(schema["$defs"][name], schema)
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return ", ".join(f"`{json.dumps(value)}`" for value in field["enum"])
    if field.get("type") == "array":
        kind = f"list of {_type(field['items'], schema)}"
    elif field.get("type") == "object":
        kind = "object"
    else:
        kind = _NAMES.get(field.get("format", field.get("type", "")), field.get("type", "any"))
    limits = [says.format(_number(field[key])) for key, says in _BOUNDS if key in field]
    return f"{kind}, {', '.join(limits)}" if limits else kind


_NAMES: Final = {
    "integer": "integer",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "date-time": "ISO time",
    "date": "date",
    "null": "null",
}


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value}"


def _default(field: Mapping[str, Any]) -> str:
    return f"`{json.dumps(field['default'])}`" if "default" in field else "absent"


def _errors() -> Iterator[str]:
    by_code: dict[str, list[type[AibtError]]] = {}
    for error in error_types():
        by_code.setdefault(error.code, []).append(error)
    for code, errors in by_code.items():
        docs = [(error.__doc__ or "").split("\n\n", 1)[0] for error in errors]
        meaning = " Or: ".join(" ".join(doc.split()) for doc in docs)
        yield f"| `{code}` | {errors[0].http_status} | {meaning} |"
    yield f"| `{INTERNAL}` | 500 | A mistake of ours; the message has a reference to the log. |"
    for status, (code, meaning) in HTTP_CODES.items():
        if code not in by_code:
            yield f"| `{code}` | {status} | Only over REST: {meaning}. |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
