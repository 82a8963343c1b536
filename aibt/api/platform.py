"""All that the API may ask for. `actors.platform` implements it over Ray; tests have a fake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from aibt.live.events import Event, Json
from aibt.live.states import RunState
from aibt.protocol.admin import NodeMessage
from aibt.protocol.agents import (
    AgentDeletedMessage,
    AgentMessage,
    AgentsCreate,
    AgentsPage,
    AgentsPageMessage,
    AgentsUpdate,
)
from aibt.protocol.bots import (
    BotDeletedMessage,
    BotMessage,
    BotsCreate,
    BotsPage,
    BotsPageMessage,
    BotsUpdate,
)
from aibt.protocol.evaluations import EvaluationRunMessage, EvaluationsStart
from aibt.protocol.market import BarsMessage, SymbolMessage
from aibt.protocol.performance import (
    LeaderboardMessage,
    LeaderboardQuery,
    PerformanceMessage,
    ScoreMessage,
)
from aibt.protocol.populations import (
    PopulationMessage,
    PopulationsList,
    PopulationsMessage,
    PopulationsStart,
    PopulationsUpdate,
)
from aibt.protocol.services import ProviderModelsMessage, ToolServicesMessage
from aibt.protocol.sessions import (
    FillsMessage,
    JournalMessage,
    SessionMessage,
    SessionsStart,
    ToolTokenMessage,
)
from aibt.protocol.trainings import (
    EpisodesMessage,
    LoadMessage,
    TradesMessage,
    TrainingMessage,
    TrainingsStart,
    TrainingsUpdate,
)
from aibt.store.records import User

ToolServicesVerb = Literal["start", "stop", "restart", "status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The client's id of a request that changes something.

    Attributes:
        id: UUID, 32 lower-case hexadecimal digits, however the client wrote it.
        digest: SHA-256 of the query and its validated parameters: what the id was used for.
    """

    id: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What is new on the topic of a training, a session or an evaluation.

    Attributes:
        events: those after the cursor that was asked with, in order, without a gap; a part
            of them where there are many.
        cursor: number of the last of `events`, or the cursor that was asked with.
        status: payload of the newest status if it is newer than the version that was asked
            with, else None. Its `cursor` says which event it includes.
        status_version: version of that status; ask with it next time.
        ended: the run has ended and `events` reach the last one.
    """

    events: Sequence[Event]
    cursor: int
    status: Mapping[str, Json] | None
    status_version: int
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether commands work: the store, the supervisor and the market answer."""

    ready: bool
    parts: Mapping[str, str]  # part -> "ok" or what is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """Machines, and the names of the platform's live actors."""

    nodes: Sequence[NodeMessage]
    actors: Sequence[str]
    dashboard: str | None


