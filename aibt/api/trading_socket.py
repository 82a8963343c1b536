"""`/ws/trading/{model_id}`: what an agent does, for clients that want nothing else."""

import asyncio
from typing import Final

from starlette.websockets import WebSocket

from aibt.accounts.identity import Principal
from aibt.api.agent_sessions import session_of
from aibt.api.closing import NORMAL
from aibt.api.gateway import Gateway, told
from aibt.api.socket import Connection
from aibt.api.topics import SESSIONS
from aibt.errors import Invalid, NotFound
from aibt.protocol.agents import AgentRef
from aibt.protocol.frames import Head, json_text
from aibt.protocol.message import MAX_NUMBER, Params
from aibt.protocol.sessions import SessionsGet, SessionsWatch
from aibt.protocol.tasks import Task

_HEAD: Final = Head(name="sessions-watch")


class TradingConnection(Connection):
    """One client that follows an agent's active or latest session, and asks for nothing.

    The socket closes with 1000 after the stream's last frame.
    """

    def __init__(self, gateway: Gateway, websocket: WebSocket, principal: Principal) -> None:
        super().__init__(gateway, websocket, principal)
        self._model_id: str = websocket.path_params["model_id"]
        self._asked = websocket.query_params

    async def serve(self) -> None:
        """Tell of the session until it ends or one side closes."""
        telling = asyncio.create_task(self._tell())
        self._gateway.background.add(telling)
        telling.add_done_callback(self._gateway.background.discard)
        try:
            await super().serve()
        finally:
            telling.cancel()

    async def _tell(self) -> None:
        try:
            await self._follow()
        except Exception as error:  # noqa: BLE001 - the socket ends here, with an answer
            frame = _HEAD.frame(json_text(told(error)), done=True, inner_task="error")
            await self._outbox.put(frame)
        if not self._is_leaving:  # else its goodbye comes first
            await self._outbox.flush()
            self.close(NORMAL, "")

    async def _follow(self) -> None:
        model_id = _whole(self._model_id)
        if model_id is None:
            raise NotFound("agent", self._model_id[:64], "model_id")
        asked = AgentRef.read({"model_id": model_id})
        cursor, session_id = self._number("cursor"), self._number("session_id")
        if session_id is not None:
            session_id = SessionsGet.read({"id": session_id}).id
        owner = await self._owner()
        session = await session_of(self._gateway, owner, asked.model_id, session_id)
        params = SessionsWatch.read({"id": session.id, "cursor": cursor})
        await self._following.watch(owner, _HEAD, SESSIONS, params)
        await self._following.ended(SESSIONS.topic(session.id))

    def _number(self, name: str) -> int | None:
        text = self._asked.get(name)
        if text is None:
            return None
        number = _whole(text)
        if number is None:
            raise Invalid(name, f"{text[:20]!r} is not a whole number that a server gave out")
        return number

    async def _do(self, head: Head, task: Task, params: Params) -> None:
        if task.query != "client-is-closed":
            self._pace()
            raise Invalid("query", "this socket takes no request but `client-is-closed`")
        await super()._do(head, task, params)


def _whole(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_NUMBER))):
        return None
    return int(text)
