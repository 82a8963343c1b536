"""Limits that hold for all processes together, and through their restarts."""

import hashlib
from datetime import timedelta
from typing import Final

from aibt.accounts.buckets import Bucket, retry_after, take
from aibt.clock import Clock
from aibt.errors import RateLimited
from aibt.store.service import Service

_FORGOTTEN_AFTER: Final = timedelta(hours=1)  # any bucket is full again by then


class Throttle:
    """Token buckets in the store."""

    def __init__(self, service: Service, clock: Clock) -> None:
        self._service = service
        self._clock = clock

    async def take(self, kind: str, whose: str, per_minute: float) -> None:
        """Take one token of somebody's bucket, which holds a minute's worth.

        Raises:
            RateLimited: it is empty; nothing was taken.
        """
        key = f"{kind}/{hashlib.sha256(whose.encode()).hexdigest()[:32]}"
        now = self._clock.now()
        async with self._service.writing() as unit:
            kept = await unit.buckets.get(key)
            state = None if kept is None else Bucket(tokens=kept[0], at_s=kept[1].timestamp())
            state, retry_after_s = take(
                state, now.timestamp(), rate_per_s=per_minute / 60, burst=max(per_minute, 1.0)
            )
            await unit.buckets.put(key, state.tokens)
            await unit.buckets.forget_before(now - _FORGOTTEN_AFTER)
        if retry_after_s > 0:
            raise RateLimited(retry_after(retry_after_s))
