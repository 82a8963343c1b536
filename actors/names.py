"""Names of actors: made by the server from its own ids, never from a client's text."""

from typing import Final

NAMESPACE: Final = "aibt"
SUPERVISOR: Final = "supervisor"
MARKET: Final = "market"
PREDICTOR: Final = "predictor"
TRAINING: Final = "training/"
SESSION: Final = "session/"
TOOL_SERVICES: Final = "tool-services"


def training_actor(training_id: int) -> str:
    """Return the name of the actor that hosts a training."""
    return f"{TRAINING}{training_id}"


def session_actor(session_id: int) -> str:
    """Return the name of the actor that hosts a session."""
    return f"{SESSION}{session_id}"


def bot_actor(bot_id: int) -> str:
    """Return the name of a bot's actor."""
    return f"bot/{bot_id}"


def rollout_worker_actor(training_id: int, epoch: int, index: int) -> str:
    """Return the name of a rollout worker of one activation of a training."""
    return f"{TRAINING}{training_id}/{epoch}/worker/{index}"
