"""A PostgreSQL of the tests' own, from Debian's binaries, in a temporary folder.

It has two roles, as production has: the owner of the tables, who is no superuser, and the
application's login role, who owns nothing, inherits nothing and is held to the policies. Each
test gets a database of its own, copied from one that was migrated once.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from aibt.store.migration import migrate
from tests.integration.platform_process import free_port

OWNER, LOGIN = "aibt_owner", "aibt_app"
_START_S = 60
_GUARD = """
import shutil, signal, subprocess, sys
user, folder, *command = sys.argv[1:]
server = subprocess.Popen(command, user=user or None)
signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
sys.stdin.read()  # ends with the process that started us, however it ends
server.send_signal(signal.SIGINT)
server.wait(30)
shutil.rmtree(folder, ignore_errors=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database: for the application, for its owner, and for a superuser."""

    url: str
    owner_url: str
    superuser: str


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest, or None."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(folders, key=lambda found: float(found.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Postgres:
    """A running server."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._port = free_port()
        self._numbers = itertools.count(1)
        self._user = "postgres" if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        data = self._folder / "data"
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync",
                  "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip
        options = [
            f"-k{self._folder}", "-h127.0.0.1", f"-p{self._port}", "-cfsync=off",
            "-cfull_page_writes=off", "-csynchronous_commit=off", "-cmax_connections=200",
        ]  # fmt: skip
        server = [str(self._programs / "postgres"), "-D", str(data), *options]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _GUARD, self._user or "", str(self._folder), *server],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,  # an interrupt of the tests is theirs: they stop it
        )
        self._run("pg_isready", "-h127.0.0.1", f"-p{self._port}", f"-t{_START_S}", patience=True)
        with self._superuser() as connection:
            connection.execute(f"create role {OWNER} login createrole")
            connection.execute(f"create role {LOGIN} login noinherit")
            connection.execute(f"create database template_aibt owner {OWNER}")
            connection.execute("create role supabase_auth_admin nologin noinherit")
            connection.execute("create role anon nologin noinherit")
        template = self._database("template_aibt")
        migrate(template.url, owner_url=template.owner_url)

    def database(self, *, migrated: bool = True) -> Database:
        """Create a database and return where it is."""
        name = f"aibt_{next(self._numbers)}"
        template = "template_aibt" if migrated else "template1"
        with self._superuser() as connection:
            connection.execute(f"create database {name} owner {OWNER} template {template}")
        return self._database(name)

    def stop(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(60)

    def _database(self, name: str) -> Database:
        at = f"127.0.0.1:{self._port}/{name}"
        return Database(
            url=f"postgresql://{LOGIN}@{at}",
            owner_url=f"postgresql://{OWNER}@{at}",
            superuser=f"postgresql://postgres@{at}",
        )

    def _superuser(self) -> "psycopg.Connection[tuple[object, ...]]":
        at = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"
        return psycopg.connect(at, autocommit=True)

    def _run(self, program: str, *arguments: str, patience: bool = False) -> None:
        command = [str(self._programs / program), *arguments]
        for _ in range(_START_S if patience else 1):
            done = subprocess.run(
                command, user=self._user, cwd=self._folder, capture_output=True, check=False
            )
            if done.returncode == 0:
                return
            if patience:
                time.sleep(0.2)
        raise RuntimeError(f"{program}: {done.stderr.decode()}")


@contextmanager
def a_postgres(programs: Path) -> Iterator[Postgres]:
    """Run a server for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="aibt-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        server = Postgres(Path(folder), programs)
        try:
            server.start()
            yield server
        finally:
            server.stop()
