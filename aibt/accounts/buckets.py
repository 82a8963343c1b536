"""Token buckets: how often one may do something, with a burst."""

import math
from collections import OrderedDict
from dataclasses import dataclass

from aibt.clock import Clock
from aibt.errors import RateLimited

MAX_KEYS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How many tokens there were, and when."""

    tokens: float
    at_s: float


def take(
    state: Bucket | None, now_s: float, rate_per_s: float, burst: float, cost: float = 1
) -> tuple[Bucket, float]:
    """Take `cost` tokens if they are there; return the bucket then, and seconds to wait or 0.

    A bucket begins full, at `burst`, and gains `rate_per_s`. Who is refused loses nothing. A
    clock that runs backwards gives nothing and takes nothing.

    Args:
        state: none: nothing was ever taken.
        now_s: seconds, on the clock of `state`.
        rate_per_s: tokens a second.
        burst: tokens at most.
        cost: tokens to take, at most `burst`.

    Raises:
        ValueError: a rate or burst that is not positive, or a cost outside (0, burst].
    """
    if not (0 < rate_per_s < math.inf and 0 < burst < math.inf):
        raise ValueError(f"a rate of {rate_per_s} per second with a burst of {burst}")
    if not 0 < cost <= burst:
        raise ValueError(f"a cost of {cost} with a burst of {burst}")
    if state is None:
        state = Bucket(tokens=burst, at_s=now_s)
    at_s = max(now_s, state.at_s)
    tokens = min(burst, state.tokens + (at_s - state.at_s) * rate_per_s)
    if tokens >= cost:
        return Bucket(tokens=tokens - cost, at_s=at_s), 0.0
    return Bucket(tokens=tokens, at_s=at_s), (cost - tokens) / rate_per_s


def retry_after(wait_s: float) -> int:
    """Return `wait_s` as whole seconds for a person or a `Retry-After`: rounded up, at least 1."""
    return max(1, math.ceil(wait_s))


class Buckets:
    """The buckets of one rule in one process, each by its key; full ones are forgotten.

    With more than `max_keys` at once the one that was longest unused begins anew: memory is
    bounded, whatever keys are asked for.
    """

    def __init__(
        self, clock: Clock, *, rate_per_s: float, burst: float, max_keys: int = MAX_KEYS
    ) -> None:
        self._clock = clock
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._max_keys = max_keys
        self._kept: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, cost: float = 1) -> None:
        """Take `cost` tokens of `key`.

        Raises:
            RateLimited: they are not there; with the whole seconds, at least 1, to wait.
        """
        now_s = self._clock.monotonic()
        bucket, wait_s = take(self._kept.get(key), now_s, self._rate_per_s, self._burst, cost)
        self._kept[key] = bucket
        self._kept.move_to_end(key)
        self._forget(now_s)
        if wait_s:
            raise RateLimited(retry_after(wait_s))

    def __len__(self) -> int:
        return len(self._kept)

    def _forget(self, now_s: float) -> None:
        """Drop what is full again, from the longest unused on; a few each time is enough."""
        for _ in range(2):
            key, oldest = next(iter(self._kept.items()))
            gained = (now_s - oldest.at_s) * self._rate_per_s
            if oldest.tokens + gained < self._burst and len(self._kept) <= self._max_keys:
                return
            del self._kept[key]
            if not self._kept:
                return
