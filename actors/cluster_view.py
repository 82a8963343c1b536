"""What the cluster looks like now: machines and the platform's own actors. Blocking."""

from typing import Any

import ray
from ray.util import list_named_actors

from actors.names import NAMESPACE
from aibt.api.platform import ClusterView
from aibt.protocol.admin import NodeMessage


def cluster_view(dashboard: str | None) -> ClusterView:
    """Return machines with what is free on them, and the names of live actors."""
    per_node: Any = ray._private.state.available_resources_per_node
    free = per_node()
    nodes = [
        NodeMessage(
            id=node["NodeID"],
            address=node["NodeManagerAddress"],
            alive=node["Alive"],
            is_head="node:__internal_head__" in node["Resources"],
            cpus=float(node["Resources"].get("CPU", 0)),
            gpus=float(node["Resources"].get("GPU", 0)),
            memory_bytes=float(node["Resources"].get("memory", 0)),
            free_cpus=float(free.get(node["NodeID"], {}).get("CPU", 0)),
            free_gpus=float(free.get(node["NodeID"], {}).get("GPU", 0)),
        )
        for node in ray.nodes()  # type: ignore[no-untyped-call]  # Ray does not type it
    ]
    actors = sorted(
        named["name"]
        for named in list_named_actors(all_namespaces=True)
        if named["namespace"] == NAMESPACE
    )
    return ClusterView(nodes=nodes, actors=actors, dashboard=dashboard)
