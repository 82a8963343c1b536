"""The route of the web application: its files, and its own page where there is nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from starlette.datastructures import Headers, URLPath
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from aibt.api.errors import problem
from aibt.api.export import IDENTITY, NOTHING_HERE, ExportedFile, Variant
from aibt.protocol.errors import HTTP_CODES

_READING: Final = ("GET", "HEAD")
_PROGRAMS: Final = "/api"  # whoever asks there wants no page
_REFUSED: Final = re.compile(r"q=0(\.0*)?")
_OF_CONTENT: Final = ("content-type", "content-length", "content-encoding")


class WebRoute(BaseRoute):
    """Serves an export by the exact paths of its files; nothing else of a request names a file.

    It comes after all other routes, of which it hides none.
    """

    def __init__(self, files: Mapping[str, ExportedFile]) -> None:
        self._files = {path: file for path, file in files.items() if path != NOTHING_HERE}
        self._nothing = files[NOTHING_HERE]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether the path is a file's, or a person asks for what is nowhere."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path: str = scope["path"]
        if path in self._files:
            return (Match.FULL if scope["method"] in _READING else Match.PARTIAL), {}
        return (Match.FULL if self._gets_the_page_for_nothing(scope) else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that matches."""
        await self._answer(scope)(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Files have no names to be found by."""
        raise NoMatchFound(name, dict(path_params))

    def _gets_the_page_for_nothing(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return (
            scope["method"] in _READING
            and path != _PROGRAMS
            and not path.startswith(f"{_PROGRAMS}/")
            and path.rstrip("/") not in self._files  # the router leads there
            and "text/html" in Headers(scope=scope).get("accept", "")
        )

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in _READING:
            code, msg = HTTP_CODES[405]
            return problem(code, msg, None, 405, {"Allow": ", ".join(_READING)})
        asked = Headers(scope=scope)
        file = self._files.get(scope["path"])
        if file is None:
            return _whole(_best(self._nothing, asked), scope, status=404)
        variant = _best(file, asked)
        if _has(asked, variant):
            kept = {k: v for k, v in variant.headers.items() if k.lower() not in _OF_CONTENT}
            return Response(status_code=304, headers=kept)
        return _whole(variant, scope, status=200)


def _whole(variant: Variant, scope: Scope, *, status: int) -> Response:
    content = b"" if scope["method"] == "HEAD" else variant.content
    return Response(content, status, headers=variant.headers)


def _best(file: ExportedFile, asked: Headers) -> Variant:
    """Return the smallest variant that the client takes."""
    taken = set(_taken(asked.get("accept-encoding", "")))
    found = next((coding for coding in file.variants if coding in taken), IDENTITY)
    return file.variants[found]


def _taken(accept_encoding: str) -> Iterator[str]:
    for one in accept_encoding.lower().split(","):
        coding, *parameters = (part.strip() for part in one.split(";"))
        if not any(_REFUSED.fullmatch(parameter) for parameter in parameters):
            yield coding


def _has(asked: Headers, variant: Variant) -> bool:
    """Whether the client has this very variant; a proxy may have made its tag a weak one."""
    tags = [tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")]
    return variant.headers["ETag"] in tags or "*" in tags
