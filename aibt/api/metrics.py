"""What the gateway counts. The actors implement it; without them nobody listens."""

from typing import Protocol


class Meter(Protocol):
    """Takes measurements. Called on the event loop, so it must not block."""

    def sockets(self, count: int) -> None:
        """Take the number of sockets that are open now."""
        ...

    def command(self, query: str, seconds: float, code: str) -> None:
        """Take one answered request: how long it took, and `ok` or the error's code."""
        ...

    def frames_dropped(self, count: int) -> None:
        """Take the number of frames that were given up with a socket that was too slow."""
        ...


class NoMeter:
    """Counts nothing."""

    def sockets(self, count: int) -> None: ...

    def command(self, query: str, seconds: float, code: str) -> None: ...

    def frames_dropped(self, count: int) -> None: ...
