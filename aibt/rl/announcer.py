"""What a training says: emissions whose keys depend on what is computed alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aibt.live.events import Emission, EventSink, Json
from aibt.rl.best import Best
from aibt.rl.evaluation import PARTS, PartResult
from aibt.rl.preparation import Preparation
from aibt.rl.shown import PassResult


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEnd:
    """What is told of the episodes that ended since the last evaluation.

    Attributes:
        shown: the shown account's last pass.
        results: what the wire says of each part's evaluation, by part.
        is_best: whether the weights are the best so far.
    """

    first_episode: int
    episode: int
    shown: PassResult
    epsilon: float
    loss: float | None
    results: Mapping[str, Mapping[str, Json]]
    is_best: bool


class Announcer:
    """Emits with the key `step/kind/n`, n counting within the kind over the training."""

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink
        self._counts: dict[str, int] = {}

    def loaded(self, step: int, preparation: Preparation) -> None:
        """Say what is learned from."""
        parts, series = preparation.split, preparation.series
        self._log(
            step,
            f"{len(series)} bars of {series.symbol}: {len(parts.train)} to train, "
            f"{len(parts.validation)} to validate, {len(parts.test)} out of sample",
        )

    def episode(self, step: int, ended: EpisodeEnd) -> None:
        """Say how an episode went."""
        shown = ended.shown
        data: dict[str, Json] = {
            "episode": ended.episode,
            "first_episode": ended.first_episode,
            "profit": shown.profit,
            "balance": shown.balance,
            "rewards": shown.rewards,
            "trades": shown.trades,
            "bust": shown.bust,
            "steps": step,
            "epsilon": ended.epsilon,
            "loss": ended.loss,
            **{name: dict(ended.results[name]) for name in PARTS},
            "best": ended.is_best,
        }
        self._emit(step, "episode", data)

    def best(self, step: int, episode: int, results: Mapping[str, PartResult]) -> None:
        """Tell the trades of an evaluation that became the best one.

        The last trades told of each part are thus always those of the best weights, also at
        the end, and none is told twice.
        """
        for name in PARTS:
            for trade in results[name].trades:
                self._emit(step, "trade", {**trade, "part": name, "episode": episode})
        after = f"after episode {episode}" if episode else "those it started from"
        profit = results["validation"].profit
        self._log(step, f"best weights so far: {after}, validation profit {profit:.2f}")

    def ended(self, step: int, because: str, best: Best | None) -> Emission:
        """Return what says why it ended, and what came of it, without telling it."""
        text = f"ended: {because}"
        if best is not None:
            result = best.results["out_of_sample"]
            text += (
                f"; the best weights are those of episode {best.episode}: out-of-sample profit "
                f"{result['profit']:.2f}, buy-and-hold {result['buy_and_hold']:.2f}"
            )
        return self._next(step, "log", _line(text))

    def state(self) -> dict[str, Any]:
        """Return the counts."""
        return dict(self._counts)

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Count on from `state`."""
        self._counts = {kind: int(count) for kind, count in state.items()}

    def _log(self, step: int, text: str) -> None:
        self._emit(step, "log", _line(text))

    def _emit(self, step: int, kind: str, data: Mapping[str, Json]) -> None:
        self._sink.emit(self._next(step, kind, data))
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def _next(self, step: int, kind: str, data: Mapping[str, Json]) -> Emission:
        count = self._counts.get(kind, 0) + 1
        return Emission(key=f"{step}/{kind}/{count}", kind=kind, data=data)


def _line(text: str) -> dict[str, Json]:
    return {"level": "info", "text": text}  # the host adds when it was
