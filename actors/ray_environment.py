"""Ray's environment variables: set before Ray is imported, the same on every node.

Figures and reasons: docs/architecture.md, "Serving". This module never imports Ray.
"""

import resource
import socket

from aibt.settings import ServeSettings

_WANTED_CONNECTIONS = 50_000
_FILES_PER_CONNECTION = 2.5  # HAProxy's own arithmetic, rounded up
_FILES_APART = 200
_PORTS = {
    "RAY_SERVE_HAPROXY_STATS_PORT": 8_404,
    "RAY_SERVE_HAPROXY_METRICS_PORT": 9_101,
    "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": 8_500,
    "RAY_SERVE_FALLBACK_PROXY_GRPC_PORT": 9_500,
}
_REPLICA_PORTS = {"HTTP": (30_000, 31_000), "GRPC": (40_000, 41_000)}  # Serve's own ranges
_BLOCK = 100

ALWAYS = {
    "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
    "RAY_SERVE_HAPROXY_NBTHREAD": "2",
    "RAY_SERVE_HAPROXY_HARD_STOP_AFTER_S": "86400",
    "RAY_SERVE_PORT_QUARANTINE_S": "300",
    "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "1",
    "RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S": "5",
    "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "5",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # what exact resume on a GPU needs of cuBLAS
}


def ray_environment(serve: ServeSettings) -> dict[str, str]:
    """Return the variables for a cluster that is started on this machine.

    HAProxy refuses to start with more connections than the process may open files, so
    their number is lowered to what this machine allows. Serve's replicas and proxies share a
    port with whoever has it already, so two platforms on one machine would get each other's
    requests: each takes ports that are free.
    """
    return {
        **ALWAYS,
        "RAY_SERVE_ENABLE_HA_PROXY": "1" if serve.haproxy else "0",
        "RAY_SERVE_HAPROXY_MAXCONN": str(_connections()),
        **{name: str(_free_port(usual)) for name, usual in _PORTS.items()},
        **_replica_ports(),
    }


def _replica_ports() -> dict[str, str]:
    ports: dict[str, str] = {}
    for protocol, (first, end) in _REPLICA_PORTS.items():
        blocks = range(first, end, _BLOCK)
        block = next((start for start in blocks if _is_free(start, _BLOCK)), first)
        ports[f"RAY_SERVE_DIRECT_INGRESS_MIN_{protocol}_PORT"] = str(block)
        ports[f"RAY_SERVE_DIRECT_INGRESS_MAX_{protocol}_PORT"] = str(block + _BLOCK)
    return ports


def _is_free(start: int, count: int) -> bool:
    for port in range(start, start + count):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def _free_port(usual: int) -> int:
    """Return `usual`, or another port where a second AIBT on this machine has that one."""
    for wanted in (usual, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("", wanted))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    return usual


def _connections() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = hard if hard != resource.RLIM_INFINITY else soft
    if limit == resource.RLIM_INFINITY:
        return _WANTED_CONNECTIONS
    return max(100, min(_WANTED_CONNECTIONS, int((limit - _FILES_APART) / _FILES_PER_CONNECTION)))
