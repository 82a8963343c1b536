"""Whatever is killed, a training goes on to the same bits; nothing that was told is lost."""

import asyncio
import random
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from tests.integration.client import (
    Client,
    Frame,
    a_bot,
    a_training,
    connected,
    in_state,
    steps_beyond,
)
from tests.integration.platform_process import PlatformProcess, kill, wait_until

SEED = 20
EPISODES = 16
WALL_CLOCK = {"steps_per_second", "created_at", "started_at", "ended_at"}
OTHER = {"id", "bot_name", "cursor", "reason"}


def the_training(bot: str, **changes: Any) -> dict[str, Any]:
    return a_training(bot, max_episodes=EPISODES, min_episodes=EPISODES, **changes)


def results(platform: PlatformProcess, training: Frame) -> tuple[Any, ...]:
    """Return all that a training computed: numbers, episodes, trades, weights."""
    training_id = training["id"]
    events = platform.get(f"/api/trainings/{training_id}/events?after=0&limit=1000")["events"]
    numbers = [event["seq"] for event in events]
    assert numbers == list(range(1, len(numbers) + 1))
    told = {
        kind: [
            {name: value for name, value in event["data"].items() if name not in {"id", "at"}}
            for event in events
            if event["kind"] == kind
        ]
        for kind in ("trade", "log")
    }
    weights = list((platform.root / "trainings" / str(training_id)).glob("weights-*.safetensors"))
    assert weights, "the training left no weights"
    tensors = {name: tensor.tobytes() for name, tensor in load_file(max(weights)).items()}
    shown = {name: value for name, value in training.items() if name not in WALL_CLOCK | OTHER}
    return shown, told, tensors


async def run_through(platform: PlatformProcess, **changes: Any) -> Frame:
    async with connected(platform.ws, platform.bearer) as client:
        stream = await client.send(
            "trainings-start", **the_training(await a_bot(client), **changes)
        )
        frames = [frame async for frame in client.stream(stream)]
    last: Frame = frames[-1]["data"]
    assert last["state"] == "finished"
    return last


async def the_end_of(client: Client, training_id: int) -> Frame:
    watch = await client.send("trainings-watch", id=training_id)
    frames = [frame async for frame in client.stream(watch)]
    last: Frame = frames[-1]["data"]
    assert last["state"] == "finished"
    return last


async def test_pause_kill_and_resume_at_random_moments_change_no_bit(
    platform: PlatformProcess,
) -> None:
    uninterrupted = await run_through(platform)
    chance = random.Random(SEED)
    moments = [chance.randrange(start, start + 8_000) for start in (1_000, 19_000, 37_000)]

    async with connected(platform.ws, platform.bearer) as client:
        bot = await a_bot(client)
        stream = await client.send("trainings-start", **the_training(bot))
        frames = await client.until(stream, in_state("running"))
        training_id = frames[-1]["data"]["id"]
        for moment in moments:
            await client.until(stream, steps_beyond(moment))
            paused = await client.ask("trainings-pause", id=training_id)
            platform.kill_training(training_id)
            resumed = await client.ask("trainings-resume", id=training_id)
            assert resumed["state"] in {"running", "recovering", "loading", "queued"}
            assert paused["state"] == "paused"
        frames = [frame async for frame in client.stream(stream)]

    assert results(platform, frames[-1]["data"]) == results(platform, uninterrupted)


async def test_a_killed_training_recovers_by_itself_with_its_parameter_changes(
    platform: PlatformProcess,
) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        stream = await client.send("trainings-start", **the_training(await a_bot(client)))
        seen = await client.until(stream, steps_beyond(2_000))
        training_id = seen[-1]["data"]["id"]
        await client.ask("trainings-update", id=training_id, gamma=0.5)
        await asyncio.sleep(0.3)
        platform.kill_training(training_id)
        frames = [frame async for frame in client.stream(stream)]

    states = [f["data"]["state"] for f in frames if f["inner_task"] == "state"]
    assert states == ["recovering", "loading", "running", "finished"]
    assert frames[-1]["data"]["gamma"] == 0.5
    numbers = [f["seq"] for f in [*seen, *frames] if f.get("seq") is not None]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_killed_gateway_loses_sockets_but_no_event(platform: PlatformProcess) -> None:
    uninterrupted = await run_through(platform)
    async with connected(platform.ws, platform.bearer) as client:
        stream = await client.send("trainings-start", **the_training(await a_bot(client)))
        frames = await client.until(stream, steps_beyond(1_500))
        training_id = frames[-1]["data"]["id"]
        for pid in platform.pids("ServeReplica:aibt:Gateway"):
            kill(pid)
        await asyncio.sleep(0.5)
    await asyncio.to_thread(wait_until, platform.is_ready, 60, platform.log)

    async with connected(platform.ws, platform.bearer) as client:
        last = await the_end_of(client, training_id)

    assert results(platform, last) == results(platform, uninterrupted)


async def test_after_everything_is_killed_and_started_again_trainings_go_on_by_themselves(
    own_platform: PlatformProcess,
) -> None:
    platform = own_platform
    uninterrupted = await run_through(platform)
    async with connected(platform.ws, platform.bearer) as client:
        bots = [await a_bot(client) for _ in range(2)]
        streams = [await client.send("trainings-start", **the_training(bot)) for bot in bots]
        ids = [
            (await client.until(stream, steps_beyond(3_000)))[-1]["data"]["id"]
            for stream in streams
        ]
    platform.kill_everything()

    platform.start()

    async with connected(platform.ws, platform.bearer) as client:
        ends = [await the_end_of(client, training_id) for training_id in ids]
    for end in ends:
        assert results(platform, end) == results(platform, uninterrupted)


async def test_a_killed_supervisor_takes_over_what_runs(platform: PlatformProcess) -> None:
    async with connected(platform.ws, platform.bearer) as client:
        stream = await client.send("trainings-start", **the_training(await a_bot(client)))
        frames = await client.until(stream, steps_beyond(1_000))
        for pid in platform.pids("SupervisorActor"):
            kill(pid)
        frames = [frame async for frame in client.stream(stream)]
        again = await client.send("trainings-start", **the_training(await a_bot(client)))
        more = [frame async for frame in client.stream(again)]

    assert frames[-1]["data"]["state"] == "finished"
    assert "recovering" not in {
        f["data"].get("state") for f in frames if f["inner_task"] == "state"
    }
    assert more[-1]["data"]["state"] == "finished"


async def test_a_killed_rollout_worker_changes_no_bit(platform: PlatformProcess) -> None:
    workers = {"rollout_workers": 1, "environments": 2}
    uninterrupted = await run_through(platform, **workers)
    async with connected(platform.ws, platform.bearer) as client:
        stream = await client.send(
            "trainings-start", **the_training(await a_bot(client), **workers)
        )
        frames = await client.until(stream, steps_beyond(2_000))
        training_id = frames[-1]["data"]["id"]
        for pid in platform.actors(f"Rollout worker 0 of training {training_id}"):
            kill(pid)
        frames = [frame async for frame in client.stream(stream)]

    assert results(platform, frames[-1]["data"]) == results(platform, uninterrupted)


def test_no_file_is_left_behind_unfinished(platform: PlatformProcess) -> None:
    leftovers: list[Path] = list(platform.root.rglob("*.unfinished"))

    assert leftovers == []
