"""The wire as one JSON schema, from which the web client's types are written."""

import json
from typing import Any, Final, Literal

from pydantic.json_schema import models_json_schema

from aibt.protocol.agents import (
    AgentDeletedMessage,
    AgentMessage,
    AgentPreviewMessage,
    AgentsCreate,
    AgentsPageMessage,
    AgentsUpdate,
)
from aibt.protocol.algorithms import AlgorithmsMessage
from aibt.protocol.client import PROTOCOL_VERSION
from aibt.protocol.errors import ErrorMessage, ProblemMessage
from aibt.protocol.evaluations import EvaluationReportMessage, EvaluationsPageMessage
from aibt.protocol.frames import Request, Response
from aibt.protocol.market import BarsMessage, SymbolsMessage
from aibt.protocol.message import WireMessage
from aibt.protocol.performance import (
    LeaderboardMessage,
    PerformanceMessage,
    ScoreMessage,
    VisibilityPut,
)
from aibt.protocol.populations import PopulationChanges
from aibt.protocol.run_messages import EventsMessage
from aibt.protocol.services import ProviderModelsMessage, ToolServicesMessage
from aibt.protocol.sessions import (
    FillsMessage,
    JournalMessage,
    PositionsMessage,
    SessionsPageMessage,
    ToolTokenMessage,
)
from aibt.protocol.tasks import EVENTS, TASKS

_REF: Final = "#/$defs/{model}"


def wire_models() -> list[type[WireMessage]]:
    """Return every model that a client meets, each once, frames first."""
    models: list[type[WireMessage]] = [Request, Response]
    for task in TASKS.values():
        models += [task.params, *task.answers]
    for events in EVENTS.values():
        models += events.values()
    models += [AlgorithmsMessage]
    models += [ErrorMessage, ProblemMessage, SymbolsMessage, BarsMessage, EventsMessage]
    models += [AgentsCreate, AgentsUpdate, AgentMessage, AgentsPageMessage, AgentDeletedMessage]
    models += [AgentPreviewMessage, PopulationChanges]
    models += [SessionsPageMessage, PositionsMessage, FillsMessage, JournalMessage]
    models += [EvaluationsPageMessage, EvaluationReportMessage]
    models += [PerformanceMessage, LeaderboardMessage, ScoreMessage, VisibilityPut]
    models += [ProviderModelsMessage, ToolTokenMessage, ToolServicesMessage]
    return list(dict.fromkeys(models))


def wire_schema() -> dict[str, Any]:
    """Return the JSON schema of all messages.

    Beside `$defs` it says which model belongs to what: `queries` (parameters and answers of
    each query) and `events` (the payload of each `inner_task`, for each kind of topic).
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
        "events": {
            topic: {kind: model.__name__ for kind, model in events.items()}
            for topic, events in EVENTS.items()
        },
        "$defs": schema["$defs"],
    }


def schema_text() -> str:
    """Return the schema as it is written to a file."""
    return json.dumps(wire_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_text())
