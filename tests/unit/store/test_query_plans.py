from typing import Any

from sqlalchemy import event

from aibt.live.events import Emission
from aibt.live.states import Desired, RunState

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def ask_everything(world: World) -> None:
    """Run each query there is at least once."""
    owner = world.owner.id
    training = await world.a_training(await world.a_bot("alpha"))
    epoch = await world.a_lease(training)
    topic, id_ = training.topic, training.id
    async with world.store.writing() as tx:
        await tx.users.local_user()
        await tx.users.get(owner)
        await tx.commands.begin(owner, "c", "d")
        await tx.commands.attach(owner, "c", id_)
        await tx.commands.finish(owner, "c", {})
        await tx.commands.forget(owner, "c")
        await tx.leases.current(owner, topic)
        await tx.bots.by_id(owner, training.bot_id)
        await tx.bots.page(owner, after_name="a")
        await tx.bots.set_weights(owner, id_, epoch, "w")
        await tx.trainings.page(owner, before_id=9)
        await tx.trainings.page(owner, bot_id=training.bot_id)
        await tx.trainings.page(owner, states=[RunState.QUEUED])
        await tx.trainings.all_active_of_all_owners()
        await tx.trainings.set_desired(owner, id_, Desired.RUNNING)
        await tx.trainings.set_current(owner, id_, {}, epoch=epoch)
        await tx.trainings.save_status(owner, id_, {}, epoch=epoch)
        await tx.changes.add(owner, id_, epoch=epoch, step=1, changes={}, command_id="c")
        await tx.changes.after(owner, id_)
        await tx.checkpoints.add(owner, id_, epoch=epoch, step=1, path="a")
        await tx.checkpoints.add(owner, id_, epoch=epoch, step=2, path="b")
        await tx.checkpoints.latest(owner, id_)
        await tx.checkpoints.prune(owner, id_, epoch=epoch, keep=1)
        emissions = [
            Emission(key="e", kind="episode", data={"episode": 1}),
            Emission(key="t", kind="trade", data={"part": "validation"}),
        ]
        await tx.events.append(owner, topic, epoch, emissions)
        await tx.events.read(owner, topic)
        await tx.events.last_of_kind(owner, topic, "episode")
        await tx.results.episodes(owner, id_)
        await tx.results.trades(owner, id_, part="validation")
        await tx.trainings.set_state(owner, id_, RunState.STOPPED, epoch=epoch)
        await tx.bots.update(owner, "alpha", new_name="beta", hidden_layers=9)
        await tx.bots.delete(owner, "beta")


async def test_every_query_finds_its_rows_and_their_order_by_an_index(world: World) -> None:
    asked: dict[str, Any] = {}

    def note(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked[statement] = values

    event.listen(world.store._reader.sync_engine, "before_cursor_execute", note)
    await ask_everything(world)

    scans = []
    async with world.store._reader.connect() as connection:
        for statement, noted in list(asked.items()):
            values = noted[0] if isinstance(noted, list) else noted
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            scans += [(row[3], statement) for row in plan if is_scan(row[3])]
    assert len(asked) > 30
    assert scans == []


def is_scan(step: str) -> bool:
    if "TEMP B-TREE" in step:
        return True
    return step.startswith("SCAN") and "USING" not in step and "CONSTANT" not in step
