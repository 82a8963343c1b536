"""What an actor's process is given by its node: settings from the node's own environment."""

from functools import cache

from aibt.settings import Settings


@cache
def settings() -> Settings:
    """Return this process's settings, read once."""
    return Settings()
