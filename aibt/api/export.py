"""The built web application as it is served: read once, each file with its headers and variants."""

import hashlib
import json
import logging
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aibt.settings import WEB_SEAL

logger = logging.getLogger(__name__)

IDENTITY: Final = "identity"
HOME: Final = "/"
NOTHING_HERE: Final = "/404"
_SUFFIXES: Final = {"br": ".br", "gzip": ".gz", IDENTITY: ""}  # the smallest first
_FOREVER: Final = "_next/static/"  # what lies there is named by its content
_KINDS: Final = mimetypes.MimeTypes()  # not the machine's own list, so that it is the same anywhere
for _kind, _ending in (
    ("text/javascript", ".js"),
    ("text/javascript", ".mjs"),
    ("font/woff2", ".woff2"),
    ("image/webp", ".webp"),
):
    _KINDS.add_type(_kind, _ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A file's bytes in one coding, and the headers that they are sent with."""

    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file of the export.

    Attributes:
        variants: by content coding, the smallest first; `identity` is always there.
    """

    variants: Mapping[str, Variant]


def read_export(root: Path) -> Mapping[str, ExportedFile]:
    """Return the files of a built web application by the paths that they are served at.

    They are kept in memory, so that a build beside a platform that runs mixes no two versions. What
    was not sealed (`web/scripts/seal.mjs`) has no policy, and is as good as not there.

    Args:
        root: the folder; it need not exist.
    """
    try:
        policy: dict[str, list[str]] = json.loads((root / WEB_SEAL).read_text("utf-8"))
        files = {_address(name): _read(root, name, policy.get(name)) for name in _names(root)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("the web application in %s cannot be read: %s", root, error)
        return {}
    if missing := {HOME, NOTHING_HERE} - files.keys():
        logger.warning("the web application in %s has no page for %s", root, sorted(missing))
        return {}
    return files


def _names(root: Path) -> Iterator[str]:
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and path.suffix not in _SUFFIXES.values() and name != WEB_SEAL:
            yield name


def _address(name: str) -> str:
    """Return the path that a file is served at: `index.html` at `/`, `bots.html` at `/bots`."""
    if not name.endswith(".html"):
        return f"/{name}"
    page = name.removesuffix(".html")
    return "/" + ("" if page == "index" else page.removesuffix("/index"))


def _read(root: Path, name: str, hashes: list[str] | None) -> ExportedFile:
    kind = _KINDS.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith("text/")
    headers = {
        "Content-Type": f"{kind}; charset=utf-8" if is_text else kind,
        "Cache-Control": _kept(name),
        "Content-Security-Policy": _policy(hashes or []),
        "Vary": "Accept-Encoding",
    }
    return ExportedFile(
        variants={
            coding: _variant(file.read_bytes(), coding, headers)
            for coding, suffix in _SUFFIXES.items()
            if (file := root / f"{name}{suffix}").is_file()
        }
    )


def _kept(name: str) -> str:
    is_named_by_content = name.startswith(_FOREVER)
    return "public, max-age=31536000, immutable" if is_named_by_content else "no-cache"


def _variant(content: bytes, coding: str, shared: Mapping[str, str]) -> Variant:
    tag = hashlib.sha256(content).hexdigest()[:32]
    headers = {**shared, "ETag": f'"{tag}"', "Content-Length": str(len(content))}
    if coding != IDENTITY:
        headers["Content-Encoding"] = coding
    return Variant(content=content, headers=headers)


def _policy(hashes: list[str]) -> str:
    """Return what a page may load and run: its own files, and its inline scripts by their hashes.

    `'self'` of `connect-src` includes the WebSocket in every browser that the pages are built for
    (Chromium since 71, Safari since 16, Firefox).
    """
    scripts = " ".join(["'self'", *(f"'{one}'" for one in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
