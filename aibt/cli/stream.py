"""The stream of a training or a session over the WebSocket, through any number of connections.

Every numbered event comes exactly once: after a lost connection the stream goes on from its
cursor, and before there is one, the request is sent again under its own id.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from aibt.cli.client import is_loopback, nothing_answers
from aibt.cli.complaints import Complaint, Refused, Unreachable
from aibt.cli.tokens import NOT_SIGNED_IN, Tokens
from aibt.clock import Clock

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

LOST, BACK, END, TICK = "lost", "back", "end", "tick"
"""Kinds of frames that are ours: the connection broke, is there again; the stream has ended;
nothing came for a while."""

Resource = Literal["trainings", "populations", "sessions", "evaluations"]
"""What has streams, as queries and paths call it."""

PATIENCE_S: Final = 120.0  # for which a lost platform is looked for
_OPEN_S: Final = 10.0
_WAITS_S: Final = (0.1, 5.0)  # first and longest wait between two attempts
_SIGNED_OUT: Final = 4401
_REFUSED: Final = {4403: "forbidden", 4429: "quota_exceeded"}  # close codes, and what they mean
_AGAIN: Final = frozenset({"unavailable"})  # errors after which the same may be asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One thing that happened: `kind` is the wire's `inner_task`, or one of ours.

    Attributes:
        seq: its number in the run's topic; None: a snapshot, a status, or ours.
    """

    kind: str
    data: Mapping[str, Any]
    seq: int | None = None


class _BrokenError(Exception):
    """The connection is gone; another one may be better."""


class _SignedOutError(Exception):
    """The platform does not know, or no longer, who is asking."""


