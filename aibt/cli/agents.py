"""`aibt agents …`: language models that trade, and what each may do."""

from typing import Annotated, Any, Final

import typer

from aibt.cli import agent_options as options
from aibt.cli import formats, output
from aibt.cli.client import Client
from aibt.cli.complaints import Misused, Refused
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.protocol.agents import AgentDeletedMessage, AgentMessage, AgentsPageMessage
from aibt.protocol.services import ProviderModelMessage, ProviderModelsMessage

app = typer.Typer(no_args_is_help=True, help="Create, show, change and delete your agents.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The agent's name.")]
_PROMPT_SHOWN: Final = 300  # characters
_UNIVERSE_SHOWN: Final = 5  # symbols in a row of a table


@app.command("list")
def list_agents(url: Url = None, *, as_json: AsJson = False) -> None:
    """List your agents."""
    with connected(address(url)) as client:
        found = all_agents(client)
    if as_json:
        output.show_json({"agents": [agent.model_dump(mode="json") for agent in found]})
    elif not found:
        output.say(
            "You have no agents yet. Create one: "
            "aibt agents create Ada --model baseline/momentum --universe GOOGL,^GSPC"
        )
    else:
        columns = ("Name", "Model", "State", "Session>", "Universe", "Period", "Cash>", "Public")
        output.show(output.table(columns, (_row(agent) for agent in found)))


def all_agents(client: Client, **query: Any) -> list[AgentMessage]:
    """Return the agents of whoever asks, page by page."""
    page = client.get("/api/models", AgentsPageMessage, **query)
    found = page.agents
    while page.next is not None:
        page = client.get("/api/models", AgentsPageMessage, **query, cursor=page.next)
        found = [*found, *page.agents]
    return found


def agent_called(client: Client, name: str) -> AgentMessage:
    """Return the agent of this name.

    Raises:
        Refused: there is none, or the name cannot be one.
    """
    found = client.get("/api/models", AgentsPageMessage, name=name).agents
    if not found:
        raise Refused(
            "not_found",
            f"There is no agent {name!r}. Your agents: aibt agents list   "
            f"Create it: aibt agents create {formats.quoted(name)} --model baseline/momentum "
            "--universe GOOGL",
            None,
        )
    return found[0]


