"""What the actors that host one run each have in common: they forward messages to its host."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from actors.run_host import RunHost
from aibt.live.event_log import Poll
from aibt.live.events import Json
from aibt.store.runs import R

Host = TypeVar("Host", bound=RunHost[Any, Any])


class RunActor(ABC, Generic[R, Host]):
    """Forward messages to the host of one run.

    All methods run on one event loop and none of them computes, so that a hundred polls do not
    keep a pause waiting.

    Args:
        row: of the run.
        epoch: under which this process writes.
    """

    def __init__(self, row: R, epoch: int) -> None:
        self._row: R = row
        self._epoch = epoch
        self._opening = asyncio.Lock()
        self._host: Host | None = None
        self._life: asyncio.Task[Any] | None = None

    async def live(self) -> str:
        """Host the run until its life here is over; return the state it is left in."""
        host = await self._opened()
        if self._life is None:
            self._life = asyncio.create_task(host.live())
        return str(await asyncio.shield(self._life))

    async def epoch(self) -> int:
        """Return the epoch under which this process writes."""
        return self._epoch

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """See `RunHost.pause`."""
        return await (await self._opened()).pause(command_id)

    async def resume(self, command_id: str | None) -> dict[str, Json]:
        """See `RunHost.resume`."""
        return await (await self._opened()).resume(command_id)

    async def stop(self, command_id: str | None) -> dict[str, Json]:
        """See `RunHost.stop`."""
        return await (await self._opened()).stop(command_id)

    async def obey(self) -> None:
        """See `RunHost.obey`."""
        await (await self._opened()).obey()

    async def status(self) -> dict[str, Json]:
        """See `RunHost.status`."""
        return (await self._opened()).status()

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """See `RunHost.poll`."""
        return await (await self._opened()).poll(cursor, status_version, timeout_s)

    async def _opened(self) -> Host:
        async with self._opening:
            if self._host is None:
                self._host = await self._made()
            return self._host

    @abstractmethod
    async def _made(self) -> Host:
        """Open what the host works with, and make it."""

    @property
    def _state(self) -> str:
        return "loading" if self._host is None else str(self._host.state)
