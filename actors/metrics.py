"""What Ray's metrics show: steps, episodes, reward, equity, control latency, sockets."""

from collections.abc import Mapping

from ray.util.metrics import Counter, Gauge, Histogram

from aibt.live.events import Json
from aibt.store.records import Training

_LATENCY_S = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]
_SHOWN = {
    "steps": ("steps", "environment steps so far"),
    "steps_per_second": ("steps_per_second", "environment steps a second"),
    "rewards": ("reward", "sum of the rewards of the shown episode"),
    "balance": ("equity", "equity of the shown account"),
    "loss": ("loss", "of the last update"),
    "epsilon": ("epsilon", "share of random actions"),
}


class TrainingMeter:
    """The metrics of one training."""

    def __init__(self, training: Training) -> None:
        tags = {
            "training": str(training.id),
            "bot": training.bot_name,
            "symbol": str(training.data.get("symbol")),
        }
        self._gauges = {
            field: _gauge(f"aibt_training_{name}", text, tags)
            for field, (name, text) in _SHOWN.items()
        }
        self._episodes = _gauge("aibt_training_episodes", "episodes that have ended", tags)
        self._control = Histogram(
            "aibt_control_seconds",
            "time until a command has taken effect and is stored",
            boundaries=_LATENCY_S,
            tag_keys=(*tags, "command"),
        )
        self._control.set_default_tags(tags)

    def progress(self, status: Mapping[str, Json]) -> None:
        """Take a status."""
        for field, gauge in self._gauges.items():
            value = status.get(field)
            if isinstance(value, int | float):
                gauge.set(value)
        episodes = status.get("episodes")
        current = episodes.get("current") if isinstance(episodes, dict) else None
        if isinstance(current, int):
            self._episodes.set(current)

    def control(self, command: str, seconds: float) -> None:
        """Take how long a command took."""
        self._control.observe(seconds, tags={"command": command})


class GatewayMeter:
    """The metrics of one gateway replica; the API's `Meter`."""

    def __init__(self) -> None:
        self._sockets = Gauge("aibt_sockets", "WebSockets that are open")
        self._dropped = Counter("aibt_frames_dropped", "frames given up with a slow socket")
        self._commands = Histogram(
            "aibt_request_seconds",
            "time until a request was answered",
            boundaries=_LATENCY_S,
            tag_keys=("query", "code"),
        )

    def sockets(self, count: int) -> None:
        """Take the number of sockets that are open now."""
        self._sockets.set(count)

    def command(self, query: str, seconds: float, code: str) -> None:
        """Take one answered request."""
        self._commands.observe(seconds, tags={"query": query, "code": code})

    def frames_dropped(self, count: int) -> None:
        """Take the number of frames that were given up."""
        if count > 0:
            self._dropped.inc(count)


def _gauge(name: str, text: str, tags: Mapping[str, str]) -> Gauge:
    gauge = Gauge(name, text, tag_keys=tuple(tags))
    gauge.set_default_tags(dict(tags))
    return gauge
