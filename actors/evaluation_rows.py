"""What happens to an evaluation's row and events together, in one transaction."""

from actors.run_rows import HOSTED
from aibt.live.events import Emission, Json
from aibt.live.states import RunState
from aibt.store.database import UnitOfWork
from aibt.store.records import Evaluation


def is_hosted(evaluation: Evaluation) -> bool:
    """Return whether a process may be hosting the evaluation, by what its row says.

    One that has been paused for long has none.
    """
    return evaluation.state in HOSTED


async def set_evaluation_state(
    unit: UnitOfWork,
    evaluation: Evaluation,
    state: RunState,
    key: str,
    reason: str | None = None,
    *,
    epoch: int | None = None,
) -> Evaluation:
    """Store a state and its event; `epoch` is the writer's, None: the supervisor's write."""
    await unit.evaluations.set_state(evaluation.id, state, epoch=epoch, reason=reason)
    data: dict[str, Json] = {"id": evaluation.id, "state": str(state), "reason": reason}
    told = Emission(key=key, kind="state", data=data)
    await unit.events.append(evaluation.topic, epoch, [told])
    return await unit.evaluations.get(evaluation.id)
