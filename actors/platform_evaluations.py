"""Evaluations over Ray: rows in the store, each live one in an actor of its own."""

from collections.abc import Mapping, Sequence

from actors.capacity import refuse_what_never_fits
from actors.commands import answered, as_json
from actors.evaluation_request import (
    Tried,
    complete_evaluation,
    counting,
    of_trainings,
    trainings_of,
    trials_of,
)
from actors.platform_bots import Means
from actors.platform_runs import RunsOf
from actors.platform_sessions import PlatformSessions
from actors.run_control import RunControl
from actors.run_rows import EVALUATION
from actors.supervision import Demand
from aibt.accounts.quotas import refuse_evaluation
from aibt.api.platform import Command
from aibt.errors import AibtError, NotFound
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.protocol.evaluations import EvaluationRunMessage, EvaluationsStart, evaluation_message
from aibt.store.records import User


class PlatformEvaluations(PlatformSessions):
    """The part of `aibt.api.platform.Platform` that is about evaluations."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._evaluation_control = RunControl(EVALUATION, means.store, means.handles)
        self._evaluations = RunsOf(
            self._evaluation_control, means.commands, EvaluationRunMessage, evaluation_message
        )

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
        await self._evaluation_control.wake_supervisor()
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
            await self._refuse_disabled(unit, owner)
            refuse_evaluation(
                self._settings.quotas,
                trainings=trainings_of(request),
                max_episodes=params.max_episodes,
                environments=max(one.environments for one in of_trainings(request).values()),
                hidden_layers=params.hidden_layers,
                active=await unit.evaluations.active_count(),
            )
            market = str(data["symbol"]), str(data["period"])
            tried = Tried(
                trainings=await unit.trainings.count_on(*market),
                steps=await unit.populations.count_steps_on(*market),
                judged=sum(map(trials_of, await unit.evaluations.requests_on(*market))),
            )
            request, data = counting(request, data, tried)
            evaluation = await unit.evaluations.create(
                request=request, dataset=str(prepared["dataset"]), data=data
            )
            message = evaluation_message(evaluation)
            if command is not None:
                await unit.commands.finish(command.id, as_json(message))
        return message

    async def pause_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._evaluations.pause(owner, evaluation_id, command)

    async def resume_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._evaluations.resume(owner, evaluation_id, command)

    async def stop_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._evaluations.stop(owner, evaluation_id, command)

    async def evaluation(self, owner: User, evaluation_id: int) -> EvaluationRunMessage:
        return await self._evaluations.one(owner, evaluation_id)

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
        return await self._evaluations.all_live(page)

    async def evaluation_report(self, owner: User, evaluation_id: int) -> Mapping[str, Json]:
        async with self._store.reading(owner.id) as unit:
            report = await unit.evaluations.report(evaluation_id)
        if report is None:
            raise NotFound("report of evaluation", str(evaluation_id), "id")
        return report
