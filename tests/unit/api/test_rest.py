"""REST twins, their errors and their description."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from aibt.api.app import create_app
from aibt.api.origins import is_allowed_host, is_allowed_origin
from aibt.errors import ActorUnavailable, RateLimited
from aibt.rl.catalogue import (
    ALGORITHMS,
    DEFAULT_ALGORITHM,
    DEFAULT_ENCODER,
    ENCODERS,
    UNUSED,
    encoders_of,
)
from aibt.settings import ServeSettings, Settings
from tests.fakes.entrance import Entrance
from tests.fakes.platform import FakePlatform
from tests.unit.api.builders import BOT, START

OWN = "http://127.0.0.1:8080"
TAKES_KEY = ("/api/bots", "/api/trainings", "/api/models", "/api/trading")
PROBLEM = {"code", "msg", "field", "correlation_id"}


class Rest:
    """The application called in this process."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.platform = FakePlatform()
        self.entrance = Entrance(self.platform, settings)
        self.app = create_app(self.entrance.connect, self.entrance.settings, self.entrance.clock)

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8080", headers=self.entrance.headers
        )


@pytest.fixture
async def rest() -> AsyncIterator[Rest]:
    rest = Rest()
    async with rest.app.router.lifespan_context(rest.app):
        yield rest


async def test_a_bot_lives_through_rest(rest: Rest) -> None:
    async with rest.client() as http:
        made = await http.post("/api/bots", json=BOT)
        changed = await http.patch("/api/bots/Ada", json={"new_name": "Bea", "lr": 0.5})
        listed = await http.get("/api/bots")
        paused = await http.post("/api/bots/Bea/pause")
        resumed = await http.post("/api/bots/Bea/resume")
        stopped = await http.post("/api/bots/Bea/stop")
        deleted = await http.delete("/api/bots/Bea")
        gone = await http.get("/api/bots/Bea")

    assert made.status_code == 201
    assert (changed.json()["name"], changed.json()["lr"]) == ("Bea", 0.5)
    assert [bot["name"] for bot in listed.json()["bots"]] == ["Bea"]
    assert {answer.status_code for answer in (paused, resumed, stopped)} == {200}
    assert deleted.json() == {"name": "Bea"}
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_a_training_lives_through_rest(rest: Rest) -> None:
    async with rest.client() as http:
        await http.post("/api/bots", json=BOT)
        started = await http.post("/api/trainings", json=START)
        path = f"/api/trainings/{started.json()['id']}"
        states = [
            (await http.post(f"{path}/{verb}")).json()["state"]
            for verb in ("pause", "resume", "stop")
        ]
        changed = await http.patch(path, json={"gamma": 0.5})
        shown = await http.get(path)
        load = await http.get(f"{path}/load")
        first = await http.get(f"{path}/events", params={"limit": 2})
        rest_of_them = await http.get(f"{path}/events", params={"after": 2})
        listed = await http.get("/api/trainings", params={"state": ["stopped"], "limit": 5})
        none = await http.get("/api/trainings", params={"state": ["running"]})

    assert started.status_code == 201
    assert states == ["paused", "running", "stopped"]
    assert shown.json() == changed.json()
    assert load.json()["closes"] == [1.0, 1.1, 1.2]
    assert [event["seq"] for event in first.json()["events"]] == [1, 2]
    assert (first.json()["cursor"], first.json()["ended"]) == (2, False)
    assert [event["seq"] for event in rest_of_them.json()["events"]] == [3, 4]
    assert rest_of_them.json()["ended"] is True
    assert len(listed.json()["trainings"]) == 1
    assert none.json() == {"trainings": [], "next": None}


