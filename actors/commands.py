"""Commands with an id: one effect and one answer, however often they come."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aibt.api.platform import Command
from aibt.errors import AibtError, IdReused, QuotaExceeded, RateLimited, Unavailable, from_answer
from aibt.live.events import Json
from aibt.protocol.message import WireMessage
from aibt.store.database import Store, UnitOfWork

M = TypeVar("M", bound=WireMessage)

_REFUSED = "refused"
_NO_ANSWERS = (IdReused, Unavailable, QuotaExceeded, RateLimited)  # the same may be asked again


class Commands:
    """Runs commands as `aibt.store.commands` says they must be run."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rows(
        self,
        owner_id: int,
        command: Command | None,
        answer_kind: type[M],
        effect: Callable[[UnitOfWork], Awaitable[M]],
    ) -> M:
        """Run a command whose effect is rows alone: effect and answer in one transaction."""
        try:
            async with self._store.writing(owner_id) as unit:
                if command is not None:
                    earlier = await unit.commands.begin(command.id, command.digest)
                    if earlier is not None and earlier.answer is not None:
                        return answered(earlier.answer, answer_kind)
                answer = await effect(unit)
                if command is not None:
                    await unit.commands.finish(command.id, as_json(answer))
                return answer
        except AibtError as error:
            return answer_kind.of(await self.refuse(owner_id, command, error))

    async def reaching(
        self,
        owner_id: int,
        command: Command | None,
        answer_kind: type[M],
        effect: Callable[[], Awaitable[M]],
    ) -> M:
        """Run a command that reaches an actor: begun first, so that a repetition is known."""
        if command is None:
            return await effect()
        async with self._store.writing(owner_id) as unit:
            earlier = await unit.commands.begin(command.id, command.digest)
        if earlier is not None and earlier.answer is not None:
            return answered(earlier.answer, answer_kind)
        try:
            answer = await effect()
        except AibtError as error:
            return answer_kind.of(await self.refuse(owner_id, command, error))
        async with self._store.writing(owner_id) as unit:
            await unit.commands.finish(command.id, as_json(answer))
            finished = await unit.commands.begin(command.id, command.digest)
        if finished is None or finished.answer in (None, as_json(answer)):
            return answer
        return answered(finished.answer or {}, answer_kind)  # that of whoever was first

    async def earlier_answer(
        self, owner_id: int, command: Command | None, answer_kind: type[M]
    ) -> M | None:
        """Return what the command was answered already, or None; it is begun afterwards.

        Raises:
            AibtError: what the command was refused with.
        """
        if command is None:
            return None
        async with self._store.writing(owner_id) as unit:
            earlier = await unit.commands.begin(command.id, command.digest)
        if earlier is None or earlier.answer is None:
            return None
        return answered(earlier.answer, answer_kind)

    async def earlier_run(self, owner_id: int, command: Command | None) -> int | None:
        """Return the training or session that the command started already, or None.

        Raises:
            AibtError: what the command was refused with.
        """
        if command is None:
            return None
        async with self._store.writing(owner_id) as unit:
            earlier = await unit.commands.begin(command.id, command.digest)
        if earlier is None:
            return None
        started = earlier.training_id or earlier.session_id
        if started is None and earlier.answer is not None:
            raise _refusal(earlier.answer)
        return started

    async def refuse(
        self, owner_id: int, command: Command | None, error: AibtError
    ) -> Mapping[str, Json]:
        """Refuse a command for good, unless it came twice at once and was answered meanwhile.

        Returns:
            What it was answered meanwhile, which is its answer for good.

        Raises:
            AibtError: `error`, or what the command was refused with meanwhile.
        """
        if command is None or isinstance(error, _NO_ANSWERS):
            raise error
        refusal: dict[str, Json] = {_REFUSED: error.code, "args": [*error.args]}
        async with self._store.writing(owner_id) as unit:
            await unit.commands.begin(command.id, command.digest)
            await unit.commands.finish(command.id, refusal)
            stored = await unit.commands.begin(command.id, command.digest)
        if stored is None or stored.answer is None or stored.answer == refusal:
            raise error
        if _REFUSED in stored.answer:
            raise _refusal(stored.answer) from error
        return stored.answer


def id_of(command: Command | None) -> str | None:
    """Return a command's id, or None if it has none."""
    return None if command is None else command.id


def as_json(answer: WireMessage) -> dict[str, Json]:
    """Return an answer as it is stored."""
    return answer.model_dump(mode="json")


def answered(answer: Mapping[str, Json], answer_kind: type[M]) -> M:
    """Return what a command was answered.

    Raises:
        AibtError: what it was refused with.
    """
    if _REFUSED in answer:
        raise _refusal(answer)
    return answer_kind.of(answer)


def _refusal(answer: Mapping[str, Json]) -> AibtError:
    args = answer["args"]
    return from_answer(str(answer[_REFUSED]), list(args) if isinstance(args, list) else [])
