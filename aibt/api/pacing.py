"""How often each user may ask this process: 429 with `Retry-After` beyond it."""

from aibt.accounts.buckets import Buckets
from aibt.clock import Clock
from aibt.settings import LimitSettings

_BURST_S = 4.0
_STRANGERS = "strangers"  # no user has this id


class Pacing:
    """Token buckets of one gateway process, by user."""

    def __init__(self, limits: LimitSettings, clock: Clock) -> None:
        rate = limits.commands_per_second
        self._commands = Buckets(clock, rate_per_s=rate, burst=max(1.0, rate * _BURST_S))
        self._starts = _per_minute(limits.starts_per_minute, clock)
        self._tickets = _per_minute(limits.tickets_per_minute, clock)

    def command(self, user_id: int) -> None:
        """Let a user ask something.

        Raises:
            RateLimited: he has asked too often.
        """
        self._commands.take(str(user_id))

    def stranger(self) -> None:
        """Let somebody ask who has not signed in; all of them together are one.

        Raises:
            RateLimited: they have asked too often.
        """
        self._commands.take(_STRANGERS)

    def start(self, user_id: int) -> None:
        """Let a user start something.

        Raises:
            RateLimited: he has started too much.
        """
        self._starts.take(str(user_id))

    def ticket(self, user_id: int) -> None:
        """Let a user have a ticket.

        Raises:
            RateLimited: he has had too many.
        """
        self._tickets.take(str(user_id))


def _per_minute(count: float, clock: Clock) -> Buckets:
    return Buckets(clock, rate_per_s=count / 60, burst=max(1.0, count))
