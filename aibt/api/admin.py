"""For administrators: users, the whitelist, everybody's bots and trainings, the system."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request, Response

from aibt.api.csv_text import as_csv_too, csv_answer
from aibt.api.errors import responses
from aibt.api.listing import As, AskedOfAll, AskedRunsOfAll, BeforeId, Cursor, Limit, OwnerId
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import AdministrationOf, SignedInRoute
from aibt.live.states import RunState
from aibt.protocol.accounts import EMAIL_PATTERN, DoneMessage
from aibt.protocol.admin import (
    ActorMessage,
    AdminUserMessage,
    AdminUsersMessage,
    AuditEntriesMessage,
    AuditMessage,
    ListedEmailMessage,
    ListedEmailsMessage,
    ListEmail,
    OwnedBotMessage,
    OwnedBotsMessage,
    OwnedTrainingMessage,
    OwnedTrainingsMessage,
    QueuedMessage,
    SystemMessage,
    UserChanges,
)
from aibt.protocol.bots import bot_message
from aibt.protocol.message import MAX_ID
from aibt.protocol.paging import cursor_text, read_cursor
from aibt.protocol.trainings import TrainingMessage, training_message
from aibt.store.records import Bot, Training, User

router = APIRouter(prefix="/api/admin", tags=["administration"], route_class=SignedInRoute)

UserId = Annotated[int, Path(ge=1, le=MAX_ID, description="the user's id", examples=[7])]
_USER_COLUMNS = (
    "id", "email", "is_admin", "is_listed", "disabled_at", "signed_in_at", "created_at",
)  # fmt: skip
_AUDIT_COLUMNS = ("id", "at", "admin_id", "action", "owner_id")


@router.get(
    "/users",
    responses={**responses(404, 422), **as_csv_too(AdminUsersMessage)},
    response_model=AdminUsersMessage,
)
async def users(
    *,
    gateway: GatewayOf,
    administration: AdministrationOf,
    email: Annotated[str | None, Query(max_length=254, description="how it begins")] = None,
    is_admin: Annotated[bool | None, Query(description="only administrators, or others")] = None,
    is_disabled: Annotated[bool | None, Query(description="only disabled, or others")] = None,
    sort: Annotated[str, Query(pattern="^-?(id|email)$", description="`-`: backwards")] = "id",
    limit: Limit = 100,
    cursor: Cursor = None,
    as_: As = "json",
) -> AdminUsersMessage | Response:
    """List users."""
    order = sort.removeprefix("-")
    after = None if cursor is None else read_cursor(cursor, int if order == "id" else str)
    found = await gateway.ask(
        administration.users(
            email=email,
            is_admin=is_admin,
            is_disabled=is_disabled,
            after=after,
            order=order,
            descending=sort.startswith("-"),
            limit=limit + 1,
        )
    )
    shown = [_user(user, listed) for user, listed in found[:limit]]
    if as_ == "csv":
        return csv_answer([one.model_dump(mode="json") for one in shown], _USER_COLUMNS, "users")
    last = shown[-1] if len(found) > limit else None
    further = None if last is None else cursor_text(getattr(last, order), last.id)
    return AdminUsersMessage(users=shown, next=further)


@router.get("/users/{user_id}", responses=responses(404, 422))
async def user(
    user_id: UserId, gateway: GatewayOf, administration: AdministrationOf
) -> AdminUserMessage:
    """Show a user."""
    return _user(*await gateway.ask(administration.user(user_id)))


@router.patch("/users/{user_id}", responses=responses(404, 413, 422))
async def change_user(
    user_id: UserId,
    changes: Annotated[UserChanges, Body(examples=[{"disabled": True}])],
    gateway: GatewayOf,
    administration: AdministrationOf,
    request: Request,
) -> AdminUserMessage:
    """Make a user an administrator or not; disable him, which stops all that he runs."""
    changed, listed = await gateway.ask(
        administration.change_user(user_id, is_admin=changes.is_admin, disabled=changes.disabled)
    )
    if changes.disabled:
        request.app.state.sockets.close_user(user_id)
    return _user(changed, listed)


@router.get("/whitelist", responses=responses(404, 422))
async def whitelist(
    gateway: GatewayOf, administration: AdministrationOf, limit: Limit = 100, cursor: Cursor = None
) -> ListedEmailsMessage:
    """List the e-mails that may sign up and sign in."""
    after = "" if cursor is None else str(read_cursor(cursor, str)[0])
    found = await gateway.ask(administration.listed(after=after, limit=limit + 1))
    shown = found[:limit]
    return ListedEmailsMessage(
        emails=[
            ListedEmailMessage(email=one.email, listed_by=one.listed_by, created_at=one.created_at)
            for one in shown
        ],
        next=cursor_text(shown[-1].email, 0) if len(found) > limit else None,
    )


@router.post("/whitelist", status_code=201, responses=responses(413, 422))
async def allow(
    params: Annotated[ListEmail, Body(examples=[{"email": "ada@example.com"}])],
    gateway: GatewayOf,
    administration: AdministrationOf,
) -> ListedEmailMessage:
    """List an e-mail."""
    one = await gateway.ask(administration.allow(params.email))
    return ListedEmailMessage(email=one.email, listed_by=one.listed_by, created_at=one.created_at)


@router.delete("/whitelist/{email}", responses=responses(404, 422))
async def deny(
    email: Annotated[
        str, Path(max_length=254, pattern=EMAIL_PATTERN, examples=["ada@example.com"])
    ],
    gateway: GatewayOf,
    administration: AdministrationOf,
) -> DoneMessage:
    """Take an e-mail off the list; its user is signed out."""
    await gateway.ask(administration.deny(email))
    return DoneMessage()


@router.get("/bots", responses=responses(422))
async def bots(
    gateway: GatewayOf, administration: AdministrationOf, asked: AskedOfAll
) -> OwnedBotsMessage:
    """List everybody's bots, the newest first."""
    found = await gateway.ask(administration.bots(**asked.one_more()))
    active = {
        training.bot_id: training
        for _, training in await gateway.ask(administration.active_trainings())
    }
    shown = [_owned_bot(email, bot, active.get(bot.id)) for email, bot in found[: asked.limit]]
    return OwnedBotsMessage(bots=shown, next=asked.next(found))


