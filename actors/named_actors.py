"""Named actors of the cluster, as the supervisor finds and ends them."""

import logging
from typing import Any, Final

import ray
from ray.exceptions import GetTimeoutError, RayActorError
from ray.util import (
    get_placement_group,
    list_named_actors,
    placement_group_table,
    remove_placement_group,
)

from actors.names import NAMESPACE
from aibt.errors import ActorUnavailable

logger = logging.getLogger(__name__)

ANSWER_S: Final = 10.0
LIFE_S: Final = 365 * 86_400.0
CONCURRENCY: Final = 1_000
"""Polls and commands together; none of them computes."""


def answering(prefix: str, method: str) -> list[tuple[int, Any, Any]]:
    """Return id, handle and what a method says of the actors that answer; the others are ended.

    Args:
        prefix: what their names begin with; the id follows.
        method: takes nothing.
    """
    found: list[tuple[int, Any, Any]] = []
    for named in list_named_actors(all_namespaces=True):
        name = named["name"]
        number = name.removeprefix(prefix)
        if named["namespace"] != NAMESPACE or not name.startswith(prefix) or not number.isdigit():
            continue  # a worker's name goes on after the number
        try:
            handle: Any = ray.get_actor(name, namespace=NAMESPACE)
            says = ray.get(getattr(handle, method).remote(), timeout=ANSWER_S)
        except (ValueError, GetTimeoutError, RayActorError) as error:
            logger.warning("%s does not answer and is started again: %s", name, error)
            kill(name)
        else:
            found.append((int(number), handle, says))
    return found


def started(kind: type[Any], name: str, *given: Any, **options: Any) -> Any:
    """Start the actor of one activation of a run, and return its handle.

    Args:
        kind: its class.
        name: what it is called.
        given: what it is made of.
        options: of Ray: what it takes, and where.

    Raises:
        ActorUnavailable: the name of the one before is not free yet.
    """
    try:
        return (
            ray.remote(kind)
            .options(
                name=name,
                namespace=NAMESPACE,
                lifetime="detached",
                max_restarts=0,  # each activation takes a new lease: the supervisor starts it
                max_concurrency=CONCURRENCY,
                **options,
            )
            .remote(*given)
        )
    except ValueError as error:
        kill(name)  # its lease is over
        raise ActorUnavailable(str(error)) from error


def kill(name: str) -> None:
    """End the actor called `name`, if there is one."""
    try:
        ray.kill(ray.get_actor(name, namespace=NAMESPACE), no_restart=True)
    except ValueError:
        logger.debug("%s is gone already", name)


def end(handle: Any, group: str) -> None:
    """End an actor, whatever it is doing, and give back the place that it took."""
    ray.kill(handle, no_restart=True)
    remove_place(group)


def remove_place(group: str) -> None:
    """Give back a place, if there is one of this name."""
    try:
        remove_placement_group(get_placement_group(group))
    except ValueError:
        logger.debug("%s is gone already", group)


def remove_places(prefix: str, kept: set[str]) -> None:
    """Give back the places that no process has: their supervisor was lost."""
    for group in placement_group_table().values():
        name = group["name"]
        if name.startswith(prefix) and name not in kept and group["state"] != "REMOVED":
            remove_place(name)
