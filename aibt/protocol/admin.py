"""What administrators see and do. Every look at what is another's leaves an audit entry."""

from pydantic import AwareDatetime, Field, JsonValue

from aibt.protocol.accounts import Email
from aibt.protocol.agents import AgentMessage
from aibt.protocol.bots import BotMessage
from aibt.protocol.evaluations import EvaluationRunMessage
from aibt.protocol.message import Params, WireMessage
from aibt.protocol.populations import PopulationMessage
from aibt.protocol.sessions import SessionMessage
from aibt.protocol.trainings import TrainingMessage


class AdminUserMessage(WireMessage):
    """A user, as administrators see him."""

    id: int
    email: str
    is_admin: bool
    is_listed: bool = Field(description="his e-mail is on the list: else he cannot sign in")
    disabled_at: AwareDatetime | None
    signed_in_at: AwareDatetime | None
    created_at: AwareDatetime


class AdminUsersMessage(WireMessage):
    """Users."""

    users: list[AdminUserMessage]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last")


class UserChanges(Params):
    """What of a user is to change; absent or null: as it is."""

    is_admin: bool | None = None
    disabled: bool | None = Field(
        default=None, description="true: signed out everywhere, and all that runs is stopped"
    )


class ListEmail(Params):
    """An e-mail that may sign up and sign in."""

    email: Email


class ListedEmailMessage(WireMessage):
    """A listed e-mail, and who listed it (null: the command line)."""

    email: str
    listed_by: str | None
    created_at: AwareDatetime


class ListedEmailsMessage(WireMessage):
    """The list of e-mails that may sign up and sign in."""

    emails: list[ListedEmailMessage]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last")


class _Owned(WireMessage):
    """Whose it is."""

    owner_id: int
    owner: str = Field(description="his e-mail")


class OwnedBotMessage(_Owned):
    """Somebody's bot."""

    id: int
    bot: BotMessage


class OwnedBotsMessage(WireMessage):
    """Everybody's bots, the newest first."""

    bots: list[OwnedBotMessage]
    next: int | None = Field(description="`before_id` of the next page; null: this is the last")


class OwnedTrainingMessage(_Owned):
    """Somebody's training."""

    training: TrainingMessage


class OwnedTrainingsMessage(WireMessage):
    """Everybody's trainings, the newest first."""

    trainings: list[OwnedTrainingMessage]
    next: int | None = Field(description="`before_id` of the next page; null: this is the last")


class OwnedAgentMessage(_Owned):
    """Somebody's agent."""

    agent: AgentMessage


class OwnedAgentsMessage(WireMessage):
    """Everybody's agents, the newest first."""

    agents: list[OwnedAgentMessage]
    next: int | None = Field(description="`before_id` of the next page; null: this is the last")


class OwnedSessionMessage(_Owned):
    """Somebody's session."""

    session: SessionMessage


class OwnedSessionsMessage(WireMessage):
    """Everybody's sessions, the newest first."""

    sessions: list[OwnedSessionMessage]
    next: int | None = Field(description="`before_id` of the next page; null: this is the last")


class OwnedEvaluationMessage(_Owned):
    """Somebody's evaluation."""

    evaluation: EvaluationRunMessage


class OwnedEvaluationsMessage(WireMessage):
    """Everybody's evaluations, the newest first."""

    evaluations: list[OwnedEvaluationMessage]
    next: int | None = Field(description="`before_id` of the next page; null: this is the last")


class OwnedPopulationMessage(_Owned):
    """Somebody's population."""

    population: PopulationMessage


class OwnedPopulationsMessage(WireMessage):
    """Everybody's populations, the newest first, without their members."""

    populations: list[OwnedPopulationMessage]
    next: int | None = Field(description="`before_id` of the next page; null: this is the last")


class AuditMessage(WireMessage):
    """Something that an administrator did or looked at."""

    id: int
    at: AwareDatetime
    admin_id: int | None = Field(description="null: the command line on the server")
    action: str
    owner_id: int | None = Field(description="whose it was, or null")
    about: dict[str, JsonValue]


class AuditEntriesMessage(WireMessage):
    """The audit log, the newest first."""

    entries: list[AuditMessage]
    next: int | None = Field(description="`before_id` of the next page; null: this is the last")


class NodeMessage(WireMessage):
    """A machine of the cluster."""

    id: str
    address: str
    alive: bool
    is_head: bool
    cpus: float
    gpus: float
    memory_bytes: float
    free_cpus: float
    free_gpus: float


class ActorMessage(WireMessage):
    """A live actor of the platform."""

    name: str
    kind: str = Field(description="training, session, bot, supervisor, market …")
    training_id: int | None
    session_id: int | None
    owner: str | None = Field(description="e-mail of whose it is; null: the platform's own")


class QueuedMessage(WireMessage):
    """A training that waits for a place."""

    training_id: int
    owner: str
    cpus: float
    gpus: float
    since: AwareDatetime


class SystemMessage(WireMessage):
    """Machines, actors and the queue."""

    nodes: list[NodeMessage]
    actors: list[ActorMessage]
    queue: list[QueuedMessage]
    dashboard: str | None = Field(description="address of the Ray dashboard, if it runs")
