"""Outside tool clients reach the session that their token is bound to, and nothing else."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ray.exceptions import RayTaskError

from actors.desk_calls import answered
from actors.names import session_actor
from actors.tool_services import DeskFinder, RemoteDesk, tool_token
from aibt.accounts.keys import derived_key, master_secret
from aibt.accounts.tokens import AccessTokens
from aibt.accounts.tool_tokens import LIFETIME_S, ToolTokens
from aibt.agents.tools.desk import OrderRequest
from aibt.errors import ActorUnavailable, NotFound, NotSignedIn, OrderDenied
from aibt.live.states import RunState
from aibt.settings import Settings, StoreSettings
from aibt.store.database import Store
from aibt.store.service import Service
from aibt.trading.orders import OrderAction
from tests.unit.accounts.clocks import SetClock
from tests.unit.actors.conftest import StartSession
from tests.unit.actors.fakes import FakeHandles
from tests.unit.actors.session_hosting import SessionHosting, kinds


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, store=StoreSettings(root=tmp_path))


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def tokens(settings: Settings, clock: SetClock) -> ToolTokens:
    return ToolTokens(settings, clock)


@pytest.fixture
def handles() -> FakeHandles:
    return FakeHandles()


@pytest.fixture
def finder(tokens: ToolTokens, store: Store, handles: FakeHandles) -> DeskFinder:
    return DeskFinder(tokens, store, handles)


class Hosted:
    """A session's actor in this process."""

    def __init__(self, hosting: SessionHosting) -> None:
        self._hosting = hosting

    async def desk(self, method: str, arguments: dict[str, Any]) -> Any:
        return await answered(self._hosting.host.desk(), method, arguments)


async def running(
    store: Store, handles: FakeHandles, asked: StartSession, **request: object
) -> SessionHosting:
    hosting = SessionHosting(store, await asked(**request))
    await hosting.begin()
    handles.actors[session_actor(hosting.session.id)] = Hosted(hosting)
    await hosting.asked(1)
    return hosting


async def test_a_token_opens_the_desk_of_its_session(
    store: Store,
    handles: FakeHandles,
    asked: StartSession,
    finder: DeskFinder,
    tokens: ToolTokens,
) -> None:
    hosting = await running(store, handles, asked)
    token, expires_at = tokens.mint(hosting.session.owner_id, hosting.session.id)
    desk = await finder(token)

    assert (await desk.universe())["symbols"]
    assert (await desk.quote("AAA"))["symbol"] == "AAA"
    assert len((await desk.bars("AAA", 3))["closes"]) == 1
    assert (await desk.account())["cash"] == 10_000
    assert await desk.now() == hosting.runs[0].at
    assert tokens.read(token) == (hosting.session.owner_id, hosting.session.id)
    assert (expires_at - SetClock().now()).total_seconds() == LIFETIME_S
    with pytest.raises(NotFound):
        await desk.ask_bot("nobody's", "AAA")
    await hosting.ended()


async def test_an_outside_order_with_a_key_is_placed_once(
    store: Store, handles: FakeHandles, asked: StartSession
) -> None:
    hosting = await running(store, handles, asked)
    desk = RemoteDesk(hosting.session.id, handles)
    order = OrderRequest(action=OrderAction("buy"), symbol="BBB", quantity=Decimal(1), share=None)

    first, again = await desk.place(order, "k"), await desk.place(order, "k")

    assert first == again
    assert (await kinds(hosting)).count("order") == 1
    with pytest.raises(NotFound):
        await desk.quote("ZZZ")
    await hosting.ended()


async def test_what_does_not_run_has_no_desk(
    store: Store,
    handles: FakeHandles,
    asked: StartSession,
    finder: DeskFinder,
    tokens: ToolTokens,
) -> None:
    hosting = await running(store, handles, asked)
    token, _ = tokens.mint(hosting.session.owner_id, hosting.session.id)
    desk = await finder(token)

    await hosting.host.pause(None)
    with pytest.raises(ActorUnavailable, match="not running"):
        await desk.account()
    await hosting.host.stop(None)
    with pytest.raises(ActorUnavailable, match="ended"):
        await finder(token)
    handles.actors.clear()
    with pytest.raises(ActorUnavailable, match="not running"):
        await desk.account()


