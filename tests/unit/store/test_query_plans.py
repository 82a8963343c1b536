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
        await tx.trainings.set_state(id_, RunState.STOPPED, epoch=epoch)
        await tx.bots.update("alpha", new_name="beta", hidden_layers=9)
        await tx.bots.delete("beta")


async def test_every_query_finds_its_rows_and_their_order_by_an_index(sqlite_world: World) -> None:
    world = sqlite_world
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
