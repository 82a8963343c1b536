"""Handles of named actors, looked up off the event loop and kept."""

import asyncio
from typing import Any

import ray

from actors.names import NAMESPACE
from aibt.errors import ActorUnavailable

_LOOKUP_S = 5.0


class Handles:
    """A cache of handles: while the cluster's directory is down, those known go on working.

    Handles are `Any`: Ray makes their methods at run time. What crosses them is typed by
    the methods of this package that call them.
    """

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    async def get(self, name: str) -> Any:
        """Return the handle of the actor called `name`.

        Raises:
            ActorUnavailable: there is no such actor, or the directory does not answer.
        """
        if name not in self._known:
            lookup = asyncio.to_thread(ray.get_actor, name, namespace=NAMESPACE)
            try:
                async with asyncio.timeout(_LOOKUP_S):
                    self._known[name] = await lookup
            except ValueError as error:
                raise ActorUnavailable(f"no actor {name}") from error
            except TimeoutError as error:
                raise ActorUnavailable(f"looking {name} up took too long") from error
        return self._known[name]

    def forget(self, name: str) -> None:
        """Look `name` up again next time: its actor died, or did not answer."""
        self._known.pop(name, None)
