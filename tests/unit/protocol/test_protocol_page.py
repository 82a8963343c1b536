import json
from pathlib import Path

import pytest

from aibt.protocol.docs import document, error_types
from aibt.protocol.message import WireMessage
from aibt.protocol.schema import schema_text, wire_models, wire_schema
from aibt.protocol.tasks import EVENTS, TASKS

PAGE = Path(__file__).parents[3] / "docs" / "protocol.md"


def all_events() -> list[tuple[str, type[WireMessage]]]:
    return [event for events in EVENTS.values() for event in events.items()]


def test_the_page_is_what_the_models_say() -> None:
    assert PAGE.read_text("utf-8") == document(), "run: python -m aibt.protocol.docs"


@pytest.mark.parametrize("query", sorted(TASKS))
def test_every_query_has_its_chapter_with_every_parameter(query: str) -> None:
    chapter = document().split(f"### `{query}`\n", 1)[1].split("\n### ", 1)[0]

    assert all(f"| `{name}` |" in chapter for name in TASKS[query].params.model_fields)


def test_every_error_event_and_message_is_explained() -> None:
    text = document()

    assert all(f"| `{error.code}` |" in text for error in error_types())
    assert all(f"| `{kind}` | [{model.__name__}]" in text for kind, model in all_events())
    messages = [model for model in wire_models() if model.__name__.endswith("Message")]
    assert all(f"### {model.__name__}\n" in text for model in messages)


def test_no_place_of_the_template_is_left_open() -> None:
    assert document().count("<!--") == 1  # the note that it is generated


def test_every_link_of_the_page_leads_to_a_chapter() -> None:
    text = document()
    headings = {
        line.lstrip("#").strip().lower().replace(" ", "-")
        for line in text.splitlines()
        if line.startswith(("## ", "### "))
    }
    targets = {part.split(")", 1)[0] for part in text.split("](#")[1:]}

    assert targets <= headings


def test_the_schema_holds_every_model_that_it_points_to() -> None:
    schema = wire_schema()
    targets = {part.split('"', 1)[0] for part in schema_text().split("#/$defs/")[1:]}

    assert targets <= set(schema["$defs"])
    assert {model.__name__ for model in wire_models()} <= set(schema["$defs"])
    assert json.loads(schema_text()) == schema
