"""What the database holds after a run, read behind the platform's back, and whether it may."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.integration.chaos.bots_model import BotState, Found, values_of
from tests.integration.chaos.history import CANARY, NEVER, History, Operation, Person

Row = dict[str, Any]
Rows = dict[str, list[Row]]
TABLES = (
    "users", "bots", "trainings", "parameter_changes", "topics", "events", "episodes", "trades",
    "leases", "checkpoints", "commands",
)  # fmt: skip
_OWNED = [table for table in TABLES if table != "users"]


def rows_of_sqlite(path: Path) -> Rows:
    """Read all tables of an SQLite database, at one moment."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("begin")
        return {
            table: [dict(row) for row in connection.execute(f"select * from {table}")]
            for table in TABLES
        }
    finally:
        connection.close()


def rows_of_postgresql(url: str) -> Rows:
    """Read all tables of a PostgreSQL database, at one moment, as a superuser."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return {table: connection.execute(f"select * from {table}").fetchall() for table in TABLES}


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows of a run's users."""

    rows: Mapping[str, Sequence[Row]]
    owner_of: Mapping[str, int]  # by canary
    id_of: Mapping[int, int]  # of a user, by his number in the history

    @classmethod
    def read(cls, rows: Rows, people: Sequence[Person]) -> "Facts":
        """Sort out whose is what."""
        ids = {row["email"]: row["id"] for row in rows["users"]}
        return cls(
            rows,
            {person.canary: ids[person.email] for person in people},
            {person.number: ids[person.email] for person in people},
        )

    def of(self, table: str, person: int) -> list[Row]:
        """Return a user's rows of a table."""
        return [row for row in self.rows[table] if row["owner_id"] == self.id_of[person]]

    def bots(self, person: Person) -> dict[str, Found]:
        """Return a user's bots that are not deleted, by name."""
        trained = {row["bot_id"] for row in self.rows["trainings"]}
        return {
            row["name"]: Found(
                BotState(values_of(row), row["version"]), exact=row["id"] not in trained
            )
            for row in self.of("bots", person.number)
            if row["deleted_at"] is None
        }


def wrong_facts(facts: Facts, history: History) -> list[str]:
    """Return what must not be in any database after this history."""
    return [
        *_foreign(facts),
        *_taken_names(facts),
        *_gaps(facts),
        *_miscounted(facts, history),
        *_trainings(facts, history),
    ]


def _foreign(facts: Facts) -> list[str]:
    """Return rows that carry, or belong to, another user than their owner."""
    faults = [
        f"{table} of owner {row['owner_id']} holds {canary}: {row}"
        for table in _OWNED
        for row in facts.rows[table]
        if not _echoes(row)
        for canary in sorted(set(CANARY.findall(json.dumps(row, default=str))))
        if facts.owner_of.get(canary) != row["owner_id"]
    ]
    owner_of_bot = {row["id"]: row["owner_id"] for row in facts.rows["bots"]}
    owner_of_topic = {row["topic"]: row["owner_id"] for row in facts.rows["topics"]}
    owner_of_training = {row["id"]: row["owner_id"] for row in facts.rows["trainings"]}
    parents: list[tuple[str, str, Mapping[Any, int]]] = [
        ("trainings", "bot_id", owner_of_bot),
        ("parameter_changes", "training_id", owner_of_training),
        ("checkpoints", "training_id", owner_of_training),
        *((table, "topic", owner_of_topic) for table in ("events", "episodes", "trades", "leases")),
    ]
    faults += [
        f"{table} of owner {row['owner_id']} is of another's {column}: {row}"
        for table, column, owner_of in parents
        for row in facts.rows[table]
        if owner_of.get(row[column]) != row["owner_id"]
    ]
    return faults


def _echoes(row: Row) -> bool:
    """Say whether the row is a refusal, which names what the client named: maybe another's."""
    return '"refused"' in json.dumps(row.get("answer")).replace("\\", "")


def _taken_names(facts: Facts) -> list[str]:
    kept = [row for row in facts.rows["bots"] if row["deleted_at"] is None]
    count = Counter((row["owner_id"], row["name"]) for row in kept)
    return [f"{times} bots of one name: {name}" for name, times in count.items() if times > 1]


def _gaps(facts: Facts) -> list[str]:
    """Return topics whose events are not numbered 1, 2, 3 …"""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for event in facts.rows["events"]:
        numbers[event["topic"]].append(event["seq"])
    return [
        f"events of {topic['topic']}: {sorted(numbers[topic['topic']])}, last {topic['last_seq']}"
        for topic in facts.rows["topics"]
        if sorted(numbers[topic["topic"]]) != list(range(1, topic["last_seq"] + 1))
    ]


def _miscounted(facts: Facts, history: History) -> list[str]:
    """Return where there are more or fewer rows than commands that make them."""
    counts: list[tuple[str, str, Callable[[Row], bool]]] = [
        ("bots-create", "bots", lambda _: True),
        ("bots-delete", "bots", lambda row: row["deleted_at"] is not None),
        ("trainings-start", "trainings", lambda _: True),
    ]
    faults = []
    for person in history.people:
        asked = history.of(person)
        for query, table, counted in counts:
            sure = sum(one.succeeded for one in asked if one.query == query)
            maybe = sum(one.ended == NEVER for one in asked if one.query == query)
            there = sum(map(counted, facts.of(table, person.number)))
            if not sure <= there <= sure + maybe:
                faults.append(
                    f"user {person.number}: {sure} to {sure + maybe} {query} had their effect, "
                    f"but {there} {table} are there"
                )
    return faults


def _trainings(facts: Facts, history: History) -> list[str]:
    """Return commands to trainings whose effect is not there, or there more than once."""
    state_of = {row["id"]: row["state"] for row in facts.rows["trainings"]}
    changes = Counter(
        (row["training_id"], row["command_id"])
        for row in facts.rows["parameter_changes"]
        if not row["stop"]
    )
    owner_of = {row["id"]: row["owner_id"] for row in facts.rows["trainings"]}
    faults = []
    for one in history.operations:
        if not one.succeeded or not one.query.startswith("trainings-"):
            continue
        training_id = one.answers[0].data["id"]
        if owner_of.get(training_id) != facts.id_of[one.person]:
            faults.append(f"no such training of his: {one}")
        elif one.query == "trainings-update" and changes[training_id, _hex(one)] != 1:
            faults.append(f"{changes[training_id, _hex(one)]} changes instead of one: {one}")
        elif one.query == "trainings-stop" and state_of[training_id] not in _ENDED:
            faults.append(f"{state_of[training_id]}, though stopped: {one}")
    return faults


_ENDED = frozenset({"finished", "stopped", "failed"})


def _hex(operation: Operation) -> str:
    return operation.id.replace("-", "")
