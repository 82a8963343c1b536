"""Keys of other services go in, and never come out again."""

import base64
import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aibt.settings import AccountSettings, Settings
from tests.unit.api.doors import Door, an_open_door

KEY = "sk-or-v1-0123456789abcdefWXYZ"
OWN_URL = "https://models.example.com/v1"


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    wanted = AccountSettings.model_validate({"provider_urls": [OWN_URL]})
    async with an_open_door(Settings(accounts=wanted)) as door:
        yield door


def kept_in(root: Path) -> bytes:
    """Return everything that lies in the store's folder."""
    with sqlite3.connect(root / "aibt.sqlite3") as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    return b"".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


async def test_a_key_is_kept_and_never_shown_again(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with door.local() as http:
        answers = [
            await http.put("/api/keys/openrouter", json={"key": KEY}),
            await http.get("/api/keys"),
            await http.put("/api/keys/openrouter", json={"key": KEY, "base_url": "https://x.example"}),
            await http.put("/api/keys/other", json={"key": KEY}),
            await http.put("/api/keys/jina", json={"key": KEY + "\n"}),
            await http.put("/api/keys/jina", json={"key": KEY, "extra": KEY}),
            await http.put("/api/keys/jina", json={"key": [KEY]}),
            await http.put("/api/keys/jina", json={"key": KEY * 200}),
            await http.put("/api/keys/jina", content=f'{{"key": "{KEY}"'),
            await http.get("/api/auth/me"),
            await http.get("/openapi.json"),
            await http.delete("/api/keys/openrouter"),
        ]  # fmt: skip
        kept = await http.put("/api/keys/openrouter", json={"key": KEY})
    opened = await door.office.keyring.opened(1, "openrouter")

    assert [answer.status_code for answer in answers] == [
        200, 200, 403, 403, 422, 422, 422, 422, 422, 200, 200, 200,
    ]  # fmt: skip
    assert KEY not in "".join(answer.text for answer in [*answers, kept])
    assert KEY not in "".join(str(record.__dict__) for record in caplog.records)
    assert KEY not in repr(opened)
    assert opened.key.get_secret_value() == KEY  # it is there all the same
    raw = kept_in(door.entrance.root)
    for spelling in (KEY, base64.b64encode(KEY.encode()).decode().rstrip("="), KEY[4:-4]):
        assert spelling.encode() not in raw


async def test_the_last_four_characters_are_shown_with_where_it_is_for(door: Door) -> None:
    async with door.local() as http:
        put = (await http.put("/api/keys/openrouter", json={"key": KEY})).json()
        door.clock.pass_s(60)
        again = (await http.put("/api/keys/openrouter", json={"key": KEY[:-4] + "1234"})).json()
        listed = (await http.get("/api/keys")).json()["keys"]

    assert (put["last_four"], put["base_url"]) == ("WXYZ", "https://openrouter.ai/api/v1")
    assert listed == [again]
    assert again["last_four"] == "1234"
    assert again["created_at"] == put["created_at"] < again["updated_at"]


@pytest.mark.parametrize(
    ("key", "shown"), [("abcd", ""), ("a" * 15, ""), ("a" * 12 + "bcde", "bcde")]
)
async def test_of_a_short_key_nothing_is_shown(door: Door, key: str, shown: str) -> None:
    async with door.local() as http:
        put = await http.put("/api/keys/jina", json={"key": key})

    assert put.json()["last_four"] == shown


@pytest.mark.parametrize(
    ("provider", "base_url", "status"),
    [
        ("openrouter", "https://openrouter.ai/api/v1/", 200),
        ("openrouter", "https://openrouter.ai.evil.example/api/v1", 403),
        ("openrouter", OWN_URL, 403),  # a known name goes to its own address alone
        ("mine", OWN_URL, 200),
        ("mine", OWN_URL + "/", 200),
        ("mine", "http://models.example.com/v1", 403),
        ("mine", "https://models.example.com/v1/../../x", 403),
        ("mine", "https://user@models.example.com/v1", 403),
        ("mine", "http://169.254.169.254/latest", 403),
        ("mine", "http://127.0.0.1:8080/api", 403),
        ("mine", "file:///etc/passwd", 403),
        ("mine", None, 403),
        ("mine", "https://" + "x" * 2_048, 422),
    ],
)
async def test_a_key_goes_to_addresses_that_the_operator_allows_alone(
    door: Door, provider: str, base_url: str | None, status: int
) -> None:
    async with door.local() as http:
        answer = await http.put(f"/api/keys/{provider}", json={"key": KEY, "base_url": base_url})

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("provider", ["../x", "A", "%00", "x" * 65, "open router", "é", "-"])
async def test_a_providers_name_is_plain(door: Door, provider: str) -> None:
    async with door.local() as http:
        answer = await http.put(f"/api/keys/{provider}", json={"key": KEY, "base_url": OWN_URL})

    assert answer.status_code in {404, 422}


async def test_keys_of_others_are_not_there(door: Door) -> None:
    async with door.local() as mine, door.http(await door.bearer()) as hers:
        await mine.put("/api/keys/openrouter", json={"key": KEY})
        seen = await hers.get("/api/keys")
        deleted = await hers.delete("/api/keys/openrouter")
        await hers.put("/api/keys/openrouter", json={"key": "sk-or-v1-another-one-ABCD"})
        await hers.delete("/api/keys/openrouter")
        stays = (await mine.get("/api/keys")).json()["keys"]

    assert seen.json() == {"keys": []}
    assert (deleted.status_code, deleted.json()["code"]) == (404, "not_found")
    assert [key["last_four"] for key in stays] == ["WXYZ"]


async def test_a_sealed_key_that_is_moved_to_another_owner_or_address_cannot_be_opened(
    door: Door,
) -> None:
    ada_id = await door.user_id()
    keyring = door.office.keyring
    async with door.local() as http:
        await http.put("/api/keys/mine", json={"key": KEY, "base_url": OWN_URL})
    [sealed] = await keyring.all(1)
    for owner_id, provider, url in (
        (ada_id, "mine", OWN_URL),
        (1, "jina", "https://s.jina.ai"),
    ):
        async with door.office.store.writing(owner_id) as unit:
            await unit.secrets.put(provider, base_url=url, sealed=sealed.sealed, last_four="WXYZ")
        with pytest.raises(Exception, match="enter it again"):
            await keyring.opened(owner_id, provider)

    assert (await keyring.opened(1, "mine")).key.get_secret_value() == KEY


async def test_administrators_see_no_keys(door: Door) -> None:
    async with door.http(await door.bearer()) as hers, door.local() as admin:
        await hers.put("/api/keys/openrouter", json={"key": KEY})
        paths = [path for path in door.app.openapi()["paths"] if path.startswith("/api/admin")]
        answers: list[httpx.Response] = [await admin.get(path) for path in paths if "{" not in path]
        answers.append(await admin.get(f"/api/admin/users/{await door.user_id()}"))

    told: Any = "".join(answer.text for answer in answers)
    assert KEY not in told
    assert "WXYZ" not in told
