"""Evaluations over Ray: rows in the store, each live one in an actor of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from actors.capacity import capacity, refuse_what_never_fits
from actors.commands import Commands, answered, as_json, id_of
from actors.evaluation_request import (
    complete_evaluation,
    counting,
    of_trainings,
    trainings_of,
)
from actors.handles import Handles
from actors.names import MARKET
from actors.platform_sessions import PlatformSessions
from actors.run_control import Controlled, RunControl
from actors.run_rows import EVALUATION
from actors.supervision import Demand
from aibt.accounts.quotas import refuse_evaluation
from aibt.api.platform import Command
from aibt.clock import Clock
from aibt.errors import ActorUnavailable, AibtError, NotFound, UserDisabled
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.protocol.evaluations import EvaluationRunMessage, EvaluationsStart, evaluation_message
from aibt.settings import Settings
from aibt.store.database import Store
from aibt.store.records import Bot, Evaluation, User

_CLUSTER_S: Final = 5.0


class PlatformEvaluations(PlatformSessions):
    """The part of `aibt.api.platform.Platform` that is about evaluations."""

    def __init__(
        self,
        store: Store,
        handles: Handles,
        commands: Commands,
        settings: Settings,
        clock: Clock,
        start_bot: Callable[[Bot], Any],
    ) -> None:
        super().__init__(store, handles, commands, settings, clock, start_bot)
        self._evaluations = RunControl(EVALUATION, store, handles)

    async def start_evaluation(
        self, owner: User, params: EvaluationsStart, command: Command | None
    ) -> EvaluationRunMessage:
        earlier = await self._commands.earlier_answer(owner.id, command, EvaluationRunMessage)
        if earlier is not None:
            return earlier
        try:
            message = await self._queue_evaluation(owner, params, command)
        except AibtError as error:
            done = await self._commands.refuse(owner.id, command, error)
            return EvaluationRunMessage.of(done)
        await self._evaluations.wake_supervisor()
        return message

    async def _queue_evaluation(
        self, owner: User, params: EvaluationsStart, command: Command | None
    ) -> EvaluationRunMessage:
        prepared, there = await self._prepared(params), await self._capacity()
        request, data = complete_evaluation(params, prepared, there, self._settings.costs)
        refuse_what_never_fits(Demand(1, int(request["device"] == "cuda")), there)
        async with self._store.writing(owner.id) as unit:
            await unit.me.alone()  # first: a twin that was quicker is seen whole, or not yet begun
            if command is not None:
                earlier = await unit.commands.begin(command.id, command.digest)
                if earlier is not None and earlier.answer is not None:
                    return answered(earlier.answer, EvaluationRunMessage)
            if (await unit.me.standing()).user.disabled_at is not None:  # since he was let in
                raise UserDisabled(owner.email)
            refuse_evaluation(
                self._settings.quotas,
                trainings=trainings_of(request),
                max_episodes=params.max_episodes,
                environments=max(one.environments for one in of_trainings(request).values()),
                hidden_layers=params.hidden_layers,
                active=await unit.evaluations.active_count(),
            )
            tried = await unit.populations.trials_on(str(data["symbol"]), str(data["period"]))
            request, data = counting(request, data, tried)
            evaluation = await unit.evaluations.create(
                request=request, dataset=str(prepared["dataset"]), data=data
            )
            message = evaluation_message(evaluation)
            if command is not None:
                await unit.commands.finish(command.id, as_json(message))
        return message

    async def _prepared(self, params: EvaluationsStart) -> Mapping[str, Json]:
        market = await self._handles.get(MARKET)
        found: Mapping[str, Json] = await self._ask_market(
            market.prepare.remote(params.symbol, params.period, params.source)
        )
        return found

    async def _capacity(self) -> Demand:
        try:
            async with asyncio.timeout(_CLUSTER_S):
                return await asyncio.to_thread(capacity, self._settings.ray.autoscaled)
        except TimeoutError as error:
            raise ActorUnavailable("the cluster does not say what it has") from error

    async def pause_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._reach_evaluation(
            owner, command, lambda: self._evaluations.pause(owner.id, evaluation_id, id_of(command))
        )

    async def resume_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._reach_evaluation(
            owner,
            command,
            lambda: self._evaluations.resume(owner.id, evaluation_id, id_of(command)),
        )

    async def stop_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._reach_evaluation(
            owner, command, lambda: self._evaluations.stop(owner.id, evaluation_id, id_of(command))
        )

    async def _reach_evaluation(
        self,
        owner: User,
        command: Command | None,
        effect: Callable[[], Awaitable[Controlled[Evaluation]]],
    ) -> EvaluationRunMessage:
        async def reach() -> EvaluationRunMessage:
            reached = await effect()
            return evaluation_message(reached.run, reached.status)

        return await self._commands.reaching(owner.id, command, EvaluationRunMessage, reach)

    async def evaluation(self, owner: User, evaluation_id: int) -> EvaluationRunMessage:
        row = await self._evaluations.row(owner.id, evaluation_id)
        return evaluation_message(row, await self._evaluations.status(row))

    async def evaluations(
        self,
        owner: User,
        *,
        states: Sequence[RunState] = (),
        limit: int = 1_000,
        before_id: int | None = None,
        after_id: int | None = None,
        oldest_first: bool = False,
    ) -> list[EvaluationRunMessage]:
        async with self._store.reading(owner.id) as unit:
            page = await unit.evaluations.page(
                states=states or None,
                before_id=before_id,
                after_id=after_id,
                oldest_first=oldest_first,
                limit=limit,
            )
        live = await asyncio.gather(*(self._evaluations.status(row) for row in page))
        return [evaluation_message(row, status) for row, status in zip(page, live, strict=True)]

    async def evaluation_report(self, owner: User, evaluation_id: int) -> Mapping[str, Json]:
        async with self._store.reading(owner.id) as unit:
            report = await unit.evaluations.report(evaluation_id)
        if report is None:
            raise NotFound("report of evaluation", str(evaluation_id), "id")
        return report
