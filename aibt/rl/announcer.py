"""What a training says: emissions whose keys depend on what is computed alone."""

from collections.abc import Mapping
from typing import Any

from aibt.live.events import Emission, EventSink, Json


class Announcer:
    """Emits with the key `step/kind/n`, n counting within the kind over the training."""

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink
        self._counts: dict[str, int] = {}

    def emit(self, step: int, kind: str, data: Mapping[str, Json]) -> None:
        """Emit one happening of the training's step `step`."""
        count = self._counts.get(kind, 0) + 1
        self._counts[kind] = count
        self._sink.emit(Emission(key=f"{step}/{kind}/{count}", kind=kind, data=data))

    def log(self, step: int, text: str, *, level: str = "info") -> None:
        """Emit one line for a person; the host adds when it was."""
        self.emit(step, "log", {"level": level, "text": text})

    def state(self) -> dict[str, Any]:
        """Return the counts."""
        return dict(self._counts)

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Count on from `state`."""
        self._counts = {kind: int(count) for kind, count in state.items()}
