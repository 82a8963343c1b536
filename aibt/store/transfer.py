"""Moving a store: all rows and files out of one, and into another of either kind.

An empty target keeps the ids. Another one gives new ids, and everything that carries one is
rewritten: topics, paths, events. What is of no use elsewhere stays behind: sign-ins, tickets, the
answers kept for repeated commands, the audit log, and users' keys, which only the secret of their
own installation opens.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Boolean, Double, Integer, String, Table, func, insert, select, text
from sqlalchemy.exc import StatementError

from aibt.errors import Invalid
from aibt.store.agents import AGENTS
from aibt.store.archive import FILE, ArchiveReader, new_archive
from aibt.store.bots import BOTS
from aibt.store.columns import UtcDateTime
from aibt.store.database import Store
from aibt.store.evaluations import EVALUATIONS
from aibt.store.records import POPULATION_TOPIC
from aibt.store.repository import Work
from aibt.store.runs import TraderRunKind
from aibt.store.schema import HEAD, TABLES
from aibt.store.scope import of_owner
from aibt.store.service import Service
from aibt.store.sessions import SESSIONS
from aibt.store.trainings import TRAININGS

_TRADERS: Final = (BOTS, AGENTS)
_RUNS: Final = (TRAININGS, SESSIONS, EVALUATIONS)
_WITH_IDS: Final = ("bots", "agents", "trainings", "sessions", "evaluations", "populations")
_OF_RUNS: Final = (
    "parameter_changes", "topics", "events", "episodes", "trades", "leases", "checkpoints",
    "journal", "fills", "equity", "scores", "evaluation_units", "population_members",
    "population_steps",
)  # fmt: skip
_TOPICS: Final = {
    **{run.topic: run.table.name for run in _RUNS},
    POPULATION_TOPIC: "populations",
}
"""What topics begin with: the table of what their numbers are ids of."""
_OWNED: Final = (*_WITH_IDS, *_OF_RUNS)
_MOVED: Final = ("users", "listed_emails", *_OWNED)
_PAGE: Final = 2_000
_PATH: Final = re.compile(r"^trainings/([0-9]+)/")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_PATHS: Final = ("weights", "initial_weights", "path")
_BOT: Final = "bot/"  # begins a base model that is one of the owner's bots
_NAME_LENGTH: Final = 64
_TYPES: Final[tuple[tuple[type[Any], tuple[type, ...]], ...]] = (
    (Integer, (int,)),
    (Boolean, (bool,)),
    (String, (str,)),
    (Double, (int, float)),
    (UtcDateTime, (str,)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What an import did.

    Attributes:
        kept_ids: the target was empty, so every id is as it was.
        ids: `users`, `bots`, `agents`, `trainings`, `sessions`, `evaluations`, `populations`:
            old id -> new id.
        renamed: bots whose name was taken: old name -> new name, by the owner's e-mail.
        renamed_agents: agents likewise.
        files: how many were written.
    """

    kept_ids: bool
    ids: Mapping[str, Mapping[int, int]]
    renamed: Mapping[str, Mapping[str, str]]
    renamed_agents: Mapping[str, Mapping[str, str]]
    files: int


async def export_store(store: Store, root: Path, to: Path) -> Mapping[str, int]:
    """Write everything of a store into one archive; return how many of each there are.

    Args:
        store: nobody should write to it meanwhile; what is read is one moment's all the same.
        root: its storage root.
        to: the archive, replaced if it is there.
    """
    counts: dict[str, int] = {}
    async with Service(store).raw_reading() as work:
        with new_archive(to, HEAD) as archive:
            paths: set[str] = set()
            for name in _MOVED:
                rows = await _all_rows(work, TABLES[name])
                counts[name] = len(rows)
                archive.rows(name, rows)
                paths.update(_paths_of(rows))
            counts["files"] = sum(archive.file(root, path) for path in sorted(paths))
    return counts


