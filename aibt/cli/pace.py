"""How long the rest of a run takes."""

from dataclasses import dataclass
from typing import Final

_LEAST_S: Final = 2.0  # of running, before which a pace says nothing


@dataclass
class Pace:
    """The pace of a run since it last began to move."""

    _began: tuple[float, float] | None = None  # seconds, and per cent done then
    _now: tuple[float, float] | None = None

    def note(self, percent: float, now_s: float) -> None:
        """Note how much of a running run is done, 0 to 100."""
        self._began = self._began or (now_s, percent)
        self._now = (now_s, percent)

    def rest(self) -> None:
        """Forget the pace: the run does not move."""
        self._began = self._now = None

    @property
    def left_s(self) -> float | None:
        """Seconds that the rest takes at this pace; None: unknown."""
        if self._began is None or self._now is None:
            return None
        took_s = self._now[0] - self._began[0]
        done = self._now[1] - self._began[1]
        if done <= 0 or took_s < _LEAST_S:
            return None
        return took_s / done * (100 - self._now[1])
