"""What all that starts or commands a run over Ray builds upon."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from actors.calls import ask
from actors.capacity import capacity
from actors.commands import Commands, id_of
from actors.names import MARKET
from actors.platform_agents import PlatformAgents
from actors.run_control import Controlled, RunControl
from actors.supervision import Demand
from aibt.api.platform import Command
from aibt.errors import ActorUnavailable, UserDisabled
from aibt.live.events import Json
from aibt.protocol.message import WireMessage
from aibt.store.database import UnitOfWork
from aibt.store.records import User
from aibt.store.runs import R

M = TypeVar("M", bound=WireMessage)

_CLUSTER_S: Final = 5.0
_MARKET_S: Final = 19.0

Message = Callable[[R, Mapping[str, Json] | None], M]
"""What the wire says of a run, from its row and its live status."""


class RunsOf(Generic[R, M]):
    """The runs of one kind, as a gateway asks for them.

    Args:
        control: of their kind.
        commands: runs what has an id.
        message_kind: of `message`.
        message: what is answered of one.
    """

    def __init__(
        self,
        control: RunControl[R],
        commands: Commands,
        message_kind: type[M],
        message: Message[R, M],
    ) -> None:
        self._control: RunControl[R] = control
        self._commands = commands
        self._message_kind = message_kind
        self._message: Message[R, M] = message

    async def pause(self, owner: User, run_id: int, command: Command | None) -> M:
        """Pause a run; see `RunControl.pause`."""
        return await self.reach(
            owner, command, lambda: self._control.pause(owner.id, run_id, id_of(command))
        )

    async def resume(self, owner: User, run_id: int, command: Command | None) -> M:
        """Let a run go on; see `RunControl.resume`."""
        return await self.reach(
            owner, command, lambda: self._control.resume(owner.id, run_id, id_of(command))
        )

    async def stop(self, owner: User, run_id: int, command: Command | None) -> M:
        """End a run; see `RunControl.stop`."""
        return await self.reach(
            owner, command, lambda: self._control.stop(owner.id, run_id, id_of(command))
        )

    async def reach(
        self,
        owner: User,
        command: Command | None,
        effect: Callable[[], Awaitable[Controlled[R]]],
    ) -> M:
        """Run a command that reaches the run's actor, once; return what became of the run."""

        async def reach() -> M:
            reached = await effect()
            return self._message(reached.run, reached.status)

        return await self._commands.reaching(owner.id, command, self._message_kind, reach)

    async def one(self, owner: User, run_id: int) -> M:
        """Return a run with its live status."""
        return await self.live(await self._control.row(owner.id, run_id))

    async def live(self, row: R) -> M:
        """Return what a row says, with its live status."""
        return self._message(row, await self._control.status(row))

    async def all_live(self, rows: Sequence[R]) -> list[M]:
        """Return what rows say, each with its live status."""
        return [*await asyncio.gather(*(self.live(row) for row in rows))]


class OnBars(Protocol):
    """What asks for a run on bars."""

    @property
    def symbol(self) -> str: ...

    @property
    def period(self) -> str: ...

    @property
    def source(self) -> str | None: ...


class PlatformRuns(PlatformAgents):
    """What every start of a run asks first: of the market, the cluster and the owner's row."""

    async def _prepared(self, asked: OnBars) -> Mapping[str, Json]:
        """Return the frozen bars of a run, as the market describes them."""
        found: Mapping[str, Json] = await self._ask_market(
            "prepare", asked.symbol, asked.period, asked.source
        )
        return found

    async def _ask_market(self, what: str, *given: Any) -> Any:
        market = await self._handles.get(MARKET)
        try:
            return await ask(getattr(market, what).remote(*given), timeout_s=_MARKET_S)
        except ActorUnavailable:
            self._handles.forget(MARKET)
            raise

    async def _capacity(self) -> Demand:
        """Return what the cluster has, used or not."""
        try:
            async with asyncio.timeout(_CLUSTER_S):
                return await asyncio.to_thread(capacity, self._settings.ray.autoscaled)
        except TimeoutError as error:
            raise ActorUnavailable("the cluster does not say what it has") from error

    async def _refuse_disabled(self, unit: UnitOfWork, owner: User) -> None:
        """Refuse a start to an owner who was disabled since he was let in.

        Raises:
            UserDisabled: he was.
        """
        if (await unit.me.standing()).user.disabled_at is not None:
            raise UserDisabled(owner.email)
