"""Every query there is: its parameters, its answer, and whether it changes something."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aibt.errors import UnknownQuery
from aibt.protocol.bots import (
    BotDeletedMessage,
    BotMessage,
    BotsControl,
    BotsCreate,
    BotsDelete,
    BotsGet,
    BotsMessage,
    BotsUpdate,
)
from aibt.protocol.client import ClosedMessage, NoParams, OpenMessage
from aibt.protocol.errors import ErrorMessage
from aibt.protocol.evaluations import (
    EvaluationRunMessage,
    EvaluationsControl,
    EvaluationsGet,
    EvaluationsList,
    EvaluationsMessage,
    EvaluationsStart,
    EvaluationStatusMessage,
    EvaluationsUnwatch,
    EvaluationsWatch,
    UnitMessage,
)
from aibt.protocol.message import Params, WireMessage
from aibt.protocol.populations import (
    PopulationMessage,
    PopulationsControl,
    PopulationsGet,
    PopulationsList,
    PopulationsMessage,
    PopulationsStart,
    PopulationStatusMessage,
    PopulationsUnwatch,
    PopulationsUpdate,
    PopulationsWatch,
    SearchMessage,
    StepTakenMessage,
)
from aibt.protocol.run_messages import LogMessage, StateMessage
from aibt.protocol.sessions import (
    FillMessage,
    ResultMessage,
    SessionMessage,
    SessionsControl,
    SessionsGet,
    SessionsList,
    SessionsMessage,
    SessionsStart,
    SessionStatusMessage,
    SessionsUnwatch,
    SessionsWatch,
    StepMessage,
    ThoughtMessage,
    ToolMessage,
)
from aibt.protocol.trainings import (
    EpisodeMessage,
    LoadMessage,
    ParamsMessage,
    StatusMessage,
    TradeMessage,
    TrainingMessage,
    TrainingsControl,
    TrainingsGet,
    TrainingsList,
    TrainingsMessage,
    TrainingsStart,
    TrainingsUnwatch,
    TrainingsUpdate,
    TrainingsWatch,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One query.

    Attributes:
        query: its name, with dashes.
        does: one sentence for the documentation.
        params: model of its parameters.
        answers: models of `data` in its last frame, the first being the usual one.
        streams: whether events come before the last frame.
        changes: whether it changes something, so that its id makes it happen once.
    """

    query: str
    does: str
    params: type[Params]
    answers: tuple[type[WireMessage], ...]
    streams: bool = False
    changes: bool = False


EVENTS: Final[Mapping[str, Mapping[str, type[WireMessage]]]] = {
    "training": {
        "load": LoadMessage,
        "status": StatusMessage,
        "state": StateMessage,
        "params": ParamsMessage,
        "episode": EpisodeMessage,
        "trade": TradeMessage,
        "log": LogMessage,
        "error": ErrorMessage,
    },
    "population": {
        "status": PopulationStatusMessage,
        "state": StateMessage,
        "step": StepTakenMessage,
        "search": SearchMessage,
        "error": ErrorMessage,
    },
    "session": {
        "status": SessionStatusMessage,
        "state": StateMessage,
        "step": StepMessage,
        "thought": ThoughtMessage,
        "tool": ToolMessage,
        "result": ResultMessage,
        "fill": FillMessage,
        "log": LogMessage,
        "error": ErrorMessage,
    },
    "evaluation": {
        "status": EvaluationStatusMessage,
        "state": StateMessage,
        "unit": UnitMessage,
        "error": ErrorMessage,
    },
}
"""What the streams of each kind of topic bring: `inner_task` and the model of its payload."""

