"""Tokens that stand for one session's desk, for outside MCP clients."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aibt.accounts.keys import derived_key, master_secret, secret_bytes
from aibt.accounts.tokens import AccessTokens
from aibt.clock import Clock
from aibt.errors import NotSignedIn
from aibt.settings import Settings

LIFETIME_S: Final = 12 * 3_600.0
_PURPOSE: Final = "tool tokens"
_SESSION: Final = "session/"


class ToolTokens:
    """Mints and reads them; signed with a key of their own, they open nothing else.

    Raises:
        Invalid: the master secret cannot be used.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        wanted = settings.accounts
        master = master_secret(Path(settings.store.root), wanted.secret)
        earlier = [secret_bytes(secret) for secret in wanted.previous_secrets]
        self._clock = clock
        self._tokens = AccessTokens(
            derived_key(master, _PURPOSE), clock, [derived_key(one, _PURPOSE) for one in earlier]
        )

    def mint(self, owner_id: int, session_id: int) -> tuple[str, datetime]:
        """Return a token of one session, and when it is over."""
        token = self._tokens.mint(owner_id, f"{_SESSION}{session_id}", LIFETIME_S)
        return token, self._clock.now() + timedelta(seconds=LIFETIME_S)

    def read(self, token: str) -> tuple[int, int]:
        """Return owner and session of a token.

        Raises:
            NotSignedIn: it is none of ours, or over.
        """
        said = self._tokens.read(token)
        number = said.sign_in_id.removeprefix(_SESSION)
        if not said.sign_in_id.startswith(_SESSION) or not number.isdigit():
            raise NotSignedIn("this is no token of a session")
        return said.user_id, int(number)
