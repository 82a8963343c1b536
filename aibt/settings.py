"""Everything an operator may change without changing code, read once at a process's entry.

A variable is `AIBT_` + group + `__` + name, as in `AIBT_SERVE__PORT=9000`; `.env` is read
too. A misspelt variable stops the start instead of being ignored: see `unknown_variables`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "AIBT_"
WEB_SEAL = "policy.json"  # of a built web application: written when all else of it is there
_DOTENV = ".env"
_ELSEWHERE = ("AIBT_TOKEN",)  # the command line's own
_ELSEWHERE_PREFIX = "AIBT_TEST_"  # the tests' own


class SettingsGroup(BaseModel):
    """Settings that belong together: frozen, and refusing names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreSettings(SettingsGroup):
    """Where facts and files are kept."""

    root: Path = Field(
        default=Path.home() / ".aibt",
        description="folder of the database, checkpoints, data sets and the market cache",
    )
    url: str | None = Field(
        default=None, description="SQLAlchemy URL; none: SQLite in a file under `root`"
    )
    owner_url: str | None = Field(
        default=None,
        description="PostgreSQL: URL of the role that owns the tables, for migrations alone",
    )

    @property
    def database_url(self) -> str:
        """The database's SQLAlchemy URL, for an async engine."""
        return self.url or f"sqlite+aiosqlite:///{self.root / 'aibt.sqlite3'}"


class MarketSettings(SettingsGroup):
    """Where bars come from."""

    sources: tuple[Literal["csv", "sample", "yahoo", "synthetic"], ...] = Field(
        default=("csv", "sample", "yahoo"),
        description="order in which sources are asked when a request names none",
    )
    csv_folder: Path | None = Field(
        default=None, description="folder of the `csv` source; none: `csv` under the store's root"
    )
    cache_max_age_s: float = Field(
        default=3_600, ge=0, description="seconds for which fetched bars are served without asking"
    )
    yahoo_url: str | None = Field(
        default=None, description="base URL instead of Yahoo's own, for tests and mirrors"
    )
    timeout_s: float = Field(
        default=15, gt=0, le=18, description="seconds that one source may take to answer"
    )


class CostSettings(SettingsGroup):
    """What trading costs where a request does not say."""

    fee_bps: float = Field(default=1.0, ge=0, lt=10_000, description="fee in basis points")
    slippage_bps: float = Field(default=1.0, ge=0, lt=10_000, description="slippage, basis points")


class TrainingSettings(SettingsGroup):
    """How trainings are kept and hosted."""

    checkpoint_interval_s: float = Field(
        default=30, gt=0, description="seconds between checkpoints of a running training"
    )
    park_after_s: float = Field(
        default=600, ge=0, description="seconds for which a paused training keeps its place"
    )
    supervise_interval_s: float = Field(
        default=0.5, gt=0, description="seconds between two looks of the supervisor"
    )


class AgentSettings(SettingsGroup):
    """How agents' sessions are run."""

    request_timeout_s: float = Field(
        default=120, gt=0, description="seconds that a model may take to answer one request"
    )
    retries: int = Field(
        default=4, ge=0, le=20, description="further tries after a model's answer that went wrong"
    )
    late_bar_s: float = Field(
        default=60, ge=0, description="seconds that a live session waits for a bar that is late"
    )
    search_url: HttpUrl = Field(
        default=HttpUrl("https://s.jina.ai/"), description="Jina's search, or a mirror of it"
    )
    reader_url: HttpUrl = Field(
        default=HttpUrl("https://r.jina.ai/"), description="Jina's reader, or a mirror of it"
    )


