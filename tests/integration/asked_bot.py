"""A script: a small cluster on this machine, and a bot that is asked for its prediction.

It prints JSON: what the weights say in this process, what they say through the predictor
actor before and after it was killed, whether that leaves when nobody asks, and the refusals.
"""

import asyncio
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from actors.ray_environment import ray_environment
from actors.training_files import TrainingFiles
from aibt.errors import AibtError
from aibt.rl.checkpoint import TrainedWeights, save_weights
from aibt.rl.predictor import Predictor
from aibt.rl.q_network import initial_weights
from aibt.settings import ServeSettings, Settings
from aibt.store.database import open_store
from aibt.store.migration import migrate
from aibt.store.service import Service
from tests.unit.rl.builders import a_preparation, a_sine

NAME = "asked"
IDLE_S = 2.0
PATIENCE_S = 60.0


async def a_trained_bot(settings: Settings) -> tuple[int, Path]:
    """Store a bot with weights, as a training leaves it; return its owner and their file."""
    files, preparation = TrainingFiles(Path(settings.store.root)), a_preparation()
    async with await open_store(settings.store.database_url) as store:
        async with Service(store).writing() as service:
            owner = await service.users.local_user()
        async with store.writing(owner.id) as unit:
            bot = await unit.bots.create(
                name=NAME,
                lr=0.001,
                gamma=0.9,
                hidden_layers=8,
                depth=2,
                discounter_rate=80,
                algorithm="dqn",
                encoder="mlp",
            )
            training = await unit.trainings.create(
                bot.id, request={}, current={}, dataset="0" * 64, data={}, initial_weights=None
            )
            path = files.bot_weights(training.id, await unit.leases.take(training.topic, "test"))
            await unit.bots.set_weights(training.id, 1, path)
    trained = TrainedWeights(
        weights=initial_weights(preparation.architecture, 1),
        architecture=preparation.architecture,
        statistics=preparation.table.statistics,
        facts={},
    )
    save_weights(trained, files.absolute(path))
    return owner.id, files.absolute(path)


async def ask(owner_id: int) -> dict[str, Any]:
    import ray

    from actors.handles import Handles
    from actors.names import NAMESPACE, PREDICTOR
    from actors.predictor import RemoteOracle, start_predictor

    start = partial(start_predictor, IDLE_S)
    mine, series = RemoteOracle(owner_id, Handles(), start), a_sine(60)

    async def refusal(oracle: RemoteOracle, bars: int) -> list[str | None]:
        try:
            await oracle.predict(NAME, a_sine(bars), 1)
        except AibtError as error:
            return [error.code, error.field]
        return []

    before = await mine.predict(NAME, series, 1)
    ray.kill(ray.get_actor(PREDICTOR, namespace=NAMESPACE))
    after = await mine.predict(NAME, series, 1)
    refused = {
        "another's": await refusal(RemoteOracle(owner_id + 1, Handles(), start), 60),
        "too few bars": await refusal(mine, 3),
    }
    async with asyncio.timeout(PATIENCE_S):
        while any(one["name"] == PREDICTOR for one in ray.util.list_named_actors(True)):
            await asyncio.sleep(0.2)
    return {"before": dict(before), "after": dict(after), "refused": refused, "left": True}


def main() -> None:
    os.environ.update(
        {**ray_environment(ServeSettings()), "AIBT_STORE__ROOT": str(Path(sys.argv[1]))}
    )
    settings = Settings()
    migrate(settings.store.database_url)
    owner_id, weights = asyncio.run(a_trained_bot(settings))

    import ray

    from actors.names import NAMESPACE

    ray.init(
        address="local",
        num_cpus=1,
        include_dashboard=False,
        object_store_memory=100_000_000,
        namespace=NAMESPACE,
        log_to_driver=False,
    )
    try:
        found = asyncio.run(ask(owner_id))
    finally:
        ray.shutdown()
    expected = dict(Predictor().predict(weights, a_sine(60), 1))
    sys.stdout.write(json.dumps({"expected": expected, **found}) + "\n")


if __name__ == "__main__":
    main()
