"""All that concerns accounts, put together from the settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aibt.accounts.accounts import Accounts
from aibt.accounts.administration import Administration
from aibt.accounts.admission import Desk
from aibt.accounts.identity import Identity
from aibt.accounts.keyring import KeyRing
from aibt.accounts.keys import derived_key, master_secret, secret_bytes
from aibt.accounts.local import LocalIdentity
from aibt.accounts.passwords import Passwords
from aibt.accounts.supabase import SupabaseTokens
from aibt.accounts.supabase_client import SupabaseAuth
from aibt.accounts.supabase_http import SupabaseHttp
from aibt.accounts.supabase_identity import SupabaseIdentity
from aibt.accounts.throttle import Throttle
from aibt.accounts.tokens import AccessTokens
from aibt.accounts.vault import Vault
from aibt.clock import Clock
from aibt.errors import Invalid
from aibt.settings import Settings
from aibt.store.database import Store
from aibt.store.records import User
from aibt.store.service import Service

_TOKENS, _REFRESH, _KEYS = "access tokens", "refresh tokens", "keys of users"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the gateway and the command line need of accounts."""

    accounts: Accounts
    keyring: KeyRing
    throttle: Throttle
    store: Store

    @property
    def service(self) -> Service:
        """The transactions across owners."""
        return Service(self.store)

    def administration(self, admin: User | None) -> Administration:
        """Return what an administrator does (None: the command line on the server).

        Raises:
            Forbidden: he is none.
        """
        return Administration(self.store, admin)


def keyring_of(store: Store, settings: Settings) -> KeyRing:
    """Return the users' keys of other services, for a process that needs nothing else of accounts.

    Raises:
        Invalid: the master secret cannot be used.
    """
    wanted = settings.accounts
    master = master_secret(Path(settings.store.root), wanted.secret)
    earlier = [secret_bytes(secret) for secret in wanted.previous_secrets]
    vault = Vault(derived_key(master, _KEYS), [derived_key(one, _KEYS) for one in earlier])
    return KeyRing(store, vault, [str(url) for url in wanted.provider_urls])


@asynccontextmanager
async def opened_office(
    store: Store, settings: Settings, clock: Clock, *, passwords: Passwords | None = None
) -> AsyncIterator[Office]:
    """Open accounts over a store, for one process.

    Args:
        store: which the caller opens and closes.
        settings: of accounts, limits, Supabase and the storage root.
        clock: the time.
        passwords: how they are hashed; None: the usual.

    Raises:
        Invalid: Supabase is to check passwords, and its settings are missing.
    """
    wanted = settings.accounts
    master = master_secret(Path(settings.store.root), wanted.secret)
    earlier = [secret_bytes(secret) for secret in wanted.previous_secrets]
    tokens = AccessTokens(
        derived_key(master, _TOKENS), clock, [derived_key(one, _TOKENS) for one in earlier]
    )
    service, desk = Service(store), Desk(tokens, clock, wanted)
    throttle = Throttle(service, clock)
    hasher = passwords or Passwords()
    local = LocalIdentity(
        service,
        desk,
        tokens,
        hasher,
        throttle,
        clock,
        settings.limits,
        refresh_key=derived_key(master, _REFRESH),
    )
    try:
        async with _identity(local, service, throttle, settings, clock) as identity:
            yield Office(
                accounts=Accounts(store, identity, local, desk, clock),
                keyring=keyring_of(store, settings),
                throttle=throttle,
                store=store,
            )
    finally:
        hasher.close()


@asynccontextmanager
async def _identity(
    local: LocalIdentity, service: Service, throttle: Throttle, settings: Settings, clock: Clock
) -> AsyncIterator[Identity]:
    if settings.accounts.identity == "local":
        yield local
        return
    url, anon_key = settings.supabase_url, settings.supabase_anon_key
    if url is None or anon_key is None:
        raise Invalid(
            "AIBT_ACCOUNTS__IDENTITY",
            "it is supabase, so set SUPABASE_URL and SUPABASE_ANON_KEY to your project's",
        )
    http = SupabaseHttp(str(url))
    try:
        yield SupabaseIdentity(
            service,
            SupabaseAuth(http, anon_key),
            SupabaseTokens(http, clock, legacy_secret=settings.supabase_jwt_secret),
            throttle,
            clock,
            settings.accounts,
            settings.limits,
        )
    finally:
        await http.close()
