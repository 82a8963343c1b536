"""The agents' demo: baselines and a model trade the same year side by side, and are compared."""

import itertools
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import typer

from aibt.cli import formats, output
from aibt.cli.agents import all_agents
from aibt.cli.client import Client
from aibt.cli.complaints import Complaint, Misused, Refused
from aibt.cli.entry import connected, settings
from aibt.cli.leaderboard import HONESTY, scores_table
from aibt.cli.sessions import summary
from aibt.cli.side_by_side import Lane, SideBySide, watch_together
from aibt.cli.stream import RunStream
from aibt.cli.tokens import Tokens
from aibt.clock import Clock
from aibt.live.states import RunState
from aibt.protocol.agents import AgentDeletedMessage, AgentMessage
from aibt.protocol.performance import LeaderboardMessage, ScoreMessage
from aibt.protocol.sessions import SessionMessage

SECONDS: Final = 120.0  # of trading, after which sessions are stopped wherever they stand
MODEL_SECONDS: Final = 600.0  # the same where a real model trades too
ROSTER: Final = (
    "baseline/buy-and-hold",
    "baseline/equal-weight",
    "baseline/momentum",
    "baseline/random",
    "script/demo",
)
_OURS: Final = ("baseline/", "script/", "bot/")
_MARKET: Final[dict[str, Any]] = {
    "universe": ["^GSPC", "^IXIC", "GOOGL"],
    "period": "1d",
    "source": "sample",
    "balance": 10_000.0,
    "seed": 7,
}
_MODEL_LIMITS: Final[dict[str, Any]] = {"max_cost": 2.0, "max_rounds": 8}
_RANGE: Final = {"start": "2017-01-01", "end": "2017-12-31"}
_PAUSE_AT_STEP: Final = 5
_PAUSE_S: Final = 2.0
_BEGIN_S: Final = 60.0
_SCORES_S: Final = 15.0  # for which results that are not there yet are waited for
_LOOK_S: Final = 0.2
_TICK_S: Final = 0.25


def demand_key(model: str | None) -> None:
    """Make sure that there is a key for `model`, if it is a provider's.

    Raises:
        Misused: there is none.
    """
    if model is None or model.startswith(_OURS):
        return
    key = settings().openai_api_key
    if key is None or not key.get_secret_value().strip():
        raise Misused(
            f"--model: {model} needs a key, and OPENAI_API_KEY is set neither in the environment "
            "nor in .env. Without --model the demo needs none."
        )


def run_agents_demo(
    base: str,
    clock: Clock,
    seconds: float | None,
    model: str | None,
    tokens: Tokens | None = None,
) -> None:
    """Let agents trade side by side on the platform at `base`, compare them, and delete them.

    Raises:
        typer.Exit: one of them failed.
    """
    within_s = seconds or (SECONDS if model is None else MODEL_SECONDS)
    agents: dict[str, AgentMessage] = {}
    with connected(base, tokens) as client:
        try:
            for name, base_model in _named(client, model).items():
                agents[name] = _create(client, name, base_model)
            board = _trade(client, agents, clock, within_s)
            _compare(client, board, clock)
        finally:
            _forget(client, agents)
    if any(lane.has_failed for lane in board.lanes.values()):
        raise typer.Exit(1)


def _named(client: Client, model: str | None) -> dict[str, str]:
    """Return the base models that trade, by names that no agent has yet."""
    taken = {agent.name for agent in all_agents(client)}
    found: dict[str, str] = {}
    for base_model in (*ROSTER, *([model] if model else [])):
        name = _letters(base_model.partition("/")[2] or base_model)
        numbered = (f"{name}-{number}" for number in itertools.count(2))
        free = (one for one in itertools.chain([name], numbered) if one not in taken)
        found[next(one for one in free if one not in found)] = base_model
    return found


def _letters(text: str) -> str:
    kept = "".join(char if char.isalnum() or char in ".-_" else "-" for char in text)
    return kept.strip("-._")[:56] or "model"


def _create(client: Client, name: str, base_model: str) -> AgentMessage:
    limits = {} if base_model.startswith(_OURS) else _MODEL_LIMITS
    body = {"name": name, "base_model": base_model, **_MARKET, **limits}
    return client.change("POST", "/api/models", AgentMessage, body)


def _trade(
    client: Client, agents: Mapping[str, AgentMessage], clock: Clock, within_s: float
) -> SideBySide:
    """Start all agents at once and show them until they have ended."""
    output.say(
        f"{len(agents)} agents trade {', '.join(_MARKET['universe'])}, daily over 2017, "
        f"with {formats.amount(_MARKET['balance'])} each."
    )
    streams = {
        name: RunStream(
            client.url,
            "sessions",
            clock=clock,
            tokens=client.tokens,
            start={"model_id": agent.id, "live": False, **_RANGE},
            tick_s=_TICK_S,
        )
        for name, agent in agents.items()
    }
    board = SideBySide(agents)
    script = _Script(client, board, clock, within_s)
    watch_together(streams, board, clock, script.play)
    for lane in board.lanes.values():
        if lane.view.result is not None:
            output.say(summary(lane.view.result))
    return board


