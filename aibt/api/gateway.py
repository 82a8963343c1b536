"""What every request of this process shares."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from aibt.accounts.office import Office
from aibt.api.feeds import FeedHub
from aibt.api.limits import Limits
from aibt.api.metrics import Meter
from aibt.api.pacing import Pacing
from aibt.api.platform import Platform
from aibt.clock import Clock
from aibt.errors import ActorUnavailable, AibtError
from aibt.protocol.errors import ErrorMessage, error_message, internal_error
from aibt.settings import Settings

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What a gateway process connects to when it starts."""

    platform: Platform
    office: Office


@dataclass(slots=True, kw_only=True)
class Gateway:
    """The platform, and how this process speaks for it."""

    platform: Platform
    office: Office
    pacing: Pacing
    hub: FeedHub
    settings: Settings
    clock: Clock
    meter: Meter
    limits: Limits
    background: set[asyncio.Task[None]] = field(default_factory=set)  # keeps them alive

    async def ask(self, answer: Awaitable[T]) -> T:
        """Wait for the platform, but not for ever.

        Raises:
            ActorUnavailable: it did not answer in time.
            AibtError: whatever it raised on purpose.
        """
        try:
            async with asyncio.timeout(self.limits.answer_s):
                return await answer
        except TimeoutError:
            raise ActorUnavailable("the platform did not answer in time") from None


def told(error: Exception) -> ErrorMessage:
    """Return what a client is told of `error`; what is not ours goes to the log alone."""
    return error_message(error) if isinstance(error, AibtError) else internal_error(report(error))


def report(error: Exception) -> str:
    """Write a failure that is a mistake of ours to the log, and return its reference."""
    correlation_id = new_correlation_id()
    logger.error("request failed, reference %s", correlation_id, exc_info=error)
    return correlation_id


def new_correlation_id() -> str:
    """Return what ties an answer to the log."""
    return uuid.uuid4().hex[:12]