async def test_the_algorithms_are_listed_each_with_a_sentence(rest: Rest) -> None:
    async with rest.client() as http:
        answer = (await http.get("/api/algorithms")).json()
    found, encoders = answer["algorithms"], answer["encoders"]

    assert [each["name"] for each in found] == list(ALGORITHMS)
    assert [each["name"] for each in found if each["is_default"]] == [DEFAULT_ALGORITHM]
    assert all(each["sentence"] == ALGORITHMS[each["name"]] for each in found)
    assert all(each["unused"] == UNUSED.get(each["name"], {}) for each in found)
    assert all(tuple(each["encoders"]) == encoders_of(each["name"]) for each in found)
    assert {each["name"]: each["sentence"] for each in encoders} == ENCODERS
    assert [each["name"] for each in encoders if each["is_default"]] == [DEFAULT_ENCODER]


async def test_a_bot_learns_by_what_it_is_told_and_a_start_may_say_otherwise(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "another"):
        monkeypatch.setitem(ALGORITHMS, name, "Learns.")
    async with rest.client() as http:
        made = await http.post("/api/bots", json={**BOT, "algorithm": "one"})
        changed = await http.patch("/api/bots/Ada", json={"algorithm": "another"})
        unknown = await http.patch("/api/bots/Ada", json={"algorithm": "sarsa"})
        same = await http.post("/api/trainings", json=START)
        await http.post(f"/api/trainings/{same.json()['id']}/stop")
        other = await http.post("/api/trainings", json={**START, "algorithm": "one"})
        shown = await http.get("/api/bots/Ada")

    assert (made.json()["algorithm"], changed.json()["algorithm"]) == ("one", "another")
    assert changed.json()["note"] is not None
    assert (unknown.status_code, unknown.json()["field"]) == (422, "algorithm")
    assert all(name in unknown.json()["msg"] for name in ALGORITHMS)
    assert (same.json()["algorithm"], same.json()["note"]) == ("another", None)
    assert other.json()["algorithm"] == shown.json()["algorithm"] == "one"
    assert other.json()["note"] is not None


async def test_a_bot_reads_the_bars_as_it_is_told_where_its_algorithm_can(rest: Rest) -> None:
    async with rest.client() as http:
        made = await http.post("/api/bots", json={**BOT, "algorithm": "pqn", "encoder": "conv"})
        changed = await http.patch("/api/bots/Ada", json={"encoder": "gru"})
        unknown = await http.patch("/api/bots/Ada", json={"encoder": "joint"})
        cannot = await http.patch("/api/bots/Ada", json={"algorithm": "dqn"})
        can = await http.patch("/api/bots/Ada", json={"algorithm": "dqn", "encoder": "mlp"})
        start = await http.post("/api/trainings", json={**START, "encoder": "conv"})
        other = {**START, "algorithm": "ppo", "encoder": "conv"}
        both = await http.post("/api/trainings", json=other)

    assert (made.json()["encoder"], changed.json()["encoder"]) == ("conv", "gru")
    assert changed.json()["note"] is not None
    assert all(name in unknown.json()["msg"] for name in ENCODERS)
    for refused in (unknown, cannot, start):
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert refused.json()["field"] == "encoder"
    assert (can.json()["algorithm"], can.json()["encoder"]) == ("dqn", "mlp")
    assert (both.json()["algorithm"], both.json()["encoder"]) == ("ppo", "conv")
    assert both.json()["note"] is not None