class _Script:
    """What the demo does while it watches: pause one, resume it, stop all when time is up."""

    def __init__(self, client: Client, board: SideBySide, clock: Clock, seconds: float) -> None:
        self._client = client
        self._board = board
        self._clock = clock
        self._seconds = seconds
        self._began_s = clock.monotonic()
        self._running_since_s: float | None = None
        self._paused: tuple[str, int, float, int] | None = None  # who, session, when, at which step
        self._has_resumed = False
        self._stopped: set[int] = set()

    def play(self) -> Iterator[str]:
        """Do what is due, and say so.

        Raises:
            Complaint: no session begins.
        """
        now_s = self._clock.monotonic()
        if all(lane.is_over for lane in self._board.lanes.values()):
            return
        if self._running_since_s is None:
            if any(lane.view.step > 0 for lane in self._board.lanes.values()):
                self._running_since_s = now_s
            elif now_s - self._began_s > _BEGIN_S:
                raise Complaint(f"No session has begun within {_BEGIN_S:.0f} s.")
            return
        if self._paused is None:
            yield from self._pause()
        elif not self._has_resumed and now_s - self._paused[2] >= _PAUSE_S:
            yield from self._resume(*self._paused)
        if now_s - self._running_since_s >= self._seconds:
            yield from self._stop_all()

    def _pause(self) -> Iterator[str]:
        """Pause whoever is furthest from his end."""
        running = [
            (lane.view.step, name, lane.session_id)
            for name, lane in self._board.lanes.items()
            if lane.view.state is RunState.RUNNING and lane.view.step >= _PAUSE_AT_STEP
        ]
        for _, name, session_id in sorted(running, key=lambda one: one[0]):
            began_s = self._clock.monotonic()
            session = self._control("pause", session_id)
            if session is None:
                continue
            now_s = self._clock.monotonic()
            self._paused = (name, session.id, now_s, session.step)
            took = formats.duration(now_s - began_s)
            yield f"Paused {name} within {took}, at step {session.step}; the others go on."
            return

    def _resume(self, name: str, session_id: int, _: float, step: int) -> Iterator[str]:
        self._has_resumed = True
        moved = self._client.get(f"/api/sessions/{session_id}", SessionMessage).step - step
        began_s = self._clock.monotonic()
        if self._control("resume", session_id) is None:
            return
        took = formats.duration(self._clock.monotonic() - began_s)
        stood = "stood still" if moved == 0 else f"moved by {moved} steps"
        yield f"{name} {stood} for {formats.duration(_PAUSE_S)}; resumed within {took}."

    def _stop_all(self) -> Iterator[str]:
        if not self._stopped:
            yield f"{self._seconds:.0f} seconds are enough for a demo: stopping who still trades."
        for lane in self._board.lanes.values():
            number = lane.session_id
            if not lane.is_over and number is not None and number not in self._stopped:
                self._stopped.add(number)
                self._control("stop", number)

    def _control(self, verb: str, session_id: int | None) -> SessionMessage | None:
        """Pause, resume or stop a session; None: it has ended meanwhile."""
        try:
            return self._client.change("POST", f"/api/sessions/{session_id}/{verb}", SessionMessage)
        except Refused as refused:
            if refused.code != "session_ended":
                raise
            return None


def _compare(client: Client, board: SideBySide, clock: Clock) -> None:
    """Print the leaderboard of those that traded."""
    topics = {
        f"session/{lane.session_id}"
        for lane in board.lanes.values()
        if lane.session_id is not None and _has_traded(lane)
    }
    scores = _scores(client, topics, clock)
    if not scores:
        output.say("Nobody has a result.")
        return
    output.show(scores_table(scores))
    output.say(HONESTY)


def _has_traded(lane: Lane) -> bool:
    return lane.view.step > 0 and not lane.has_failed


def _scores(client: Client, topics: set[str], clock: Clock) -> list[ScoreMessage]:
    """Return the results of these, which come a moment after the last step."""
    until_s = clock.monotonic() + _SCORES_S
    while True:
        page = client.get("/api/leaderboard", LeaderboardMessage, mine=True, limit=1_000)
        found = [score for score in page.scores if score.topic in topics]
        if len(found) == len(topics) or clock.monotonic() >= until_s:
            return found
        time.sleep(_LOOK_S)


def _forget(client: Client, agents: Mapping[str, AgentMessage]) -> None:
    """Delete the demo's agents; a session that still runs is stopped first."""
    for name, agent in agents.items():
        try:
            if client.get(f"/api/models/{agent.id}", AgentMessage).session_id is not None:
                stop = {"model_id": agent.id}
                client.change("POST", "/api/trading/stop", SessionMessage, stop)
            client.change("DELETE", f"/api/models/{agent.id}", AgentDeletedMessage)
        except Refused as refused:
            output.say(f"The agent {name} stays: {refused}")
