"""Several streams at once: what happens in any of them, in the order it came."""

import threading
from collections.abc import Iterator, Mapping
from queue import Empty, SimpleQueue

from aibt.cli.complaints import Complaint
from aibt.cli.stream import TICK, Frame, RunStream

Happening = tuple[str, Frame | Complaint]
_Came = tuple[str, Frame | Exception | None]


def together(streams: Mapping[str, RunStream], *, tick_s: float) -> Iterator[Happening]:
    """Follow streams side by side until the last has ended, each in a thread of its own.

    A stream that complains ends alone: its complaint is yielded, and the others go on.

    Args:
        streams: by names of the caller's; each ticks, so that its thread sees when nobody listens.
        tick_s: yield a `TICK` under no name whenever nothing came for so long.
    """
    came: SimpleQueue[_Came] = SimpleQueue()
    nobody_listens = threading.Event()
    for name, stream in streams.items():
        given = (name, stream, came, nobody_listens)
        threading.Thread(target=_forward, args=given, daemon=True).start()
    under_way = set(streams)
    try:
        while under_way:
            name, what = _next(came, tick_s)
            if what is None:
                under_way.discard(name)
            elif isinstance(what, Frame | Complaint):
                yield name, what
            else:
                raise what
    finally:
        nobody_listens.set()


def _forward(
    name: str, stream: RunStream, came: SimpleQueue[_Came], nobody_listens: threading.Event
) -> None:
    """Pass on what a stream yields, and say with None that it has ended."""
    try:
        for frame in stream:
            if nobody_listens.is_set():
                return
            if frame.kind != TICK:
                came.put((name, frame))
    except Exception as error:  # noqa: BLE001 - a thread begins here; the reader raises it
        came.put((name, error))
    finally:
        came.put((name, None))


def _next(came: SimpleQueue[_Came], tick_s: float) -> _Came:
    try:
        return came.get(timeout=tick_s)
    except Empty:
        return "", Frame(kind=TICK, data={})
