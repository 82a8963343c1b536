"""Other processes, by number: a number is used again, so a process is known by its birth too."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aibt.clock import Clock

_LOOK_S: Final = 0.05
_PROC: Final = Path("/proc")


def birth(pid: int) -> str | None:
    """Return what tells this process from others of the same number; None: it does not run.

    A process that has ended and that nobody has waited for yet does not run.
    """
    if (_PROC / "self").exists():
        try:
            after_name = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if after_name[0] in {"Z", "X"} else after_name[19]
    said = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split(maxsplit=1)
    return None if len(said) < 2 or said[0].startswith("Z") else said[1].strip()


def signal_to(pid: int, number: signal.Signals) -> None:
    """Send a signal; to its whole group, if the process leads one. Gone already: no matter.

    Raises:
        PermissionError: it is somebody else's.
    """
    try:
        if os.getpgid(pid) == pid and number is signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        return


def exit_status(pid: int) -> int | None:
    """Return how a child of ours ended (below 0: by that signal); None: it runs, or is not ours."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if ended == pid else None


def has_gone(
    pid: int,
    born: str,
    *,
    within_s: float,
    clock: Clock,
    wait: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until a process has ended; False: it still runs after `within_s`."""
    until = clock.monotonic() + within_s
    while birth(pid) == born:
        if clock.monotonic() >= until:
            return False
        wait(_LOOK_S)
    return True
