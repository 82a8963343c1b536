"""How much a cluster has, and what can never fit in it."""

import ray

from actors.supervision import Demand
from aibt.errors import NoPlace

_ENDLESS = 1_000_000


def capacity(autoscaled: bool) -> Demand:
    """Return what all nodes have together, used or not. Blocking.

    A cluster that grows on demand has no end: what waits in it makes it grow.
    """
    if autoscaled:
        return Demand(_ENDLESS, _ENDLESS)
    resources = ray.cluster_resources()  # type: ignore[no-untyped-call] # Ray does not type it
    return Demand(int(resources.get("CPU", 0)), int(resources.get("GPU", 0)))


def refuse_what_never_fits(wanted: Demand, there: Demand) -> None:
    """Refuse a training that would wait for ever.

    Raises:
        NoPlace: field `device` or `rollout_workers`.
    """
    if wanted.gpus > there.gpus:
        raise NoPlace("device", "this cluster has no GPU")
    if wanted.cpus > there.cpus:
        most = max(there.cpus - 1, 0)
        raise NoPlace(
            "rollout_workers",
            f"{wanted.cpus - 1} workers and their learner never fit: this cluster has "
            f"{there.cpus} CPUs, so at most {most} workers",
        )
