"""Whether the platform can start here, and what a person is told once it has."""

import ipaddress
import socket
from typing import Final

from aibt.accounts.keys import MIN_CHARACTERS
from aibt.accounts.office import opened_office
from aibt.clock import Clock
from aibt.settings import Settings
from aibt.store.database import open_store
from aibt.store.engine import is_sqlite
from aibt.store.login_role import login_role_faults
from aibt.store.users import LOCAL_EMAIL

_PRODUCTION: Final = "set AIBT_MODE=production, and what docs/accounts.md says of it"
_EXAMPLES: Final = ("change-me", "changeme", "secret", "password", "example")
_FEWEST_CHARACTERS: Final = 8  # different ones, in a secret that somebody took from somewhere


def refusal(settings: Settings) -> str | None:
    """Return why these settings cannot be served, and what to set; None: they can."""
    return _unfit_mode(settings) or _unfit_sign_in(settings) or _taken_port(settings)


def refusal_by_cluster(settings: Settings, nodes: int) -> str | None:
    """Return why a cluster of so many nodes cannot be used; None: it can."""
    if nodes < 2:
        return None
    if settings.mode == "laptop":
        return f"This cluster has {nodes} nodes: {_PRODUCTION}."
    if is_sqlite(settings.store.database_url):
        return (
            f"This cluster has {nodes} nodes, and SQLite is one machine's: set AIBT_STORE__URL to "
            "a PostgreSQL database that all of them reach."
        )
    return None


async def refusal_by_store(settings: Settings, clock: Clock) -> str | None:
    """Return why the migrated store cannot be served in production; None: it can."""
    if settings.mode == "laptop":
        return None
    if faults := login_role_faults(settings.store.database_url):
        return f"The role of AIBT_STORE__URL {'; '.join(faults)}: see docs/accounts.md."
    if settings.accounts.identity == "supabase" or _is_loopback(settings.serve.host):
        return None
    async with (
        await open_store(settings.store.database_url, clock=clock) as store,
        opened_office(store, settings, clock) as office,
    ):
        listed = await office.administration(None).listed(limit=2)
    if all(one.email == LOCAL_EMAIL for one in listed):
        return (
            f"AIBT_SERVE__HOST is {settings.serve.host}, and nobody can sign in: list yourself "
            "with `aibt users allow you@example.com`, or let Supabase check passwords "
            "(AIBT_ACCOUNTS__IDENTITY=supabase)."
        )
    return None


async def sign_in_link(settings: Settings, clock: Clock) -> str | None:
    """Return an address that signs the laptop's user in, once; None in production."""
    if settings.mode == "production":
        return None
    async with (
        await open_store(settings.store.database_url, clock=clock) as store,
        opened_office(store, settings, clock) as office,
    ):
        async with office.service.writing() as unit:
            await unit.users.local_user()
        token = await office.accounts.link(LOCAL_EMAIL)
    return f"http://{settings.serve.host}:{settings.serve.port}/sign-in#{token}"


def _unfit_mode(settings: Settings) -> str | None:
    if settings.mode == "production":
        return None
    if not _is_loopback(settings.serve.host):
        return (
            f"AIBT_SERVE__HOST is {settings.serve.host}, which others may reach: {_PRODUCTION}, "
            "or leave the host at 127.0.0.1."
        )
    if settings.ray.address is not None:
        return f"AIBT_RAY__ADDRESS joins a cluster that may have several nodes: {_PRODUCTION}."
    return None


def _unfit_sign_in(settings: Settings) -> str | None:
    if settings.accounts.identity == "supabase" and (
        settings.supabase_url is None or settings.supabase_anon_key is None
    ):
        return (
            "AIBT_ACCOUNTS__IDENTITY is supabase: set SUPABASE_URL and SUPABASE_ANON_KEY to your "
            "project's."
        )
    given = settings.accounts.secret
    secret = "" if given is None else given.get_secret_value()
    if settings.mode == "laptop" and given is None:
        return None
    wanted = f"at least {MIN_CHARACTERS} characters of your own, as `openssl rand -base64 48` says"
    if not secret:
        return f"AIBT_MODE is production: set AIBT_ACCOUNTS__SECRET to {wanted}."
    if len(secret) < MIN_CHARACTERS:
        return f"AIBT_ACCOUNTS__SECRET has {len(secret)} characters: set it to {wanted}."
    if secret.lower().startswith(_EXAMPLES) or len(set(secret)) < _FEWEST_CHARACTERS:
        return f"AIBT_ACCOUNTS__SECRET is one that others know or guess: set it to {wanted}."
    return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _taken_port(settings: Settings) -> str | None:
    serve = settings.serve
    with socket.socket(socket.AF_INET6 if ":" in serve.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((serve.host, serve.port))
        except OSError:
            return f"Port {serve.port} is taken. Stop what uses it, or set PORT to another one."
    return None


def _what_to_open(settings: Settings, home: str, link: str | None) -> str:
    if not settings.serve.has_pages:
        return (
            "There are no pages to open: `make web` builds them, then start again. A program signs "
            "in with `aibt token`."
        )
    if link is None:
        return f"Open {home}"
    return f"Open {link}  It signs you in, once and within an hour."


def where(settings: Settings, dashboard: str | None, link: str | None) -> str:
    """Return where everything is, and what to open."""
    at = f"{settings.serve.host}:{settings.serve.port}"
    lines = [
        f"AIBT is ready.  http://{at}   REST docs http://{at}/docs   WebSocket ws://{at}/ws",
        f"Store: {settings.store.root}",
        _what_to_open(settings, f"http://{at}", link),
    ]
    if dashboard:
        lines.append(f"Ray dashboard: http://{dashboard}   its token lies in ~/.ray/auth_token")
    if settings.serve.haproxy:
        lines.append(
            "HAProxy's statistics and metrics (ports 8404 and 9101, or free ones) listen on every "
            "interface of this machine; AIBT_SERVE__HAPROXY=0 does without it."
        )
    return "\n".join(lines)