_ALL: Final = (
    Task(
        query="client-is-open",
        does="Says who you are, which protocol version this is, and what of yours is going on.",
        params=NoParams,
        answers=(OpenMessage,),
    ),
    Task(
        query="client-is-closed",
        does="Ends every stream of this socket and closes it with 1000.",
        params=NoParams,
        answers=(ClosedMessage,),
    ),
    Task(
        query="bots-create",
        does="Creates a bot.",
        params=BotsCreate,
        answers=(BotMessage,),
        changes=True,
    ),
    Task(
        query="bots-update",
        does="Changes a bot's name and the defaults of its next training.",
        params=BotsUpdate,
        answers=(BotMessage,),
        changes=True,
    ),
    Task(
        query="bots-delete",
        does="Deletes a bot; refused (`bot_busy`) while one of its trainings is active.",
        params=BotsDelete,
        answers=(BotDeletedMessage,),
        changes=True,
    ),
    Task(
        query="bots-get",
        does="Shows one bot, or all of yours where `name` is absent.",
        params=BotsGet,
        answers=(BotMessage, BotsMessage),
    ),
    *(
        Task(
            query=f"bots-{verb}",
            does=f"{does} all that the bot is doing now; answers when it has taken effect.",
            params=BotsControl,
            answers=(BotMessage,),
            changes=True,
        )
        for verb, does in (("pause", "Pauses"), ("resume", "Resumes"), ("stop", "Stops"))
    ),
    Task(
        query="trainings-start",
        does="Starts a training. The answer is the training's stream, from a snapshot on.",
        params=TrainingsStart,
        answers=(TrainingMessage,),
        streams=True,
        changes=True,
    ),
    *(
        Task(
            query=f"trainings-{verb}",
            does=does,
            params=TrainingsControl,
            answers=(TrainingMessage,),
            changes=True,
        )
        for verb, does in (
            ("pause", "Pauses a training: no step runs after the answer."),
            ("resume", "Lets a paused training go on."),
            ("stop", "Ends a training for good; its best weights and its history stay."),
        )
    ),
    Task(
        query="trainings-update",
        does="Changes parameters of a training from its next step on.",
        params=TrainingsUpdate,
        answers=(TrainingMessage,),
        changes=True,
    ),
    Task(
        query="trainings-get",
        does="Shows a training.",
        params=TrainingsGet,
        answers=(TrainingMessage,),
    ),
    Task(
        query="trainings-list",
        does="Lists your trainings, newest first.",
        params=TrainingsList,
        answers=(TrainingsMessage,),
    ),
    Task(
        query="trainings-watch",
        does="Follows a training: its stream from a snapshot, or from your cursor on.",
        params=TrainingsWatch,
        answers=(TrainingMessage,),
        streams=True,
    ),
    Task(
        query="trainings-unwatch",
        does="Ends this socket's stream of a training, which gets its own last frame first.",
        params=TrainingsUnwatch,
        answers=(TrainingMessage,),
    ),
    Task(
        query="populations-start",
        does="Starts a population: bots of one shape that one process trains. The answer is its "
        "stream, from a snapshot on.",
        params=PopulationsStart,
        answers=(PopulationMessage,),
        streams=True,
        changes=True,
    ),
    *(
        Task(
            query=f"populations-{verb}",
            does=does,
            params=PopulationsControl,
            answers=(PopulationMessage,),
            changes=True,
        )
        for verb, does in (
            ("pause", "Pauses every member: no step of any runs after the answer."),
            ("resume", "Lets every paused member go on."),
            ("stop", "Ends every member for good; their best weights and histories stay."),
        )
    ),
    Task(
        query="populations-update",
        does="Says what the search of a population may do: whether it goes on, and with whom.",
        params=PopulationsUpdate,
        answers=(PopulationMessage,),
        changes=True,
    ),
    Task(
        query="populations-get",
        does="Shows a population and its members.",
        params=PopulationsGet,
        answers=(PopulationMessage,),
    ),
    Task(
        query="populations-list",
        does="Lists your populations, newest first, without their members.",
        params=PopulationsList,
        answers=(PopulationsMessage,),
    ),
    Task(
        query="populations-watch",
        does="Follows a population: its stream from a snapshot, or from your cursor on.",
        params=PopulationsWatch,
        answers=(PopulationMessage,),
        streams=True,
    ),
    Task(
        query="populations-unwatch",
        does="Ends this socket's stream of a population, which gets its own last frame first.",
        params=PopulationsUnwatch,
        answers=(PopulationMessage,),
    ),
    Task(
        query="sessions-start",
        does="Starts a session. The answer is the session's stream, from a snapshot on.",
        params=SessionsStart,
        answers=(SessionMessage,),
        streams=True,
        changes=True,
    ),
    *(
        Task(
            query=f"sessions-{verb}",
            does=does,
            params=SessionsControl,
            answers=(SessionMessage,),
            changes=True,
        )
        for verb, does in (
            ("pause", "Pauses a session: no tool runs after the answer."),
            ("resume", "Lets a paused session go on."),
            ("stop", "Ends a session for good; its journal and its account stay."),
        )
    ),
    Task(
        query="sessions-get",
        does="Shows a session.",
        params=SessionsGet,
        answers=(SessionMessage,),
    ),
    Task(
        query="sessions-list",
        does="Lists your sessions, newest first.",
        params=SessionsList,
        answers=(SessionsMessage,),
    ),
    Task(
        query="sessions-watch",
        does="Follows a session: its stream from a snapshot, or from your cursor on.",
        params=SessionsWatch,
        answers=(SessionMessage,),
        streams=True,
    ),
    Task(
        query="sessions-unwatch",
        does="Ends this socket's stream of a session, which gets its own last frame first.",
        params=SessionsUnwatch,
        answers=(SessionMessage,),
    ),
    Task(
        query="evaluations-start",
        does="Starts an evaluation. The answer is the evaluation's stream, from a snapshot on.",
        params=EvaluationsStart,
        answers=(EvaluationRunMessage,),
        streams=True,
        changes=True,
    ),
    *(
        Task(
            query=f"evaluations-{verb}",
            does=does,
            params=EvaluationsControl,
            answers=(EvaluationRunMessage,),
            changes=True,
        )
        for verb, does in (
            ("pause", "Pauses an evaluation: nothing is computed after the answer."),
            ("resume", "Lets a paused evaluation go on."),
            ("stop", "Ends an evaluation for good, without a report."),
        )
    ),
    Task(
        query="evaluations-get",
        does="Shows an evaluation; its report is read over REST.",
        params=EvaluationsGet,
        answers=(EvaluationRunMessage,),
    ),
    Task(
        query="evaluations-list",
        does="Lists your evaluations, newest first.",
        params=EvaluationsList,
        answers=(EvaluationsMessage,),
    ),
    Task(
        query="evaluations-watch",
        does="Follows an evaluation: its stream from a snapshot, or from your cursor on.",
        params=EvaluationsWatch,
        answers=(EvaluationRunMessage,),
        streams=True,
    ),
    Task(
        query="evaluations-unwatch",
        does="Ends this socket's stream of an evaluation, which gets its own last frame first.",
        params=EvaluationsUnwatch,
        answers=(EvaluationRunMessage,),
    ),
)
TASKS: Final = {task.query: task for task in _ALL}
_ALIASES: Final = {task.query.replace("-", ".", 1): task for task in _ALL} | {
    task.query.replace("-", "."): task for task in _ALL
}


def task_of(query: str) -> Task:
    """Return the task named `query`, with dashes or with dots (`bots.create`).

    Raises:
        UnknownQuery: there is none of this name.
    """
    task = TASKS.get(query) or _ALIASES.get(query)
    if task is None:
        raise UnknownQuery(query)
    return task


def digest_of(query: str, asked: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a request, which `Params.asked` makes the same however it was written.

    Args:
        query: what is asked for, as in `TASKS`; what REST alone has is called alike.
        asked: what makes the request.
    """
    text = json.dumps(asked, sort_keys=True)
    return hashlib.sha256(f"{query}\n{text}".encode()).hexdigest()
