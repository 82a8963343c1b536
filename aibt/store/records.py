"""The facts that are kept, as frozen records: what repositories return and runs are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aibt.live.events import Json
from aibt.live.states import Desired, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone who owns things.

    Attributes:
        email: casefolded and trimmed.
        is_admin: may look at what is others', which is noted, and stop it.
        disabled_at: since when he may do nothing any more, or None.
    """

    id: int
    email: str
    is_admin: bool = False
    disabled_at: datetime | None = None
    signed_in_at: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """An RL trader: a name, its defaults for the next training, and its best weights.

    Attributes:
        algorithm: how it learns, a name of `aibt.rl.catalogue.ALGORITHMS`.
        encoder: how its network reads the bars, a name of `aibt.rl.catalogue.ENCODERS`.
        hidden_layers: width of each hidden layer.
        discounter_rate: exploration budget, in episodes.
        weights: path of the best weights under the storage root, or None before any training.
        version: counts the changes; an update names the version that it saw.
    """

    id: int
    owner_id: int
    name: str
    lr: float
    gamma: float
    hidden_layers: int
    depth: int
    discounter_rate: int
    algorithm: str
    encoder: str
    weights: str | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One run that improves a bot on one symbol and period.

    Attributes:
        request: the parameters as they were asked for and completed, by their wire names.
        current: those of `lr, gamma, batch_size, max_episodes` that hold now.
        dataset: digest of the frozen bars (`aibt.market.dataset`).
        data: what the wire says of the bars: source, symbol, period, bars, split, fetched_at,
            notes; and `note`, what the start changed of its bot, if it did.
        initial_weights: path of the weights it started from, or None.
        desired: what the owner wants; the supervisor makes `state` match it.
        parked: paused so long that it gave its place back; no process hosts it.
        status: the last status that was stored, by its wire names; `{}` before the first.
        last_seq: number of the topic's latest event.
        population_id: which population it is a member of, or None.
        member: its number there, from 1 on, or None.
    """

    id: int
    owner_id: int
    bot_id: int
    bot_name: str
    state: RunState
    desired: Desired
    reason: str | None
    parked: bool
    request: Mapping[str, Json]
    current: Mapping[str, Json]
    dataset: str
    data: Mapping[str, Json]
    initial_weights: str | None
    status: Mapping[str, Json]
    last_seq: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    population_id: int | None = None
    member: int | None = None

    @property
    def topic(self) -> str:
        """The stream of its events."""
        return training_topic(self.id)


TRAINING_TOPIC = "training/"
"""What a training's topic begins with; its id follows."""


def training_topic(training_id: int) -> str:
    """Return the topic of a training's events; it names its lease and its actor too."""
    return f"{TRAINING_TOPIC}{training_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something the owner, or the search of a population, did to a run, and from which step on.

    Attributes:
        number: 1, 2, 3 … within the training; a checkpoint says how many it includes.
        changes: new values by name, or empty for a stop.
        stop: whether the run ends at this step.
        weights: path under the storage root of what it takes over from another, or None.
    """

    training_id: int
    number: int
    step: int
    changes: Mapping[str, float | int]
    stop: bool
    command_id: str | None
    weights: str | None = None


class Mark(StrEnum):
    """What the search of a population may do with a member."""

    FREE = "free"
    PINNED = "pinned"  # it is never overwritten, and may be copied from
    EXCLUDED = "excluded"  # it neither copies nor is copied from


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Trainings of one shape that one process computes, and that may search together.

    Attributes:
        request: what was asked for and completed, by wire names: what the members share, the
            ranges of what they do not, and `search`.
        data: what the wire says of the bars, as in `Training`.
        searching: whether the search may take steps.
        last_seq: number of the topic's latest event.
    """

    id: int
    owner_id: int
    name: str
    request: Mapping[str, Json]
    data: Mapping[str, Json]
    searching: bool
    last_seq: int
    created_at: datetime

    @property
    def topic(self) -> str:
        """The stream of its events."""
        return population_topic(self.id)


