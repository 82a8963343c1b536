"""One WebSocket connection: reads requests, answers them, and owns its streams."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine

from starlette.websockets import WebSocket, WebSocketDisconnect

from aibt.accounts.identity import Principal
from aibt.api.closing import (
    FAILED,
    FORBIDDEN,
    FULL,
    NORMAL,
    TOO_BIG,
    TOO_MANY,
    TOO_SLOW,
    code_of,
    reason_of,
)
from aibt.api.following import Following, Start, Unwatch, Watch
from aibt.api.gateway import Gateway, report, told
from aibt.api.origins import is_allowed_host, is_allowed_origin
from aibt.api.outbox import Outbox
from aibt.api.queries import answer, command_of, subjects_of
from aibt.api.signing_in import opened_by
from aibt.api.topics import kind_of
from aibt.errors import (
    AibtError,
    Invalid,
    NotSignedIn,
    QuotaExceeded,
    RateLimited,
    UserDisabled,
)
from aibt.protocol.client import ClosedMessage
from aibt.protocol.frames import (
    Head,
    Request,
    UnreadableError,
    head_of,
    json_text,
    read_request,
)
from aibt.protocol.message import Params
from aibt.protocol.tasks import Task, task_of
from aibt.store.records import User

logger = logging.getLogger(__name__)

SUBPROTOCOL = "aibt.v1"
_GONE = (TimeoutError, WebSocketDisconnect, RuntimeError, OSError)  # nobody is there to be told


class Sockets:
    """All sockets of this process: counts them, and gives up those that take nothing."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._open: set[Connection] = set()
        self._entering = 0  # nobody knows yet who they are

    def __len__(self) -> int:
        return len(self._open)

    async def serve(self, websocket: WebSocket, of: type["Connection"] | None = None) -> None:
        """Serve one connection from its handshake to its end.

        Args:
            websocket: it has not been accepted yet.
            of: what becomes of it once its client is let in; None: it answers requests.
        """
        headers, settings = websocket.headers, self._gateway.settings.serve
        if not (
            is_allowed_host(headers.get("host"), settings)
            and is_allowed_origin(headers.get("origin"), headers.get("host"), settings)
        ):
            await websocket.close(FORBIDDEN)  # before accept: the handshake is answered 403
            return
        offered = websocket.scope.get("subprotocols", [])
        await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        if len(self._open) + self._entering >= settings.max_sockets:
            await self._turn_away(websocket, FULL, "this server has no room for more sockets")
            return
        self._entering += 1
        try:
            principal = await opened_by(self._gateway, headers, offered)
            self._check_room(principal.user)
        except AibtError as refused:
            await self._turn_away(websocket, code_of(refused), reason_of(refused))
            return
        except Exception as error:  # noqa: BLE001 - a handshake ends here, with a reference
            await self._turn_away(websocket, FAILED, told(error).msg)
            return
        finally:
            self._entering -= 1
        connection = (of or Connection)(self._gateway, websocket, principal)
        self._open.add(connection)
        self._gateway.meter.sockets(len(self._open))
        try:
            await connection.serve()
        finally:
            self._open.discard(connection)
            self._gateway.meter.sockets(len(self._open))

    async def _turn_away(self, websocket: WebSocket, code: int, reason: str) -> None:
        with contextlib.suppress(*_GONE):
            async with asyncio.timeout(self._gateway.limits.close_s):
                await websocket.close(code, reason)

    def close_user(self, user_id: int) -> None:
        """Close the sockets of a user who may not come in any more."""
        for connection in self._open:
            if connection.principal.user.id == user_id:
                connection.close(FORBIDDEN, "this account is disabled")

    async def close_signed_out(self) -> None:
        """Close the sockets whose sign-ins are over, or whose users are disabled."""
        accounts = self._gateway.office.accounts
        asked = [connection.principal for connection in self._open]
        refusals = await self._gateway.ask(accounts.refusals(asked))
        for connection in self._open:
            refused = refusals.get(connection.principal)
            if refused is not None:
                connection.close(code_of(refused), reason_of(refused))

    def _check_room(self, user: User) -> None:
        most = self._gateway.settings.limits.sockets
        count = sum(connection.principal.user.id == user.id for connection in self._open)
        if count >= most:
            raise QuotaExceeded(None, f"you have {count} sockets here, which is the most you may")

    def give_up_stalled(self) -> None:
        """Close the sockets whose clients have taken nothing for too long."""
        for connection in self._open:
            connection.give_up_if_stalled()

    async def watch(self) -> None:
        """Look for clients that stall or have been signed out, until cancelled."""
        while True:
            await asyncio.sleep(min(1.0, self._gateway.limits.stall_s))
            self.give_up_stalled()
            try:
                await self.close_signed_out()
            except AibtError as error:  # the next look is soon
                logger.warning("nobody's sign-in could be looked at: %s", error)
            except Exception as error:  # noqa: BLE001 - the watch must outlive what it meets
                report(error)


