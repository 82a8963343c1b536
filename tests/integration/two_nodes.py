"""A script: a cluster of two nodes on this machine, and one training with workers on both.

It prints JSON: the state that the training ended in, and the node of each rollout worker.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from actors.ray_environment import ray_environment
from aibt.protocol.bots import BotsCreate
from aibt.protocol.trainings import TrainingMessage, TrainingsStart
from aibt.settings import ServeSettings, Settings
from aibt.store.migration import migrate
from aibt.store.service import Service

WORKERS = 2


async def train(settings: Settings) -> tuple[TrainingMessage, list[str]]:
    from actors.platform import connect

    async with connect(settings) as backend:
        platform = backend.platform
        async with Service(backend.office.store).writing() as unit:
            owner = await unit.users.local_user()
        bot = {
            "name": "two nodes",
            "lr": 0.001,
            "gamma": 0.9,
            "hidden_layers": 16,
            "algorithm": "dqn",  # it collects, with workers
        }
        await platform.create_bot(owner, BotsCreate.read(bot), None)
        asked = {
            "bot_name": "two nodes",
            "train_data_percentage": 80,
            "balance": 10_000.0,
            "batch_size": 32,
            "max_episodes": 8,
            "min_episodes": 8,
            "symbol": "OU-7-1K",
            "period": "D1",
            "source": "synthetic",
            "rollout_workers": WORKERS,
            "environments": 4,
        }
        training = await platform.start_training(owner, TrainingsStart.read(asked), None)
        nodes: list[str] = []
        async with asyncio.timeout(120):
            while not training.state.has_ended:
                await asyncio.sleep(0.2)
                training = await platform.training(owner, training.id)
                if training.state == "running" and not nodes:
                    nodes = await asyncio.to_thread(worker_nodes, training.id)
        return training, nodes


def worker_nodes(training_id: int) -> list[str]:
    import ray

    from actors.names import NAMESPACE

    found = []
    for named in ray.util.list_named_actors(all_namespaces=True):
        if named["namespace"] == NAMESPACE and f"training/{training_id}/1/worker" in named["name"]:
            handle: Any = ray.get_actor(named["name"], namespace=NAMESPACE)
            found.append(ray.get(handle.node.remote(), timeout=30))
    return found


def main() -> None:
    root = Path(sys.argv[1])
    os.environ.update(
        {
            **ray_environment(ServeSettings()),
            "AIBT_STORE__ROOT": str(root),
            "RAY_AUTH_MODE": "disabled",
        }
    )
    settings = Settings()
    migrate(settings.store.database_url)

    import ray
    from ray.cluster_utils import Cluster

    from actors.market import start_market
    from actors.names import NAMESPACE
    from actors.supervisor import start_supervisor

    memory = {"object_store_memory": 100_000_000, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, **memory})
    try:
        cluster.add_node(num_cpus=1, object_store_memory=100_000_000)
        ray.init(address=cluster.address, namespace=NAMESPACE, log_to_driver=False)
        ray.get([start_supervisor().ping.remote(), start_market().ping.remote()], timeout=60)
        training, nodes = asyncio.run(train(settings))
        sys.stdout.write(json.dumps({"state": str(training.state), "nodes": nodes}) + "\n")
    finally:
        ray.shutdown()
        cluster.shutdown()


if __name__ == "__main__":
    main()
