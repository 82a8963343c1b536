from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from aibt.live.events import Emission
from aibt.live.states import Desired, RunState
from aibt.store.scope import of_owner
from aibt.store.service import Service
from tests.postgres import Postgres
from tests.unit.store.conftest import a_world
from tests.unit.store.entries import a_draft, a_fill, a_mark

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def ask_everything(world: World) -> None:
    """Run each query there is at least once."""
    owner = world.owner.id
    training = await world.a_training(await world.a_bot("alpha"))
    epoch = await world.a_lease(training)
    topic, id_ = training.topic, training.id
    async with world.store.writing(owner) as tx:
        await tx.me.standing("s")
        await tx.commands.begin("c", "d")
        await tx.commands.attach("c", id_)
        await tx.commands.finish("c", {})
        await tx.commands.is_answered("c")
        await tx.leases.current(topic)
        await tx.bots.by_id(training.bot_id)
        await tx.bots.page(after=("a", 1), prefix="a")
        await tx.bots.page(order="created_at", after=(world.clock.now(), 1))
        await tx.bots.page(order="updated_at", descending=True)
        await tx.bots.set_weights(id_, epoch, "w")
        await tx.trainings.page(before_id=9)
        await tx.trainings.page(bot_id=training.bot_id)
        await tx.trainings.page(states=[RunState.QUEUED])
        await tx.trainings.set_desired(id_, Desired.RUNNING)
        await tx.trainings.set_current(id_, {}, epoch=epoch)
        await tx.trainings.save_status(id_, {}, epoch=epoch)
        await tx.changes.add(id_, epoch=epoch, step=1, changes={}, command_id="c")
        await tx.changes.after(id_)
        await tx.checkpoints.add(id_, epoch=epoch, step=1, path="a")
        await tx.checkpoints.add(id_, epoch=epoch, step=2, path="b")
        await tx.checkpoints.latest(id_)
        await tx.checkpoints.prune(id_, epoch=epoch, keep=1)
        emissions = [
            Emission(key="e", kind="episode", data={"episode": 1}),
            Emission(key="t", kind="trade", data={"part": "validation"}),
        ]
        await tx.events.append(topic, epoch, emissions)
        await tx.events.read(topic)
        await tx.events.last_of_kind(topic, "episode")
        await tx.results.episodes(id_)
        await tx.results.trades(id_, part="validation")
        await tx.trainings.stop_all()
        await tx.trainings.set_state(id_, RunState.STOPPED, epoch=epoch)
        await tx.bots.update("alpha", new_name="beta", hidden_layers=9)
        await tx.bots.delete("beta")
    await ask_of_agents(world)


async def ask_of_agents(world: World) -> None:
    """Run each query of agents, their sessions and accounts at least once."""
    session = await world.a_session(await world.an_agent("trader"))
    epoch = await world.a_lease(session)
    topic, id_, agent_id = session.topic, session.id, session.agent_id
    told = [Emission(key="a", kind="log", data={})]
    async with world.store.writing(world.owner.id) as tx:
        await tx.commands.begin("s", "d")
        await tx.commands.attach("s", session_id=id_)
        await tx.agents.get(agent_id)
        await tx.agents.by_name("trader")
        await tx.agents.all()
        await tx.agents.count()
        await tx.agents.page(after=("a", 1), prefix="a")
        await tx.agents.page(order="created_at", after=(world.clock.now(), 1))
        await tx.agents.page(order="updated_at", descending=True)
        await tx.agents.update(agent_id, name="other", config={})
        await tx.sessions.page(before_id=9)
        await tx.sessions.page(after_id=1, oldest_first=True)
        await tx.sessions.page(agent_id=agent_id, states=[RunState.QUEUED])
        await tx.sessions.active_of(agent_id)
        await tx.sessions.active_count()
        await tx.sessions.cost_since(world.clock.now())
        await tx.sessions.set_desired(id_, Desired.RUNNING)
        await tx.sessions.save_status(id_, {}, epoch=epoch)
        await tx.sessions.stop_all()
        drafts = [a_draft("a"), a_fill("f"), a_mark("m")]
        await tx.journal.append(id_, epoch, drafts, told)
        await tx.journal.read(id_, after=1)
        await tx.journal.read(id_, kinds=["fill", "mark"])
        await tx.journal.last_seq(id_)
        await tx.account.fills(id_)
        await tx.account.fills(id_, symbol="GOOGL", after_seq=1)
        await tx.account.equity(topic)
        await tx.account.put_equity(topic, [])
        await tx.sessions.set_state(id_, RunState.STOPPED, epoch=epoch)
        await tx.agents.delete(agent_id)
    await world.a_score(session)
    await world.a_score(session)
    async with world.store.writing(world.owner.id) as tx:
        await tx.scores.get(topic)
        await tx.scores.shown(topic)
        await tx.scores.set_public(topic, True)
        await tx.scores.leaderboard()
        await tx.scores.leaderboard(mine=True, kinds=["agent"])
        await tx.scores.leaderboard(kinds=["agent", "bot"], symbol="GOOGL", name="a")