async def import_store(store: Store, root: Path, archive: Path) -> Moved:
    """Bring everything of an archive into a store, or nothing.

    Raises:
        Invalid: the archive is damaged, of another version, or contradicts itself.
        StoreUnavailable: the database did not take it; nothing was stored.
    """
    read = ArchiveReader(archive, HEAD)
    if unknown := set(read.rows) - set(_MOVED):
        raise Invalid("archive", f"it has rows of unknown tables: {', '.join(sorted(unknown))}")
    for name, rows in read.rows.items():
        for row in rows:
            _read(TABLES[name], row)
    written: list[Path] = []
    try:
        async with Service(store).raw_writing() as work:
            entry = _Import(work, read)
            await entry.run()
            targets = {name: root / entry.new_path(name) for name in read.files}
            for name, to in [*targets.items()]:
                if to.exists() and name.startswith("datasets/"):  # named by their content
                    del targets[name]
            written.extend(read.extract(targets))
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, StatementError):
            raise Invalid("archive", "its rows contradict each other") from error
        raise
    return Moved(
        kept_ids=entry.keeps_ids,
        ids=entry.ids,
        renamed=entry.renamed["bots"],
        renamed_agents=entry.renamed["agents"],
        files=len(written),
    )


@dataclass(slots=True)
class _Import:
    """The rows of one archive on their way into one transaction."""

    work: Work
    read: ArchiveReader
    keeps_ids: bool = False
    ids: dict[str, dict[int, int]] = field(default_factory=dict)
    renamed: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)  # by table
    his: dict[str, set[int]] = field(default_factory=dict)  # ids of the owner who is at work
    new_bots: dict[str, str] = field(default_factory=dict)  # names of his that changed

    async def run(self) -> None:
        """Store everything; the transaction is the caller's."""
        await self._users()
        self.renamed = {kind.table.name: {} for kind in _TRADERS}
        by_owner: dict[int, dict[str, list[dict[str, Any]]]] = {}
        for name in _OWNED:
            for row in self.read.rows.get(name, []):
                owner = self._new("users", row.get("owner_id"))
                by_owner.setdefault(owner, {}).setdefault(name, []).append(row)
        self.ids |= {name: {} for name in _WITH_IDS}
        for owner, tables in by_owner.items():
            await of_owner(owner).begin(self.work.connection)
            self.his = {name: {row["id"] for row in tables.get(name, [])} for name in _WITH_IDS}
            self.new_bots = {}
            await self._owned(owner, tables)
        self.his = {}
        if self.keeps_ids:
            await self._advance_sequences(list(by_owner))

    def new_path(self, path: str) -> str:
        """Return where a file of the archive belongs now."""
        match = _PATH.match(path)
        if match is None:
            return path
        training_id = self._new("trainings", int(match[1]))
        return f"trainings/{training_id}/{path[match.end() :]}"

    async def _users(self) -> None:
        users, listed = TABLES["users"], TABLES["listed_emails"]
        known = {row["email"]: row["id"] for row in await _all_rows(self.work, users)}
        held = [
            (await self._execute(select(func.count()).select_from(kind.table))).scalar_one()
            for kind in _TRADERS
        ]
        wanted = {row["email"]: row["id"] for row in self.read.rows.get("users", [])}
        self.keeps_ids = not any(held) and all(
            wanted.get(email) == user_id for email, user_id in known.items()
        )
        self.ids["users"] = {}
        for row in self.read.rows.get("users", []):
            old, email = row["id"], row["email"]
            if email in known:
                self.ids["users"][old] = known[email]
                continue
            values = dict(row) if self.keeps_ids else {**row, "is_admin": False}
            self.ids["users"][old] = await self._insert(users, values)
        has = {row["email"] for row in await _all_rows(self.work, listed)}
        for row in self.read.rows.get("listed_emails", []):
            if row["email"] not in has:
                await self._execute(insert(listed).values(**_read(listed, row)))

    async def _owned(self, owner: int, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        for trader in _TRADERS:
            for row in tables.get(trader.table.name, []):
                name = await self._free_name(trader.table, owner, row)
                values = self._without_paths({**row, "owner_id": owner, "name": name})
                new = await self._insert(trader.table, self._with_new_bots(values))
                self.ids[trader.table.name][row["id"]] = new
        for run in _RUNS:
            for row in tables.get(run.table.name, []):
                if not all(FILE.fullmatch(path) for path in _datasets_of(row)):
                    raise Invalid("archive", f"a {run.name} names bars that are none")
                values = {**row, "owner_id": owner}
                if isinstance(run, TraderRunKind):
                    column = run.trader_id.name
                    values[column] = self._new(run.trader.name, row[column])
                new = await self._insert(
                    run.table, self._with_new_bots(self._without_paths(values))
                )
                self.ids[run.table.name][row["id"]] = new
        for row in tables.get("populations", []):
            new = await self._insert(TABLES["populations"], {**row, "owner_id": owner})
            self.ids["populations"][row["id"]] = new
        await self._name_files(tables)
        for name in _OF_RUNS:
            table = TABLES[name]
            rows = [
                _read(table, self._rewritten({**row, "owner_id": owner}))
                for row in tables.get(name, [])
            ]
            for start in range(0, len(rows), _PAGE):
                await self._execute(insert(table), rows[start : start + _PAGE])

    async def _name_files(self, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        """Store the paths, and the status: they carry ids of runs."""
        for name, columns in (
            ("bots", ("weights",)),
            ("trainings", ("initial_weights", "status")),
            ("sessions", ("status",)),
            ("evaluations", ("status",)),
        ):
            table = TABLES[name]
            for row in tables.get(name, []):
                new_id = self._new(name, row["id"])
                values = self._rewritten({column: row[column] for column in columns})
                status = values.get("status")
                if isinstance(status, dict) and "id" in status:
                    values["status"] = {**status, "id": new_id}
                await self._execute(table.update().where(table.c.id == new_id).values(**values))

    def _without_paths(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: None if name in _PATHS else value for name, value in row.items()}

    def _with_new_bots(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row of an agent or a session that names the owner's bots as they are now."""
        changed = dict(row)
        for column in ("config", "request"):
            if isinstance(row.get(column), dict):
                changed[column] = self._with_new_bots(row[column])
        model, bots = row.get("base_model"), row.get("bots")
        if isinstance(model, str) and model.startswith(_BOT):
            name = model.removeprefix(_BOT)
            changed["base_model"] = _BOT + self.new_bots.get(name, name)
        if isinstance(bots, list):
            changed["bots"] = [self.new_bots.get(str(name), name) for name in bots]
        return changed

    def _rewritten(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with the new ids in all that carries one."""
        changed = dict(row)
        for run in _RUNS:
            if f"{run.name}_id" in row:
                changed[f"{run.name}_id"] = self._new(run.table.name, row[f"{run.name}_id"])
        if "population_id" in row:
            changed["population_id"] = self._new("populations", row["population_id"])
        for column in _PATHS:
            path = row.get(column)
            if path is not None:
                if not FILE.fullmatch(path) or not _PATH.match(path):
                    raise Invalid("archive", f"a row names no file of a training: {path[:64]!r}")
                changed[column] = self.new_path(path)
        topic = row.get("topic")
        if isinstance(topic, str):
            prefix = next((one for one in _TOPICS if topic.startswith(one)), TRAININGS.topic)
            number = topic.removeprefix(prefix)
            if not _NUMBER.fullmatch(number):
                raise Invalid("archive", f"it has an unknown topic: {topic[:64]!r}")
            new = self._new(_TOPICS[prefix], int(number))
            changed["topic"] = f"{prefix}{new}"
            data = row.get("data")
            if isinstance(data, dict) and "id" in data:
                changed["data"] = {**data, "id": new}
        return changed

    async def _free_name(self, table: Table, owner: int, row: Mapping[str, Any]) -> str:
        name = str(row["name"])
        if row.get("deleted_at") is not None:
            return name
        free, number = name, 1
        while True:
            query = select(table.c.id).where(
                table.c.owner_id == owner, table.c.name == free, table.c.deleted_at.is_(None)
            )
            if (await self._execute(query)).first() is None:
                break
            number += 1
            suffix = f" {number}"
            free = name[: _NAME_LENGTH - len(suffix)] + suffix
        if free != name:
            emails = {new: old for old, new in self.ids["users"].items()}
            email = next(
                one["email"] for one in self.read.rows["users"] if one["id"] == emails[owner]
            )
            self.renamed[table.name].setdefault(email, {})[name] = free
            if table is BOTS.table:
                self.new_bots[name] = free
        return free

    async def _insert(self, table: Table, row: Mapping[str, Any]) -> int:
        values = _read(table, row)
        if not self.keeps_ids:
            values.pop("id")
        created = insert(table).values(**values).returning(table.c.id)
        return int((await self._execute(created)).scalar_one())

    async def _advance_sequences(self, owners: list[int]) -> None:
        """Let PostgreSQL go on numbering after the ids that were given here."""
        if self.work.connection.dialect.name != "postgresql":
            return
        for name, scope in (
            ("users", Service.SCOPE),
            *((table, of_owner(owner)) for owner in owners[:1] for table in _WITH_IDS),
        ):
            await scope.begin(self.work.connection)
            highest = max((row["id"] for row in self.read.rows.get(name, [])), default=0)
            await self._execute(
                text(
                    f"select max(nextval('{name}_id_seq')) from generate_series(1, :highest)"
                ).bindparams(highest=highest)
            )

    def _new(self, kind: str, old: object) -> int:
        is_his = kind not in self.his or old in self.his[kind]
        if isinstance(old, int) and is_his and old in self.ids.get(kind, {}):
            return self.ids[kind][old]
        raise Invalid("archive", f"it names one of its {kind} that is not there: {old!r}")

    async def _execute(self, statement: Any, rows: list[dict[str, Any]] | None = None) -> Any:
        return await self.work.connection.execute(statement, rows)


async def _all_rows(work: Work, table: Table) -> list[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    rows = (await work.connection.execute(query)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of an archive as the database takes it.

    Raises:
        Invalid: it has other columns, a value of another type, or a moment that is none.
    """
    if set(row) != set(table.columns.keys()):
        raise Invalid("archive", f"a row of {table.name} has other columns than this version's")
    values = dict(row)
    for column in table.columns:
        for kind, expected in _TYPES:
            found = values[column.name]
            if isinstance(column.type, kind) and type(found) not in (*expected, type(None)):
                raise Invalid("archive", f"{table.name}.{column.name} is a {type(found).__name__}")
        if isinstance(column.type, UtcDateTime) and isinstance(values[column.name], str):
            try:
                values[column.name] = datetime.fromisoformat(values[column.name])
            except ValueError as error:
                raise Invalid("archive", f"{table.name}.{column.name}: {error}") from error
    return values


def _paths_of(rows: list[dict[str, Any]]) -> set[str]:
    named = {row[column] for row in rows for column in _PATHS if row.get(column)}
    return {str(path) for path in named}.union(*(_datasets_of(row) for row in rows))


def _datasets_of(row: Mapping[str, Any]) -> set[str]:
    """Return the files of the bars that a training or a session is on."""
    digests = {row["dataset"]} if row.get("dataset") else set()
    request = row.get("request")
    of_symbols = request.get("datasets") if isinstance(request, dict) else None
    if isinstance(of_symbols, dict):
        digests |= {str(digest) for digest in of_symbols.values()}
    return {f"datasets/{digest}.parquet" for digest in digests}