@router.post("/bots/{bot_id}/stop", responses=responses(404, 409, 422))
async def stop_bot(
    bot_id: Annotated[int, Path(ge=1, le=MAX_ID, examples=[7])],
    gateway: GatewayOf,
    administration: AdministrationOf,
) -> OwnedBotMessage:
    """Stop all that somebody's bot is doing."""
    owner, found = await gateway.ask(administration.bot(bot_id, "bots-stop"))
    stopped = await gateway.ask(gateway.platform.stop_bot(owner, found.name, None))
    return OwnedBotMessage(id=found.id, owner_id=owner.id, owner=owner.email, bot=stopped)


TrainingId = Annotated[int, Path(ge=1, le=MAX_ID, description="the training's id", examples=[7])]


@router.get("/trainings", responses=responses(422))
async def trainings(
    gateway: GatewayOf, administration: AdministrationOf, asked: AskedRunsOfAll
) -> OwnedTrainingsMessage:
    """List everybody's trainings, the newest first, as they were last stored."""
    found = await gateway.ask(administration.trainings(**asked.one_more()))
    shown = [
        OwnedTrainingMessage(
            owner_id=one.owner_id, owner=email, training=_without_trades(training_message(one))
        )
        for email, one in found[: asked.limit]
    ]
    return OwnedTrainingsMessage(trainings=shown, next=asked.next(found))


