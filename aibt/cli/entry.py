"""The process entry: settings and environment are read here, once, and nowhere else."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer

from aibt.cli.client import Client, is_loopback
from aibt.cli.complaints import Misused
from aibt.cli.tokens import Tokens

if TYPE_CHECKING:
    from aibt.settings import Settings

SERVE: Final = (sys.executable, "-m", "serve_app")
TOKEN: Final = "AIBT_TOKEN"
_SCHEMES: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="Address of the platform, such as http://127.0.0.1:8080. Default: this machine's, "
        "from the settings (AIBT_SERVE__HOST, AIBT_SERVE__PORT or PORT).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the commands are given from outside.

    Attributes:
        serve: the command line that runs the platform.
    """

    serve: tuple[str, ...] = SERVE


def environment() -> Mapping[str, str]:
    """Return a copy of this process's environment, for the platform that it starts."""
    return dict(os.environ)  # noqa: TID251 - a process entry: this is where it is read


def settings() -> "Settings":
    """Read the settings.

    Raises:
        Misused: one of them cannot be used, or a name is misspelt.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from aibt.settings import Settings, unknown_variables

    if unknown := unknown_variables(environment()):
        raise Misused(f"There is no such setting: {', '.join(unknown)}. See docs/settings.md.")
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = "__".join(str(part).upper() for part in fault["loc"])
        prefix = "" if name == "PORT" else "AIBT_"
        raise Misused(f"The setting {prefix}{name} cannot be used: {fault['msg']}.") from None
    except SettingsError as error:
        raise Misused(f"The settings cannot be read: {error}.") from None


def address(url: str | None) -> str:
    """Return the platform's base address: that of `--url`, or else that of the settings.

    Raises:
        Misused: `url` is no address of a web server.
    """
    if url is None:
        serve = settings().serve
        return local_address(serve.host, serve.port)
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        is_right = parts.hostname is not None and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right or parts.scheme not in _SCHEMES:
        raise Misused(f"--url: {url!r} is no address such as http://127.0.0.1:8080.")
    path = parts.path.rstrip("/").removesuffix("/ws")
    return f"{_SCHEMES[parts.scheme]}://{parts.netloc}{path}"


def tokens_for(base: str, chosen: "Settings | None" = None) -> Tokens:
    """Return what says to the platform at `base` who is asking.

    That is `AIBT_TOKEN`, or else tokens made from this machine's store, and for a platform on
    this machine alone: nobody else is shown one that was not asked for.

    Args:
        base: base address of the platform.
        chosen: settings of its store, which no token was given for; None: this process's own.
    """
    given = environment().get(TOKEN, "").strip() if chosen is None else ""
    if given:
        if not given.isascii() or not given.isprintable() or " " in given:
            raise Misused(f"{TOKEN} is no token: it has characters that none has.")
        return Tokens(given)
    if not is_loopback(base):
        return Tokens()

    def mint() -> str:
        from aibt.cli.direct import program_token

        return program_token(chosen or settings(), None)

    return Tokens(mint=mint)


@contextmanager
def connected(base: str, tokens: Tokens | None = None) -> Iterator[Client]:
    """Yield a client of the platform at `base`; without `tokens` those of `tokens_for`."""
    client = Client(base, tokens or tokens_for(base))
    try:
        yield client
    finally:
        client.close()


def local_address(host: str, port: int) -> str:
    """Return the base address of a platform on this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
