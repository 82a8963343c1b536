"""A real platform under load: control latency, WebSocket round trip, and many watchers.

Everything is measured from outside, by plain `websockets` clients on the same machine.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import websockets

from benchmarks.figures import Figure
from tests.integration.client import Client, a_bot, a_training, connected, steps_beyond
from tests.integration.platform_process import PlatformProcess

TRIES = 200
ROUND_TRIPS = 2_000
WATCHERS = (100, 500)
WATCH_S = 10.0
UNLIMITED = {"AIBT_LIMITS__COMMANDS_PER_SECOND": "100000", "AIBT_LIMITS__SOCKETS": "5000"}
CONTROL, ROUND_TRIP, WATCHING = "control", "round trip", "watchers at 10 Hz"


def serving_rows() -> Sequence[Figure]:
    """Start a platform and measure it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PlatformProcess(Path(folder), **UNLIMITED) as platform,
    ):
        return asyncio.run(measured(platform))


async def measured(platform: PlatformProcess) -> list[Figure]:
    figures = await round_trips(platform)
    async with connected(platform.ws, platform.bearer) as client:
        endless = {"max_episodes": 1_000_000, "min_episodes": 1_000_000}
        params = a_training(await a_bot(client, hidden_layers=43), **endless)
        stream = await client.send("trainings-start", **params)
        seen = await client.until(stream, steps_beyond(5_000))
        training_id = seen[-1]["data"]["id"]
        figures += await control(client, training_id)
        for count in WATCHERS:
            figures += await watchers(platform, training_id, count)
        await client.ask("trainings-stop", id=training_id)
    return figures


async def round_trips(platform: PlatformProcess) -> list[Figure]:
    """Ask for the bots, one request after the other, on an idle platform."""
    async with connected(platform.ws, platform.bearer) as client:
        await a_bot(client)
        taken = []
        for _ in range(ROUND_TRIPS):
            began = time.perf_counter()
            await client.ask("bots-get")
            taken.append(time.perf_counter() - began)
    return spread(ROUND_TRIP, "bots-get, one after the other", taken)


async def control(client: Client, training_id: int) -> list[Figure]:
    """Pause and resume a training at full speed, and see that no step runs while it is paused."""
    pauses, resumes, moved = [], [], 0
    for _ in range(TRIES):
        began = time.perf_counter()
        paused = await client.ask("trainings-pause", id=training_id)
        pauses.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
        later = await client.ask("trainings-get", id=training_id)
        moved += (
            later["steps"] > max(paused["steps"], later["steps"]) or paused["state"] != "paused"
        )
        first = later["steps"]
        again = await client.ask("trainings-get", id=training_id)
        moved += again["steps"] != first
        began = time.perf_counter()
        await client.ask("trainings-resume", id=training_id)
        resumes.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)
    return [
        *spread(CONTROL, f"pause, {TRIES} tries", pauses, "aim: 50 ms median, 250 ms p99"),
        *spread(CONTROL, f"resume, {TRIES} tries", resumes),
        Figure(section=CONTROL, name="steps run while paused", value=moved, unit="tries"),
    ]


async def watchers(platform: PlatformProcess, training_id: int, count: int) -> list[Figure]:
    """Follow one training with many sockets; tell how late each is after the first of them."""
    receipts: dict[int, list[float]] = defaultdict(list)
    gateway = platform.pids("ServeReplica:aibt:Gateway")[0]
    async with Watching(platform, training_id, count, receipts):
        await asyncio.sleep(2.0)
        receipts.clear()
        cpu, began = cpu_s(gateway), time.perf_counter()
        await asyncio.sleep(WATCH_S)
        taken, cpu = time.perf_counter() - began, cpu_s(gateway) - cpu
    frames = sum(len(times) for times in receipts.values())
    late = [at - min(times) for times in receipts.values() for at in times]
    name = f"{count} watchers"
    return [
        Figure(
            section=WATCHING,
            name=f"{name}: statuses each receives",
            value=frames / taken / count,
            unit="a second",
        ),
        *spread(WATCHING, f"{name}: after the first of them", late),
        Figure(
            section=WATCHING,
            name=f"{name}: gateway",
            value=100 * cpu / taken,
            unit="% of a core",
        ),
    ]


class Watching:
    """Keeps `count` sockets that watch, each noting when which status came."""

    def __init__(
        self,
        platform: PlatformProcess,
        training_id: int,
        count: int,
        receipts: dict[int, list[float]],
    ) -> None:
        self._platform, self._id, self._count = platform, training_id, count
        self._receipts = receipts
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        ready = [asyncio.Event() for _ in range(self._count)]
        self._tasks = [asyncio.create_task(self._watch(event)) for event in ready]
        await asyncio.gather(*(event.wait() for event in ready))

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watch(self, ready: asyncio.Event) -> None:
        async with websockets.connect(
            self._platform.ws,
            additional_headers=self._platform.headers,
            max_size=2**22,
            compression=None,
            open_timeout=60,
        ) as socket:
            request: dict[str, Any] = {
                "query": "trainings-watch",
                "view": "bench",
                "params": {"id": self._id},
            }
            await socket.send(json.dumps(request))
            async for text in socket:
                at = time.perf_counter()
                if (
                    '"inner_task":"status"' in text[-200:]
                    or '"inner_task": "status"' in text[-200:]
                ):
                    self._receipts[steps_of(str(text))].append(at)
                ready.set()


def steps_of(text: str) -> int:
    """Read the steps of a status without parsing the whole of it: the client shares the core."""
    start = text.index('"steps":') + len('"steps":')
    return int(text[start : text.index(",", start)])


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread(section: str, name: str, taken_s: Sequence[float], note: str = "") -> list[Figure]:
    """Return the median and the 99th percentile, in milliseconds."""
    percentiles = statistics.quantiles(taken_s, n=100)
    return [
        Figure(section=section, name=f"{name}, p{at}", value=1e3 * value, unit="ms", note=note)
        for at, value in ((50, percentiles[49]), (99, percentiles[98]))
    ]