@app.command()
def show(name: Name, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show one agent: its model, what it trades, and its limits."""
    with connected(address(url)) as client:
        _show(agent_called(client, name), as_json=as_json)


@app.command()
def create(
    name: Name,
    *,
    base_model: options.BaseModel = None,
    universe: options.Universe = None,
    provider: options.Provider = None,
    prompt: options.Prompt = None,
    prompt_file: options.PromptFile = None,
    period: options.Interval = None,
    source: options.Source = None,
    benchmark: options.Benchmark = None,
    balance: options.Balance = None,
    tools: options.Tools = None,
    bots: options.Bots = None,
    max_rounds: options.MaxRounds = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_position: options.MaxPosition = None,
    max_leverage: options.MaxLeverage = None,
    max_turnover: options.MaxTurnover = None,
    price_collar: options.PriceCollar = None,
    allow_short: options.AllowShort = None,
    fee_bps: options.FeeBps = None,
    slippage_bps: options.SlippageBps = None,
    temperature: options.Temperature = None,
    seed: options.Seed = None,
    is_public: options.IsPublic = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Create an agent. What is not said is as the platform's defaults have it.

    Example: aibt agents create Ada --model openai/gpt-5-mini --universe GOOGL,^GSPC --max-cost 2
    """
    symbols = options.symbols_of(universe)
    if base_model is None or not symbols:
        raise Misused(
            "Say which model decides and what it trades, as in: "
            "aibt agents create Ada --model baseline/momentum --universe GOOGL,^GSPC"
        )
    body = {
        "name": name,
        "base_model": base_model,
        "universe": symbols,
        "provider": provider,
        "prompt": options.prompt_of(prompt, prompt_file),
        "period": period,
        "source": source,
        "benchmark": benchmark,
        "balance": balance,
        "tools": options.tools_of(tools),
        "bots": bots or None,
        "max_rounds": max_rounds,
        "max_tokens": max_tokens,
        "max_cost": max_cost,
        "max_position": max_position,
        "max_leverage": max_leverage,
        "max_turnover": max_turnover,
        "price_collar": price_collar,
        "allow_short": allow_short,
        "fee_bps": fee_bps,
        "slippage_bps": slippage_bps,
        "temperature": temperature,
        "seed": seed,
        "is_public": is_public,
    }
    with connected(address(url)) as client:
        agent = client.change("POST", "/api/models", AgentMessage, body)
    _show(agent, as_json=as_json)
    output.say(
        f"Let it trade: aibt trade {formats.quoted(agent.name)} --start 2017-01-01 --end 2017-12-31"
    )


@app.command()
def update(
    name: Name,
    *,
    new_name: Annotated[str | None, typer.Option("--new-name", help="Its new name.")] = None,
    base_model: options.BaseModel = None,
    universe: options.Universe = None,
    provider: options.Provider = None,
    prompt: options.Prompt = None,
    prompt_file: options.PromptFile = None,
    period: options.Interval = None,
    source: options.Source = None,
    benchmark: options.Benchmark = None,
    balance: options.Balance = None,
    tools: options.Tools = None,
    bots: options.Bots = None,
    max_rounds: options.MaxRounds = None,
    max_tokens: options.MaxTokens = None,
    max_cost: options.MaxCost = None,
    max_position: options.MaxPosition = None,
    max_leverage: options.MaxLeverage = None,
    max_turnover: options.MaxTurnover = None,
    price_collar: options.PriceCollar = None,
    allow_short: options.AllowShort = None,
    fee_bps: options.FeeBps = None,
    slippage_bps: options.SlippageBps = None,
    temperature: options.Temperature = None,
    seed: options.Seed = None,
    is_public: options.IsPublic = None,
    clear: Annotated[
        list[options.Clearable] | None,
        typer.Option("--clear", help="Take this away again; may be repeated."),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Change an agent, for its next session; one that runs goes on as it began.

    Example: aibt agents update Ada --max-position 0.25 --clear temperature
    """
    changes = {
        "name": new_name,
        "base_model": base_model,
        "universe": options.symbols_of(universe) or None,
        "provider": provider,
        "prompt": options.prompt_of(prompt, prompt_file),
        "period": period,
        "source": source,
        "benchmark": benchmark,
        "balance": balance,
        "tools": options.tools_of(tools),
        "bots": bots or None,
        "max_rounds": max_rounds,
        "max_tokens": max_tokens,
        "max_cost": max_cost,
        "max_position": max_position,
        "max_leverage": max_leverage,
        "max_turnover": max_turnover,
        "price_collar": price_collar,
        "allow_short": allow_short,
        "fee_bps": fee_bps,
        "slippage_bps": slippage_bps,
        "temperature": temperature,
        "seed": seed,
        "is_public": is_public,
    }
    cleared = options.cleared_of(clear, changes)
    if all(value is None for value in changes.values()) and not cleared:
        raise Misused("Say what to change, as in: aibt agents update Ada --max-position 0.25")
    with connected(address(url)) as client:
        found = agent_called(client, name)
        path = f"/api/models/{found.id}"
        agent = client.change("PATCH", path, AgentMessage, changes, cleared=cleared)
    _show(agent, as_json=as_json)


@app.command()
def delete(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = None,
) -> None:
    """Delete an agent. Its sessions stay readable."""
    if not yes:
        typer.confirm(f"Delete the agent {name}?", abort=True, err=True)
    with connected(address(url)) as client:
        found = agent_called(client, name)
        client.change("DELETE", f"/api/models/{found.id}", AgentDeletedMessage)
    output.say(f"The agent {formats.plain(name)} is deleted.")


@app.command()
def models(
    query: Annotated[str, typer.Argument(metavar="[QUERY]", help="Part of a model's name.")] = "",
    *,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Which of your keys; else the installation's.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List the models that a provider offers, with their prices.

    Example: aibt agents models gpt-5
    """
    with connected(address(url)) as client:
        answer = client.get("/api/providers/models", ProviderModelsMessage, provider=provider)
    found = [model for model in answer.models if query.casefold() in _called(model).casefold()]
    if as_json:
        output.show_json({"models": [model.model_dump(mode="json") for model in found]})
    elif not found:
        output.say(f"The provider offers no model like {query!r}.")
    else:
        columns = ("Model", "Name", "Context>", "In, $ per 1M>", "Out, $ per 1M>")
        output.show(output.table(columns, (_model_row(model) for model in found)))


def _called(model: ProviderModelMessage) -> str:
    return f"{model.id} {model.name or ''}"


def _show(agent: AgentMessage, *, as_json: bool) -> None:
    if as_json:
        output.show_json(agent.model_dump(mode="json"))
    else:
        output.show(output.facts(_facts(agent)))


def _facts(agent: AgentMessage) -> list[tuple[str, str]]:
    state = agent.state if agent.session_id is None else f"{agent.state} ({agent.session_id})"
    prompt = formats.plain(agent.prompt)
    shown = prompt if len(prompt) <= _PROMPT_SHOWN else f"{prompt[:_PROMPT_SHOWN]} …"
    source = f" from {agent.source}" if agent.source else ""
    against = agent.benchmark or "its universe in equal parts"
    return [
        ("Agent", f"{agent.name} (model_id {agent.id}, version {agent.version})"),
        ("State", state),
        ("Model", agent.base_model + (f" with {agent.provider}'s key" if agent.provider else "")),
        ("Prompt", shown or formats.ABSENT),
        ("Tools", ", ".join(agent.tools)),
        ("Bots", ", ".join(agent.bots) or formats.ABSENT),
        ("Universe", f"{', '.join(agent.universe)}, {agent.period}{source}"),
        ("Benchmark", against),
        ("Starting cash", formats.amount(agent.balance)),
        ("Costs", _costs(agent)),
        ("Risk", _risk(agent)),
        ("Model's limits", _limits(agent)),
        ("Results", "public" if agent.is_public else "private"),
        ("Created", f"{formats.moment(agent.created_at)} UTC"),
    ]


def _costs(agent: AgentMessage) -> str:
    def said(what: str, value: float | None) -> str:
        return f"{what} {'by the settings' if value is None else f'{value:g} bps'}"

    return f"{said('fee', agent.fee_bps)}, {said('slippage', agent.slippage_bps)}"


def _risk(agent: AgentMessage) -> str:
    words = [
        f"position ≤ {formats.percent(agent.max_position)} of equity",
        f"leverage ≤ {agent.max_leverage:g}",
        f"collar {formats.percent(agent.price_collar)}",
        "may sell short" if agent.allow_short else "may not sell short",
    ]
    if agent.max_turnover is not None:
        words.insert(2, f"turnover ≤ {agent.max_turnover:g} per decision")
    return ", ".join(words)


def _limits(agent: AgentMessage) -> str:
    words = [f"{agent.max_rounds} requests per decision"]
    if agent.max_tokens is not None:
        words.append(f"{formats.count(agent.max_tokens)} tokens per session")
    if agent.max_cost is not None:
        words.append(f"{formats.dollars(agent.max_cost)} per session")
    if agent.temperature is not None:
        words.append(f"temperature {agent.temperature:g}")
    if agent.seed is not None:
        words.append(f"seed {agent.seed}")
    return ", ".join(words)


def _row(agent: AgentMessage) -> tuple[str, ...]:
    return (
        agent.name,
        agent.base_model,
        agent.state,
        formats.ABSENT if agent.session_id is None else str(agent.session_id),
        formats.listed(agent.universe, _UNIVERSE_SHOWN),
        agent.period,
        formats.amount(agent.balance),
        "yes" if agent.is_public else "no",
    )


def _model_row(model: ProviderModelMessage) -> tuple[str, ...]:
    return (
        formats.plain(model.id),
        formats.plain(model.name or ""),
        formats.count(model.context_length),
        formats.figure(model.input_price),
        formats.figure(model.output_price),
    )