async def test_symbols_and_bars_are_found(rest: Rest) -> None:
    async with rest.client() as http:
        symbols = await http.get("/api/symbols", params={"q": "eur"})
        period = {"symbol": "EURUSD", "period": "H1", "from": "2024-01-01", "to": "2024-02-01"}
        bars = await http.get("/api/bars", params=period)

    assert [symbol["symbol"] for symbol in symbols.json()["symbols"]] == ["EURUSD"]
    assert (bars.json()["period"], bars.json()["age_s"]) == ("1h", 60.0)
    assert bars.json()["date_range"][0] == "2024-01-01 00:00:00+00:00"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("POST", "/api/bots", {**BOT, "lr": 2}, 422, "invalid", "lr"),
        ("POST", "/api/bots", {**BOT, "depth": "2"}, 422, "invalid", "depth"),
        ("POST", "/api/bots", {**BOT, "depth": 2.0}, 422, "invalid", "depth"),
        ("POST", "/api/bots", {**BOT, "extra": 1}, 422, "invalid", "extra"),
        ("POST", "/api/bots", [], 422, "invalid", None),
        ("PATCH", "/api/bots/Ada", {"name": "x"}, 422, "invalid", "name"),
        ("PATCH", "/api/bots/Nobody", {"lr": 0.1}, 404, "not_found", "name"),
        ("GET", "/api/bots/%2e%2e%20x", None, 404, "not_found", "name"),
        ("POST", "/api/trainings", {**START, "batch_size": 0}, 422, "invalid", "batch_size"),
        ("POST", "/api/trainings", START, 404, "not_found", "bot_name"),
        ("GET", "/api/trainings/0", None, 422, "invalid", "training_id"),
        ("GET", "/api/trainings/9", None, 404, "not_found", "id"),
        ("GET", "/api/trainings?limit=0", None, 422, "invalid", "limit"),
        ("GET", "/api/trainings?state=asleep", None, 422, "invalid", "state"),
        ("GET", "/api/trainings/9/events?after=-1", None, 422, "invalid", "after"),
        ("GET", "/api/bars?symbol=..%2Fx&period=H1", None, 422, "invalid", "symbol"),
        ("GET", "/api/bars?symbol=EURUSD&period=x", None, 422, "invalid", "period"),
        ("GET", "/api/bars?symbol=NOPE&period=H1", None, 404, "unknown_symbol", "symbol"),
        ("GET", "/api/bars?symbol=EURUSD", None, 422, "invalid", "period"),
        (
            "GET",
            "/api/bars?symbol=EURUSD&period=H1&from=2024-02-01&to=2024-01-01",
            None,
            422,
            "invalid",
            "from",
        ),
        ("GET", "/nowhere", None, 404, "not_found", None),
        ("PUT", "/api/bots", {}, 405, "method_not_allowed", None),
    ],
)
async def test_every_refusal_has_one_shape(
    *,
    rest: Rest,
    method: str,
    path: str,
    body: object,
    status: int,
    code: str,
    field: str | None,
) -> None:
    async with rest.client() as http:
        answer = await http.request(method, path, json=body)

    assert (answer.status_code, set(answer.json())) == (status, PROBLEM)
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b'{"name": "a", "gamma": 1, "lr": NaN}', 422),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 422),
        (b'"' + b"x" * 70_000 + b'"', 413),
    ],
)
async def test_a_body_that_is_wrong_or_too_long_is_refused(
    rest: Rest, body: bytes, status: int
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield body

    headers = {"Content-Type": "application/json"}
    async with rest.client() as http:
        answer = await http.post("/api/bots", content=body, headers=headers)
        chunked = await http.post("/api/bots", content=chunks(), headers=headers)

    assert (answer.status_code, set(answer.json())) == (status, PROBLEM)
    assert (chunked.status_code, set(chunked.json())) == (status, PROBLEM)


async def test_a_mistake_of_ours_shows_a_reference_and_nothing_else(
    rest: Rest, caplog: pytest.LogCaptureFixture
) -> None:
    rest.platform.failures["bots_page"] = KeyError("secret")

    async with rest.client() as http:
        answer = await http.get("/api/bots")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    reference = answer.json()["correlation_id"]
    assert any(reference in record.getMessage() for record in caplog.records)


async def test_too_many_requests_say_when_to_come_back(rest: Rest) -> None:
    rest.platform.failures["bots_page"] = RateLimited(7.0)

    async with rest.client() as http:
        answer = await http.get("/api/bots")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_health_tells_what_does_not_work(rest: Rest) -> None:
    async with rest.client() as http:
        well = await http.get("/healthz")
        rest.platform.failures["health"] = ActorUnavailable("no supervisor")
        ill = await http.get("/healthz")

    assert (well.status_code, well.json()) == (200, {"ready": True, "parts": {"store": "ok"}})
    assert (ill.status_code, ill.json()["ready"]) == (503, False)
    assert "no supervisor" in ill.json()["parts"]["platform"]


async def test_an_idempotency_key_is_a_uuid(rest: Rest) -> None:
    async with rest.client() as http:
        answer = await http.post("/api/bots", json=BOT, headers={"Idempotency-Key": "again"})

    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


async def test_without_pages_the_root_says_where_everything_is_with_the_security_headers(
    tmp_path: Path,
) -> None:
    settings = Settings(serve=ServeSettings(web_root=tmp_path))
    rest = Rest(settings)
    async with rest.app.router.lifespan_context(rest.app), rest.client() as http:
        answer = await http.get("/")
        missing = await http.get("/nowhere")

    assert answer.json()["websocket"] == "/ws"
    for headers in (answer.headers, missing.headers):
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "rebound.example"}]
)
async def test_a_foreign_page_changes_nothing(rest: Rest, headers: dict[str, str]) -> None:
    async with rest.client() as http:
        answer = await http.post("/api/bots", json=BOT, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert rest.platform.calls["create_bot"] == 0


async def test_openapi_describes_each_route_its_errors_and_examples(rest: Rest) -> None:
    async with rest.client() as http:
        schema = (await http.get("/openapi.json")).json()

    assert "HTTPValidationError" not in schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            if path == "/healthz":
                continue
            assert {"500", "503"} <= set(described["responses"]), (method, path)
            if method in {"post", "patch", "delete"} and path.startswith(TAKES_KEY):
                names = [parameter["name"] for parameter in described["parameters"]]
                assert "Idempotency-Key" in names, (method, path)
            if "requestBody" in described:
                body = described["requestBody"]["content"]["application/json"]
                assert body["schema"].get("examples") or body.get("examples"), (method, path)


async def test_the_protocol_page_names_each_route(rest: Rest) -> None:
    page = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([A-Z]+) (/[^`]*)` \|", page, flags=re.MULTILINE))

    routes = {
        (method.upper(), path)
        for path, methods in rest.app.openapi()["paths"].items()
        for method in methods
    }

    assert named == routes


LOOPBACK = ServeSettings(allowed_origins=("https://desk.example",))
PUBLIC = ServeSettings(host="0.0.0.0")


@pytest.mark.parametrize(
    ("origin", "host", "settings", "allowed"),
    [
        (None, "127.0.0.1:8080", LOOPBACK, True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", LOOPBACK, True),
        ("http://[::1]:3000", "127.0.0.1:8080", LOOPBACK, True),
        ("https://desk.example", "127.0.0.1:8080", LOOPBACK, True),
        ("https://desk.example.evil", "127.0.0.1:8080", LOOPBACK, False),
        ("http://localhost.evil", "127.0.0.1:8080", LOOPBACK, False),
        ("null", "127.0.0.1:8080", LOOPBACK, False),
        ("", "127.0.0.1:8080", LOOPBACK, False),
        ("http://[", "127.0.0.1:8080", LOOPBACK, False),
        ("https://aibt.example", "aibt.example", PUBLIC, True),
        ("http://localhost:3000", "aibt.example", PUBLIC, False),
    ],
)
def test_an_origin_is_allowed_or_not(
    origin: str | None, host: str, settings: ServeSettings, allowed: bool
) -> None:
    assert is_allowed_origin(origin, host, settings) is allowed


@pytest.mark.parametrize(
    ("host", "settings", "allowed"),
    [
        ("127.0.0.1:8080", LOOPBACK, True),
        ("localhost", LOOPBACK, True),
        ("[::1]:8080", LOOPBACK, True),
        ("desk.example", LOOPBACK, True),
        ("rebound.example:8080", LOOPBACK, False),
        ("[", LOOPBACK, False),
        ("aibt.example", PUBLIC, True),
        (None, LOOPBACK, True),
    ],
)
def test_a_host_is_allowed_or_not(host: str | None, settings: ServeSettings, allowed: bool) -> None:
    assert is_allowed_host(host, settings) is allowed