class Connection:
    """One client. Requests about one thing keep their order; others may overtake."""

    def __init__(self, gateway: Gateway, websocket: WebSocket, principal: Principal) -> None:
        self.principal = principal
        self._gateway = gateway
        self._websocket = websocket
        self._outbox = Outbox(websocket.send_text, gateway.clock, gateway.limits)
        self._following = Following(gateway, self._outbox)
        self._free = asyncio.Semaphore(gateway.limits.in_flight)
        self._is_leaving = False
        self._refusals = 0  # since the last request that was not too many
        self._tasks: set[asyncio.Task[None]] = set()
        self._latest: dict[str, asyncio.Task[None]] = {}
        self._close: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Read and answer until one side closes."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._outbox.write())
        try:
            await asyncio.wait((reader, writer, self._close), return_when=asyncio.FIRST_COMPLETED)
            ending = self._close.result() if self._close.done() else None
        finally:  # nothing here may wait: this task may have been cancelled
            self._outbox.close()
            self._following.cancel()
            for task in (reader, writer):  # a command under way goes on to its end
                task.cancel()
                task.add_done_callback(_note_failure)
        if ending is not None:
            with contextlib.suppress(*_GONE):
                async with asyncio.timeout(self._gateway.limits.close_s):
                    await self._websocket.close(*ending)

    def close(self, code: int, reason: str) -> None:
        """Close the socket soon, whatever waits to be sent."""
        if not self._close.done():
            self._close.set_result((code, reason))

    def give_up_if_stalled(self) -> None:
        """Close the socket if the client has taken nothing for too long."""
        if self._outbox.stalled_s() > self._gateway.limits.stall_s and not self._close.done():
            self._gateway.meter.frames_dropped(len(self._outbox))
            self.close(TOO_SLOW, "too slow: come back with your cursor")

    async def _read(self) -> None:
        while True:
            await self._free.acquire()
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            size = _size(text if text is not None else message.get("bytes") or b"")
            if size > self._gateway.limits.request_bytes:
                most = self._gateway.limits.request_bytes
                self.close(TOO_BIG, f"a request has at most {most} bytes")
                return
            self._take(text)

    def _take(self, text: str | None) -> None:
        """Begin to answer one frame, after those about the same thing."""
        if text is None:
            error = Invalid(None, "a request is a text frame, not a binary one")
            self._begin(self._refuse(Head(), error), frozenset())
            return
        try:
            request = read_request(text)
        except UnreadableError as unreadable:
            self._begin(self._refuse(unreadable.head, unreadable.fault), frozenset())
            return
        try:
            task = task_of(request.query)
            params = task.params.read(request.params)
        except AibtError as refused:
            self._begin(self._refuse(head_of(request), refused), frozenset())
            return
        subjects = subjects_of(task.query, params)
        self._begin(self._answer(request, task, params), subjects)

    def _begin(self, work: Coroutine[None, None, None], subjects: frozenset[str]) -> None:
        earlier = {self._latest[subject] for subject in subjects if subject in self._latest}
        task = asyncio.create_task(self._after(earlier, work))
        self._latest.update(dict.fromkeys(subjects, task))
        self._tasks.add(task)
        self._gateway.background.add(task)
        task.add_done_callback(lambda done: self._end(done, subjects))

    def _end(self, task: asyncio.Task[None], subjects: frozenset[str]) -> None:
        self._tasks.discard(task)
        self._gateway.background.discard(task)
        self._free.release()
        for subject in subjects:
            if self._latest.get(subject) is task:
                del self._latest[subject]

    async def _after(
        self, earlier: set[asyncio.Task[None]], work: Coroutine[None, None, None]
    ) -> None:
        if earlier:
            await asyncio.wait(earlier)
        await work

    async def _refuse(self, head: Head, error: AibtError) -> None:
        try:
            self._pace()  # what cannot be read is not free either
        except RateLimited as limited:
            error = limited
        self._gateway.meter.command("refused", 0.0, error.code)
        await self._outbox.put(head.frame(json_text(told(error)), done=True, inner_task="error"))
        await self._close_if_out(error)

    async def _answer(self, request: Request, task: Task, params: Params) -> None:
        """Answer one request, whatever becomes of it."""
        head = head_of(request)
        began = self._gateway.clock.monotonic()
        code = "ok"
        try:
            await self._do(head, task, params)
        except Exception as error:  # noqa: BLE001 - a request ends here, with an answer
            message = told(error)
            code = message.code
            await self._outbox.put(head.frame(json_text(message), done=True, inner_task="error"))
            await self._close_if_out(error)
        finally:
            seconds = self._gateway.clock.monotonic() - began
            self._gateway.meter.command(task.query, seconds, code)

    async def _do(self, head: Head, task: Task, params: Params) -> None:
        if task.query == "client-is-closed":
            await self._leave(head)
            return
        owner = await self._owner()
        if isinstance(params, Start):
            await self._following.start(owner, head, task, params)
        elif isinstance(params, Watch):
            await self._following.watch(owner, head, kind_of(task.query), params)
        elif isinstance(params, Unwatch):
            await self._following.unwatch(owner, head, kind_of(task.query), params)
        else:
            command = command_of(task.query, params.asked(), head.id) if task.changes else None
            data, says = await answer(self._gateway, owner, task, params, command)
            await self._outbox.put(head.frame(json_text(data), done=True, client_msg=says))

    async def _owner(self) -> User:
        """Look again at who opened this socket, and whether he asks too often."""
        self._pace()
        accounts = self._gateway.office.accounts
        return (await self._gateway.ask(accounts.still(self.principal))).user

    def _pace(self) -> None:
        self._gateway.pacing.command(self.principal.user.id)
        self._refusals = 0

    async def _close_if_out(self, error: Exception) -> None:
        """Close the socket of somebody who is signed out or disabled, or who does not slow down."""
        if isinstance(error, NotSignedIn | UserDisabled):
            await self._outbox.flush()
            self.close(code_of(error), reason_of(error))
        elif isinstance(error, RateLimited):
            self._refusals += 1
            if self._refusals > self._gateway.limits.refusals:
                self.close(TOO_MANY, "too many requests")

    async def _leave(self, head: Head) -> None:
        """Let the requests before this one finish, end the streams, and say goodbye."""
        others = self._tasks - {asyncio.current_task()}
        is_first, self._is_leaving = not self._is_leaving, True
        if others and is_first:  # a second goodbye waits for nobody, so neither waits in vain
            await asyncio.wait(others)
        await self._following.end_all()
        await self._outbox.put(head.frame(json_text(ClosedMessage()), done=True))
        await self._outbox.flush()
        self.close(NORMAL, "")


def _note_failure(task: asyncio.Task[None]) -> None:
    """Keep what ended a connection out of the way, unless it is a mistake of ours."""
    if task.cancelled():
        return
    error = task.exception()
    if error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
        logger.error("a socket failed", exc_info=error)


def _size(data: str | bytes) -> int:
    if isinstance(data, bytes) or data.isascii():
        return len(data)
    return len(data.encode())
