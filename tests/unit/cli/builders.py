"""What the tests of the command line share."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from typer.testing import CliRunner, Result

from aibt.cli.app import app
from aibt.cli.entry import Entry
from aibt.cli.stream import Frame
from aibt.live.states import RunState
from tests.fakes.platform import FakePlatform
from tests.fakes.server import RunningServer

T = TypeVar("T")
SOON_S = 10.0
YEAR = ("--start", "2017-01-01", "--end", "2017-12-31")
EVALUATION = {
    "profit": 120.5, "sharpe": 1.25, "trades": 12, "max_drawdown": 0.034, "buy_and_hold": 80.25,
}  # fmt: skip
TRADE = {
    "open_at": 0, "open_price": 1.05, "open_amount": 1_050.0, "close_at": 2, "close_price": 1.06,
    "close_amount": 1_060.0, "side": 1, "profit": 9.5, "amount": 1_000.0,
}  # fmt: skip


def run(*arguments: str, entry: Entry | None = None, text: str | None = None) -> Result:
    """Run `aibt` with these arguments; `text` is typed."""
    return CliRunner().invoke(app, list(arguments), obj=entry, input=text)


class FixedClock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> Any:
        raise NotImplementedError


class World:
    """One server with its platform, used from the test's own thread."""

    def __init__(self, server: RunningServer, platform: FakePlatform) -> None:
        self.url = server.http
        self.port = server.port
        self.platform = platform
        self._server = server

    def run(self, *arguments: str, text: str | None = None) -> Result:
        """Run `aibt` against this platform."""
        return run(*arguments, "--url", self.url, text=text)

    def json(self, *arguments: str) -> Any:
        """Run `aibt … --json`, which succeeds, and return what it wrote."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def do(self, act: Callable[[], T]) -> T:
        """Run `act` on the server's loop, where the platform lives."""

        async def acted() -> T:
            return act()

        loop = self._server.loop
        assert loop is not None
        return asyncio.run_coroutine_threadsafe(acted(), loop).result(SOON_S)

    def a_training(self, bot: str = "Ada") -> int:
        """Create a bot and start a training of it."""
        assert self.run("bots", "create", bot).exit_code == 0
        started = self.json("train", "EURUSD", "-p", "H1", "--bot", bot, "--detach")
        number: int = started["id"]
        return number

    def an_agent(self, name: str = "Ada", **options: str) -> int:
        """Create an agent."""
        given = {"--model": "baseline/momentum", "--universe": "GOOGL,^GSPC", **options}
        made = self.json(
            "agents", "create", name, *(word for pair in given.items() for word in pair)
        )
        number: int = made["id"]
        return number

    def a_session(self, agent: str = "Ada") -> int:
        """Create an agent and start a session of it."""
        self.an_agent(agent)
        started = self.json("trade", agent, *YEAR, "--detach")
        number: int = started["id"]
        return number

    def session_begun(self) -> int:
        """Wait until there is a session, and return its number."""
        number: int = self.wait_for(lambda: list(self.platform.session_runs))[-1]
        return number

    def move_session(self, number: int, *states: RunState) -> None:
        for state in states:
            self.do(lambda state=state: self.platform.move_session(number, state))  # type: ignore[misc] - bound now

    def show_session(self, number: int, **changes: Any) -> None:
        self.do(lambda: self.platform.show_session(number, **changes))

    def tell(self, number: int, frame: Frame) -> None:
        """Let an event happen in a session."""
        data = {**frame.data, **({"id": number} if "id" in frame.data else {})}
        self.do(lambda: self.platform.tell(number, frame.kind, data))

    def wait_for(self, is_it: Callable[[], Any]) -> Any:
        """Wait until something is so on the server's loop, and return it."""
        until = time.monotonic() + SOON_S
        while not (found := self.do(is_it)):
            if time.monotonic() > until:
                raise TimeoutError("it did not happen")
            time.sleep(0.01)
        return found

    def training_begun(self) -> int:
        """Wait until there is a training, and return its number."""
        number: int = self.wait_for(lambda: list(self.platform.runs))[-1]
        return number

    def move(self, number: int, *states: RunState) -> None:
        for state in states:
            self.do(lambda state=state: self.platform.move(number, state))  # type: ignore[misc] - bound now

    def show(self, number: int, **changes: Any) -> None:
        self.do(lambda: self.platform.show(number, **changes))

    def emit(self, number: int, kind: str, data: Mapping[str, Any]) -> None:
        self.do(lambda: self.platform.emit(number, kind, data))


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """Run `act` in a thread of its own during the block; its failure is the test's."""
    failures: list[BaseException] = []

    def acting() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - it is raised again, by the test
            failures.append(error)

    thread = threading.Thread(target=acting)
    thread.start()
    yield
    thread.join(SOON_S)
    assert not failures, failures
    assert not thread.is_alive()


def an_episode(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": 2, "episode": number, "first_episode": number, "profit": 1.5, "balance": 1_001.5,
        "rewards": 0.1, "trades": 3, "epsilon": 0.25, "loss": 0.01, "steps": 100 * number,
        "validation": EVALUATION, "out_of_sample": EVALUATION, **changes,
    }  # fmt: skip
