"""cluster.yaml is a valid cluster, and starts Ray with the environment that our code sets."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from actors.ray_environment import ALWAYS

CLUSTER = Path(__file__).parents[2] / "cluster.yaml"


@pytest.fixture
def config() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(CLUSTER.read_text())
    return loaded


def test_ray_accepts_the_file(config: dict[str, Any]) -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    prepared = prepare_config(config)

    validate_config(prepared)
    assert prepared["head_node_type"] in prepared["available_node_types"]


def test_it_has_a_head_that_trains_nothing_a_cpu_pool_and_a_gpu_pool(
    config: dict[str, Any],
) -> None:
    types = config["available_node_types"]

    assert types["head"]["resources"]["CPU"] == 0
    assert types["cpu_pool"]["resources"]["CPU"] > 0
    assert "GPU" not in types["cpu_pool"]["resources"]
    assert types["gpu_pool"]["resources"]["GPU"] > 0


@pytest.mark.parametrize("commands", ["head_start_ray_commands", "worker_start_ray_commands"])
def test_every_start_command_carries_the_environment_of_our_code(
    config: dict[str, Any], commands: str
) -> None:
    start = next(line for line in config[commands] if "ray start" in line)
    words = start.split()
    given = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))

    assert given == {
        **ALWAYS,
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_HAPROXY_MAXCONN": "50000",
    }