class RunStream:
    """Starts or watches a training or a session, and yields what happens to it.

    Attributes:
        run_id: its number, known from the first frame that names it.
        cursor: the last event that was yielded; None before the snapshot is complete.
    """

    def __init__(
        self,
        url: str,
        resource: Resource,
        *,
        clock: Clock,
        tokens: Tokens | None = None,
        start: Mapping[str, Any] | None = None,
        run_id: int | None = None,
        rate_hz: float | None = None,
        tick_s: float | None = None,
        patience_s: float = PATIENCE_S,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Follow the run that `start` starts, or another.

        Args:
            url: base address of the platform.
            resource: what is followed.
            clock: measures for how long it has been lost.
            tokens: say who is asking, at each connection anew.
            start: parameters of the resource's `-start`; else `run_id` says what
                to watch.
            run_id: see there.
            rate_hz: most statuses a second; None: the platform's own.
            tick_s: yield a `TICK` whenever nothing came for so long; None: never.
            patience_s: for how long to look for a lost platform.
            wait: passes time.

        Raises:
            ValueError: neither or both of `start` and `training_id` are given.
        """
        if (start is None) == (run_id is None):
            raise ValueError("a stream has either a start or a run")
        self.run_id = run_id
        self.cursor: int | None = None
        self._url = url
        self._resource = resource
        self._ws = "ws" + url.removeprefix("http") + "/ws"
        self._clock = clock
        self._tokens = tokens or Tokens()
        self._start = start
        self._start_id = str(uuid.uuid4())
        self._rate_hz = rate_hz
        self._tick_s = tick_s
        self._patience_s = patience_s
        self._wait = wait

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until `END`, whose data is the training or the session.

        Raises:
            Refused: the platform said no, or the stream ended with an error.
            Unreachable: nothing answers, at first or for `patience_s` after a loss.
        """
        since: float | None = None
        wait_s = _WAITS_S[0]
        was_open = is_renewed = False
        while True:
            try:
                with self._socket() as socket:
                    if since is not None:
                        yield Frame(kind=BACK, data={})
                    was_open = True
                    for frame in self._frames(socket):
                        since, wait_s, is_renewed = (
                            None,
                            _WAITS_S[0],
                            is_renewed and frame.kind == TICK,
                        )
                        yield frame
                        if frame.kind == END:
                            return
            except _SignedOutError as signed_out:
                is_renewed = self._renew(signed_out, is_renewed)
                continue
            except _BrokenError as broken:
                if not was_open:
                    raise nothing_answers(self._url) from None
                if since is None:
                    since = self._clock.monotonic()
                    yield Frame(kind=LOST, data={"reason": str(broken)})
                if self._clock.monotonic() - since > self._patience_s:
                    raise Unreachable(
                        f"{self._url} has not answered for {self._patience_s:.0f} s: {broken}."
                    ) from None
            self._wait(wait_s)
            wait_s = min(2 * wait_s, _WAITS_S[1])

    def _renew(self, signed_out: _SignedOutError, is_renewed: bool) -> bool:
        """Take another bearer in place of one that was too old, but never two in a row.

        Raises:
            Refused: there is no better one.
        """
        if is_renewed or not self._tokens.renew():
            raise self._tokens.refused(self._url, str(signed_out)) from None
        return True

    def _request(self) -> dict[str, Any]:
        if self._start is not None and self.cursor is None:
            query, params = f"{self._resource}-start", dict(self._start)
            request_id = self._start_id
        else:
            query, request_id = f"{self._resource}-watch", str(uuid.uuid4())
            params = {"id": self.run_id, "cursor": self.cursor, "rate_hz": self._rate_hz}
        return {"query": query, "view": "cli", "params": params, "id": request_id}

    def _frames(self, socket: "ClientConnection") -> Iterator[Frame]:
        from websockets.exceptions import ConnectionClosed

        request = self._request()
        try:
            socket.send(json.dumps(request))
            while True:
                try:
                    text = socket.recv(timeout=self._tick_s)
                except TimeoutError:
                    yield Frame(kind=TICK, data={})
                    continue
                frame = self._frame(json.loads(text), request["id"])
                if frame is not None:
                    yield frame
                    if frame.kind == END:
                        return
        except ConnectionClosed as closed:
            raise _after(closed) from None
        except ValueError as error:
            raise Complaint(f"What answers at {self._url} is not AIBT: {error}.") from None

    def _frame(self, said: Mapping[str, Any], request_id: str) -> Frame | None:
        """Read one frame; None: it is none of ours, or one that was seen before."""
        if said.get("id") != request_id:
            return None
        data, kind, seq = said["data"], said["inner_task"], said.get("seq")
        if said["done"] and kind == "error":
            if data["code"] in _AGAIN:
                raise _BrokenError(data["msg"])
            if data["code"] == NOT_SIGNED_IN:
                raise _SignedOutError(data["msg"])
            raise Refused(data["code"], data["msg"], data["field"])
        if said["done"]:
            self.run_id = data["id"]
            return Frame(kind=END, data=data)
        if kind in {"state", "status"}:
            self.run_id = data["id"]
        if seq is not None:
            if self.cursor is not None and seq <= self.cursor:
                return None
            self.cursor = seq
        elif kind == "status" and self.cursor is None:
            self.cursor = data["cursor"]  # the snapshot is complete
        return Frame(kind=kind, data=data, seq=seq)

    @contextmanager
    def _socket(self) -> Iterator["ClientConnection"]:
        from websockets.exceptions import InvalidStatus, WebSocketException
        from websockets.sync.client import connect

        with ExitStack() as opened:
            try:
                socket = opened.enter_context(
                    connect(
                        self._ws,
                        additional_headers=self._tokens.headers(),
                        open_timeout=_OPEN_S,
                        close_timeout=1,
                        compression=None,
                        proxy=None if is_loopback(self._url) else True,
                    )
                )
            except InvalidStatus as answer:
                status = answer.response.status_code
                if status >= 500:
                    raise _BrokenError(f"the platform answers {status}") from None
                raise Complaint(f"{self._ws} refuses a WebSocket: it answers {status}.") from None
            except (OSError, EOFError, WebSocketException) as error:
                raise _BrokenError(str(error) or type(error).__name__) from None
            yield socket


def _after(closed: Any) -> Exception:
    """Return what a closed connection means: lost, signed out, or refused for good."""
    code, why = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (None, "")
    if code == _SIGNED_OUT:
        return _SignedOutError(why)
    if code in _REFUSED:
        return Refused(_REFUSED[code], why or f"the connection was closed with {code}", None)
    return _BrokenError(_reason(closed))


def _reason(closed: Any) -> str:
    if closed.rcvd is None:
        return "the connection broke off"
    return f"the connection was closed with {closed.rcvd.code} {closed.rcvd.reason}".rstrip()