async def ask_as_service(world: World) -> None:
    """Run each query across owners at least once."""
    other = await world.another_user()
    training = await world.a_training(await world.a_bot("gamma"))
    session = await world.a_session()
    now = world.clock.now()
    later = now + timedelta(hours=1)
    async with Service(world.store).writing() as tx:
        await tx.users.get(other.id)
        await tx.users.exists(other.id)
        await tx.users.by_email(other.email)
        await tx.users.login(other.email)
        await tx.users.by_subject("subject", other.email)
        await tx.users.note_sign_in(other.id)
        await tx.users.disabled_among([other.id, 99])
        await tx.users.page(after=(1, 1), limit=2)
        await tx.users.page(order="email", descending=True, after=("a", 1))
        await tx.listed_emails.has("a")
        await tx.listed_emails.among(["a", "b"])
        await tx.listed_emails.page(after="a")
        await tx.sign_ins.create("s", other.id, token_hash="h", expires_at=later)
        await tx.sign_ins.by_token("h")
        await tx.sign_ins.rotate("s", previous_hash="h", token_hash="i")
        await tx.sign_ins.ended_among(["s"])
        await tx.sign_ins.revoke("s", other.id)
        await tx.sign_ins.revoke_all(other.id)
        await tx.passes.create("p", other.id, kind="ticket", sign_in_id="s", expires_at=later)
        await tx.passes.redeem("p", "ticket")
        await tx.passes.forget(other.id)
        await tx.buckets.put("k", 1.0)
        await tx.buckets.get("k")
        await tx.buckets.forget_before(now)
        await tx.audit.note(None, "a")
        await tx.audit.page(before_id=9)
        await tx.audit.page(admin_id=1)
        await tx.audit.page(owner_id=1)
        await tx.overview.active_trainings()
        await tx.overview.training(training.id)
        await tx.overview.bot(training.bot_id)
        await tx.overview.trainings(before_id=99)
        await tx.overview.trainings(owner_id=1)
        await tx.overview.bots(before_id=99)
        await tx.overview.bots(owner_id=1)
        await tx.overview.active_sessions()
        await tx.overview.session(session.id)
        await tx.overview.agent(session.agent_id)
        await tx.overview.sessions(before_id=99)
        await tx.overview.sessions(owner_id=1, states=[RunState.QUEUED])
        await tx.overview.agents(before_id=99)
        await tx.overview.agents(owner_id=1)


async def asked_of(
    world: World, ask: Callable[[World], Awaitable[None]] | None = None
) -> dict[str, Any]:
    """Ask everything, and return each statement that looks for rows, with values for it."""
    asked: dict[str, Any] = {}

    def note(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked[statement] = values[0] if isinstance(values, list) else values

    event.listen(world.store._reader.sync_engine, "before_cursor_execute", note)
    await (ask or ask_everything)(world)
    event.remove(world.store._reader.sync_engine, "before_cursor_execute", note)
    return asked


async def test_every_query_finds_its_rows_and_their_order_by_an_index(sqlite_world: World) -> None:
    world = sqlite_world
    asked = await asked_of(world)

    scans = []
    async with world.store._reader.connect() as connection:
        for statement, values in asked.items():
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            scans += [(row[3], statement) for row in plan if is_scan(row[3])]
    assert len(asked) > 60
    assert scans == []


async def test_no_query_across_owners_reads_a_whole_table(sqlite_world: World) -> None:
    asked = await asked_of(sqlite_world, ask_as_service)

    scans = []
    async with sqlite_world.store._reader.connect() as connection:
        for statement, values in asked.items():
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            scans += [(row[3], statement) for row in plan if is_scan(row[3])]
    assert len(asked) > 30
    assert scans == []


async def test_every_query_of_an_owner_has_its_index_on_postgresql_too(postgres: Postgres) -> None:
    found: list[tuple[list[str], str]] = []
    async with a_world(postgres.database().url) as world:
        asked = await asked_of(world)
        async with world.store.transaction(of_owner(world.owner.id), writable=True) as work:
            ask = work.connection.exec_driver_sql
            for path in ("seqscan", "sort", "bitmapscan"):
                await ask(f"set local enable_{path} = off")  # where another way is found, it is
            for statement, values in asked.items():
                (plan,) = (await ask(f"explain (format json) {statement}", values)).scalar_one()
                found.append((dear_steps(plan["Plan"]), statement))

    assert len(found) > 60
    assert [(steps, statement) for steps, statement in found if steps] == []


def dear_steps(plan: dict[str, Any]) -> list[str]:
    """Return the steps of PostgreSQL's plan that read all rows of a table, or sort them."""
    kind, condition = plan["Node Type"], plan.get("Index Cond")
    below = [step for part in plan.get("Plans", []) for step in dear_steps(part)]
    is_dear = kind in {"Seq Scan", "Sort"} or ("Index" in kind and condition is None)
    return [f"{kind} {plan.get('Relation Name', '')}", *below] if is_dear else below


def is_scan(step: str) -> bool:
    if "TEMP B-TREE" in step:
        return True
    return step.startswith("SCAN") and "USING" not in step and "CONSTANT" not in step
