"""Bars and feature tables that trainings of one process share: loaded and computed once."""

import threading
from collections.abc import Callable
from dataclasses import replace

from aibt.market.bars import BarSeries
from aibt.rl.parameters import TrainingParameters
from aibt.rl.preparation import Preparation, prepare


class SharedPreparations:
    """Prepares once for all trainings that differ in `lr`, `gamma` and `seed` alone.

    What is prepared is never written to: a member computes as it would by itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[str, TrainingParameters], Preparation] = {}

    def prepared(
        self, parameters: TrainingParameters, dataset: str, load: Callable[[], BarSeries]
    ) -> Preparation:
        """Return what a training computes with; see `aibt.rl.preparation.prepare`. Blocking.

        Args:
            parameters: of this one.
            dataset: digest of its bars.
            load: reads them.
        """
        key = (dataset, replace(parameters, lr=1.0, gamma=0.0, seed=0))
        with self._lock:
            if key not in self._found:
                self._found[key] = prepare(parameters, load())
            return replace(self._found[key], parameters=parameters)