class ServeSettings(SettingsGroup):
    """The HTTP application."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=1, le=65_535, description="HTTP port; `PORT` sets it too")
    haproxy: bool = Field(default=True, description="HAProxy in front of Serve, or its own proxy")
    replicas: int = Field(default=1, ge=1, le=64, description="gateway replicas")
    max_sockets: int = Field(default=5_000, ge=1, description="WebSockets per replica")
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="origins that may open a WebSocket, besides the server's own"
    )
    web_root: Path | None = Field(
        default=None,
        description="folder of the built web application; none: `web/out` of this checkout",
    )

    @property
    def web_folder(self) -> Path:
        """Where the built web application lies, if there is one."""
        return self.web_root or Path(__file__).parents[1] / "web" / "out"

    @property
    def has_pages(self) -> bool:
        """Whether there is a web application to serve."""
        return (self.web_folder / WEB_SEAL).is_file()


class RaySettings(SettingsGroup):
    """The Ray cluster to start or to join."""

    address: str | None = Field(default=None, description="cluster to join; none: start one here")
    num_cpus: int | None = Field(default=None, ge=1, description="CPUs to offer; none: all")
    num_gpus: int | None = Field(default=None, ge=0, description="GPUs to offer; none: all")
    dashboard: bool = Field(default=True, description="start the Ray dashboard")
    dashboard_port: int = Field(default=8265, ge=1, le=65_535, description="its port")
    autoscaled: bool = Field(
        default=False, description="the cluster grows on demand: never refuse for want of a place"
    )
    object_store_mb: int = Field(default=512, ge=80, description="object store's memory, MB")


class AccountSettings(SettingsGroup):
    """Who may sign in, and how."""

    secret: SecretStr | None = Field(
        default=None,
        description="signs tokens and encrypts keys, at least 32 characters; none: made at the "
        "first start and kept in `secret` under the store's root",
    )
    previous_secrets: tuple[SecretStr, ...] = Field(
        default=(), description="earlier values of `secret`: what they encrypted is still read"
    )
    identity: Literal["local", "supabase"] = Field(
        default="local", description="who checks passwords: this installation, or Supabase"
    )
    access_token_s: float = Field(
        default=900, ge=30, le=86_400, description="seconds for which an access token is valid"
    )
    sign_in_s: float = Field(
        default=30 * 86_400, ge=60, description="seconds after which one must sign in again"
    )
    provider_urls: tuple[HttpUrl, ...] = Field(
        default=(),
        description="OpenAI-compatible base URLs that users may keep a key for, besides the known",
    )


class LimitSettings(SettingsGroup):
    """How often one may ask; 429 with `Retry-After` beyond it."""

    sign_ins_per_minute: float = Field(default=10, gt=0, description="sign-ins of one e-mail")
    sign_ups_per_minute: float = Field(default=30, gt=0, description="sign-ups of all together")
    tickets_per_minute: float = Field(default=60, gt=0, description="tickets of one user")
    commands_per_second: float = Field(
        default=50, gt=0, description="requests of one user at one gateway; four times as a burst"
    )
    starts_per_minute: float = Field(
        default=60, gt=0, description="trainings, sessions and evaluations started by one user"
    )
    sockets: int = Field(default=100, ge=1, description="WebSockets of one user at one gateway")


class QuotaSettings(SettingsGroup):
    """How much one user may have; administrators are bound by it too."""

    bots: int = Field(default=1_000, ge=1, description="bots that are not deleted")
    active_trainings: int = Field(
        default=50, ge=1, description="trainings that have not ended; a population counts as one"
    )
    population_members: int = Field(
        default=256, ge=2, description="members of one population; each bot counts as a bot, too"
    )
    max_episodes: int = Field(default=1_000_000, ge=1, description="episodes of one training")
    hidden_layers: int = Field(default=1_024, ge=1, description="width of a bot")
    environments: int = Field(default=16_384, ge=1, description="environments of one training")
    rollout_workers: int = Field(default=64, ge=0, description="rollout workers of one training")
    symbols: int = Field(
        default=100, ge=1, description="symbols that active trainings are on at once"
    )
    agents: int = Field(default=200, ge=1, description="agents that are not deleted")
    active_sessions: int = Field(default=20, ge=1, description="sessions that have not ended")
    active_evaluations: int = Field(default=10, ge=1, description="evaluations that have not ended")
    evaluation_trainings: int = Field(
        default=2_000, ge=1, description="trainings of one evaluation: algorithms × seeds × folds"
    )
    universe: int = Field(default=200, ge=1, description="symbols of one agent")
    session_tokens: int = Field(
        default=20_000_000, ge=1, description="tokens that the model of one session may use"
    )
    session_cost: float = Field(
        default=50, gt=0, description="US dollars that the model of one session may cost"
    )
    daily_cost: float = Field(
        default=200, gt=0, description="US dollars that a user's models may cost in 24 hours"
    )


class Settings(BaseSettings):
    """All settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=_DOTENV,
        frozen=True,
        extra="ignore",
    )

    port: int | None = Field(
        default=None, validation_alias="PORT", description="HTTP port; stronger than serve's"
    )
    supabase_url: HttpUrl | None = Field(
        default=None, validation_alias="SUPABASE_URL", description="of the Supabase project"
    )
    supabase_anon_key: SecretStr | None = Field(
        default=None,
        validation_alias="SUPABASE_ANON_KEY",
        description="the project's publishable (anon) key, which its REST API asks for",
    )
    supabase_jwt_secret: SecretStr | None = Field(
        default=None,
        validation_alias="SUPABASE_JWT_SECRET",
        description="the project's legacy HS256 secret; none: its published keys alone",
    )
    openai_api_base: HttpUrl = Field(
        default=HttpUrl("https://openrouter.ai/api/v1"),
        validation_alias="OPENAI_API_BASE",
        description="OpenAI-compatible API that agents use where their user keeps no key",
    )
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias="OPENAI_API_KEY", description="the key for it"
    )
    jina_api_key: SecretStr | None = Field(
        default=None, validation_alias="JINA_API_KEY", description="key for Jina's web search"
    )
    math_http_port: int = Field(
        default=8000,
        ge=1,
        le=65_535,
        validation_alias="MATH_HTTP_PORT",
        description="port of the math tools, where they are served",
    )
    search_http_port: int = Field(
        default=8001,
        ge=1,
        le=65_535,
        validation_alias="SEARCH_HTTP_PORT",
        description="port of the search tools",
    )
    trade_http_port: int = Field(
        default=8002,
        ge=1,
        le=65_535,
        validation_alias="TRADE_HTTP_PORT",
        description="port of the trade tools",
    )
    getprice_http_port: int = Field(
        default=8003,
        ge=1,
        le=65_535,
        validation_alias="GETPRICE_HTTP_PORT",
        description="port of the price tools",
    )
    mode: Literal["laptop", "production"] = Field(
        default="laptop",
        description="production: several nodes and other addresses than this machine's own, and "
        "nothing left to a default that would be unsafe there",
    )
    store: StoreSettings = StoreSettings()
    accounts: AccountSettings = AccountSettings()
    limits: LimitSettings = LimitSettings()
    quotas: QuotaSettings = QuotaSettings()
    market: MarketSettings = MarketSettings()
    costs: CostSettings = CostSettings()
    training: TrainingSettings = TrainingSettings()
    agents: AgentSettings = AgentSettings()
    serve: ServeSettings = ServeSettings()
    ray: RaySettings = RaySettings()

    @model_validator(mode="before")
    @classmethod
    def _port_is_serves(cls, given: Any) -> Any:
        """Let `PORT`, which many hosts set, be the port of the HTTP application."""
        port = given.get("PORT")
        if port is None:
            return given
        return {**given, "serve": {**given.get("serve", {}), "port": port}}


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Return what begins with `AIBT_` and no setting reads, of `names` and of `.env`, sorted."""
    known = {f"{PREFIX}MODE"} | {
        f"{PREFIX}{group}__{name}".upper()
        for group, of in Settings.model_fields.items()
        if isinstance(of.annotation, type) and issubclass(of.annotation, SettingsGroup)
        for name in of.annotation.model_fields
    }
    return sorted(
        name
        for name in {*names, *dotenv_values(_DOTENV)}
        if name.upper().startswith(PREFIX)
        and name.upper() not in known
        and name not in _ELSEWHERE
        and not name.startswith(_ELSEWHERE_PREFIX)
    )
