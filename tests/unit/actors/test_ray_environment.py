"""Ray's environment fits the machine, and keeps two platforms on it apart."""

import resource
import socket

from actors.ray_environment import ALWAYS, ray_environment
from aibt.settings import ServeSettings


def test_it_holds_what_every_node_must_have() -> None:
    assert ALWAYS.items() <= ray_environment(ServeSettings()).items()


def test_haproxy_is_a_setting() -> None:
    assert ray_environment(ServeSettings())["RAY_SERVE_ENABLE_HA_PROXY"] == "1"
    assert ray_environment(ServeSettings(haproxy=False))["RAY_SERVE_ENABLE_HA_PROXY"] == "0"


def test_haproxy_is_given_no_more_connections_than_files_may_be_open() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    connections = int(ray_environment(ServeSettings())["RAY_SERVE_HAPROXY_MAXCONN"])

    assert 100 <= connections <= 50_000
    assert hard == resource.RLIM_INFINITY or connections * 2.5 <= max(hard, 250)


def test_a_second_platform_takes_other_replica_ports_than_the_first() -> None:
    one = ray_environment(ServeSettings())
    first = int(one["RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT"])
    with socket.socket() as replica:
        replica.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        replica.bind(("127.0.0.1", first + 3))
        replica.listen()

        other = ray_environment(ServeSettings())

    assert int(other["RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT"]) != first
