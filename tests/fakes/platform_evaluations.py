"""The part of the platform in memory that has evaluations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aibt.api.platform import Command
from aibt.errors import EvaluationEnded, NotFound
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.protocol.evaluations import (
    EvaluationRunMessage,
    EvaluationsStart,
    EvaluationStatusMessage,
    evaluation_message,
)
from aibt.rl.catalogue import algorithms_with, refuse_encoder
from aibt.store.records import Evaluation, User
from tests.fakes.platform_core import EPOCH, FakeCore, Topic

_STATUS = set(EvaluationStatusMessage.model_fields)


@dataclass(kw_only=True)
class EvaluationRun(Topic):
    """One evaluation of the fake: its row and its report."""

    evaluation: Evaluation
    report: Mapping[str, Json] | None = None


class FakeEvaluations(FakeCore):
    """Evaluations.

    Attributes:
        evaluation_runs: what was started, by id, in order.
    """

    def __init__(self, *, page: int = 100) -> None:
        super().__init__(page=page)
        self.evaluation_runs: dict[int, EvaluationRun] = {}

    # What a test does to it

    def tell_evaluation(self, evaluation_id: int, kind: str, data: Mapping[str, Json]) -> int:
        """Store an event of an evaluation and return its number."""
        run = self.evaluation_runs[evaluation_id]
        seq = run.emit(kind, data)
        run.evaluation = replace(run.evaluation, last_seq=seq)
        return seq

    def show_evaluation(self, evaluation_id: int, **changes: Json) -> None:
        """Publish a status of an evaluation."""
        run = self.evaluation_runs[evaluation_id]
        status = {
            **evaluation_message(run.evaluation).model_dump(mode="json", include=_STATUS),
            **(run.status or {}),
            "cursor": len(run.events),
            **changes,
        }
        run.evaluation = replace(run.evaluation, status=status)
        run.publish(status)

    def move_evaluation(self, evaluation_id: int, state: RunState) -> None:
        """Bring an evaluation into a state, with its event."""
        run = self.evaluation_runs[evaluation_id]
        ended = EPOCH if state.has_ended else None
        run.evaluation = replace(run.evaluation, state=state, ended_at=ended)
        data: dict[str, Json] = {"id": evaluation_id, "state": state.value, "reason": None}
        self.tell_evaluation(evaluation_id, "state", data)
        if state.has_ended:
            run.end()

    def finish_evaluation(self, evaluation_id: int, report: Mapping[str, Json]) -> None:
        """Let an evaluation finish with a report."""
        self.evaluation_runs[evaluation_id].report = report
        verdict = report["verdict"]
        if isinstance(verdict, dict):
            self.show_evaluation(
                evaluation_id,
                share=1.0,
                better=verdict["better"],
                confidence=verdict["confidence"],
                verdict=verdict["sentence"],
            )
        self.move_evaluation(evaluation_id, RunState.FINISHED)

    # What the API asks of it

    async def start_evaluation(
        self, owner: User, params: EvaluationsStart, command: Command | None
    ) -> EvaluationRunMessage:
        await self._enter("start_evaluation")

        def start() -> EvaluationRunMessage:
            evaluation_id = next(self._ids)
            request = params.model_dump(mode="json")
            request["algorithms"] = request["algorithms"] or algorithms_with(params.encoder)
            for name in params.algorithms:
                refuse_encoder(name, params.encoder)
            for name in ("fee_bps", "slippage_bps"):
                request[name] = 1.0 if request[name] is None else request[name]
            run = EvaluationRun(
                evaluation=Evaluation(
                    id=evaluation_id,
                    owner_id=owner.id,
                    state=RunState.QUEUED,
                    desired=Desired.RUNNING,
                    reason=None,
                    request=request,
                    dataset="d",
                    data={
                        "symbol": params.symbol,
                        "period": params.period,
                        "source": params.source or "sample",
                        "bars": 2_000,
                        "notes": ["GOOGL is 3 days old."],
                    },
                    status={},
                    last_seq=0,
                    created_at=self._clock.now(),
                    started_at=None,
                    ended_at=None,
                )
            )
            self.evaluation_runs[evaluation_id] = self._topics[run.evaluation.topic] = run
            return evaluation_message(run.evaluation)

        message: EvaluationRunMessage = self._once(command, start)
        return message

    async def pause_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._turn("pause_evaluation", evaluation_id, RunState.PAUSED, command)

    async def resume_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._turn("resume_evaluation", evaluation_id, RunState.RUNNING, command)

    async def stop_evaluation(
        self, owner: User, evaluation_id: int, command: Command | None
    ) -> EvaluationRunMessage:
        return await self._turn("stop_evaluation", evaluation_id, RunState.STOPPED, command)

    async def evaluation(self, owner: User, evaluation_id: int) -> EvaluationRunMessage:
        await self._enter("evaluation")
        return evaluation_message(self._evaluation_run(evaluation_id).evaluation)

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
        await self._enter("evaluations")
        rows = [run.evaluation for run in self.evaluation_runs.values()]
        if not oldest_first:
            rows.reverse()
        return [
            evaluation_message(row)
            for row in rows
            if (not states or row.state in states)
            and (before_id is None or row.id < before_id)
            and (after_id is None or row.id > after_id)
        ][:limit]

    async def evaluation_report(self, owner: User, evaluation_id: int) -> Mapping[str, Json]:
        await self._enter("evaluation_report")
        report = self._evaluation_run(evaluation_id).report
        if report is None:
            raise NotFound("report of evaluation", str(evaluation_id), "id")
        return report

    # Inside

    async def _turn(
        self, method: str, evaluation_id: int, state: RunState, command: Command | None
    ) -> EvaluationRunMessage:
        await self._enter(method)

        def act() -> EvaluationRunMessage:
            run = self._evaluation_run(evaluation_id)
            if run.evaluation.state.has_ended:
                raise EvaluationEnded(evaluation_id, run.evaluation.state)
            if run.evaluation.state is not state:
                self.move_evaluation(evaluation_id, state)
            return evaluation_message(run.evaluation)

        answer: EvaluationRunMessage = self._once(command, act)
        return answer

    def _evaluation_run(self, evaluation_id: int) -> EvaluationRun:
        if evaluation_id not in self.evaluation_runs:
            raise NotFound("evaluation", str(evaluation_id), "id")
        return self.evaluation_runs[evaluation_id]
