"""Nothing acknowledged is lost, nothing happens twice and nothing is mixed up, whatever is killed.

200 users with 10 bots each keep 50 commands running over REST and WebSocket while processes of
the platform are killed at random. The history is then held to the database: see
tests/integration/chaos.

`AIBT_TEST_CHAOS_S` is for how many seconds it kills (on SQLite; a quarter on PostgreSQL), and
`AIBT_TEST_CHAOS_SEED` repeats a run's decisions.
"""

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.integration.bearers import bearers
from tests.integration.chaos.bots_model import MODELLED
from tests.integration.chaos.clients import Caller
from tests.integration.chaos.facts import (
    Facts,
    Rows,
    rows_of_postgresql,
    rows_of_sqlite,
    wrong_facts,
)
from tests.integration.chaos.history import NEVER, History, Person, different_answers, unanswered
from tests.integration.chaos.killer import Killer
from tests.integration.chaos.linearizability import fault
from tests.integration.chaos.workload import BOTS, Workload
from tests.integration.platform_process import PlatformProcess
from tests.postgres import Postgres

USERS, WORKERS = 200, 50
KILLING_S = float(os.environ.get("AIBT_TEST_CHAOS_S", "120"))
SEED = int(os.environ.get("AIBT_TEST_CHAOS_SEED") or secrets.randbelow(10**6))
_PATIENCE_S = 90.0
_SETTINGS = {
    "AIBT_SERVE__REPLICAS": "2",
    "AIBT_LIMITS__COMMANDS_PER_SECOND": "10000",
    "AIBT_LIMITS__STARTS_PER_MINUTE": "10000",
    "AIBT_LIMITS__SOCKETS": "1000",
    "AIBT_QUOTAS__ACTIVE_TRAININGS": "1000",
}


def the_people(platform: PlatformProcess, dice: random.Random) -> list[Person]:
    emails = [f"user{number}@example.com" for number in range(USERS)]
    tokens = bearers(platform.root, emails, platform.environment.get("AIBT_STORE__URL"))
    return [
        Person(number=number, email=email, bearer=token, canary=f"canary{dice.getrandbits(32):08x}")
        for number, (email, token) in enumerate(zip(emails, tokens, strict=True))
    ]


async def run_it(platform: PlatformProcess, seed: int, seconds: float) -> tuple[History, Killer]:
    """Let the users work while processes are killed; all that began is brought to its end."""
    history = History(the_people(platform, random.Random(f"{seed}/people")))
    killer = Killer(platform, random.Random(f"{seed}/killer"))
    limits = httpx.Limits(max_connections=4 * WORKERS, max_keepalive_connections=WORKERS)
    async with httpx.AsyncClient(base_url=platform.url, limits=limits, timeout=40) as http:
        caller = Caller(history, http, platform.ws, _PATIENCE_S)
        workload = Workload(caller, history.people)
        free = asyncio.Semaphore(WORKERS)

        async def make(person: Person) -> None:
            async with free:
                await workload.make_bots(person, random.Random(f"{seed}/bots/{person.number}"))

        began = time.monotonic()
        await asyncio.gather(*(make(person) for person in history.people))
        assert all(one.succeeded for one in history.operations)
        assert len(history.operations) == USERS * BOTS
        say(f"{USERS * BOTS} bots were made in {time.monotonic() - began:.0f} s")

        killing = asyncio.create_task(killer.run(seconds))

        async def work(number: int) -> None:
            dice = random.Random(f"{seed}/worker/{number}")
            while not killing.done():
                await workload.visit(dice)

        await asyncio.gather(killing, *(work(number) for number in range(WORKERS)))
    tell(history, killer, caller)
    return history, killer


def faults_of(history: History, rows: Rows) -> list[str]:
    facts = Facts.read(rows, history.people)
    faults = [
        *history.faults,
        *unanswered(history.operations),
        *different_answers(history.operations),
        *wrong_facts(facts, history),
    ]
    for person in history.people:
        modelled = [one for one in history.of(person) if one.query in MODELLED]
        if found := fault(modelled, facts.bots(person)):
            faults.append(f"user {person.number}: {found}")
    return faults


def tell(history: History, killer: Killer, caller: Caller) -> None:
    """Print the run's figures."""
    done = [one for one in history.operations if one.ended < NEVER]
    times = sorted(one.ended - one.began for one in done)
    codes = Counter(one.answers[0].code or "done" for one in done)
    say(f"commands {len(history.operations)}, acknowledged {len(done)}: {dict(codes)}")
    say(f"by query: {dict(Counter(one.query for one in history.operations))}")
    say(f"tries {caller.tries}, of no avail {caller.lost}, sent twice at once {caller.sent_twice}")
    say(f"kills {dict(killer.kills)}")
    slow = sorted(done, key=lambda one: one.began - one.ended)[:5]
    say(f"slowest: {[(one.query, one.tries, round(one.ended - one.began, 1)) for one in slow]}")
    say(f"latency p50 {times[len(times) // 2]:.3f} s, p99 {times[len(times) * 99 // 100]:.3f} s")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - shown with a failing test, and with -s


def hold(platform: PlatformProcess, seed: int, seconds: float, read: Callable[[], Rows]) -> None:
    say(f"AIBT_TEST_CHAOS_SEED={seed}")
    history, killer = asyncio.run(run_it(platform, seed, seconds))

    faults = faults_of(history, read())

    assert not faults, f"seed {seed}: {len(faults)} faults\n" + "\n".join(faults[:20])
    assert killer.kills["replica"] > 0
    assert killer.kills["bot actor"] > 0


@pytest.mark.timeout(900)
def test_nothing_is_lost_doubled_or_mixed_up_on_sqlite(tmp_path: Path) -> None:
    with PlatformProcess(tmp_path, **_SETTINGS) as platform:
        database = platform.root / "aibt.sqlite3"

        hold(platform, SEED, KILLING_S, lambda: rows_of_sqlite(database))


@pytest.mark.timeout(900)
def test_nothing_is_lost_doubled_or_mixed_up_on_postgresql(
    postgres: Postgres, tmp_path: Path
) -> None:
    database = postgres.database(migrated=False)
    where = {"AIBT_STORE__URL": database.url, "AIBT_STORE__OWNER_URL": database.owner_url}
    with PlatformProcess(tmp_path, **_SETTINGS, **where) as platform:
        hold(platform, SEED, KILLING_S / 4, lambda: rows_of_postgresql(database.superuser))
