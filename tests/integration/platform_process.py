"""Starting, killing and asking a whole platform."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aibt.store.users import LOCAL_EMAIL
from tests.integration.bearers import bearers

ROOT = Path(__file__).parents[2]
START_S = 120.0
RAY_LOGS = Path("/tmp/ray")
OWN_PORTS = range(20_000, 30_000)


class PlatformProcess:
    """`python -m serve_app` on a free port with a store of its own."""

    def __init__(self, root: Path, **settings: str) -> None:
        self.root = root / "store"
        self.port = free_port()
        self._log = root / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._bearer: str | None = None
        self.environment = {
            **os.environ,
            "PORT": str(self.port),
            "AIBT_STORE__ROOT": str(self.root),
            "AIBT_RAY__DASHBOARD": "false",
            "AIBT_RAY__NUM_CPUS": "2",
            "AIBT_RAY__OBJECT_STORE_MB": "100",
            "AIBT_TRAINING__CHECKPOINT_INTERVAL_S": "2",
            **settings,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def bearer(self) -> str:
        """A bearer of the laptop's user; the platform must have started once."""
        if self._bearer is None:
            self._bearer = self.bearer_of(LOCAL_EMAIL)
        return self._bearer

    @property
    def headers(self) -> dict[str, str]:
        return self.headers_of(self.bearer)

    @staticmethod
    def headers_of(bearer: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {bearer}"}

    def bearer_of(self, email: str) -> str:
        return bearers(self.root, [email], self.environment.get("AIBT_STORE__URL"))[0]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "serve_app"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(self.is_ready, START_S, self.log)
        except BaseException:
            self.kill_everything()
            raise

    def is_ready(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AssertionError(f"the platform has ended\n{self.log()}")
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, http.client.HTTPException):  # not there yet, or something else is
            return False

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill_everything()

    def kill_everything(self) -> None:
        """Kill every process of it at once, as a power cut would."""
        if self._process is None:
            return
        victims = [self._process.pid, *descendants(self._process.pid)]
        for pid in victims:
            kill(pid)
        self._process.wait(timeout=30)

    def pids(self, title: str) -> list[int]:
        """Return the processes of this platform whose title contains `title`."""
        if self._process is None:
            return []
        return [pid for pid in descendants(self._process.pid) if title in command_line(pid)]

    def actors(self, label: str) -> list[int]:
        """Return the processes of the actors that call themselves `label…` in Ray's logs."""
        return [
            pid
            for pid in self.pids("ray::")
            for log in RAY_LOGS.glob(f"session_2*/logs/worker-*-{pid}.out")
            if f":actor_name:{label}" in log.read_text(errors="replace")
        ]

    def kill_training(self, training_id: int) -> None:
        """Kill the process that hosts a training."""
        self._kill(f"Training {training_id} ")

    def kill_evaluation(self, evaluation_id: int) -> None:
        """Kill the process that hosts an evaluation."""
        self._kill(f"Evaluation {evaluation_id} ")

    def _kill(self, what: str) -> None:
        victims = self.actors(what)
        assert victims, f"no process hosts {what}"
        for pid in victims:
            kill(pid)

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-4_000:] if self._log.exists() else ""

    def get(self, path: str, *, bearer: str | None = None) -> Any:
        return self.call("GET", path, bearer=bearer)

    def call(self, method: str, path: str, body: Any = None, *, bearer: str | None = None) -> Any:
        """Return what the REST API answers to a bearer; to the laptop's user without one."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", **self.headers_of(bearer or self.bearer)},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


def free_port() -> int:
    """Return a port that is free and stays so: Ray's processes are given others by the system."""
    candidates = list(OWN_PORTS)
    random.shuffle(candidates)
    for port in candidates:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"no port is free in {OWN_PORTS}")


def free_tool_ports() -> dict[str, str]:
    """Return settings under which the tool services find their ports free."""
    names = ("MATH", "SEARCH", "TRADE", "GETPRICE")
    return {f"{name}_HTTP_PORT": str(free_port()) for name in names}


def wait_until(reached: Callable[[], bool], timeout_s: float, says: Callable[[], str]) -> None:
    deadline = time.monotonic() + timeout_s
    while not reached():
        if time.monotonic() > deadline:
            raise AssertionError(f"not reached within {timeout_s} s\n{says()}")
        time.sleep(0.1)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found: list[int] = []
    left = [pid]
    while left:
        for child in children.get(left.pop(), []):
            found.append(child)
            left.append(child)
    return found