class Platform(Protocol):
    """Bots, trainings, agents, sessions and markets of one owner at a time.

    Every method raises `AibtError`s alone, and answers or fails within 25 s. A command with
    an id has one effect and one answer however often it comes: `IdReused` if its digest
    differs from the first one's.
    """

    async def create_bot(
        self, owner: User, params: BotsCreate, command: Command | None
    ) -> BotMessage: ...

    async def update_bot(
        self, owner: User, params: BotsUpdate, command: Command | None
    ) -> BotMessage: ...

    async def delete_bot(
        self, owner: User, name: str, command: Command | None
    ) -> BotDeletedMessage: ...

    async def bot(self, owner: User, name: str) -> BotMessage: ...

    async def bots(self, owner: User) -> list[BotMessage]:
        """Return all of the owner's bots by name."""
        ...

    async def bots_page(self, owner: User, page: BotsPage) -> BotsPageMessage: ...

    async def pause_bot(self, owner: User, name: str, command: Command | None) -> BotMessage:
        """Pause all that the bot is doing; answers when it has taken effect."""
        ...

    async def resume_bot(self, owner: User, name: str, command: Command | None) -> BotMessage: ...

    async def stop_bot(self, owner: User, name: str, command: Command | None) -> BotMessage: ...

    async def start_training(
        self, owner: User, params: TrainingsStart, command: Command | None
    ) -> TrainingMessage:
        """Refuse what can be refused, then queue the training and return it."""
        ...

    async def pause_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage: ...

    async def resume_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage: ...

    async def stop_training(
        self, owner: User, training_id: int, command: Command | None
    ) -> TrainingMessage: ...

    async def update_training(
        self, owner: User, params: TrainingsUpdate, command: Command | None
    ) -> TrainingMessage: ...

    async def training(self, owner: User, training_id: int) -> TrainingMessage: ...

    async def trainings(
        self,
        owner: User,
        *,
        states: Sequence[RunState] = (),
        bot_name: str | None = None,
        limit: int = 1_000,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
    ) -> list[TrainingMessage]:
        """Return trainings, newest first unless told otherwise; the ids page on."""
        ...

    async def trades(
        self, owner: User, training_id: int, *, part: str | None, after: int, limit: int
    ) -> TradesMessage:
        """Return evaluation trades after an event's number, oldest first."""
        ...

    async def episodes(
        self, owner: User, training_id: int, *, after: int, limit: int
    ) -> EpisodesMessage:
        """Return results of episodes after an event's number, oldest first."""
        ...

    async def load(self, owner: User, training_id: int) -> LoadMessage:
        """Return the times and closes of all bars of a training."""
        ...

    async def start_population(
        self, owner: User, params: PopulationsStart, command: Command | None
    ) -> PopulationMessage:
        """Refuse what can be refused, then queue all members and return the population."""
        ...

    async def pause_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage:
        """Pause every member that has not ended; answers when all of it has taken effect."""
        ...

    async def resume_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage: ...

    async def stop_population(
        self, owner: User, population_id: int, command: Command | None
    ) -> PopulationMessage: ...

    async def update_population(
        self, owner: User, params: PopulationsUpdate, command: Command | None
    ) -> PopulationMessage:
        """Say what the search may do; no step against it comes after the answer."""
        ...

    async def population(self, owner: User, population_id: int) -> PopulationMessage: ...

    async def populations(self, owner: User, asked: PopulationsList) -> PopulationsMessage:
        """Return populations without their members, newest first."""
        ...

    async def create_agent(
        self, owner: User, params: AgentsCreate, command: Command | None
    ) -> AgentMessage: ...

    async def update_agent(
        self, owner: User, model_id: int, params: AgentsUpdate, command: Command | None
    ) -> AgentMessage: ...

    async def delete_agent(
        self, owner: User, model_id: int, command: Command | None
    ) -> AgentDeletedMessage:
        """Delete an agent without an active session; its sessions stay readable."""
        ...

    async def agent(self, owner: User, model_id: int) -> AgentMessage: ...

    async def agents_page(self, owner: User, page: AgentsPage) -> AgentsPageMessage: ...

    async def start_session(
        self, owner: User, params: SessionsStart, command: Command | None
    ) -> SessionMessage:
        """Refuse what can be refused, then queue the session and return it."""
        ...

    async def pause_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage: ...

    async def resume_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage: ...

    async def stop_session(
        self, owner: User, session_id: int, command: Command | None
    ) -> SessionMessage: ...

    async def session(self, owner: User, session_id: int) -> SessionMessage: ...

    async def active_session(self, owner: User, model_id: int) -> SessionMessage | None:
        """Return an agent's active session, else its latest one, or None if it never had one."""
        ...

    async def sessions(
        self,
        owner: User,
        *,
        states: Sequence[RunState] = (),
        model_id: int | None = None,
        limit: int = 1_000,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
    ) -> list[SessionMessage]:
        """Return sessions, newest first unless told otherwise; the ids page on."""
        ...

    async def start_evaluation(
        self, owner: User, params: EvaluationsStart, command: Command | None
    ) -> EvaluationRunMessage:
        """Refuse what can be refused, then queue the evaluation and return it."""
        ...

    async def pause_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage: ...

    async def resume_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage: ...

    async def stop_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage: ...

    async def evaluation(self, owner: User, evaluation_id: int) -> EvaluationRunMessage: ...

    async def evaluations(
        self,
        owner: User,
        *,
        states: Sequence[RunState] = (),
        limit: int = 1_000,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
    ) -> list[EvaluationRunMessage]:
        """Return evaluations, newest first unless told otherwise; the ids page on."""
        ...

    async def evaluation_report(self, owner: User, evaluation_id: int) -> Mapping[str, Json]:
        """Return the report of an evaluation that has finished.

        Raises:
            NotFound: there is none, or it has no report (yet).
        """
        ...

    async def fills(
        self, owner: User, session_id: int, *, symbol: str | None, after: int, limit: int
    ) -> FillsMessage:
        """Return executions after a journal entry's number, oldest first."""
        ...

    async def journal(
        self, owner: User, session_id: int, *, kinds: Sequence[str], after: int, limit: int
    ) -> JournalMessage:
        """Return journal entries after a number, of some kinds or of all, oldest first."""
        ...

    async def tool_token(self, owner: User, session_id: int) -> ToolTokenMessage:
        """Let an outside MCP client use the tools of an active session."""
        ...

    async def performance(self, owner: User, topic: str) -> PerformanceMessage:
        """Return what the account of a session or a training came to so far."""
        ...

    async def leaderboard(self, owner: User, asked: LeaderboardQuery) -> LeaderboardMessage: ...

    async def score_performance(self, owner: User, topic: str) -> PerformanceMessage:
        """Return the account of a line of the leaderboard: the owner's, or a public one."""
        ...

    async def publish(self, owner: User, topic: str, is_public: bool) -> ScoreMessage:
        """Show an account of the owner's to everybody, or to him alone."""
        ...

    async def provider_models(self, owner: User, provider: str | None) -> ProviderModelsMessage:
        """Return what a provider offers to one of the owner's keys; None: the installation's."""
        ...

    async def tool_services(self, verb: ToolServicesVerb) -> ToolServicesMessage:
        """Start, stop or restart the tool services, or look at them. For administrators."""
        ...

    async def feed(
        self,
        owner: User,
        topic: str,
        *,
        cursor: int,
        status_version: int,
        timeout_s: float,
    ) -> Feed:
        """Return what is new on a run's topic, `training/7`, waiting up to `timeout_s` for it.

        It waits up to `timeout_s` for something. A replica has one such call under way per
        watched topic, however many watch it.
        """
        ...

    async def symbols(self, query: str) -> list[SymbolMessage]: ...

    async def bars(
        self,
        symbol: str,
        period: str,
        *,
        source: str | None,
        start: datetime | None,
        end: datetime | None,
    ) -> BarsMessage: ...

    async def health(self) -> Health: ...

    async def cluster(self) -> ClusterView:
        """Return what the cluster looks like. For administrators."""
        ...
