"""The stream: every event once, through any number of connections."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from aibt.cli.complaints import Refused, Unreachable
from aibt.cli.entry import tokens_for
from aibt.cli.stream import BACK, END, LOST, TICK, Frame, RunStream
from aibt.cli.tokens import Tokens
from aibt.clock import SystemClock
from aibt.live.states import RunState
from tests.unit.cli.builders import FixedClock, World, meanwhile
from tests.unit.cli.relay import Relay

START: dict[str, Any] = {
    "bot_name": "Ada", "train_data_percentage": 80, "balance": 1_000, "batch_size": 32,
    "max_episodes": 10, "min_episodes": 1, "symbol": "EURUSD", "period": "H1",
}  # fmt: skip
Script = Callable[[ServerConnection, dict[str, Any]], None]


class ScriptedPlatform:
    """Serves one connection after the other, each as its script says."""

    def __init__(self, *scripts: Script) -> None:
        self.requests: list[dict[str, Any]] = []
        rest = list(scripts)

        self.bearers: list[str | None] = []

        def handle(socket: ServerConnection) -> None:
            assert socket.request is not None
            self.bearers.append(socket.request.headers.get("Authorization"))
            request = json.loads(socket.recv())
            self.requests.append(request)
            rest.pop(0)(socket, request)

        self._server = serve(handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def serving() -> Iterator[Callable[..., ScriptedPlatform]]:
    servers: list[ScriptedPlatform] = []

    def make(*scripts: Script) -> ScriptedPlatform:
        servers.append(ScriptedPlatform(*scripts))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def sends(*frames: dict[str, Any], then_close: int = 1012) -> Script:
    def script(socket: ServerConnection, request: dict[str, Any]) -> None:
        for frame in frames:
            head = {"name": request["query"], "view": "cli", "client_msg": None, "done": False}
            socket.send(json.dumps({**head, "id": request["id"], "data": {}, **frame}))
        socket.close(then_close)

    return script


def status(cursor: int) -> dict[str, Any]:
    return {"inner_task": "status", "data": {"id": 7, "cursor": cursor}}


def line(seq: int) -> dict[str, Any]:
    return {"inner_task": "log", "seq": seq, "data": {"text": f"line {seq}"}}


DONE = {"inner_task": None, "done": True, "data": {"id": 7}}


def kinds(frames: list[Frame]) -> list[str]:
    return [frame.kind for frame in frames]


def seqs(frames: list[Frame]) -> list[int]:
    return [frame.seq for frame in frames if frame.seq is not None]


def test_after_a_lost_connection_it_goes_on_from_its_cursor(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    platform = serving(sends(status(3), line(4)), sends(line(4), line(5), DONE))
    waits: list[float] = []
    stream = RunStream(platform.url, "trainings", clock=FixedClock(), run_id=7, wait=waits.append)

    frames = list(stream)

    assert kinds(frames) == ["status", "log", LOST, BACK, "log", END]
    assert seqs(frames) == [4, 5]
    assert [request["query"] for request in platform.requests] == ["trainings-watch"] * 2
    assert platform.requests[0]["params"]["cursor"] is None
    assert platform.requests[1]["params"] == {"id": 7, "cursor": 4, "rate_hz": None}
    assert len(waits) == 1


def test_a_start_that_was_cut_short_is_sent_again_under_its_own_id(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    platform = serving(sends(), sends(status(0)), sends(line(1), DONE))
    stream = RunStream(
        platform.url, "trainings", clock=FixedClock(), start=START, wait=lambda _: None
    )

    frames = list(stream)

    first, second, third = platform.requests
    assert first == second
    assert first["query"] == "trainings-start"
    assert third["query"] == "trainings-watch"
    assert third["params"]["cursor"] == 0
    assert seqs(frames) == [1]
    assert stream.run_id == 7


def test_a_session_is_started_and_watched_by_its_own_queries(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    start = {"model_id": 3, "start": "2017-01-01", "end": "2017-12-31", "live": False}
    platform = serving(sends(status(0), line(1)), sends(line(2), DONE))
    stream = RunStream(
        platform.url, "sessions", clock=FixedClock(), start=start, wait=lambda _: None
    )

    frames = list(stream)

    first, second = platform.requests
    assert (first["query"], first["params"]) == ("sessions-start", start)
    assert second["query"] == "sessions-watch"
    assert second["params"] == {"id": 7, "cursor": 1, "rate_hz": None}
    assert seqs(frames) == [1, 2]


def test_frames_of_other_requests_are_passed_over(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    foreign = {**line(9), "id": "another"}
    platform = serving(sends(status(0), foreign, line(1), DONE))

    frames = list(RunStream(platform.url, "trainings", clock=FixedClock(), run_id=7))

    assert seqs(frames) == [1]


def test_a_refusal_ends_it_at_once(serving: Callable[..., ScriptedPlatform]) -> None:
    data = {"code": "bot_busy", "msg": "bot 'Ada' is busy", "field": "bot_name"}
    platform = serving(sends({"inner_task": "error", "done": True, "data": data}))

    with pytest.raises(Refused, match="bot_name: bot 'Ada' is busy"):
        list(RunStream(platform.url, "trainings", clock=FixedClock(), start=START))

    assert len(platform.requests) == 1


def test_what_is_unavailable_is_asked_for_again(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    data = {"code": "unavailable", "msg": "please repeat", "field": None}
    platform = serving(
        sends({"inner_task": "error", "done": True, "data": data}), sends(status(0), DONE)
    )
    stream = RunStream(platform.url, "trainings", clock=FixedClock(), run_id=7, wait=lambda _: None)

    assert kinds(list(stream)) == [LOST, BACK, "status", END]


def test_a_platform_that_stays_away_is_given_up_after_a_while(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    platform = serving(sends(status(0)), *[sends()] * 50)
    clock = FixedClock()

    def wait(seconds: float) -> None:
        clock.seconds += seconds

    stream = RunStream(platform.url, "trainings", clock=clock, run_id=7, patience_s=60, wait=wait)

    with pytest.raises(Unreachable, match="has not answered for 60 s"):
        list(stream)
    assert 10 < len(platform.requests) < 50


def test_where_nothing_ever_answered_it_does_not_wait() -> None:
    stream = RunStream("http://127.0.0.1:1", "trainings", clock=FixedClock(), run_id=7)

    with pytest.raises(Unreachable, match="aibt up"):
        list(stream)


def test_silence_ticks_where_asked(serving: Callable[..., ScriptedPlatform]) -> None:
    heard = threading.Event()

    def script(socket: ServerConnection, request: dict[str, Any]) -> None:
        heard.wait(10)
        sends(status(0), DONE)(socket, request)

    platform = serving(script)
    frames = []
    for frame in RunStream(platform.url, "trainings", clock=FixedClock(), run_id=7, tick_s=0.01):
        frames.append(frame)
        if frame.kind == TICK:
            heard.set()

    assert TICK in kinds(frames)
    assert kinds(frames)[-2:] == ["status", END]


def test_a_reader_who_leaves_closes_the_connection(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    closed = threading.Event()

    def script(socket: ServerConnection, request: dict[str, Any]) -> None:
        head = {"name": "x", "view": None, "client_msg": None, "done": False, "id": request["id"]}
        socket.send(json.dumps({**head, **status(0)}))
        try:
            socket.recv()
        except ConnectionClosed:
            closed.set()

    platform = serving(script)
    frames = iter(RunStream(platform.url, "trainings", clock=FixedClock(), run_id=7))
    next(frames)
    frames.close()  # type: ignore[attr-defined] - it is a generator

    assert closed.wait(10)


@pytest.mark.parametrize("given", [{}, {"start": START, "run_id": 7}])
def test_it_either_starts_or_watches(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either"):
        RunStream("http://127.0.0.1:1", "trainings", clock=FixedClock(), **given)


def test_no_event_is_missed_or_seen_twice_when_a_real_platform_is_cut_off(world: World) -> None:
    number = world.a_training()
    relay = Relay(world.port)
    world.move(number, RunState.RUNNING)
    got: list[Frame] = []
    snapshot = threading.Event()
    reached = threading.Event()

    def drive() -> None:
        assert snapshot.wait(10)
        for text in range(5):
            world.emit(number, "log", a_line(text))
        assert reached.wait(10)
        relay.cut()
        for text in range(5, 10):
            world.emit(number, "log", a_line(text))
        world.move(number, RunState.FINISHED)

    with meanwhile(drive):
        for frame in RunStream(
            relay.url,
            "trainings",
            clock=SystemClock(),
            tokens=tokens_for(relay.url),
            run_id=number,
            wait=lambda _: None,
        ):
            got.append(frame)
            if frame.kind == "status":
                snapshot.set()
            if frame.kind == "log" and frame.data["text"] == "line 4":
                reached.set()
    relay.close()

    assert [frame.data["text"] for frame in got if frame.kind == "log"] == [
        f"line {text}" for text in range(10)
    ]
    assert seqs(got) == list(range(seqs(got)[0], seqs(got)[-1] + 1))
    assert kinds(got).count(LOST) >= 1
    assert relay.accepted >= 2
    assert got[-1].kind == END
    assert got[-1].data["state"] == "finished"


def a_line(text: int) -> dict[str, Any]:
    return {"level": "info", "text": f"line {text}", "at": "2024-01-01T00:00:00Z"}


def test_a_bearer_that_is_over_is_replaced_without_a_word(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    platform = serving(sends(status(3), then_close=4401), sends(line(4), DONE))
    minted = iter(["first", "second"])
    tokens = Tokens(mint=lambda: next(minted))
    waits: list[float] = []

    frames = list(
        RunStream(
            platform.url,
            "trainings",
            clock=FixedClock(),
            tokens=tokens,
            run_id=7,
            wait=waits.append,
        )
    )

    assert kinds(frames) == ["status", "log", END]
    assert platform.bearers == ["Bearer first", "Bearer second"]
    assert waits == []


def test_a_sign_in_that_ends_under_a_request_is_begun_anew(
    serving: Callable[..., ScriptedPlatform],
) -> None:
    refused = {
        "inner_task": "error",
        "done": True,
        "data": {"code": "not_signed_in", "msg": "over", "field": None},
    }
    platform = serving(sends(refused), sends(status(0), DONE))
    minted = iter(["first", "second"])

    frames = list(
        RunStream(
            platform.url,
            "trainings",
            clock=FixedClock(),
            tokens=Tokens(mint=lambda: next(minted)),
            run_id=7,
        )
    )

    assert kinds(frames) == ["status", END]


@pytest.mark.parametrize("tokens", [Tokens(), Tokens("given"), Tokens(mint=lambda: "minted")])
def test_who_is_not_let_in_is_told_how_to_sign_in(
    serving: Callable[..., ScriptedPlatform], tokens: Tokens
) -> None:
    platform = serving(sends(then_close=4401), sends(then_close=4401))
    stream = RunStream(platform.url, "trainings", clock=FixedClock(), tokens=tokens, run_id=7)

    with pytest.raises(Refused, match="aibt token") as refused:
        list(stream)

    assert refused.value.code == "not_signed_in"


@pytest.mark.parametrize("code", [4403, 4429])
def test_a_refusal_for_good_is_not_tried_again(
    serving: Callable[..., ScriptedPlatform], code: int
) -> None:
    platform = serving(sends(then_close=code))
    stream = RunStream(platform.url, "trainings", clock=FixedClock(), run_id=7)

    with pytest.raises(Refused):
        list(stream)

    assert len(platform.requests) == 1