@router.get("/trainings/{training_id}", responses=responses(404, 422))
async def training(
    training_id: TrainingId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedTrainingMessage:
    """Show somebody's training."""
    owner, _ = await gateway.ask(administration.training(training_id, "trainings-get"))
    shown = await gateway.ask(gateway.platform.training(owner, training_id))
    return OwnedTrainingMessage(owner_id=owner.id, owner=owner.email, training=shown)


@router.post("/trainings/{training_id}/stop", responses=responses(404, 409, 422))
async def stop_training(
    training_id: TrainingId, gateway: GatewayOf, administration: AdministrationOf
) -> OwnedTrainingMessage:
    """End somebody's training; its best weights and its history stay."""
    owner, _ = await gateway.ask(administration.training(training_id, "trainings-stop"))
    stopped = await gateway.ask(gateway.platform.stop_training(owner, training_id, None))
    return OwnedTrainingMessage(owner_id=owner.id, owner=owner.email, training=stopped)


@router.get("/system", responses=responses())
async def system(gateway: GatewayOf, administration: AdministrationOf) -> SystemMessage:
    """Show machines, live actors and the queue."""
    view = await gateway.ask(gateway.platform.cluster())
    active = await gateway.ask(administration.active_trainings())
    sessions = await gateway.ask(administration.active_sessions())
    evaluations = await gateway.ask(administration.active_evaluations())
    owners = {
        "training": {one.id: email for email, one in active},
        "bot": {one.bot_id: email for email, one in active},
        "session": {one.id: email for email, one in sessions},
        "evaluation": {one.id: email for email, one in evaluations},
        "population": {one.population_id or 0: email for email, one in active},
    }
    return SystemMessage(
        nodes=list(view.nodes),
        actors=[_actor(name, owners) for name in view.actors],
        queue=[_queued(email, one) for email, one in active if one.state is RunState.QUEUED],
        dashboard=view.dashboard,
    )


@router.get(
    "/audit",
    responses={**responses(422), **as_csv_too(AuditEntriesMessage)},
    response_model=AuditEntriesMessage,
)
async def audit(
    *,
    gateway: GatewayOf,
    administration: AdministrationOf,
    admin_id: Annotated[int | None, Query(ge=1, le=MAX_ID, description="only his deeds")] = None,
    owner_id: OwnerId = None,
    before_id: BeforeId = None,
    limit: Limit = 100,
    as_: As = "json",
) -> AuditEntriesMessage | Response:
    """List what administrators did and looked at, the newest first."""
    found = await gateway.ask(
        administration.audit(
            admin_id=admin_id, owner_id=owner_id, before_id=before_id, limit=limit + 1
        )
    )
    shown = [
        AuditMessage(
            id=one.id,
            at=one.at,
            admin_id=one.admin_id,
            action=one.action,
            owner_id=one.owner_id,
            about=dict(one.about),
        )
        for one in found[:limit]
    ]
    if as_ == "csv":
        return csv_answer([one.model_dump(mode="json") for one in shown], _AUDIT_COLUMNS, "audit")
    return AuditEntriesMessage(entries=shown, next=shown[-1].id if len(found) > limit else None)


def _user(user: User, is_listed: bool) -> AdminUserMessage:
    return AdminUserMessage(
        id=user.id,
        email=user.email,
        is_admin=user.is_admin,
        is_listed=is_listed,
        disabled_at=user.disabled_at,
        signed_in_at=user.signed_in_at,
        created_at=user.created_at,
    )


def _owned_bot(email: str, bot: Bot, active: Training | None) -> OwnedBotMessage:
    state = None if active is None else active.state
    shown = bot_message(bot, state, training_id=None if active is None else active.id)
    return OwnedBotMessage(id=bot.id, owner_id=bot.owner_id, owner=email, bot=shown)


def _without_trades(training: TrainingMessage) -> TrainingMessage:
    return training.model_copy(update={"bot": training.bot.model_copy(update={"trades": []})})


def _actor(name: str, owners: Mapping[str, Mapping[int, str]]) -> ActorMessage:
    """Read an actor's name, which the server made: `training/7`, `session/7`, `bot/12`, `market`.

    Args:
        name: the actor's.
        owners: kind of actor -> id -> e-mail of whose it is.
    """
    kind, _, rest = name.partition("/")
    number = rest.partition("/")[0]
    row_id = int(number) if number.isdigit() else None
    return ActorMessage(
        name=name,
        kind=kind,
        training_id=row_id if kind == "training" else None,
        session_id=row_id if kind == "session" else None,
        owner=owners.get(kind, {}).get(row_id or 0),
    )


def _queued(email: str, training: Training) -> QueuedMessage:
    request = training.request
    workers = request.get("rollout_workers", 0)
    return QueuedMessage(
        training_id=training.id,
        owner=email,
        cpus=1.0 + (workers if isinstance(workers, int) else 0),
        gpus=1.0 if request.get("device") == "cuda" else 0.0,
        since=training.created_at,
    )
