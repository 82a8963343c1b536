"""What a session asks of its tools, once they are opened; `toolbox` implements it over MCP."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from aibt.agents.model import ToolSpec
from aibt.agents.tools.desk import Desk
from aibt.live.events import Json


class Called(Protocol):
    """What a tool came to: `text` is what the model reads, `data` the same for programs."""

    @property
    def ok(self) -> bool: ...

    @property
    def data(self) -> Json: ...

    @property
    def text(self) -> str: ...


class Tools(Protocol):
    """The tools of a session, opened."""

    def specs(self) -> Sequence[ToolSpec]: ...

    async def call(self, name: str, arguments: str) -> Called:
        """Call a tool; whatever goes wrong is said in what it returns."""
        ...


OpenTools = Callable[[Desk], AbstractAsyncContextManager[Tools]]
