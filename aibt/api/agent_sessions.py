"""Which session an agent's routes are about."""

from aibt.api.gateway import Gateway
from aibt.errors import NotFound
from aibt.protocol.sessions import SessionMessage
from aibt.store.records import User


async def session_of(
    gateway: Gateway, owner: User, model_id: int, session_id: int | None = None
) -> SessionMessage:
    """Return an agent's active session, else its latest; or the one that is asked for.

    Raises:
        NotFound: there is no such agent, it never had a session, or not this one.
    """
    if session_id is None:
        latest = await gateway.ask(gateway.platform.active_session(owner, model_id))
        if latest is None:
            raise NotFound("session of agent", str(model_id), "model_id")
        return latest
    found = await gateway.ask(gateway.platform.session(owner, session_id))
    if found.model_id != model_id:
        raise NotFound("session", str(session_id), "session_id")
    return found
