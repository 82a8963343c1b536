"""Fifty sessions at once on one core: in one process, and as the actors of a platform."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.error import HTTPError

from actors.session_host import Made, SessionHost, Trouble
from aibt.live.gate import Gate
from aibt.live.journal import Journal
from aibt.market.instruments import Instrument
from aibt.store.records import Session
from benchmarks.agents_bench import CLOCK, YEAR, Bench, a_bench, a_run, instruments, plan_of
from benchmarks.agents_script import REQUESTS_PER_STEP, AtOnce, a_provider
from benchmarks.figures import Figure
from benchmarks.serving import cpu_s, spread
from tests.integration.client import Client, connected
from tests.integration.platform_process import PlatformProcess

SESSIONS = 50
MODEL_S = 2.0
WATCH_S = 30.0
PAUSES = 60
LEAST_MEMORY_GB = 12
CONFLICT, UNAVAILABLE = 409, 503
TOGETHER = f"agents: {SESSIONS} sessions at once on one core, 3 symbols"
LIMITS = {
    "AIBT_QUOTAS__ACTIVE_SESSIONS": "100",
    "AIBT_LIMITS__STARTS_PER_MINUTE": "10000",
    "AIBT_LIMITS__COMMANDS_PER_SECOND": "10000",
}


def together_rows() -> list[Figure]:
    """Measure both; the platform only where there is memory for fifty processes."""
    with _one_core():
        figures = asyncio.run(_in_one_process())
    if _memory_gb() < LEAST_MEMORY_GB:
        print(f"Less than {LEAST_MEMORY_GB} GB of memory are free: no platform of {SESSIONS}.")
        return figures
    return [*figures, *_on_a_platform()]


# In one process


async def _in_one_process() -> list[Figure]:
    market = instruments(3)
    async with a_bench() as bench, _hosts(bench, market, 0.0) as hosts:
        at_once, cpu, _ = await _watched(hosts, WATCH_S, pauses=0)
    async with a_bench() as bench, _hosts(bench, market, MODEL_S) as hosts:
        waiting, share, pauses = await _watched(hosts, WATCH_S, pauses=PAUSES)
    name = "one process"
    slow = f"{name}, a model of {MODEL_S:g} s"
    return [
        _figure(f"{name}, a model that answers at once", at_once, "steps/s"),
        _figure(f"{name}, CPU of such a step", 1e3 * cpu / at_once, "ms"),
        _figure(slow, waiting, "steps/s", _ideal()),
        _figure(f"{slow}, CPU", 100 * share, "% of a core"),
        *spread(TOGETHER, f"{slow}, pause", pauses, "aim: within 1 s"),
    ]


@asynccontextmanager
async def _hosts(
    bench: Bench, market: Sequence[Instrument], model_s: float
) -> AsyncIterator[list[SessionHost]]:
    """Host fifty sessions, as their actors do, and stop them at the end."""

    @asynccontextmanager
    async def build(
        session: Session, journal: Journal, gate: Gate, trouble: Trouble
    ) -> AsyncIterator[Made]:
        del trouble
        run = a_run(plan_of(session), market, AtOnce(model_s), journal, gate=gate)
        yield Made(run=run, steps=YEAR)

    async def scored(session: Session) -> None:
        del session

    symbols = [one.symbol for one in market]
    hosts = [
        SessionHost(await bench.recorder(symbols), build=build, scored=scored, clock=CLOCK)
        for _ in range(SESSIONS)
    ]
    lives = [asyncio.create_task(host.live()) for host in hosts]
    await _all_began(lambda: _steps_of(hosts))
    yield hosts
    await asyncio.gather(*(host.stop(None) for host in hosts if not host.state.has_ended))
    await asyncio.gather(*lives)


async def _watched(
    hosts: Sequence[SessionHost], seconds: float, *, pauses: int
) -> tuple[float, float, list[float]]:
    """Return steps a second, CPU seconds a second, and how long each of `pauses` took."""
    took: list[float] = []
    before, cpu, began = sum(_steps_of(hosts)), time.process_time(), time.perf_counter()
    for number in range(pauses):
        host = hosts[number % len(hosts)]
        asked = time.perf_counter()
        await host.pause(None)
        took.append(time.perf_counter() - asked)
        await host.resume(None)
        await asyncio.sleep(max(0.0, began + seconds * number / pauses - time.perf_counter()))
    if not pauses:
        await asyncio.sleep(seconds)
    passed_s = time.perf_counter() - began
    steps = sum(_steps_of(hosts)) - before
    return steps / passed_s, (time.process_time() - cpu) / passed_s, took


def _steps_of(hosts: Sequence[SessionHost]) -> list[int]:
    return [int(str(host.status().get("step", 0))) for host in hosts]


# On a platform


def _on_a_platform() -> list[Figure]:
    with (
        tempfile.TemporaryDirectory() as folder,
        a_provider(MODEL_S) as url,
        PlatformProcess(Path(folder), OPENAI_API_BASE=url, **LIMITS) as platform,
    ):
        return asyncio.run(_measured(platform))


async def _measured(platform: PlatformProcess) -> list[Figure]:
    async with connected(platform.ws, platform.bearer) as client:
        for number in range(SESSIONS):
            await _start(platform, number)

        async def steps() -> list[int]:
            told = await asyncio.to_thread(platform.get, "/api/trading/status")
            return [int(one["step"]) for one in told["sessions"]]

        began = time.perf_counter()
        await _all_began_async(steps)
        began_s = time.perf_counter() - began
        told = await asyncio.to_thread(platform.get, "/api/trading/status")
        sessions = [int(one["id"]) for one in told["sessions"]]
        everything = platform.pids("")
        _to_one_core(everything)
        hosts = platform.pids("ray::Session")
        before, began = sum(await steps()), time.perf_counter()
        cpu, own = _cpu_s(everything), _cpu_s(hosts)
        took = await _pauses(client, sessions)
        passed_s = time.perf_counter() - began
        cpu, own = _cpu_s(everything) - cpu, _cpu_s(hosts) - own
        rate = (sum(await steps()) - before) / passed_s
        memory = sum(_memory_of_gb(pid) for pid in hosts)
        for session_id in sessions:
            await client.ask("sessions-stop", id=session_id)
    name = f"platform, a model of {MODEL_S:g} s"
    return [
        _figure("platform, until the last of them decides", began_s, "s", "on all cores"),
        _figure(name, rate, "steps/s", _ideal()),
        _figure(f"{name}, CPU of everything", 100 * cpu / passed_s, "% of a core"),
        _figure(f"{name}, CPU of the {len(hosts)} actors", 100 * own / passed_s, "% of a core"),
        _figure(f"{name}, memory of the actors", memory, "GB", "not shared"),
        *spread(TOGETHER, f"{name}, pause", took, "aim: within 1 s"),
    ]


async def _start(platform: PlatformProcess, number: int) -> None:
    """Start a session, as often as it takes: those before it keep the machine busy."""
    agent = {
        "name": f"agent {number}",
        "base_model": "at/once",
        "universe": ["GOOGL", "^GSPC", "^IXIC"],
        "source": "sample",
        "tools": ["trade", "price", "math"],
    }
    made = await asyncio.to_thread(platform.call, "POST", "/api/models", agent)
    asked = {"model_id": made["id"], "start": "2017-01-03", "end": "2017-12-29"}
    for _ in range(60):
        try:
            await asyncio.to_thread(platform.call, "POST", "/api/trading/start", asked)
        except HTTPError as error:
            if error.code == CONFLICT:  # it began after all
                return
            if error.code != UNAVAILABLE:
                raise
            await asyncio.sleep(1)
        else:
            return
    raise RuntimeError("the platform starts no more sessions")


async def _pauses(client: Client, sessions: Sequence[int]) -> list[float]:
    took = []
    began = time.perf_counter()
    for number in range(PAUSES):
        session_id = sessions[number % len(sessions)]
        asked = time.perf_counter()
        await client.ask("sessions-pause", id=session_id)
        took.append(time.perf_counter() - asked)
        await client.ask("sessions-resume", id=session_id)
        await asyncio.sleep(max(0.0, began + WATCH_S * number / PAUSES - time.perf_counter()))
    return took


# The machine


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep this thread, and those that it starts, on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _to_one_core(pids: Sequence[int]) -> None:
    core = {min(os.sched_getaffinity(0))}
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            try:
                os.sched_setaffinity(int(thread.name), core)
            except ProcessLookupError:
                continue


def _cpu_s(pids: Sequence[int]) -> float:
    return sum(cpu_s(pid) for pid in pids if Path(f"/proc/{pid}/stat").exists())


def _memory_gb() -> float:
    """Return how much memory is free."""
    return _kilobytes(Path("/proc/meminfo"), "MemAvailable:") / 1e6


def _memory_of_gb(pid: int) -> float:
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Private_Dirty:") / 1e6


def _kilobytes(file: Path, field: str) -> float:
    lines = (line.split() for line in file.read_text().splitlines())
    return sum(float(words[1]) for words in lines if words[0] == field)


async def _all_began(steps: Callable[[], Sequence[int]]) -> None:
    async def asked() -> Sequence[int]:
        return steps()

    await _all_began_async(asked)


async def _all_began_async(steps: Callable[[], Awaitable[Sequence[int]]]) -> None:
    """Wait until every session has come to a step."""
    async with asyncio.timeout(900):
        while True:
            found = await steps()
            if len(found) == SESSIONS and all(found):
                return
            await asyncio.sleep(0.5)


def _ideal() -> str:
    return f"at most {SESSIONS / (REQUESTS_PER_STEP * MODEL_S):.3g}, as the model is so slow"


def _figure(name: str, value: float, unit: str, note: str = "") -> Figure:
    return Figure(section=TOGETHER, name=name, value=value, unit=unit, note=note)
