"""Bad input over a real socket: a stable code, the field's name, and the socket lives on."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import websockets

from tests.integration.client import a_bot, a_training, connected
from tests.integration.platform_process import PlatformProcess

NAN = float("nan")
REFUSED: list[tuple[str, Mapping[str, Any], str, str | None]] = [
    ("bots-fly", {}, "unknown_query", "query"),
    ("bots-create", {"name": "../../x", "lr": 0.1, "gamma": 0.9}, "invalid", "name"),
    ("bots-create", {"name": "x", "lr": "fast", "gamma": 0.9}, "invalid", "lr"),
    ("bots-create", {"name": "x", "lr": 0.1, "gamma": 1.5}, "invalid", "gamma"),
    ("bots-get", {"name": "nobody"}, "not_found", "name"),
    ("trainings-get", {"id": 999_999}, "not_found", "id"),
    ("trainings-pause", {"id": 999_999}, "not_found", "id"),
]
STARTS: list[tuple[Mapping[str, Any], str, str]] = [
    ({"batch_size": 0}, "invalid", "batch_size"),
    ({"train_data_percentage": 0}, "invalid", "train_data_percentage"),
    ({"train_data_percentage": 100}, "invalid", "train_data_percentage"),
    ({"symbol": "NOSUCHTHING", "source": "sample"}, "unknown_symbol", "symbol"),
    ({"symbol": "../etc"}, "invalid", "symbol"),
    ({"period": "7x"}, "invalid", "period"),
    ({"bot_name": "nobody"}, "not_found", "bot_name"),
    ({"min_episodes": 9}, "invalid", "min_episodes"),
    ({"symbol": "OU-7-1K", "source": "synthetic", "train_data_percentage": 1}, "invalid",
     "train_data_percentage"),
]  # fmt: skip


async def test_what_is_refused_names_its_field_and_the_socket_lives_on(
    platform: PlatformProcess,
) -> None:
    async with websockets.connect(
        platform.ws, additional_headers=platform.headers, max_size=2**22
    ) as socket:
        for query, params, code, field in REFUSED:
            await socket.send(json.dumps({"query": query, "view": "v", "params": params}))
            frame = json.loads(await socket.recv())
            found = (
                frame["inner_task"],
                frame["done"],
                frame["data"]["code"],
                frame["data"]["field"],
            )
            assert found == ("error", True, code, field), (query, params, frame)
        for text in ("nonsense", '{"query": NaN}', "[" * 5_000):
            await socket.send(text)
            frame = json.loads(await socket.recv())
            assert (frame["name"], frame["view"]) == (None, None)
            assert frame["data"]["code"] == "invalid"


async def test_a_start_is_refused_before_it_has_an_id(platform: PlatformProcess) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        bot = await a_bot(client)
        before = platform.get("/api/trainings?limit=1")
        for changes, code, field in STARTS:
            identity = await client.send("trainings-start", **a_training(bot) | dict(changes))
            frame = await client.frame(identity)
            assert frame["inner_task"] == "error", frame
            assert (frame["data"]["code"], frame["data"]["field"]) == (code, field), changes

    assert platform.get("/api/trainings?limit=1") == before


async def test_a_bots_name_is_taken_once_and_free_after_its_end(platform: PlatformProcess) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        bot = await a_bot(client)
        again = await client.send("bots-create", name=bot, lr=0.1, gamma=0.9)
        taken = await client.frame(again)
        await client.ask("bots-delete", name=bot)
        gone = await client.frame(await client.send("bots-delete", name=bot))
        created = await client.ask("bots-create", name=bot, lr=0.1, gamma=0.9)

    assert (taken["data"]["code"], taken["data"]["field"]) == ("name_taken", "name")
    assert gone["data"]["code"] == "not_found"
    assert created["name"] == bot


async def test_a_frame_above_64_kib_closes_the_socket(platform: PlatformProcess) -> None:
    async with websockets.connect(platform.ws, additional_headers=platform.headers) as socket:
        await socket.send("x" * (64 * 1024 + 1))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
