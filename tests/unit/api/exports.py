"""A small web application as `next build` and the seal leave it."""

import gzip
import json
from pathlib import Path
from typing import Final

HOME: Final = "<!doctype html><title>Home</title><script>go()</script>"
BOTS: Final = "<!doctype html><title>Bots</title>"
NOTHING: Final = "<!doctype html><title>Nothing here</title>"
CODE: Final = "export const answer = 42;\n" * 100
CHUNK: Final = "_next/static/chunks/0cz1d0mv5g_q7.js"
PAYLOAD: Final = "__next.!KGFwcCk.txt"
BROTLI: Final = b"what brotli made of it"


def an_export(root: Path) -> Path:
    """Write an export into `root`, and return it."""
    files = {
        "index.html": HOME,
        "bots.html": BOTS,
        "404.html": NOTHING,
        PAYLOAD: "0:{}",
        "icon.svg": "<svg/>",
        CHUNK: CODE,
    }
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    (root / f"{CHUNK}.br").write_bytes(BROTLI)
    (root / f"{CHUNK}.gz").write_bytes(gzip.compress(CODE.encode(), mtime=0))
    policy = {"index.html": ["sha256-aG9tZQ=="], "bots.html": [], "404.html": ["sha256-NDA0"]}
    (root / "policy.json").write_text(json.dumps(policy))
    return root
