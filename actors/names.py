"""Names of actors: made by the server from its own ids, never from a client's text."""

from dataclasses import dataclass
from typing import Final

from aibt.store.records import Evaluation, Session, Training

NAMESPACE: Final = "aibt"
SUPERVISOR: Final = "supervisor"
MARKET: Final = "market"
PREDICTOR: Final = "predictor"
TRAINING: Final = "training/"
POPULATION: Final = "population/"
SESSION: Final = "session/"
EVALUATION: Final = "evaluation/"
TOOL_SERVICES: Final = "tool-services"


def training_actor(training_id: int) -> str:
    """Return the name of the actor that hosts a training."""
    return f"{TRAINING}{training_id}"


def population_actor(population_id: int) -> str:
    """Return the name of the actor that hosts the members of a population."""
    return f"{POPULATION}{population_id}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a run is asked for something.

    Attributes:
        actor: name of the actor that hosts it.
        first: what that actor's methods are given before all else: which member, or nothing.
    """

    actor: str
    first: tuple[int, ...] = ()


def address_of(run: Training | Session | Evaluation) -> Address:
    """Return where a run is hosted, if it is: by its own actor, or its population's."""
    if isinstance(run, Training) and run.population_id is not None:
        return Address(population_actor(run.population_id), (run.id,))
    return Address(run.topic)  # an actor is called after its topic


def session_actor(session_id: int) -> str:
    """Return the name of the actor that hosts a session."""
    return f"{SESSION}{session_id}"


def evaluation_actor(evaluation_id: int) -> str:
    """Return the name of the actor that hosts an evaluation."""
    return f"{EVALUATION}{evaluation_id}"


def bot_actor(bot_id: int) -> str:
    """Return the name of a bot's actor."""
    return f"bot/{bot_id}"


def rollout_worker_actor(training_id: int, epoch: int, index: int) -> str:
    """Return the name of a rollout worker of one activation of a training."""
    return f"{TRAINING}{training_id}/{epoch}/worker/{index}"
