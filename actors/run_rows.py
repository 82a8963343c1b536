"""What the rows of trainings, sessions and evaluations have in common, for who hosts a run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic
from uuid import uuid4

from aibt.errors import EvaluationEnded, SessionEnded, TrainingEnded
from aibt.live.events import Emission, Json
from aibt.live.states import RunState
from aibt.store.database import UnitOfWork
from aibt.store.records import Evaluation, Session, Training
from aibt.store.runs import R, Runs

HOSTED: Final = frozenset({RunState.LOADING, RunState.RUNNING, RunState.PAUSED})
"""States in which a process should be hosting a run; one that is parked has none."""

STATE: Final = "state"
"""Kind of the events that tell of a new state."""

Run = Training | Session | Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[R]):
    """What the kinds of runs differ in, for who hosts and commands one.

    Attributes:
        name: as a person reads it.
        ended: the error of a command after the end, from a run's id and its state.
        rows: where they are in a transaction.
    """

    name: str
    ended: type[TrainingEnded | SessionEnded | EvaluationEnded]
    rows: Callable[[UnitOfWork], Runs[R]]


TRAINING: Final[Kind[Training]] = Kind(
    name="training", ended=TrainingEnded, rows=lambda unit: unit.trainings
)
SESSION: Final[Kind[Session]] = Kind(
    name="session", ended=SessionEnded, rows=lambda unit: unit.sessions
)
EVALUATION: Final[Kind[Evaluation]] = Kind(
    name="evaluation", ended=EvaluationEnded, rows=lambda unit: unit.evaluations
)


def is_hosted(run: Run) -> bool:
    """Return whether a process may be hosting a run, by what its row says.

    One that has been paused for long, or is parked, has none.
    """
    is_parked = isinstance(run, Training) and run.parked
    return run.state in HOSTED and not is_parked


async def set_state(
    unit: UnitOfWork,
    kind: Kind[R],
    run: R,
    state: RunState,
    key: str,
    reason: str | None = None,
    *,
    epoch: int | None = None,
    told: Sequence[Emission] = (),
) -> R:
    """Store a state and its event, after what is `told`; return the row.

    `epoch` is the writer's, None: the supervisor's write.
    """
    await kind.rows(unit).set_state(run.id, state, epoch=epoch, reason=reason)
    data: dict[str, Json] = {"id": run.id, "state": str(state), "reason": reason}
    event = Emission(key=key, kind=STATE, data=data)
    await unit.events.append(run.topic, epoch, [*told, event])
    return await kind.rows(unit).get(run.id)


def command_key(command_id: str | None, what: str) -> str:
    """Return the key of what a command caused: the same for every try of it."""
    return f"command/{command_id or uuid4().hex}/{what}"
