"""How much one client may take of the gateway."""

from dataclasses import dataclass

from aibt.protocol.frames import MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds that keep one client from costing the others anything.

    Attributes:
        request_bytes: longest request frame or body.
        response_bytes: longest response frame.
        in_flight: requests of one socket that are worked on at once; then reading waits.
        streams: trainings and sessions that one socket may follow at once.
        outbox_frames, outbox_bytes: what may wait to be sent to one socket. A stream that
            finds no room waits and reads on from its cursor later, so it loses nothing.
        refusals: requests beyond the rate, one after another, after which a socket is closed.
        stall_s: a client that takes nothing for so long while frames wait is closed (4408).
        answer_s: the platform answers within this or counts as unavailable.
        close_s: how long the closing handshake may take.
        poll_s: how long one look at a topic waits for something new.
        poll_pause_s: least time between two such looks; what comes in between is joined.
        ring_events, ring_bytes: events of a topic that are kept for its followers.
        load_bars: bars in one `load` frame.
        retry_s: first and longest wait before a topic is asked for again.
    """

    request_bytes: int = MAX_REQUEST_BYTES
    response_bytes: int = MAX_RESPONSE_BYTES
    in_flight: int = 32
    streams: int = 256
    outbox_frames: int = 1_024
    outbox_bytes: int = 4 * 1024 * 1024
    refusals: int = 100
    stall_s: float = 30
    answer_s: float = 28
    close_s: float = 5
    poll_s: float = 20
    poll_pause_s: float = 0.02
    ring_events: int = 4_096
    ring_bytes: int = 4 * 1024 * 1024
    load_bars: int = 12_000
    retry_s: tuple[float, float] = (0.1, 5)
