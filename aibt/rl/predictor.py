"""What a bot's best weights would do now, as the training that found them would have shown it."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from aibt.errors import Invalid
from aibt.market.bars import BarSeries
from aibt.market.features import FeatureStatistics, feature_table
from aibt.market.view import MarketView
from aibt.rl.checkpoint import BadCheckpoint, TrainedWeights, load_weights
from aibt.rl.environment import Floats
from aibt.rl.policy import Ask, policy_of
from aibt.rl.status import by_name, prediction

_MOST_WEIGHTS: Final = 16_777_216  # of all networks kept: 64 MiB


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    """Weights from a file, ready to be asked.

    Attributes:
        stamp: when the file was written, and its size.
    """

    stamp: tuple[int, int]
    ask: Ask
    features: int
    size: int
    statistics: FeatureStatistics


class Predictor:
    """Answers for the weights of many bots; those asked last are kept in memory.

    Several threads may ask at once.

    Args:
        most_weights: how many weights are kept, over all networks; the one that was asked
            last is kept whatever its size.
    """

    def __init__(self, most_weights: int = _MOST_WEIGHTS) -> None:
        self._most_weights = most_weights
        self._kept: OrderedDict[Path, _Policy] = OrderedDict()  # the one asked last at the end
        self._turn = threading.Lock()

    @property
    def kept(self) -> tuple[Path, ...]:
        """Files whose weights are in memory, the one asked last at the end."""
        with self._turn:
            return tuple(self._kept)

    def predict(
        self, weights: Path, known: MarketView | BarSeries, side: int
    ) -> Mapping[str, float]:
        """Return `hold`, `close`, `bull`, `bear` in whole per cent, for the bar to come.

        It is the `prediction` of a training's status at the last bar of `known`, to the bit
        where the training computes on a CPU with one thread: the same features with the
        training part's statistics, the same network and the same softmax.

        Args:
            weights: a file that a training left.
            known: all that is known, oldest first.
            side: held now: -1, 0 or 1.

        Raises:
            Invalid: the weights cannot be used (field `bot`), or too few bars are known
                (field `symbol`).
            ValueError: `side` is none of the three.
        """
        if side not in (-1, 0, 1):
            raise ValueError(f"side is {side}, but must be -1, 0 or 1")
        series = known if isinstance(known, BarSeries) else known.bars()
        policy = self._policy(weights)
        rows = _rows(policy, series)
        values = policy.ask(rows, np.array([len(rows) - 1], np.int32))
        return by_name(prediction(values[0, side + 1].tolist()))

    def _policy(self, path: Path) -> _Policy:
        with self._turn:
            try:
                found = path.stat()
                stamp = (found.st_mtime_ns, found.st_size)
                policy = self._kept.pop(path, None)
                if policy is None or policy.stamp != stamp:
                    policy = _ready(load_weights(path), stamp)
            except FileNotFoundError as error:
                raise Invalid("bot", "its weights are not there any more") from error
            except OSError as error:
                raise Invalid("bot", f"its weights cannot be read: {error.strerror}") from error
            except BadCheckpoint as error:
                raise Invalid("bot", f"its weights cannot be used: {error}") from error
            self._kept[path] = policy
            while len(self._kept) > 1 and self._size() > self._most_weights:
                self._kept.popitem(last=False)
            return policy

    def _size(self) -> int:
        return sum(policy.size for policy in self._kept.values())


def _ready(trained: TrainedWeights, stamp: tuple[int, int]) -> _Policy:
    shape = trained.architecture
    return _Policy(
        stamp=stamp,
        ask=policy_of(shape, trained.weights),
        features=shape.features,
        size=shape.size,
        statistics=trained.statistics,
    )


def _rows(policy: _Policy, series: BarSeries) -> Floats:
    """Return the features of the bars. Shape [T, F].

    Raises:
        Invalid: there are too few bars, or the weights are for features of another kind.
    """
    needed = policy.statistics.window + 1
    if len(series) < needed:
        says = f"{len(series)} bars of {series.symbol} are known, but the bot needs {needed}"
        raise Invalid("symbol", says)
    try:
        rows = feature_table(series, statistics=policy.statistics).rows
    except ValueError as error:
        raise Invalid("bot", f"its weights cannot be used: {error}") from error
    if rows.shape[1] != policy.features:
        says = f"its weights are for {policy.features} features, but a bar has {rows.shape[1]}"
        raise Invalid("bot", says)
    return rows
