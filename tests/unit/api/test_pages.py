"""The web application is served with its policies, from memory, and hides nothing of the API."""

import asyncio
import gzip
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from aibt.settings import Settings
from tests.patience import PATIENCE_S
from tests.unit.api.builders import World
from tests.unit.api.conftest import MakeWorld
from tests.unit.api.doors import Door, an_open_door
from tests.unit.api.exports import BOTS, BROTLI, CHUNK, CODE, HOME, NOTHING, PAYLOAD, an_export

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PLAIN = {"Accept-Encoding": "identity"}


def served_from(root: Path) -> Settings:
    return Settings(_env_file=None, serve={"web_root": root})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return an_export(tmp_path / "out")


@pytest.fixture
async def http(root: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with an_open_door(served_from(root)) as door, door.http() as http:
        yield http


@pytest.fixture
async def unbuilt(tmp_path: Path) -> AsyncIterator[Door]:
    async with an_open_door(served_from(tmp_path / "nowhere")) as door:
        yield door


def directives(answer: httpx.Response) -> dict[str, list[str]]:
    policy = answer.headers["content-security-policy"]
    return {name: rest for name, *rest in (one.split() for one in policy.split(";"))}


@pytest.mark.parametrize(("path", "page"), [("/", HOME), ("/bots", BOTS)])
async def test_a_page_is_found_without_its_ending(
    http: httpx.AsyncClient, path: str, page: str
) -> None:
    answer = await http.get(path, params={"name": "Ada"})

    assert (answer.status_code, answer.text) == (200, page)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_each_page_may_run_its_own_scripts_and_no_others(http: httpx.AsyncClient) -> None:
    home, bots = directives(await http.get("/")), directives(await http.get("/bots"))

    assert home["script-src"] == ["'self'", "'sha256-aG9tZQ=='"]
    assert bots["script-src"] == ["'self'"]
    assert home["default-src"] == ["'none'"]
    assert home["connect-src"] == ["'self'"]
    for name in ("base-uri", "form-action", "frame-ancestors", "object-src"):
        assert home[name] == ["'none'"], name
    everything = {source for sources in home.values() for source in sources}
    assert not any("//" in source or source.endswith("*") for source in everything)
    assert "'unsafe-eval'" not in everything
    assert "'unsafe-inline'" not in home["script-src"]


@pytest.mark.parametrize("path", ["/", f"/{CHUNK}", "/icon.svg", "/nothing"])
async def test_the_usual_headers_are_there_and_one_policy(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(path, headers=BROWSER)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert directives(answer)["default-src"] == ["'none'"]


async def test_what_is_named_by_its_content_is_kept_and_the_rest_asked_for_again(
    http: httpx.AsyncClient,
) -> None:
    kept = {path: (await http.get(path)).headers["cache-control"]
            for path in (f"/{CHUNK}", "/", f"/{PAYLOAD}", "/icon.svg")}  # fmt: skip

    assert kept.pop(f"/{CHUNK}") == "public, max-age=31536000, immutable"
    assert set(kept.values()) == {"no-cache"}


async def test_a_payload_of_the_router_is_plain_text(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/{PAYLOAD}", params={"_rsc": "1tfs"})

    assert (answer.status_code, answer.text) == (200, "0:{}")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("weak", ["", "W/"])
async def test_who_has_it_already_is_sent_nothing(http: httpx.AsyncClient, weak: str) -> None:
    first = await http.get("/")
    tag = first.headers["etag"]

    again = await http.get("/", headers={"If-None-Match": f'"other", {weak}{tag}'})
    changed = await http.get("/", headers={"If-None-Match": '"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    for name in ("cache-control", "vary", "content-security-policy"):
        assert again.headers[name] == first.headers[name]
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=1.0", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0,gzip;q=0", None),
        ("identity", None),
        ("", None),
        ("compress", None),
    ],
)
async def test_the_smallest_is_sent_that_the_client_takes(
    root: Path, make_world: MakeWorld, accepted: str, coding: str | None
) -> None:
    world = make_world(settings=served_from(root))
    async with (
        httpx.AsyncClient(base_url=world.server.http, timeout=PATIENCE_S) as client,
        client.stream("GET", f"/{CHUNK}", headers={"Accept-Encoding": accepted}) as answer,
    ):
        sent = b"".join([part async for part in answer.aiter_raw()])

    expected = {"br": BROTLI, "gzip": gzip.compress(CODE.encode(), mtime=0), None: CODE.encode()}
    assert sent == expected[coding]
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_each_coding_has_a_tag_of_its_own(http: httpx.AsyncClient) -> None:
    plain = await http.get(f"/{CHUNK}", headers=PLAIN)
    packed = await http.get(f"/{CHUNK}", headers={"Accept-Encoding": "gzip"})

    assert plain.headers["etag"] != packed.headers["etag"]
    assert plain.text == packed.text


@pytest.mark.parametrize("path", ["/", "/nothing"])
async def test_head_says_what_get_would_send(root: Path, make_world: MakeWorld, path: str) -> None:
    world = make_world(settings=served_from(root))
    async with httpx.AsyncClient(base_url=world.server.http, headers=BROWSER | PLAIN) as client:
        head, got = await client.head(path), await client.get(path)

    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-length"] == str(len(got.content))


async def test_other_methods_are_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/bots")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["code"] == "method_not_allowed"


async def test_a_person_who_is_lost_gets_a_page_and_a_program_an_error(
    http: httpx.AsyncClient,
) -> None:
    person = await http.get("/nothing", headers=BROWSER)
    program = await http.get("/nothing", headers={"Accept": "*/*"})

    assert (person.status_code, person.text) == (404, NOTHING)
    assert directives(person)["script-src"] == ["'self'", "'sha256-NDA0'"]
    assert (program.status_code, program.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/api/../nothing"])
async def test_below_api_nobody_gets_a_page(root: Path, make_world: MakeWorld, path: str) -> None:
    answer = await raw(make_world(settings=served_from(root)), path)

    assert "404 Not Found" in answer
    assert '"code":"not_found"' in answer.replace('": "', '":"')


async def test_the_api_is_not_hidden(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz", headers=BROWSER)).json()["ready"] is True
    assert "/sign-in" not in (await http.get("/openapi.json")).json()["paths"]
    assert (await http.get("/api/bots", headers=BROWSER)).status_code == 401
    assert (await http.get("/api/trading/start", headers=BROWSER)).status_code == 405


async def test_a_slash_too_many_leads_to_the_page(http: httpx.AsyncClient) -> None:
    answer = await http.get("/bots/", headers=BROWSER, follow_redirects=True)

    assert (answer.status_code, answer.text) == (200, BOTS)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/_next/../../secret.txt",
        "//secret.txt",
        "/..\\secret.txt",
        "/link.txt/../../secret.txt",
        "/index.html",
        "/404",
        "/policy.json",
        f"/{CHUNK}.br",
        "/secret.txt%00.html",
    ],
)
async def test_no_path_leads_to_another_file(root: Path, make_world: MakeWorld, path: str) -> None:
    (root.parent / "secret.txt").write_text("SECRET")

    answer = await raw(make_world(settings=served_from(root)), path)

    assert answer.startswith(("HTTP/1.1 404", "HTTP/1.1 400"))
    assert "SECRET" not in answer


async def test_a_build_beside_a_server_that_runs_changes_nothing_of_it(
    root: Path, http: httpx.AsyncClient
) -> None:
    shutil.rmtree(root)

    assert (await http.get(f"/{CHUNK}", headers=PLAIN)).text == CODE


async def test_without_a_build_the_root_says_what_there_is_and_how_to_build_pages(
    unbuilt: Door,
) -> None:
    async with unbuilt.http() as http:
        about = await http.get("/", headers=BROWSER)
        sign_in = await http.get("/sign-in", headers=BROWSER)

    assert about.json()["docs"] == "/docs"
    assert "make web" in about.json()["pages"]
    assert sign_in.status_code == 404


@pytest.mark.parametrize("lost", ["policy.json", "404.html", "index.html"])
async def test_half_a_build_is_as_good_as_none(root: Path, lost: str) -> None:
    (root / lost).unlink()

    async with an_open_door(served_from(root)) as door, door.http() as http:
        assert "make web" in (await http.get("/")).json()["pages"]
        assert (await http.get("/bots", headers=BROWSER)).status_code == 404


async def test_a_seal_that_cannot_be_read_is_reported_and_stops_nothing(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (root / "policy.json").write_text("{")

    async with an_open_door(served_from(root)) as door, door.http() as http:
        assert (await http.get("/")).json()["name"] == "AIBT"
    assert "cannot be read" in caplog.text


async def raw(world: World, path: str) -> str:
    """Ask for a path as it is written, which no client library does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.server.port)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nConnection: close\r\n"
    writer.write(f"{head}\r\n".encode())
    async with asyncio.timeout(PATIENCE_S):
        answer = await reader.read()
    writer.close()
    return answer.decode()
