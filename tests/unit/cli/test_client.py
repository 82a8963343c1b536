"""The client: one effect however often it was sent, and every failure one sentence."""

import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from aibt.cli.client import Client
from aibt.cli.complaints import Complaint, Refused, Unreachable
from aibt.cli.entry import tokens_for
from aibt.errors import Unavailable
from aibt.protocol.bots import BotMessage, BotsPageMessage
from tests.unit.cli.builders import World

BOT = {"name": "Ada", "lr": 0.1, "gamma": 0.9}


class ScriptedServer:
    """Answers with what the script says, in order; `keys` are the idempotency keys it saw."""

    def __init__(self, *script: tuple[int, str] | None) -> None:
        self.keys: list[str | None] = []
        rest = deque(script)
        keys = self.keys

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                keys.append(self.headers.get("Idempotency-Key"))
                answer = rest.popleft()
                if answer is None:  # breaks off
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                self.end_headers()
                self.wfile.write(answer[1].encode())

            do_GET = do_POST  # noqa: N815 - the library's name

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(world: World, waits: list[float]) -> Iterator[Client]:
    found = Client(world.url, tokens_for(world.url), wait=waits.append)
    yield found
    found.close()


def test_a_change_is_made_and_read_back(client: Client) -> None:
    made = client.change("POST", "/api/bots", BotMessage, BOT)

    assert made.name == "Ada"
    assert [bot.name for bot in client.get("/api/bots", BotsPageMessage).bots] == ["Ada"]


def test_a_refusal_carries_its_code_and_its_field(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.change("POST", "/api/bots", BotMessage, {**BOT, "lr": 7})

    assert (refused.value.code, refused.value.at) == ("invalid", "lr")
    assert str(refused.value).startswith("lr: ")
    assert str(refused.value).count("lr: ") == 1


def test_what_is_unavailable_is_asked_for_again_and_then_given_up(
    client: Client, world: World, waits: list[float]
) -> None:
    world.platform.failures["bots_page"] = Unavailable("busy")

    with pytest.raises(Refused, match="busy"):
        client.get("/api/bots", BotsPageMessage)

    assert world.platform.calls["bots_page"] == 3
    assert len(waits) == 2


def test_a_change_that_got_lost_is_sent_again_under_the_same_key(
    client: Client, world: World, waits: list[float]
) -> None:
    made = client.change("POST", "/api/bots", BotMessage, BOT).model_dump_json()
    server = ScriptedServer(None, (503, "{}"), (200, made))
    other = Client(server.url, wait=waits.append)
    try:
        again = other.change("POST", "/api/bots", BotMessage, BOT)
    finally:
        other.close()
        server.close()

    assert again.name == "Ada"
    assert len(server.keys) == 3
    assert len(set(server.keys)) == 1
    assert None not in server.keys


@pytest.mark.parametrize("answer", [(200, "<html>"), (200, "[]"), (404, "no"), (200, '{"a": 1}')])
def test_what_is_not_aibt_is_recognised(answer: tuple[int, str]) -> None:
    server = ScriptedServer(answer)
    client = Client(server.url)
    try:
        with pytest.raises(Complaint, match="is not"):
            client.get("/api/bots", BotsPageMessage)
    finally:
        client.close()
        server.close()


def test_where_nothing_listens_the_address_is_named() -> None:
    client = Client("http://127.0.0.1:1")
    try:
        with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:1.*aibt up"):
            client.get("/api/bots", BotsPageMessage)
        assert client.health() is None
    finally:
        client.close()
