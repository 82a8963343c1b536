"""Pages that this server shows itself: each one file, whose policy lets nothing else run."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)
_INLINE: Final = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@router.get("/sign-in")
async def sign_in() -> HTMLResponse:
    """Show the page that follows a one-time link; the link's token never reaches the server's log.

    It stands behind the `#`, which a browser keeps to itself.
    """
    page, policy = _read("sign_in.html")
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(page, headers=headers)


@cache
def _read(name: str) -> tuple[str, str]:
    """Return a page, and the policy that names its own script and style by their hashes."""
    page = (Path(__file__).parent / name).read_text("utf-8")
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for kind, content in _INLINE.findall(page):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[kind].append(f"'sha256-{digest}'")
    policy = (
        f"default-src 'none'; script-src {' '.join(hashes['script'])}; "
        f"style-src {' '.join(hashes['style'])}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page, policy
