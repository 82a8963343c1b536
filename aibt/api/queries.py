"""What each query of the WebSocket asks of the platform; streams are the socket's own affair."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypedDict, TypeVar

from aibt.api.gateway import Gateway
from aibt.api.platform import Command, Platform
from aibt.api.topics import kind_of
from aibt.live.states import RunState
from aibt.protocol.accounts import UserMessage
from aibt.protocol.bots import BotMessage, BotsMessage
from aibt.protocol.client import (
    PROTOCOL_VERSION,
    ActiveEvaluationMessage,
    ActiveSessionMessage,
    ActiveTrainingMessage,
    OpenMessage,
)
from aibt.protocol.evaluations import EvaluationRunMessage, EvaluationsList, EvaluationsMessage
from aibt.protocol.frames import json_text
from aibt.protocol.message import Params, WireMessage
from aibt.protocol.populations import PopulationsMessage
from aibt.protocol.runs import RunsList
from aibt.protocol.sessions import SessionMessage, SessionsList, SessionsMessage
from aibt.protocol.tasks import Task, digest_of
from aibt.protocol.trainings import TrainingMessage, TrainingsList, TrainingsMessage
from aibt.store.records import User

ACTIVE: Final = tuple(state for state in RunState if not state.has_ended)
Answer = tuple[WireMessage, str | None]  # the payload, and a sentence for a person
Query = Callable[[Gateway, User, Any, Command | None], Awaitable[Answer]]
M = TypeVar("M", bound=WireMessage)


def command_of(query: str, asked: Mapping[str, Any], request_id: str | None) -> Command | None:
    """Return what makes a change happen once; None: the client gave it no id."""
    if request_id is None:
        return None
    return Command(id=uuid.UUID(request_id).hex, digest=digest_of(query, asked))


def subjects_of(query: str, params: Params) -> frozenset[str]:
    """Return what a request is about: requests that share a subject keep their order."""
    names = (getattr(params, name, None) for name in ("name", "new_name", "bot_name"))
    about = {f"bot/{name}" for name in names if name is not None}
    model_id, run_id = (getattr(params, name, None) for name in ("model_id", "id"))
    if model_id is not None:
        about.add(f"agent/{model_id}")
    if run_id is not None:
        about.add(kind_of(query).topic(run_id))
    return frozenset(about)


async def answer(
    gateway: Gateway, owner: User, task: Task, params: Params, command: Command | None
) -> Answer:
    """Ask the platform what a query without a stream asks for.

    Raises:
        AibtError: it was refused, or the platform is not available.
    """
    return await gateway.ask(_QUERIES[task.query](gateway, owner, params, command))


async def listed_trainings(
    gateway: Gateway, owner: User, asked: TrainingsList
) -> list[TrainingMessage]:
    """Return a page of trainings, without the trades of their shown episodes."""
    trainings = await gateway.platform.trainings(owner, bot_name=asked.bot_name, **_page(asked))
    return [
        training.model_copy(update={"bot": training.bot.model_copy(update={"trades": []})})
        for training in trainings
    ]


async def listed_sessions(
    gateway: Gateway, owner: User, asked: SessionsList
) -> list[SessionMessage]:
    """Return a page of sessions, without what they hold and say just now."""
    sessions = await gateway.platform.sessions(owner, model_id=asked.model_id, **_page(asked))
    return [in_a_list(session) for session in sessions]


async def listed_evaluations(
    gateway: Gateway, owner: User, asked: EvaluationsList
) -> list[EvaluationRunMessage]:
    """Return a page of evaluations."""
    return await gateway.platform.evaluations(owner, **_page(asked))


def in_a_list(session: SessionMessage) -> SessionMessage:
    """Return a session as lists show it."""
    return session.model_copy(update={"positions": [], "pending": [], "partial": ""})


class _Page(TypedDict):
    states: list[RunState]
    limit: int
    before_id: int | None
    after_id: int | None
    oldest_first: bool


def _page(asked: RunsList) -> _Page:
    return {
        "states": asked.states,
        "limit": asked.limit,
        "before_id": asked.before_id,
        "after_id": asked.after_id,
        "oldest_first": asked.sort == "oldest",
    }


def fitting(messages: Sequence[M], most_bytes: int) -> list[M]:
    """Return the first messages that fit into one frame together."""
    room = most_bytes - 4_096  # the frame around them
    chosen: list[M] = []
    for message in messages:
        room -= len(json_text(message).encode()) + 1
        if room < 0:
            break
        chosen.append(message)
    return chosen


async def _open(gateway: Gateway, owner: User, _: Params, __: Command | None) -> Answer:
    trainings, sessions, evaluations = await asyncio.gather(
        gateway.platform.trainings(owner, states=ACTIVE),
        gateway.platform.sessions(owner, states=ACTIVE),
        gateway.platform.evaluations(owner, states=ACTIVE),
    )
    return OpenMessage(
        user=UserMessage(id=owner.id, email=owner.email, is_admin=owner.is_admin),
        protocol_version=PROTOCOL_VERSION,
        trainings=[
            ActiveTrainingMessage(
                id=training.id,
                bot_name=training.bot_name,
                state=training.state,
                cursor=training.cursor,
            )
            for training in trainings
        ],
        sessions=[
            ActiveSessionMessage(
                id=session.id,
                model_id=session.model_id,
                model_name=session.model_name,
                state=session.state,
                cursor=session.cursor,
            )
            for session in sessions
        ],
        evaluations=[
            ActiveEvaluationMessage(
                id=evaluation.id,
                symbol=evaluation.symbol,
                period=evaluation.period,
                state=evaluation.state,
                cursor=evaluation.cursor,
            )
            for evaluation in evaluations
        ],
    ), None


async def _bots_get(gateway: Gateway, owner: User, params: Any, _: Command | None) -> Answer:
    if params.name is not None:
        return await gateway.platform.bot(owner, params.name), None
    bots = await gateway.platform.bots(owner)
    shown = fitting(bots, gateway.limits.response_bytes)
    return BotsMessage(bots=shown), _left_out(len(bots) - len(shown))


def _listing(
    listed: Callable[[Gateway, User, Any], Awaitable[list[M]]],
    message: Callable[[list[M]], WireMessage],
) -> Query:
    """Return a query that answers with as much of a list as fits into one frame."""

    async def query(gateway: Gateway, owner: User, params: Any, _: Command | None) -> Answer:
        runs = await listed(gateway, owner, params)
        shown = fitting(runs, gateway.limits.response_bytes)
        return message(shown), _left_out(len(runs) - len(shown))

    return query


def _left_out(count: int) -> str | None:
    return f"{count} more did not fit into this answer" if count else None


def _with(method: Callable[[Platform], Callable[..., Awaitable[Any]]], by: str | None) -> Query:
    """Return a query that hands its parameters, or the one named `by`, to a method."""

    async def query(gateway: Gateway, owner: User, params: Any, command: Command | None) -> Answer:
        what = params if by is None else getattr(params, by)
        message: WireMessage = await method(gateway.platform)(owner, what, command)
        return message, message.note if isinstance(message, BotMessage) else None

    return query


def _showing(method: Callable[[Platform], Callable[[User, int], Awaitable[WireMessage]]]) -> Query:
    """Return a query that shows what its id names."""

    async def query(gateway: Gateway, owner: User, params: Any, _: Command | None) -> Answer:
        return await method(gateway.platform)(owner, params.id), None

    return query


async def _populations_list(
    gateway: Gateway, owner: User, params: Any, _: Command | None
) -> Answer:
    found = await gateway.platform.populations(owner, params)
    shown = fitting(found.populations, gateway.limits.response_bytes)
    left = len(found.populations) - len(shown)
    further = shown[-1].id if left and shown else found.next
    return PopulationsMessage(populations=shown, next=further), _left_out(left)


_QUERIES: Final[dict[str, Query]] = {
    "client-is-open": _open,
    "bots-create": _with(lambda platform: platform.create_bot, None),
    "bots-update": _with(lambda platform: platform.update_bot, None),
    "bots-delete": _with(lambda platform: platform.delete_bot, "name"),
    "bots-get": _bots_get,
    "bots-pause": _with(lambda platform: platform.pause_bot, "name"),
    "bots-resume": _with(lambda platform: platform.resume_bot, "name"),
    "bots-stop": _with(lambda platform: platform.stop_bot, "name"),
    "trainings-pause": _with(lambda platform: platform.pause_training, "id"),
    "trainings-resume": _with(lambda platform: platform.resume_training, "id"),
    "trainings-stop": _with(lambda platform: platform.stop_training, "id"),
    "trainings-update": _with(lambda platform: platform.update_training, None),
    "trainings-get": _showing(lambda platform: platform.training),
    "trainings-list": _listing(listed_trainings, lambda shown: TrainingsMessage(trainings=shown)),
    "populations-pause": _with(lambda platform: platform.pause_population, "id"),
    "populations-resume": _with(lambda platform: platform.resume_population, "id"),
    "populations-stop": _with(lambda platform: platform.stop_population, "id"),
    "populations-update": _with(lambda platform: platform.update_population, None),
    "populations-get": _showing(lambda platform: platform.population),
    "populations-list": _populations_list,
    "sessions-pause": _with(lambda platform: platform.pause_session, "id"),
    "sessions-resume": _with(lambda platform: platform.resume_session, "id"),
    "sessions-stop": _with(lambda platform: platform.stop_session, "id"),
    "sessions-get": _showing(lambda platform: platform.session),
    "sessions-list": _listing(listed_sessions, lambda shown: SessionsMessage(sessions=shown)),
    "evaluations-pause": _with(lambda platform: platform.pause_evaluation, "id"),
    "evaluations-resume": _with(lambda platform: platform.resume_evaluation, "id"),
    "evaluations-stop": _with(lambda platform: platform.stop_evaluation, "id"),
    "evaluations-get": _showing(lambda platform: platform.evaluation),
    "evaluations-list": _listing(
        listed_evaluations, lambda shown: EvaluationsMessage(evaluations=shown)
    ),
}
