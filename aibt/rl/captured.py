"""Updates over memory that stays in place, which a GPU replays without a word from the host."""

import logging
from collections.abc import Callable, Hashable
from typing import Any, Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from aibt.rl.devices import sent

logger = logging.getLogger(__name__)

_FIRST: Final = 2  # times that work is done as it is, before it is recorded
_MOST: Final = 16  # graphs that are kept; each has memory of its own

Work = Callable[[], None]


class Recorder(Protocol):
    """Does work, and records it."""

    def do(self, work: Work) -> None:
        """Do it, as it has to be done before it is recorded."""
        ...

    def record(self, work: Work) -> Work:
        """Return what does it again; it is not done by this.

        Raises:
            RuntimeError: it cannot be recorded.
        """
        ...


class GraphRecorder:
    """Records CUDA graphs: hundreds of small kernels become one launch.

    What is done before it is recorded runs on the stream that it is recorded on, so that
    whatever torch sets up for a stream is there.
    """

    def __init__(self, device: torch.device) -> None:
        stream: Any = torch.cuda.Stream  # which has no types of its own
        self._stream = stream(device)

    def do(self, work: Work) -> None:
        """See `Recorder.do`."""
        before = torch.cuda.current_stream()
        self._stream.wait_stream(before)
        with torch.cuda.stream(self._stream):
            work()
        before.wait_stream(self._stream)

    def record(self, work: Work) -> Work:
        """See `Recorder.record`."""
        before = torch.cuda.current_stream()
        graph = torch.cuda.CUDAGraph()
        try:
            # other threads of the process may go on using the GPU meanwhile
            with torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"):
                work()
        finally:
            torch.cuda.set_stream(before)  # which a capture that failed does not put back
        replay: Work = graph.replay
        return replay


class Captured:
    """Does work that is always the same; from the third time on by replaying what it launched.

    The work reads and writes the same memory each time, waits for nothing, and changes nothing
    of Python's. Where it cannot be recorded that is logged once, and it is done as it is.

    Args:
        recorder: None: nothing is recorded.
    """

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self._done: dict[Hashable, int] = {}
        self._replays: dict[Hashable, Work] = {}

    def __call__(self, key: Hashable, work: Work) -> None:
        """Do `work`.

        Args:
            key: names it, and all that it depends on besides its memory.
            work: what to do.
        """
        replay = self._replays.get(key)
        if replay is not None:
            replay()
            return
        if self._recorder is None:
            work()
            return
        if self._done.get(key, 0) >= _FIRST:
            self._record(self._recorder, key, work)
            return
        self._done[key] = self._done.get(key, 0) + 1
        self._recorder.do(work)

    def forget(self) -> None:
        """Let go of all that was recorded: what it was recorded with has changed."""
        self._done.clear()
        self._replays.clear()

    def _record(self, recorder: Recorder, key: Hashable, work: Work) -> None:
        if len(self._replays) >= _MOST:
            self.forget()
        try:
            replay = recorder.record(work)
        except RuntimeError as error:
            logger.warning(
                "an update is computed step by step, as it cannot be recorded: %s", error
            )
            self._recorder = None
            work()
            return
        self._replays[key] = replay
        replay()


class Rule(Protocol):
    """An optimizer whose step is told by numbers that lie beside its weights."""

    def scalars(self, learning_rate: float) -> tuple[float, float]:
        """Count a step, and return what `move` is to be told of it."""
        ...

    def move(self, gradient: torch.Tensor, scalars: torch.Tensor) -> None:
        """Take the step; nothing is waited for, and nothing of Python's changes."""
        ...


class InPlace:
    """Updates of one network, over memory that stays in place.

    Args:
        rule: moves its weights.
        device: where they are.
        captured: does the updates.
    """

    def __init__(self, rule: Rule, device: torch.device, captured: Captured) -> None:
        self._rule, self._device, self._captured = rule, device, captured
        self._scalars = torch.zeros(2, device=device)
        self._loss = torch.zeros((), device=device)
        self._chosen: dict[int, torch.Tensor] = {}

    def update(
        self,
        key: Hashable,
        chosen: NDArray[np.int64],
        learning_rate: float,
        step: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    ) -> torch.Tensor:
        """Take a step, and return its loss, whose memory the next one overwrites.

        Args:
            key: all that the step depends on besides memory and the number that is chosen.
            chosen: what is learned from. Shape [A].
            learning_rate: of the step.
            step: takes it, and returns its loss, by `chosen` and the rule's numbers, [2], from
                where these lie.
        """
        size = len(chosen)
        place = self._chosen.get(size)
        if place is None:
            place = self._chosen[size] = torch.zeros(size, dtype=torch.int64, device=self._device)
        place.copy_(sent(chosen, self._device))
        scalars = np.array(self._rule.scalars(learning_rate), np.float32)
        self._scalars.copy_(sent(scalars, self._device))

        def whole() -> None:
            self._loss.copy_(step(place, self._scalars))

        self._captured((size, key), whole)
        return self._loss

    def forget(self) -> None:
        """See `Captured.forget`."""
        self._captured.forget()


def in_place(rule: Rule, device: torch.device) -> InPlace | None:
    """Return what updates a network on a GPU; None on the CPU, where launches cost nothing."""
    if device.type == "cpu":
        return None
    return InPlace(rule, device, Captured(GraphRecorder(device)))
