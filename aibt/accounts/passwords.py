"""Passwords: what is acceptable, and argon2id at the same cost whoever asks."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from aibt.errors import Invalid, Unavailable

MIN_CHARACTERS = 10
MAX_CHARACTERS = 128

T = TypeVar("T")


def check_password(password: str, email: str) -> None:
    """Refuse a new password that is too short, too long, or the e-mail (or its name) itself.

    Raises:
        Invalid: with the reason; never with the password.
    """
    if len(password) < MIN_CHARACTERS:
        raise Invalid("password", f"it has fewer than {MIN_CHARACTERS} characters")
    if len(password) > MAX_CHARACTERS:
        raise Invalid("password", f"it has more than {MAX_CHARACTERS} characters")
    if any(unicodedata.category(character) == "Cs" for character in password):
        raise Invalid("password", "it holds half a character (a lone surrogate)")
    address = email.strip().casefold()
    if password.strip().casefold() in {address, address.partition("@")[0]}:
        raise Invalid("password", "it is the e-mail")


class Passwords:
    """Hashes and verifies in threads, a few at once: argon2id is meant to be slow and large.

    One per process. `verifications` counts the argon2 verifications begun.
    """

    def __init__(
        self, hasher: Argon2Hasher | None = None, *, at_once: int = 2, wait_s: float = 10.0
    ) -> None:
        """Make a dummy hash, which is what a password is compared with where there is none.

        Args:
            hasher: with the cost to use; none: argon2-cffi's defaults (64 MiB, 3 passes).
            at_once: hashes and verifications that run at the same time.
            wait_s: seconds that one may take, waiting for its turn included.
        """
        self.verifications = 0
        self._hasher = hasher or Argon2Hasher()
        self._hashes = PasswordHash((self._hasher,))
        self._dummy = self._hashes.hash(secrets.token_bytes(32))
        self._turns = asyncio.Semaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._wait_s = wait_s

    async def hash(self, password: str) -> str:
        """Return the hash to keep, with its salt and its cost in it.

        Raises:
            Unavailable: its turn did not come in time.
        """
        return await self._in_turn(lambda: self._hashes.hash(_bytes(password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the hash is of `password`; see `verify_and_update`."""
        matches, _ = await self.verify_and_update(password, password_hash)
        return matches

    async def verify_and_update(
        self, password: str, password_hash: str | None
    ) -> tuple[bool, str | None]:
        """Return whether the hash is of `password`, and a new hash if the cost has changed since.

        There is exactly one argon2 verification, also where there is no hash (no such user, or
        one without a password) or where it is not argon2's: how long it takes tells nothing.

        Raises:
            Unavailable: its turn did not come in time.
        """
        usable = password_hash is not None and self._hasher.identify(password_hash)
        possible = usable and len(password) <= MAX_CHARACTERS
        against = password_hash if possible and password_hash is not None else self._dummy
        given = _bytes(password[: MAX_CHARACTERS + 1])

        def verified() -> tuple[bool, str | None]:
            return self._hashes.verify_and_update(given, against)

        matches, renewed = await self._in_turn(verified, verifications=1)
        return (matches and possible, renewed if matches and possible else None)

    def close(self) -> None:
        """End the threads, after what they are at."""
        self._threads.shutdown(cancel_futures=True)

    async def _in_turn(self, act: Callable[[], T], verifications: int = 0) -> T:
        """Run `act` in a thread when fewer than `at_once` do.

        A caller who gives up leaves his turn only when his thread has ended.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                await self._turns.acquire()
                self.verifications += verifications
                work = asyncio.get_running_loop().run_in_executor(self._threads, act)
                work.add_done_callback(lambda _: self._turns.release())
                return await asyncio.shield(work)
        except TimeoutError as error:
            raise Unavailable("too many are signing in at once") from error


def _bytes(password: str) -> bytes:
    """Return what is hashed: the same for the same letters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
