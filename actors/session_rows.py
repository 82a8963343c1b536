"""What happens to a session's row and events together, in one transaction."""

from actors.run_rows import HOSTED
from aibt.live.events import Emission, Json
from aibt.live.states import RunState
from aibt.store.database import UnitOfWork
from aibt.store.records import Session


def is_hosted(session: Session) -> bool:
    """Return whether a process should be hosting the session, by what its row says."""
    return session.state in HOSTED


async def set_session_state(
    unit: UnitOfWork,
    session: Session,
    state: RunState,
    key: str,
    reason: str | None = None,
    *,
    epoch: int | None = None,
) -> Session:
    """Store a state and its event; `epoch` is the writer's, None: the supervisor's write."""
    after = await unit.sessions.set_state(session.id, state, epoch=epoch, reason=reason)
    data: dict[str, Json] = {"id": session.id, "state": str(state), "reason": reason}
    told = Emission(key=key, kind="state", data=data)
    await unit.events.append(session.topic, epoch, [told])
    return await unit.sessions.get(after.id)
