"""Calls between actors: every wait has a timeout and comes back as one of our errors."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from ray.exceptions import GetTimeoutError, RayActorError, RayError, RayTaskError

from aibt.errors import ActorUnavailable, AibtError

T = TypeVar("T")


async def ask(answer: Awaitable[T], *, timeout_s: float) -> T:
    """Wait for an actor's answer.

    Raises:
        ActorUnavailable: the actor died, cannot be reached, or did not answer within
            `timeout_s`. The call may have run.
        AibtError: whatever the actor raised on purpose, as itself.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await answer
    except TimeoutError as error:
        raise ActorUnavailable(f"no answer within {timeout_s:.0f} s") from error
    except (GetTimeoutError, RayActorError) as error:
        raise ActorUnavailable(type(error).__name__) from error
    except RayTaskError as error:
        if isinstance(error.cause, AibtError):
            raise error.cause from error
        raise
    except RayError as error:
        raise ActorUnavailable(type(error).__name__) from error


def was_answered(error: ActorUnavailable) -> bool:
    """Return whether what `ask` raised was said by the actor itself, which is there then."""
    return isinstance(error.__cause__, RayTaskError)
