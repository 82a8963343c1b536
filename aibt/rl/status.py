"""What is shown of a running training: an immutable picture of one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, floor, isfinite
from typing import Final

from aibt.live.events import Json
from aibt.trading.actions import Action

NAMES: Final = ("hold", "close", "bull", "bear")
_TEMPERATURE: Final = 0.25  # in standard deviations of the log return per bar
_PAUSE_S: Final = 1.0  # a longer gap between two looks was no work
_MEASURED_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStatus:
    """Live figures of a training; what is shown is environment 0.

    Attributes:
        episode, max_episodes: episodes that ended, and how many there may be.
        day, first_day, last_day: bar of the shown account, and those its pass begins and ends at.
        prediction: per cent by action, whole numbers that add up to 100.
        trades: the open trade and the last closed ones of the shown episode, oldest first,
            as the wire has them.
        validation, out_of_sample: how the best weights did; None before an evaluation.
    """

    episode: int
    max_episodes: int
    day: int
    first_day: int
    last_day: int
    max_profit: float
    max_balance: float
    balance: float
    profit: float
    trade_count: int
    rewards: float
    last_decision: Action
    prediction: tuple[int, int, int, int]
    trades: Sequence[dict[str, Json]]
    steps: int
    steps_per_second: float
    loss: float | None
    epsilon: float
    validation: Mapping[str, Json] | None
    out_of_sample: Mapping[str, Json] | None

    def to_json(self) -> dict[str, Json]:
        """Return the wire's `status` without `id`, `state` and `cursor`, which the host adds."""
        best = max(range(len(NAMES)), key=self.prediction.__getitem__)
        trades: list[Json] = [*self.trades]
        return {
            "episodes": _progress(self.episode, self.max_episodes),
            "days": _progress(self.day - self.first_day, self.last_day - self.first_day),
            "max_profit": self.max_profit,
            "max_balance": self.max_balance,
            "balance": self.balance,
            "profit": self.profit,
            "trades": self.trade_count,
            "rewards": self.rewards,
            "last_decision": int(self.last_decision),
            "prediction": {**by_name(self.prediction), "max": NAMES[best]},
            "bot": {"day": self.day, "trades": trades},
            "steps": self.steps,
            "steps_per_second": self.steps_per_second,
            "loss": self.loss,
            "epsilon": self.epsilon,
            "validation": None if self.validation is None else dict(self.validation),
            "out_of_sample": None if self.out_of_sample is None else dict(self.out_of_sample),
        }


def prediction(values: Sequence[float]) -> tuple[int, int, int, int]:
    """Return how strongly each of the four actions is favoured, in whole per cent.

    A softmax of the values with temperature ¼ of the bars' volatility, rounded by largest
    remainder, so that the four always add up to 100. Values that are not finite favour none.

    Args:
        values: of hold, close, bull and bear, in units of the volatility per bar.
    """
    highest = max(values)
    if not all(isfinite(value) for value in values):
        return (25, 25, 25, 25)
    weights = [exp((value - highest) / _TEMPERATURE) for value in values]
    shares = [100 * weight / sum(weights) for weight in weights]
    whole = [floor(share) for share in shares]
    by_remainder = sorted(range(len(NAMES)), key=lambda at: (whole[at] - shares[at], -values[at]))
    for at in by_remainder[: 100 - sum(whole)]:
        whole[at] += 1
    return (whole[0], whole[1], whole[2], whole[3])


def by_name(shares: Sequence[int]) -> dict[str, float]:
    """Return a prediction as the wire has it: per cent by the action's name."""
    return dict(zip(NAMES, map(float, shares), strict=True))


class SpeedMeter:
    """Steps per second while working; for show alone."""

    def __init__(self) -> None:
        self._marked: tuple[float, int] | None = None
        self._looked_s = 0.0
        self._rate = 0.0

    def look(self, now_s: float, steps: int) -> float:
        """Return the rate over about the last half second of work."""
        if self._marked is None or now_s - self._looked_s > _PAUSE_S:
            self._marked = (now_s, steps)
        since_s, before = self._marked
        self._looked_s = now_s
        if now_s - since_s >= _MEASURED_S or (self._rate == 0.0 and now_s > since_s):
            self._rate = (steps - before) / (now_s - since_s)
            if now_s - since_s >= _MEASURED_S:
                self._marked = (now_s, steps)
        return self._rate


def _progress(current: int, most: int) -> dict[str, Json]:
    done = 100.0 * current / most if most > 0 else 100.0
    return {"current": current, "max": most, "percentage_done": round(min(done, 100.0), 2)}
