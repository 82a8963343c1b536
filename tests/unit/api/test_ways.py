"""How one may sign in, told to whoever has not."""

from typing import Any

import pytest

from aibt.settings import Settings
from tests.unit.api.doors import Door, an_open_door

SUPABASE = {
    "accounts": {"identity": "supabase"},
    "SUPABASE_URL": "https://project.supabase.example",
    "SUPABASE_ANON_KEY": "sb_publishable_0123456789",
}
SECRET = "kP3v0T9cQxW2mZ7nB5yR8uL1sD4fG6hJ"


async def ways(door: Door) -> dict[str, Any]:
    async with door.http() as http:
        answer = await http.get("/api/auth/ways")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_laptop_prints_a_link_and_has_nobody_to_sign_up() -> None:
    async with an_open_door(Settings(_env_file=None)) as door:
        said = await ways(door)

    assert said == {"identity": "local", "mode": "laptop", "sign_up": False, "link": True}


async def test_whoever_is_listed_may_sign_up() -> None:
    async with an_open_door(Settings(_env_file=None)) as door:
        await door.listed()

        assert (await ways(door))["sign_up"] is True


async def test_in_production_no_link_is_printed() -> None:
    settings = Settings(_env_file=None, mode="production", accounts={"secret": SECRET})
    async with an_open_door(settings) as door:
        said = await ways(door)

    assert (said["mode"], said["link"]) == ("production", False)


async def test_supabase_is_named_and_none_of_its_keys() -> None:
    async with an_open_door(Settings(_env_file=None, **SUPABASE)) as door:
        said = await ways(door)

    assert said["identity"] == "supabase"
    assert set(said) == {"identity", "mode", "sign_up", "link"}


@pytest.mark.parametrize("asked", [1, 2])
async def test_strangers_together_are_held_to_a_rate(asked: int) -> None:
    limited = Settings(_env_file=None, limits={"commands_per_second": asked / 4})
    async with an_open_door(limited) as door:
        for _ in range(asked):
            await ways(door)
        async with door.http() as http:
            refused = await http.get("/api/auth/ways")

        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        async with door.local() as http:
            assert (await http.get("/api/auth/me")).status_code == 200
