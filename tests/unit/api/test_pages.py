"""The page that follows a one-time link."""

import base64
import hashlib
import re

import httpx

from tests.patience import PATIENCE_S
from tests.unit.api.builders import World


async def page(world: World) -> httpx.Response:
    async with httpx.AsyncClient(base_url=world.server.http, timeout=PATIENCE_S) as client:
        return await client.get("/sign-in")


async def test_only_the_pages_own_script_and_style_may_run(world: World) -> None:
    answer = await page(world)

    policy = answer.headers["content-security-policy"]
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", answer.text, re.DOTALL)
    assert len(inline) == 2
    digests = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inline}
    assert digests == allowed
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_page_has_nothing_that_its_policy_forbids(world: World) -> None:
    answer = await page(world)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r"\son\w+=|style=|src=|javascript:", answer.text) == []


async def test_what_the_page_sends_signs_in_once_and_sets_the_cookie(world: World) -> None:
    accounts = world.entrance.office.accounts
    token = await world.server.ask(accounts.link("local@localhost"))
    sent = {"token": token, "cookie": True}

    async with httpx.AsyncClient(base_url=world.server.http, timeout=PATIENCE_S) as client:
        origin = {"Origin": world.server.http}
        first = await client.post("/api/auth/link", json=sent, headers=origin)
        again = await client.post("/api/auth/link", json=sent, headers=origin)

    assert first.json()["user"]["email"] == "local@localhost"
    assert first.json()["refresh_token"] is None
    assert "HttpOnly" in first.headers["set-cookie"]
    assert again.status_code == 401
    assert {"code", "msg"} <= set(again.json())


async def test_the_page_is_no_part_of_the_rest_interface(world: World) -> None:
    async with httpx.AsyncClient(base_url=world.server.http, timeout=PATIENCE_S) as client:
        described = (await client.get("/openapi.json")).json()

    assert "/sign-in" not in described["paths"]
