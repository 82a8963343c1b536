"""Services around agents on the wire: models of providers, and the tool services."""

from typing import Literal

from pydantic import AwareDatetime, Field

from aibt.protocol.message import WireMessage


class ProviderModelMessage(WireMessage):
    """A model that may decide for an agent."""

    id: str = Field(description="an agent's `base_model`")
    name: str | None = Field(description="what a person calls it, where that is known")
    context_length: int | None = Field(description="tokens; null: not known")
    input_price: float | None = Field(description="US dollars per million tokens; null: not known")
    output_price: float | None = Field(description="US dollars per million tokens; null: not known")


class ProviderModelsMessage(WireMessage):
    """What a provider offers, by id."""

    provider: str | None = Field(description="which of your keys; null: the installation's")
    models: list[ProviderModelMessage]


class ToolServiceMessage(WireMessage):
    """One tool as an MCP service over HTTP."""

    name: Literal["math", "search", "trade", "price"]
    state: Literal["stopped", "starting", "running", "failed"]
    address: str = Field(description="streamable HTTP, on this machine alone")
    reason: str | None = Field(description="why it is in this state, where that needs saying")
    restarts: int = Field(ge=0, description="how often it had to be started again")
    since: AwareDatetime | None = Field(description="when it was started; null: it does not run")


class ToolServicesMessage(WireMessage):
    """The tool services."""

    services: list[ToolServiceMessage]
