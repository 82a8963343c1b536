"""The platform as a child process: starting it, finding it again, and stopping it."""

import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from aibt.cli.client import Client
from aibt.cli.complaints import Complaint
from aibt.cli.processes import birth, exit_status, has_gone, signal_to
from aibt.clock import Clock

START_S: Final = 120.0
STOP_S: Final = 30.0
_LOOK_S: Final = 0.2
_LOG_LINES: Final = 20
_LOG_TAIL_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A platform that was started from here.

    Attributes:
        pid: number of its process; `born` tells that process from a later one.
        url: its base address.
        log: where it writes; None: to the terminal that it was started from.
    """

    pid: int
    born: str
    url: str
    log: str | None


class ServerFiles:
    """The folder `run` under the store's root: who runs, and what it wrote."""

    def __init__(self, root: Path) -> None:
        self.folder = root.resolve() / "run"
        self.pid = self.folder / "server.pid"
        self.log = self.folder / "server.log"

    def running(self) -> Running | None:
        """Return the platform that runs, or None. A stale file is removed."""
        try:
            found = Running(**json.loads(self.pid.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            found = None
        if found is None or birth(found.pid) != found.born:
            self.pid.unlink(missing_ok=True)
            return None
        return found

    def write(self, running: Running) -> None:
        """Note who runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.pid.with_suffix(".new")
        new.write_text(json.dumps(asdict(running)))
        new.replace(self.pid)

    def fresh_log(self) -> int:
        """Open an empty log for this user alone, keeping the one before; return its descriptor."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tail(self, lines: int = _LOG_LINES) -> list[str]:
        """Return the last lines of the log."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - _LOG_TAIL_BYTES))
                return file.read().decode(errors="replace").splitlines()[-lines:]
        except FileNotFoundError:
            return []

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else start or stop the platform of this store meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "server.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen here."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def launch(
    files: ServerFiles, command: Sequence[str], environment: Mapping[str, str], url: str
) -> Running:
    """Start the platform in a session of its own, so that it outlives this terminal."""
    log = files.fresh_log()
    try:
        pid = os.posix_spawn(
            command[0],
            [*command],
            dict(environment),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
            ],
            setsid=True,
        )
    finally:
        os.close(log)
    started = _born(pid, url, files.log)
    files.write(started)
    return started


def become(
    files: ServerFiles, command: Sequence[str], environment: Mapping[str, str], url: str
) -> None:
    """Turn this process into the platform. Never returns."""
    files.write(_born(os.getpid(), url, None))
    os.execve(command[0], [*command], dict(environment))


def await_ready(
    started: Running,
    files: ServerFiles,
    clock: Clock,
    *,
    within_s: float = START_S,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until commands work.

    Raises:
        Complaint: the process ended, with the end of its log, or is not ready in time.
    """
    client = Client(started.url)
    until = clock.monotonic() + within_s
    try:
        while (health := client.health()) is None or not health[0]:
            if (status := exit_status(started.pid)) is not None:
                files.pid.unlink(missing_ok=True)
                raise Complaint(_ended(status, files))
            if clock.monotonic() >= until:
                raise Complaint(
                    f"The platform is not ready after {within_s:.0f} s{_unready(health)}. It goes "
                    f"on starting; see {files.log}, or end it with `aibt down`."
                )
            wait(_LOOK_S)
    finally:
        client.close()


def stop(
    files: ServerFiles,
    running: Running,
    clock: Clock,
    *,
    within_s: float = STOP_S,
) -> bool:
    """Ask the platform to stop, and end it where it does not; False: it had to be killed.

    Raises:
        Complaint: it cannot be ended.
    """
    try:
        signal_to(running.pid, signal.SIGTERM)
        went = has_gone(running.pid, running.born, within_s=within_s, clock=clock)
        if not went:
            signal_to(running.pid, signal.SIGKILL)
            if not has_gone(running.pid, running.born, within_s=5, clock=clock):
                raise Complaint(f"Process {running.pid} cannot be ended.")
    except PermissionError:
        raise Complaint(f"Process {running.pid} belongs to someone else.") from None
    exit_status(running.pid)
    files.pid.unlink(missing_ok=True)
    return went


def _born(pid: int, url: str, log: Path | None) -> Running:
    return Running(pid=pid, born=birth(pid) or "", url=url, log=None if log is None else str(log))


def _ended(status: int, files: ServerFiles) -> str:
    how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
    said = "\n".join(f"  {line}" for line in files.tail()) or "  (nothing)"
    return f"The platform {how} while starting. The end of {files.log}:\n{said}"


def _unready(health: tuple[bool, dict[str, str]] | None) -> str:
    if health is None:
        return " (nothing answers yet)"
    wrong = [f"{part}: {state}" for part, state in health[1].items() if state != "ok"]
    return f" ({'; '.join(wrong)})" if wrong else ""
