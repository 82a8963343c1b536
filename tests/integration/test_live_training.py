"""A training on real bars, driven by a stranger's client over the WebSocket."""

import asyncio
import json
import uuid
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger
from tests.integration.client import (
    ENDED,
    Client,
    Frame,
    Refused,
    a_bot,
    a_training,
    connected,
    in_state,
    steps_beyond,
)
from tests.integration.platform_process import PlatformProcess

SYNTHETIC = {"symbol": "OU-7-1K", "period": "D1", "source": "synthetic"}


async def the_whole_stream(client: Client, **changes: Any) -> list[Frame]:
    started = await client.send("trainings-start", **a_training(await a_bot(client), **changes))
    return [frame async for frame in client.stream(started)]


def of_kind(frames: list[Frame], kind: str) -> list[dict[str, Any]]:
    return [frame["data"] for frame in frames if frame["inner_task"] == kind]


@pytest.mark.parametrize(("symbol", "period"), [("EURUSD", "H1"), ("^GSPC", "D1")])
async def test_a_training_shows_real_bars_and_every_field_of_its_status_changes(
    platform: PlatformProcess, symbol: str, period: str
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        many = {"max_episodes": EPISODES, "min_episodes": EPISODES}  # seconds enough to look at
        frames = await the_whole_stream(client, symbol=symbol, period=period, **many)

    load = of_kind(frames, "load")[0]
    times = [datetime.fromisoformat(time) for time in load["date_range"]]
    assert len(times) == len(load["closes"]) > 5_000
    assert all(earlier < later for earlier, later in pairwise(times))
    assert load["source"] == "sample"
    assert 0 < load["split"] < len(times)

    statuses = of_kind(frames, "status")
    assert len(statuses) > 10
    assert all(sum(s["prediction"][name] for name in ACTIONS) == 100 for s in statuses)
    still = {name for name in statuses[0] if len({str(status[name]) for status in statuses}) == 1}
    assert still <= {"id"}
    assert statuses[-1]["episodes"]["current"] == EPISODES


EPISODES = 12
ACTIONS = ("hold", "close", "bull", "bear")


async def test_numbered_events_come_without_a_gap_and_the_stream_ends_with_the_training(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        frames = await the_whole_stream(client)

    numbers = [frame["seq"] for frame in frames if frame.get("seq") is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [data["state"] for data in of_kind(frames, "state")] == [
        "queued",
        "loading",
        "running",
        "finished",
    ]
    last = frames[-1]
    assert last["done"]
    assert last["inner_task"] is None
    assert last["data"]["state"] == "finished"


async def test_the_trades_of_an_evaluation_are_those_of_the_ledger_to_the_cent(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        frames = await the_whole_stream(client)
    bars = platform.get("/api/bars?symbol=EURUSD&period=H1")
    final = frames[-1]["data"]
    best = max(trade["episode"] for trade in of_kind(frames, "trade"))
    trades = [
        trade
        for trade in of_kind(frames, "trade")
        if trade["part"] == "out_of_sample" and trade["episode"] == best
    ]
    trades = list({(trade["open_at"], trade["side"]): trade for trade in trades}.values())
    assert trades

    ledger = Ledger(10_000.0, Costs(fee_bps=final["fee_bps"], slippage_bps=final["slippage_bps"]))
    last = len(bars["closes"]) - 1
    for trade, after in zip(trades, [*trades[1:], None], strict=True):
        ledger.move(trade["side"], bars["opens"][trade["open_at"]], trade["open_at"])
        reversed_at_once = after is not None and after["open_at"] == trade["close_at"]
        if not reversed_at_once:
            price = bars["closes"] if trade["close_at"] == last else bars["opens"]
            ledger.move(0, price[trade["close_at"]], trade["close_at"])

    told = [round(trade["profit"], 2) for trade in trades]
    assert [round(float(trade.profit), 2) for trade in ledger.closed_trades] == told
    profit = float(ledger.equity(bars["closes"][last]) - ledger.balance)
    assert round(profit, 2) == round(final["out_of_sample"]["profit"], 2)


async def test_nothing_moves_while_a_training_is_paused_and_it_goes_on_where_it_was(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        params = a_training(await a_bot(client), max_episodes=200, min_episodes=200)
        stream = await client.send("trainings-start", **params)
        seen = await client.until(stream, steps_beyond(1_000))
        training_id = seen[-1]["data"]["id"]

        paused = await client.ask("trainings-pause", id=training_id)
        await asyncio.sleep(1.0)
        later = await client.ask("trainings-get", id=training_id)
        again = await client.ask("trainings-pause", id=training_id)

        assert paused["state"] == later["state"] == again["state"] == "paused"
        assert paused["steps"] == later["steps"] == again["steps"]

        await client.ask("trainings-resume", id=training_id)
        await client.until(stream, steps_beyond(later["steps"]))
        stopped = await client.ask("trainings-stop", id=training_id)
        assert stopped["state"] == "stopped"
        with pytest.raises(Refused, match="training_ended"):
            await client.ask("trainings-pause", id=training_id)


async def test_new_parameters_hold_from_a_recorded_step_on(platform: PlatformProcess) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        params = a_training(await a_bot(client), max_episodes=200, min_episodes=20)
        stream = await client.send("trainings-start", **params)
        seen = await client.until(stream, steps_beyond(500))
        training_id = seen[-1]["data"]["id"]

        updated = await client.ask("trainings-update", id=training_id, lr=0.01, max_episodes=20)
        frames = [frame async for frame in client.stream(stream)]

    assert (updated["lr"], updated["max_episodes"]) == (0.01, 20)
    change = of_kind(frames, "params")[0]
    assert change["changed"] == {"lr": 0.01, "max_episodes": 20}
    assert change["step"] >= 500
    assert frames[-1]["data"]["state"] == "finished"
    assert frames[-1]["data"]["episodes"]["current"] == 20


async def test_pausing_one_of_two_trainings_leaves_the_other_alone(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        long = {"max_episodes": 500, "min_episodes": 500}
        streams = [
            await client.send("trainings-start", **a_training(await a_bot(client), **long))
            for _ in range(2)
        ]
        first, second = [
            (await client.until(stream, steps_beyond(500)))[-1]["data"]["id"] for stream in streams
        ]

        await client.ask("trainings-pause", id=first)
        before = (await client.ask("trainings-get", id=second))["steps"]
        await client.until(streams[1], steps_beyond(before + 500))

        assert (await client.ask("trainings-get", id=first))["state"] == "paused"
        assert (await client.ask("trainings-get", id=second))["state"] == "running"
        await client.ask("trainings-stop", id=first)
        assert (await client.ask("trainings-get", id=second))["state"] == "running"
        await client.ask("trainings-stop", id=second)


async def test_a_bots_commands_reach_all_that_it_is_doing(platform: PlatformProcess) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        bot = await a_bot(client)
        params = a_training(bot, max_episodes=500, min_episodes=500)
        stream = await client.send("trainings-start", **params)
        training_id = (await client.until(stream, steps_beyond(100)))[-1]["data"]["id"]

        assert (await client.ask("bots-pause", name=bot))["state"] == "paused"
        assert (await client.ask("trainings-get", id=training_id))["state"] == "paused"
        with pytest.raises(Refused, match="bot_busy"):
            await client.ask("bots-delete", name=bot)
        assert (await client.ask("bots-resume", name=bot))["state"] == "running"
        assert (await client.ask("bots-stop", name=bot))["state"] == "idle"
        assert (await client.ask("bots-delete", name=bot)) == {"name": bot}


async def test_twenty_trainings_can_be_queued_and_all_finish(platform: PlatformProcess) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        short = {**SYNTHETIC, "max_episodes": 1, "min_episodes": 1}
        streams = [
            await client.send("trainings-start", **a_training(await a_bot(client), **short))
            for _ in range(20)
        ]

        ends = [[frame async for frame in client.stream(stream)][-1] for stream in streams]

    assert [end["data"]["state"] for end in ends] == ["finished"] * 20


async def test_a_start_that_is_repeated_with_its_id_is_the_same_training(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        params = a_training(await a_bot(client), **SYNTHETIC, max_episodes=2, min_episodes=2)
        identity = str(uuid.uuid4())
        stream = await client.send("trainings-start", command_id=identity, **params)
        first = [frame async for frame in client.stream(stream)]

    async with connected(platform.ws, platform.bearer) as client:
        stream = await client.send("trainings-start", command_id=identity.upper(), **params)
        again = [frame async for frame in client.stream(stream)]
        with pytest.raises(Refused, match="id_reused"):
            await client.ask("trainings-start", command_id=identity, **{**params, "batch_size": 64})

    assert again[-1]["data"]["id"] == first[-1]["data"]["id"]
    assert again[-1]["id"] == identity.upper()


async def test_a_watcher_that_comes_back_with_its_cursor_gets_every_event_once(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        params = a_training(await a_bot(client), max_episodes=6, min_episodes=6)
        stream = await client.send("trainings-start", **params)
        training_id = (await client.until(stream, in_state("running")))[-1]["data"]["id"]
        numbers: list[int] = []
        ended = False
        while not ended:
            async with connected(platform.ws, platform.bearer) as watcher:
                cursor = numbers[-1] if numbers else 0
                watch = await watcher.send("trainings-watch", id=training_id, cursor=cursor)
                read = 0
                async for frame in watcher.stream(watch):
                    if frame.get("seq") is not None:
                        numbers.append(frame["seq"])
                        read += 1
                    ended = frame["done"]
                    if read >= 60:
                        break
        everything = platform.get(f"/api/trainings/{training_id}")["cursor"]

    assert numbers == list(range(1, everything + 1))


async def test_a_watcher_that_reads_nothing_slows_nobody(platform: PlatformProcess) -> None:
    import websockets

    async with connected(platform.ws, platform.bearer) as client:
        params = a_training(await a_bot(client), max_episodes=4, min_episodes=4)
        stream = await client.send("trainings-start", **params)
        training_id = (await client.until(stream, in_state("running")))[-1]["data"]["id"]
        async with websockets.connect(
            platform.ws, additional_headers=platform.headers, max_queue=1
        ) as deaf:
            watch = {"query": "trainings-watch", "view": "deaf", "params": {"id": training_id}}
            await deaf.send(json.dumps(watch))

            rest = [frame async for frame in client.stream(stream)]

    assert rest[-1]["data"]["state"] in ENDED
    assert len(of_kind(rest, "status")) > 5


async def test_rollout_workers_feed_one_learner(platform: PlatformProcess) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        frames = await the_whole_stream(
            client, **SYNTHETIC, rollout_workers=1, environments=4, max_episodes=2, min_episodes=2
        )
        with pytest.raises(Refused) as refused:
            await the_whole_stream(client, **SYNTHETIC, rollout_workers=60, environments=64)

    assert frames[-1]["data"]["state"] == "finished"
    assert frames[-1]["data"]["episodes"]["current"] >= 2
    assert (refused.value.code, refused.value.field) == ("no_place", "rollout_workers")
