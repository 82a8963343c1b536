"""What trainings, populations, sessions and evaluations differ in, where they are followed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from aibt.api.platform import Command, Platform
from aibt.protocol.evaluations import EvaluationRunMessage, EvaluationStatusMessage
from aibt.protocol.message import WireMessage
from aibt.protocol.populations import PopulationMessage, PopulationStatusMessage
from aibt.protocol.sessions import SessionMessage, SessionStatusMessage
from aibt.protocol.trainings import LoadMessage, StatusMessage, TrainingMessage
from aibt.store.records import (
    EVALUATION_TOPIC,
    POPULATION_TOPIC,
    SESSION_TOPIC,
    TRAINING_TOPIC,
    User,
)

RunMessage = TrainingMessage | SessionMessage | PopulationMessage | EvaluationRunMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Trainings, populations, sessions, or evaluations.

    Attributes:
        queries: what their queries begin with.
        prefix: what their topics begin with; the id follows.
        status: model of their status.
        find: returns one of an owner's by its id.
        start: starts one, as the query's parameters say.
        load: returns its bars, or None: a snapshot of it has none.
    """

    queries: str
    prefix: str
    status: type[WireMessage]
    find: Callable[[Platform, User, int], Awaitable[RunMessage]]
    start: Callable[[Platform, User, Any, Command | None], Awaitable[RunMessage]]
    load: Callable[[Platform, User, int], Awaitable[LoadMessage]] | None = None

    def topic(self, run_id: int) -> str:
        """Return the topic of one of them."""
        return f"{self.prefix}{run_id}"


TRAININGS: Final = Kind(
    queries="trainings-",
    prefix=TRAINING_TOPIC,
    status=StatusMessage,
    find=lambda platform, owner, run_id: platform.training(owner, run_id),
    start=lambda platform, owner, params, command: platform.start_training(owner, params, command),
    load=lambda platform, owner, run_id: platform.load(owner, run_id),
)
POPULATIONS: Final = Kind(
    queries="populations-",
    prefix=POPULATION_TOPIC,
    status=PopulationStatusMessage,
    find=lambda platform, owner, run_id: platform.population(owner, run_id),
    start=lambda platform, owner, params, command: platform.start_population(
        owner, params, command
    ),
)
SESSIONS: Final = Kind(
    queries="sessions-",
    prefix=SESSION_TOPIC,
    status=SessionStatusMessage,
    find=lambda platform, owner, run_id: platform.session(owner, run_id),
    start=lambda platform, owner, params, command: platform.start_session(owner, params, command),
)
EVALUATIONS: Final = Kind(
    queries="evaluations-",
    prefix=EVALUATION_TOPIC,
    status=EvaluationStatusMessage,
    find=lambda platform, owner, run_id: platform.evaluation(owner, run_id),
    start=lambda platform, owner, params, command: platform.start_evaluation(
        owner, params, command
    ),
)


def kind_of(query: str) -> Kind:
    """Return what a query is about that names a run by its id."""
    kinds = (SESSIONS, POPULATIONS, EVALUATIONS)
    return next((kind for kind in kinds if query.startswith(kind.queries)), TRAININGS)
