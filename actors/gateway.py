"""The gateway: the HTTP application in a Serve replica, over the platform's handles."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from actors.platform import connect
from actors.process import settings
from aibt.api.app import create_app
from aibt.clock import SystemClock

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from aibt.api.gateway import Backend


def build_gateway() -> "ASGIApp":
    """Return the application of one replica; Serve calls this in the replica's process."""
    from actors.metrics import GatewayMeter

    read = settings()

    def connected() -> "AbstractAsyncContextManager[Backend]":
        return connect(read)

    return create_app(connected, read, SystemClock(), GatewayMeter())