POPULATION_TOPIC = "population/"
"""What a population's topic begins with; its id follows."""


def population_topic(population_id: int) -> str:
    """Return the topic of a population's events; it names its actor too."""
    return f"{POPULATION_TOPIC}{population_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationMember:
    """A training as a member of a population.

    Attributes:
        looked_at_episode: how many of its episodes had ended when the search last decided about
            it; 0 before.
    """

    population_id: int
    member: int
    training_id: int
    mark: Mark
    looked_at_episode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRows:
    """A population with what it is shown by.

    Attributes:
        members: in the order of their numbers.
        trainings: theirs, by their ids.
        steps_taken: by the search.
    """

    population: Population
    members: Sequence[PopulationMember]
    trainings: Mapping[int, Training]
    steps_taken: int

    @property
    def id(self) -> int:
        """The population's."""
        return self.population.id


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationStep:
    """One step of a population's search.

    Attributes:
        number: 1, 2, 3 … within the population.
        kind: `exploit`: it takes another's weights over, and perturbs his parameters; `explore`:
            it perturbs its own.
        member: whom it changes.
        source: the member whose weights and optimizer it takes over, or None.
        episode: how many episodes of the member had ended when it was decided.
        step: of the member's training, from which the change applies.
        changes: new values of its parameters.
        weights: path of what it takes over, under the storage root, or None.
        scores: what the decision saw: validation scores by the member's number.
    """

    population_id: int
    number: int
    kind: str
    member: int
    source: int | None
    episode: int
    step: int
    changes: Mapping[str, float | int]
    weights: str | None
    scores: Mapping[str, float]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRow:
    """A checkpoint that counts: its file is whole and was written under a valid epoch."""

    training_id: int
    epoch: int
    step: int
    path: str  # under the storage root
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """What a command with an id was answered, so that it is answered the same again."""

    command_id: str
    digest: str
    answer: Mapping[str, Json] | None  # None: begun, not answered yet
    training_id: int | None
    session_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeResult:
    """What one stored event says of the episodes that it sums.

    Attributes:
        seq: number of the event in the training's topic.
        first_episode: first of the episodes that it sums, counted from 1.
        episode: last of them.
        profit: as the event says it, or None if it does not.
        trades: as the event says it, or None if it does not.
        data: the event's whole payload.
    """

    seq: int
    first_episode: int
    episode: int
    profit: float | None
    trades: int | None
    data: Mapping[str, Json]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeResult:
    """One trade of an evaluation account.

    Attributes:
        seq: number of the event in the training's topic.
        part: `validation` or `out_of_sample`.
        side: +1 long, -1 short.
        open_at: index of the bar at whose open it was entered.
        close_at: index of the bar at which it was left, or None.
        profit: net of costs, in the account's currency.
        data: the event's whole payload.
    """

    seq: int
    part: str
    side: int | None
    open_at: int | None
    close_at: int | None
    profit: float | None
    data: Mapping[str, Json]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user as a sign-in by password sees him; without a hash he has no password."""

    user: User
    password_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who a user is now, and one of his sign-ins: both times are None if it does not exist."""

    user: User
    sign_in_expires_at: datetime | None
    sign_in_revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What one login made: it lasts until it expires or is revoked.

    Attributes:
        token_hash: of the refresh token that is valid now; None: it cannot be refreshed.
        previous_hash: of the one before, which a client that lost the answer may still show.
        refreshed_at: when the two were made.
    """

    id: str
    owner_id: int
    token_hash: str | None
    previous_hash: str | None
    refreshed_at: datetime
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Something that lets its bearer in once: a WebSocket's ticket, or a sign-in link."""

    owner_id: int
    kind: str
    sign_in_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """A key of another service, encrypted."""

    provider: str
    base_url: str | None
    sealed: str
    last_four: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEmail:
    """An e-mail that may sign up and sign in."""

    email: str
    listed_by: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that an administrator did or looked at.

    Attributes:
        admin_id: who; None: the command line on the server itself.
        owner_id: whose things they were, or None.
    """

    id: int
    at: datetime
    admin_id: int | None
    action: str
    owner_id: int | None
    about: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A language model's configuration as a trader (`model_id` on the wire is its id).

    Attributes:
        base_model: which model decides, as its provider calls it; `baseline/…`, `bot/…` are ours.
        config: everything else, by wire names: prompt, universe, period, source, balance, limits.
        is_public: whether its results stand on everybody's leaderboard.
        version: counts the changes; an update names the version that it saw.
    """

    id: int
    owner_id: int
    name: str
    base_model: str
    config: Mapping[str, Json]
    is_public: bool
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One run of an agent over a date range, or live.

    Attributes:
        request: the agent's configuration as it was at the start, completed, by wire names, with
            `base_model`, `start`, `end`, `live`, `seed` and `datasets` (symbol → digest).
        data: what the wire says of the bars: notes, how many, from when to when.
        status: the last status that was stored, by its wire names; `{}` before the first.
        last_seq: number of the topic's latest event.
    """

    id: int
    owner_id: int
    agent_id: int
    agent_name: str
    state: RunState
    desired: Desired
    reason: str | None
    request: Mapping[str, Json]
    data: Mapping[str, Json]
    status: Mapping[str, Json]
    last_seq: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def topic(self) -> str:
        """The stream of its events."""
        return session_topic(self.id)


SESSION_TOPIC = "session/"
"""What a session's topic begins with; its id follows."""


