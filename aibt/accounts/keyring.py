"""A user's keys of other services: sealed when they come, and never shown again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from aibt.accounts.vault import Vault
from aibt.errors import Forbidden, Invalid
from aibt.store.database import Store
from aibt.store.records import SealedSecret

KNOWN: Final = {"openrouter": "https://openrouter.ai/api/v1", "jina": "https://s.jina.ai"}
"""Providers whose address is ours to know."""
_LONG: Final = 16  # characters of a key of which four may be shown


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedKey:
    """A key in the clear, for the process that uses it alone."""

    provider: str
    base_url: str
    key: SecretStr


class KeyRing:
    """Keeps one key per user and provider."""

    def __init__(self, store: Store, vault: Vault, allowed_urls: Iterable[str]) -> None:
        self._store = store
        self._vault = vault
        self._allowed = {url.rstrip("/") for url in (*allowed_urls, *KNOWN.values())}

    async def put(
        self, owner_id: int, provider: str, key: SecretStr, base_url: str | None
    ) -> SealedSecret:
        """Seal and store a key, in place of the one before.

        Raises:
            Invalid: it is no key.
            Forbidden: the provider needs a base URL, or the operator does not allow this one.
        """
        secret = key.get_secret_value()
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise Invalid("key", "a key has only printable ASCII characters and no spaces")
        url = self._url(provider, base_url)
        sealed = self._vault.seal(key, user_id=owner_id, provider=f"{provider}\n{url}")
        async with self._store.writing(owner_id) as unit:
            return await unit.secrets.put(
                provider, base_url=url, sealed=sealed, last_four=_shown(secret)
            )

    async def all(self, owner_id: int) -> list[SealedSecret]:
        """Return the user's keys, sealed."""
        async with self._store.reading(owner_id) as unit:
            return await unit.secrets.all()

    async def delete(self, owner_id: int, provider: str) -> None:
        """Forget a key.

        Raises:
            NotFound: there is none.
        """
        async with self._store.writing(owner_id) as unit:
            await unit.secrets.delete(provider)

    async def opened(self, owner_id: int, provider: str) -> OpenedKey:
        """Open a key, for the process that uses it.

        Raises:
            NotFound: there is none.
            Invalid: it was sealed for somebody else, somewhere else, or with a lost secret.
        """
        async with self._store.reading(owner_id) as unit:
            kept = await unit.secrets.get(provider)
        url = self._url(provider, kept.base_url)
        key = self._vault.open(kept.sealed, user_id=owner_id, provider=f"{provider}\n{url}")
        return OpenedKey(provider=provider, base_url=url, key=key)

    def _url(self, provider: str, base_url: str | None) -> str:
        url = (base_url or KNOWN.get(provider, "")).rstrip("/")
        if not url:
            known = ", ".join(sorted(KNOWN))
            raise Forbidden(f"{provider} is not one of {known}: say where it is in base_url")
        if url not in self._allowed or (provider in KNOWN and url != KNOWN[provider]):
            raise Forbidden("the operator does not allow keys for this address")
        return url


def _shown(secret: str) -> str:
    """Return the last four characters; of a short key even these would tell too much."""
    return secret[-4:] if len(secret) >= _LONG else ""