async def test_why_a_session_refuses_is_passed_on(handles: FakeHandles) -> None:
    class Busy:
        async def desk(self, method: str, arguments: dict[str, Any]) -> Any:
            raise RayTaskError("desk", "", ActorUnavailable("the session takes no orders now"))

    class Denying:
        async def desk(self, method: str, arguments: dict[str, Any]) -> Any:
            raise OrderDenied("o1", "limit", "too much")

    handles.actors[session_actor(7)] = Busy()
    with pytest.raises(ActorUnavailable, match="takes no orders"):
        await RemoteDesk(7, handles).account()
    handles.actors[session_actor(7)] = Denying()
    with pytest.raises(OrderDenied):
        await RemoteDesk(7, handles).account()


async def test_another_owners_and_an_unknown_session_are_not_found(
    asked: StartSession, finder: DeskFinder, tokens: ToolTokens, store: Store
) -> None:
    session = await asked()
    async with Service(store).writing() as unit:
        other = await unit.users.create("other@example.org")

    for owner_id, session_id in [(other.id, session.id), (session.owner_id, session.id + 1)]:
        token, _ = tokens.mint(owner_id, session_id)
        with pytest.raises(NotFound):
            await finder(token)


async def test_a_disabled_users_token_opens_nothing_before_his_sessions_are_stopped(
    store: Store, asked: StartSession, finder: DeskFinder, tokens: ToolTokens
) -> None:
    session = await asked()
    token, _ = tokens.mint(session.owner_id, session.id)
    async with Service(store).writing() as unit:
        await unit.users.set_disabled(session.owner_id, True)

    with pytest.raises(NotSignedIn):
        await finder(token)


async def test_forged_and_expired_tokens_are_refused_before_anything_is_looked_up(
    tmp_path: Path, finder: DeskFinder, tokens: ToolTokens, clock: SetClock
) -> None:
    good, _ = tokens.mint(1, 1)
    foreign = ToolTokens(
        Settings(_env_file=None, store=StoreSettings(root=tmp_path / "other")), clock
    )
    head, body, signature = good.split(".")
    forged = [
        "",
        "x",
        f"{head}.{body}.",
        f"{head}.{body[:-2]}AA.{signature}",
        foreign.mint(1, 1)[0],
    ]
    for token in forged:
        with pytest.raises(NotSignedIn):
            await finder(token)
    clock.pass_s(LIFETIME_S + 1)
    with pytest.raises(NotSignedIn):
        await finder(good)


def test_an_access_token_is_no_tool_token_and_the_other_way_round(
    settings: Settings, tokens: ToolTokens, clock: SetClock
) -> None:
    master = master_secret(Path(settings.store.root), settings.accounts.secret)
    access = AccessTokens(derived_key(master, "access tokens"), clock)

    with pytest.raises(NotSignedIn):
        tokens.read(access.mint(1, "session/1", 60))
    with pytest.raises(NotSignedIn):
        access.read(tool_token(settings, 1, 1, clock)[0])


@pytest.mark.parametrize("bound_to", ["sign-in", "session/", "session/x", "session/-1"])
def test_a_token_that_is_bound_to_no_session_is_refused(tokens: ToolTokens, bound_to: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens.read(tokens._tokens.mint(1, bound_to, 60))


async def test_a_desk_has_no_other_methods(asked: StartSession, store: Store) -> None:
    hosting = SessionHosting(store, await asked())
    await hosting.begin()
    await hosting.asked(1)

    for method in ("state", "_write", "__class__", "accepts"):
        with pytest.raises(NotFound):
            await answered(hosting.host.desk(), method, {})
    await hosting.ended()
    assert (await hosting.row()).state is RunState.FINISHED