def session_topic(session_id: int) -> str:
    """Return the topic of a session's events; it names its lease, its actor and its account."""
    return f"{SESSION_TOPIC}{session_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FillResult:
    """One execution of a session's account."""

    seq: int  # of its journal entry
    order_id: str
    symbol: str
    quantity: str  # signed, exact decimal
    price: str
    fee: str
    at: datetime  # market time


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityPoint:
    """What an account was worth at a moment of market time."""

    at: datetime
    equity: float
    exposure: float  # gross value of the positions over equity


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One line of the leaderboard: an account that has ended, or stands still for now.

    Attributes:
        topic: of the account, `session/7` or `training/7`.
        kind: `agent`, `bot` or `baseline`.
        name: of the agent or the bot.
        label: base model, or algorithm.
        symbols: what it traded.
        data: every figure by its wire name (`aibt.trading.performance`).
        is_mine: whether it belongs to who asks.
    """

    topic: str
    owner_id: int
    kind: str
    name: str
    label: str
    symbols: tuple[str, ...]
    start: datetime
    end: datetime
    is_public: bool
    total_return: float
    data: Mapping[str, Json]
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One run that judges algorithms on one symbol and period, by walk-forward.

    Attributes:
        request: the parameters as they were asked for and completed, by their wire names.
        dataset: digest of the frozen bars (`aibt.market.dataset`).
        data: what the wire says of the bars: source, symbol, period, bars, fetched_at, notes.
        status: the last status that was stored, by its wire names; `{}` before the first.
        last_seq: number of the topic's latest event.
    """

    id: int
    owner_id: int
    state: RunState
    desired: Desired
    reason: str | None
    request: Mapping[str, Json]
    dataset: str
    data: Mapping[str, Json]
    status: Mapping[str, Json]
    last_seq: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def topic(self) -> str:
        """The stream of its events."""
        return evaluation_topic(self.id)


EVALUATION_TOPIC = "evaluation/"
"""What an evaluation's topic begins with; its id follows."""


def evaluation_topic(evaluation_id: int) -> str:
    """Return the topic of an evaluation's events; it names its lease and its actor too."""
    return f"{EVALUATION_TOPIC}{evaluation_id}"
