"""What a session costs besides its model: a step, a year of steps, and fifty sessions at once."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from aibt.agents.llm.provider import OpenAIModel
from aibt.agents.model import Message, Model, ToolSpec
from aibt.agents.plan import SessionPlan
from aibt.agents.prompts import observation, opening_messages
from aibt.agents.session import SessionRun
from aibt.market.instruments import Instrument
from benchmarks.agents_bench import (
    CLOCK,
    YEAR,
    Bench,
    Stopwatch,
    a_bench,
    a_run,
    instruments,
    plan_of,
    toolbox,
)
from benchmarks.agents_plain import PlainAccount, plain_loop
from benchmarks.agents_script import CALLS_PER_STEP, REQUESTS_PER_STEP, AtOnce, a_provider
from benchmarks.agents_together import together_rows
from benchmarks.figures import Figure

STEP = f"agents: a step of {REQUESTS_PER_STEP} requests and {CALLS_PER_STEP} tool calls, 3 symbols"
YEARS = f"agents: a year, {YEAR} daily steps, a model in process that answers at once"
ROUNDS = 3
PROMPTS_TIMED = 200


def agent_rows() -> Sequence[Figure]:
    """Measure steps, years, and sessions at once."""
    market = instruments(3)
    with a_provider() as url:
        figures = asyncio.run(_steps(url, market))
    for count in (3, 100):
        figures += asyncio.run(_year(instruments(count)))
    return [*figures, *together_rows()]


@dataclass(kw_only=True)
class Taken:
    """What the steps of some runs took."""

    steps_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0  # of this process
    parts_s: dict[str, float] = field(default_factory=dict)

    def add(self, watch: Stopwatch, cpu_s: float) -> None:
        ends = watch.steps[1:]
        self.steps_s += [end - begin for begin, end in zip(watch.steps, ends, strict=False)]
        self.cpu_s += cpu_s
        for part, taken_s in watch.taken_s.items():
            self.parts_s[part] = self.parts_s.get(part, 0.0) + taken_s

    def a_step_ms(self, seconds: float) -> float:
        return 1e3 * seconds / len(self.steps_s)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A session that has run: what its decisions began with, and its tools."""

    prompts: Sequence[Sequence[Message]]
    specs: Sequence[ToolSpec]
    prompt_s: float  # to write the first messages of a decision


async def _steps(url: str, market: Sequence[Instrument]) -> list[Figure]:
    """Run a session and the plain loop in turn, on the same prompts, and compare."""
    ours, plain = Taken(), Taken()
    async with a_bench() as bench:
        for _ in range(ROUNDS):
            model = OpenAIModel(url, None, "at/once")
            ran = await _ours(bench, market, model, ours)
            await _plain(url, market, ran, plain)
    figures = [
        *_spread("aibt, session over SQLite, MCP tools", ours),
        *_spread("by hand with the openai client", plain),
    ]
    for percentile, (mine, floor) in zip(
        ("p50", "p99", "CPU"), zip(figures[:3], figures[3:], strict=True), strict=True
    ):
        name = f"overhead, {percentile}"
        figures.append(_figure(STEP, name, mine.value - floor.value, "ms", "the difference"))
    for part, taken_s in sorted(ours.parts_s.items()):
        note = "market, account, prompt, messages" if part == Stopwatch.REST else ""
        if part == "client":
            floor_ms = plain.a_step_ms(plain.parts_s["client"])
            note = f"with the provider's own time; by hand {floor_ms:.3g} ms"
        figures.append(_figure(STEP, f"of it {part}, mean", ours.a_step_ms(taken_s), "ms", note))
    note = "part of the rest, measured apart"
    return [*figures, _figure(STEP, "of it prompt, mean", 1e3 * ran.prompt_s, "ms", note)]


async def _ours(bench: Bench, market: Sequence[Instrument], model: Model, taken: Taken) -> Ran:
    """Run a session to its end."""
    recorder = await bench.recorder([one.symbol for one in market])
    await recorder.open()
    watch = Stopwatch()
    plan = plan_of(recorder.row)
    run = a_run(plan, market, model, recorder, watch=watch)
    cpu_s = time.process_time()
    await run.run()
    taken.add(watch, time.process_time() - cpu_s)
    await model.close()
    prompts, after = [], 0
    while page := await recorder.read(after, 1_000):
        after = page[-1].seq
        prompts += [entry.data["messages"] for entry in page if entry.key.endswith("/1/request")]
    async with toolbox(run.desk) as tools:
        return Ran(prompts=prompts, specs=tools.specs(), prompt_s=_prompt_s(run, plan))


async def _plain(
    url: str,
    market: Sequence[Instrument],
    ran: Ran,
    taken: Taken,
) -> None:
    watch = Stopwatch()
    account = PlainAccount(market, 10_000.0)
    cpu_s = time.process_time()
    await plain_loop(url, account, ran.prompts, ran.specs, watch)
    taken.add(watch, time.process_time() - cpu_s)


def _prompt_s(run: SessionRun, plan: SessionPlan) -> float:
    """Return how long the first messages of a decision take to write."""
    at, desk = CLOCK.now(), run.desk
    began = time.perf_counter()
    for _ in range(PROMPTS_TIMED):
        opening_messages(plan, observation(at, desk.state(), desk.symbols(), (), "a note"))
    return (time.perf_counter() - began) / PROMPTS_TIMED


async def _year(market: Sequence[Instrument]) -> list[Figure]:
    taken = Taken()
    async with a_bench() as bench:
        began = time.perf_counter()
        await _ours(bench, market, AtOnce(), taken)
        took_s = time.perf_counter() - began
    name = f"{len(market)} symbols"
    return [
        _figure(YEARS, f"{name}, whole year", took_s, "s"),
        *(
            _figure(YEARS, f"{name}, a step's {part}, mean", taken.a_step_ms(part_s), "ms")
            for part, part_s in sorted(taken.parts_s.items())
        ),
        _figure(YEARS, f"{name}, a step's CPU", taken.a_step_ms(taken.cpu_s), "ms"),
    ]


def _spread(name: str, taken: Taken) -> list[Figure]:
    percentiles = statistics.quantiles(taken.steps_s, n=100)
    return [
        _figure(STEP, f"{name}, p50", 1e3 * percentiles[49], "ms"),
        _figure(STEP, f"{name}, p99", 1e3 * percentiles[98], "ms"),
        _figure(STEP, f"{name}, CPU", taken.a_step_ms(taken.cpu_s), "ms", "of this process"),
    ]


def _figure(section: str, name: str, value: float, unit: str, note: str = "") -> Figure:
    return Figure(section=section, name=name, value=value, unit=unit, note=note)
