"""Start AIBT: settings, Ray's environment, actors, the HTTP application; until told to stop."""

import asyncio
import logging
import os
import signal
import sys
import threading
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from actors.orphans import bury_orphans
from actors.ray_environment import ray_environment
from actors.start import refusal, refusal_by_cluster, refusal_by_store, sign_in_link, where
from aibt.clock import SystemClock
from aibt.errors import AibtError, Forbidden
from aibt.settings import Settings, unknown_variables

APPLICATION = "aibt"
_START_S = 60.0
_CHECKPOINT_S = 20.0
_PING_S = 2.0

logger = logging.getLogger("aibt")
console = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> int:
    """Run the platform; return the exit status."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    environment = os.environ  # noqa: TID251 - a process entry: this is where settings are read
    if unknown := unknown_variables(environment):
        console.print(f"There is no such setting: {', '.join(unknown)}. See docs/settings.md.")
        return 2
    try:
        settings = Settings()
    except ValidationError as error:
        console.print(f"A setting cannot be used: {error}")
        return 2
    bury_orphans(settings.serve.host, settings.serve.port)
    if refused := refusal(settings):
        console.print(refused)
        return 2
    # Ray reads these when it is imported, in this process and in all that it starts
    environment.update(ray_environment(settings.serve))
    environment["AIBT_STORE__ROOT"] = str(settings.store.root.resolve())
    environment["AIBT_SERVE__WEB_ROOT"] = str(settings.serve.web_folder.resolve())
    try:
        run(settings)
    except AibtError as error:
        console.print(f"AIBT cannot start: {error}")
        return 1
    return 0


def run(settings: Settings) -> None:
    """Start everything, wait for the signal to stop, and stop what was started here."""
    import ray
    from ray import serve
    from ray.serve.config import HTTPOptions

    from actors.market import start_market
    from actors.names import NAMESPACE
    from actors.supervisor import start_supervisor
    from aibt.store.migration import migrate

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    migrate(settings.store.database_url, settings.store.owner_url)
    clock = SystemClock()
    _refuse(asyncio.run(refusal_by_store(settings, clock)))
    link = asyncio.run(sign_in_link(settings, clock))  # and its user, before anybody can ask
    cluster = ray.init(**_cluster(settings), namespace=NAMESPACE, log_to_driver=False)
    try:
        _refuse(refusal_by_cluster(settings, sum(node["Alive"] for node in ray.nodes())))
        supervisor, market = start_supervisor(), start_market()
        ray.get([supervisor.ping.remote(), market.ping.remote()], timeout=_START_S)
        serve.start(http_options=HTTPOptions(host=settings.serve.host, port=settings.serve.port))
        serve.run(_gateway(settings), name=APPLICATION, route_prefix="/")
        console.print(where(settings, cluster.dashboard_url, link))
        while not stop.wait(_PING_S):
            supervisor.ping.remote()  # one that was lost and restarted begins to look again
        console.print("Stopping: trainings store where they stand, and go on at the next start…")
        _ask_to_checkpoint(supervisor)
    finally:
        serve.shutdown()  # type: ignore[no-untyped-call]  # Ray does not type it
        ray.shutdown()
        bury_orphans(settings.serve.host, settings.serve.port)


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise Forbidden(reason)


def _cluster(settings: Settings) -> dict[str, Any]:
    wanted = settings.ray
    if wanted.address is not None:
        return {"address": wanted.address}
    return {
        "address": "local",  # never join a cluster that happens to run on this machine
        "num_cpus": wanted.num_cpus,
        "num_gpus": wanted.num_gpus,
        "include_dashboard": wanted.dashboard,
        "dashboard_port": wanted.dashboard_port,
        "object_store_memory": wanted.object_store_mb * 1_000_000,
    }


def _gateway(settings: Settings) -> Any:
    from ray import serve

    from actors.gateway import build_gateway

    class Gateway:
        """One replica of the HTTP application."""

    deployment = serve.deployment(
        num_replicas=settings.serve.replicas,
        max_ongoing_requests=1_000_000,  # it counts sockets, and above it handshakes hang
        ray_actor_options={"num_cpus": 0},
        health_check_period_s=2,
        graceful_shutdown_timeout_s=2,
    )
    return deployment(serve.ingress(build_gateway)(Gateway)).bind()


def _ask_to_checkpoint(supervisor: Any) -> None:
    import ray

    try:
        ray.get(supervisor.checkpoint_all.remote(), timeout=_CHECKPOINT_S)
    except ray.exceptions.RayError as error:
        logger.warning("not every training could store where it stands: %s", error)


if __name__ == "__main__":
    sys.exit(main())
