"""Evaluations on the wire: what a client is told."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import AwareDatetime, Field

from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.protocol.message import WireMessage
from aibt.rl.catalogue import DEFAULT_ENCODER
from aibt.store.records import Evaluation


class EvaluationStatusMessage(WireMessage):
    """`status`: how far an evaluation is.

    It is conflated, so the latest wins, and has no `seq`.
    """

    id: int
    state: RunState
    units: int = Field(ge=0, description="trainings in all; 0 before it has loaded")
    units_done: int = Field(ge=0, description="trainings that are judged")
    share: float = Field(ge=0, le=1, description="of the whole, as a fraction")
    doing: str | None = Field(description="what is being done; null before it has loaded")
    seconds_left: float | None = Field(ge=0, description="an estimate; null where there is none")
    better: bool | None = Field(description="the verdict on buy-and-hold; null before the end")
    confidence: float | None = Field(
        ge=0, le=1, description="that it is more than luck; null before the end, or with few bars"
    )
    verdict: str | None = Field(description="the verdict in one sentence; null before the end")
    cursor: int = Field(ge=0, description="number of the last event that this includes")


class EvaluationRunMessage(EvaluationStatusMessage):
    """An evaluation: what was asked for, and every field of its status."""

    reason: str | None = Field(description="why it is in this state, where that needs saying")
    symbol: str
    period: str
    source: str = Field(description="where its bars come from")
    bars: int = Field(ge=0, description="of the whole series")
    notes: list[str] = Field(description="sentences on bars that are old, suspicious or missing")
    algorithms: list[str]
    encoder: str
    seeds: int = Field(description="how many; the first one is `seed`")
    seed: int
    folds: int
    learned_first: int = Field(description="per cent of the bars before the first test part")
    embargo: int = Field(description="further bars left out before each test part")
    earlier_trials: int
    hidden_layers: int
    depth: int
    lr: float
    gamma: float
    batch_size: int
    min_episodes: int
    max_episodes: int
    discounter_rate: int
    environments: int
    device: str
    balance: float
    fee_bps: float
    slippage_bps: float
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class EvaluationsMessage(WireMessage):
    """Your evaluations, newest first."""

    evaluations: list[EvaluationRunMessage]


class EvaluationsPageMessage(EvaluationsMessage):
    """A page of your evaluations, as REST lists them."""

    next: int | None = Field(
        description="`before_id` (oldest first: `after_id`) of the next page; null: the last"
    )


class UnitMessage(WireMessage):
    """`unit`: one training is judged."""

    id: int
    algorithm: str
    seed: int
    fold: int = Field(ge=1)
    total_return: float | None = Field(description="over the fold's test part; a fraction")
    trades: int = Field(ge=0, description="positions that were opened there")
    episodes: int = Field(ge=0, description="that were trained")


class EvaluationReportMessage(WireMessage):
    """What an evaluation found."""

    id: int
    report: dict[str, Any] = Field(
        description="verdict, algorithms, baselines, folds and figures; docs/evaluation.md says "
        "what is in it"
    )


_UNBEGUN: Final[Mapping[str, Json]] = {
    "units": 0,
    "units_done": 0,
    "share": 0.0,
    "doing": None,
    "seconds_left": None,
    "better": None,
    "confidence": None,
    "verdict": None,
}
_ASKED: Final = tuple(
    name
    for name in EvaluationRunMessage.model_fields
    if name not in EvaluationStatusMessage.model_fields
    and name
    not in {
        "reason", "symbol", "period", "source", "bars", "notes", "created_at", "started_at",
        "ended_at",
    }
)  # fmt: skip


def evaluation_message(
    evaluation: Evaluation, status: Mapping[str, Json] | None = None
) -> EvaluationRunMessage:
    """Return an evaluation as the wire shows it.

    Args:
        evaluation: its row; its state is the one that is shown.
        status: its newest status by wire names; None: the stored one. `cursor` never goes
            beyond what the row has seen, so that no event after the shown state is skipped.

    Raises:
        pydantic.ValidationError: the row or the status breaks the wire's contract.
    """
    status = evaluation.status if status is None else status
    known = EvaluationStatusMessage.model_fields
    shown: dict[str, Any] = {**_UNBEGUN, "cursor": evaluation.last_seq}
    shown.update({name: value for name, value in status.items() if name in known})
    ended = evaluation.state.has_ended
    shown["cursor"] = evaluation.last_seq if ended else min(shown["cursor"], evaluation.last_seq)
    if ended:
        shown["seconds_left"] = None
    of_bars = ("symbol", "period", "source", "bars", "notes")
    asked = {"encoder": DEFAULT_ENCODER, **evaluation.request}
    return EvaluationRunMessage.of(
        {
            **shown,
            **{name: asked[name] for name in _ASKED},
            **{name: evaluation.data[name] for name in of_bars},
            "id": evaluation.id,
            "state": evaluation.state,
            "reason": evaluation.reason,
            "created_at": evaluation.created_at,
            "started_at": evaluation.started_at,
            "ended_at": evaluation.ended_at,
        }
    )
