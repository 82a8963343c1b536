"""Agents on the wire: language models' configurations as traders."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue

from aibt.protocol.agent_fields import (
    Balance,
    BaseModelName,
    BotNames,
    Leverage,
    MaxCost,
    MaxRounds,
    MaxTokens,
    PriceCollar,
    Prompt,
    Provider,
    Seed,
    Temperature,
    ToolNames,
    Turnover,
    Universe,
    legible,
)
from aibt.protocol.message import BasisPoints, Id, Name, Params, Period, Source, Symbol, WireMessage
from aibt.store.records import Agent, Session

AgentOrder = Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"]
AgentState = Literal["idle", "queued", "loading", "running", "paused", "recovering"]


class AgentsCreate(Params):
    """A new agent: which model decides, what it trades, and within which limits."""

    name: Name = Field(description="name of the new agent, unique among yours")
    base_model: BaseModelName
    provider: Provider | None = Field(
        default=None, description="which of your keys pays; null: the installation's provider"
    )
    prompt: Prompt = ""
    universe: Universe
    period: Period = "1d"
    source: Source | None = Field(
        default=None, description="market source; null: the first that has the symbols and period"
    )
    balance: Balance = 10_000.0
    tools: ToolNames = Field(default=["trade", "price", "search", "math"])
    bots: BotNames = Field(default=[])
    max_rounds: MaxRounds = 20
    max_tokens: MaxTokens | None = None
    max_cost: MaxCost | None = None
    max_position: Leverage = Field(default=1.0, description="gross share of equity in one symbol")
    max_leverage: Leverage = Field(default=1.0, description="gross exposure over equity")
    max_turnover: Turnover | None = None
    price_collar: PriceCollar = 0.5
    allow_short: bool = Field(default=True, description="whether it may sell what it does not have")
    fee_bps: BasisPoints | None = Field(
        default=None, description="fee in basis points; null: the server's setting"
    )
    slippage_bps: BasisPoints | None = Field(
        default=None, description="slippage in basis points; null: the server's setting"
    )
    temperature: Temperature | None = None
    seed: Seed | None = None
    benchmark: Symbol | None = Field(
        default=None,
        description="symbol that its results are compared with; null: its universe in equal parts",
    )
    is_public: bool = Field(
        default=False, description="whether its results stand on everybody's leaderboard"
    )

    def config(self) -> dict[str, JsonValue]:
        """Return what an agent's row keeps as `config`, by wire names."""
        config: dict[str, JsonValue] = self.model_dump(mode="json", include=set(CONFIG))
        return config


CONFIG: Final = tuple(
    name
    for name in AgentsCreate.model_fields
    if name not in {"name", "base_model", "is_public"}  # those have columns of their own
)
_CLEARED: Final = frozenset(
    name for name, field in AgentsCreate.model_fields.items() if field.default is None
)


class AgentsUpdate(Params):
    """Changes of an agent, for its next session; absent: as it is.

    Null takes away what may be null in a new agent, and is as good as absent elsewhere.
    """

    version: int | None = Field(
        default=None, ge=1, description="the version that you saw: another is refused"
    )
    name: Name | None = None
    base_model: BaseModelName | None = None
    provider: Provider | None = None
    prompt: Prompt | None = None
    universe: Universe | None = None
    period: Period | None = None
    source: Source | None = None
    balance: Balance | None = None
    tools: ToolNames | None = None
    bots: BotNames | None = None
    max_rounds: MaxRounds | None = None
    max_tokens: MaxTokens | None = None
    max_cost: MaxCost | None = None
    max_position: Leverage | None = None
    max_leverage: Leverage | None = None
    max_turnover: Turnover | None = None
    price_collar: PriceCollar | None = None
    allow_short: bool | None = None
    fee_bps: BasisPoints | None = None
    slippage_bps: BasisPoints | None = None
    temperature: Temperature | None = None
    seed: Seed | None = None
    benchmark: Symbol | None = None
    is_public: bool | None = None

    def changes(self) -> dict[str, JsonValue]:
        """Return what is to change, by wire names; a null takes something away."""
        given = self.model_dump(mode="json", exclude_unset=True, exclude={"version"})
        return {
            name: value for name, value in given.items() if value is not None or name in _CLEARED
        }

    def asked(self) -> dict[str, Any]:
        """Return what makes this request: an absent field and a null one are two things."""
        return {"version": self.version, **self.changes()}


class AgentsPage(Params):
    """Which of your agents to list, and in which order."""

    q: Annotated[str, AfterValidator(legible)] | None = Field(
        default=None, max_length=64, description="what their names begin with"
    )
    name: Name | None = Field(default=None, description="only the one of this name")
    base_model: Annotated[str, AfterValidator(legible)] | None = Field(
        default=None, max_length=128, description="what their base models begin with"
    )
    sort: AgentOrder = Field(default="name", description="with `-`: the greatest first")
    limit: int = Field(default=1_000, ge=1, le=1_000, description="at most so many")
    cursor: str | None = Field(default=None, max_length=1_024, description="`next` of a page")


class AgentRef(Params):
    """An agent, by its id."""

    model_id: Id = Field(description="which agent")


class AgentMessage(WireMessage):
    """An agent: its base model and its configuration, and what it is doing."""

    id: int = Field(description="`model_id` elsewhere")
    name: str = Field(description="unique among yours")
    base_model: str
    provider: str | None
    prompt: str
    universe: list[str]
    period: str
    source: str | None
    balance: float
    tools: list[str]
    bots: list[str]
    max_rounds: int
    max_tokens: int | None
    max_cost: float | None
    max_position: float
    max_leverage: float
    max_turnover: float | None
    price_collar: float
    allow_short: bool
    fee_bps: float | None
    slippage_bps: float | None
    temperature: float | None
    seed: int | None
    benchmark: str | None
    is_public: bool
    version: int = Field(description="counts its changes")
    state: AgentState = Field(description="`idle`, or the state of its active session")
    session_id: int | None = Field(description="its active session, or null")
    created_at: AwareDatetime
    updated_at: AwareDatetime


class AgentsPageMessage(WireMessage):
    """A page of your agents."""

    agents: list[AgentMessage]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last")


class AgentPreviewMessage(WireMessage):
    """What a model is told when a live session of such an agent begins, before any price is known.

    A session over a range names its dates in place of "live, in real time", and its first prices.
    """

    system: str = Field(description="the rules of every session, and the agent's instructions")
    first: str = Field(description="what is known at the first decision")


class AgentDeletedMessage(WireMessage):
    """The agent is gone and its name is free; its sessions stay readable."""

    id: int
    name: str


def agent_message(agent: Agent, active: Session | None) -> AgentMessage:
    """Return an agent as the wire shows it.

    Args:
        agent: its row; what its configuration lacks is as in a new agent.
        active: its active session; None, or one that has ended: it is idle.

    Raises:
        pydantic.ValidationError: the row breaks the wire's contract.
    """
    session = None if active is None or active.state.has_ended else active
    return AgentMessage.of(
        {
            **{name: agent.config.get(name, _DEFAULTS.get(name)) for name in CONFIG},
            "id": agent.id,
            "name": agent.name,
            "base_model": agent.base_model,
            "is_public": agent.is_public,
            "version": agent.version,
            "state": "idle" if session is None else session.state.value,
            "session_id": None if session is None else session.id,
            "created_at": agent.created_at,
            "updated_at": agent.updated_at,
        }
    )


_DEFAULTS: Final = {
    name: field.default
    for name, field in AgentsCreate.model_fields.items()
    if not field.is_required()
}
