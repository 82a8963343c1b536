"""The platform over REST: each change happens once, however often it had to be sent."""

import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from aibt.cli.complaints import Complaint, Refused, Unreachable
from aibt.cli.tokens import NOT_SIGNED_IN, Tokens
from aibt.protocol.message import WireMessage

if TYPE_CHECKING:
    import httpx

M = TypeVar("M", bound=WireMessage)

ANSWER_S: Final = 35.0  # the platform answers within 28 s, or says that it cannot
_CONNECT_S: Final = 5.0
_REPEAT_AFTER_S: Final = (0.2, 1.0)  # waits before a request is sent again
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(url: str) -> bool:
    """Whether `url` is on this machine, where no proxy of the environment is asked."""
    return urlsplit(url).hostname in _LOOPBACK


def nothing_answers(url: str) -> Unreachable:
    """Return the complaint that there is no platform at `url`."""
    return Unreachable(
        f"No platform answers at {url}. Start it with `aibt up`, or say with --url where it is."
    )


def read(model: type[M], data: object, url: str) -> M:
    """Read an answer of the platform at `url`.

    Raises:
        Complaint: it is not what this version of the command line understands.
    """
    try:
        return model.of(data if isinstance(data, Mapping) else {})
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(str(part) for part in fault["loc"])
        raise Complaint(
            f"What answers at {url} is not this version of AIBT "
            f"({model.__name__}.{at}: {fault['msg']})."
        ) from None


class Client:
    """Asks the platform and returns what it answers.

    A request that got lost is sent again under the same key, so it has one effect.

    Attributes:
        url: base address of the platform.
        tokens: say who is asking.
    """

    def __init__(
        self, url: str, tokens: Tokens | None = None, *, wait: Callable[[float], None] = time.sleep
    ) -> None:
        import httpx

        self.url = url
        self.tokens = tokens or Tokens()
        self._wait = wait
        self._http = httpx.Client(
            base_url=url,
            timeout=httpx.Timeout(ANSWER_S, connect=_CONNECT_S),
            trust_env=not is_loopback(url),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, model: type[M], **query: Any) -> M:
        """Read something. Parameters that are None are left out.

        Raises:
            Refused: the platform said no.
            Unreachable: nothing answers.
        """
        given = {name: value for name, value in query.items() if value is not None}
        return read(model, self._ask("GET", path, params=given), self.url)

    def change(
        self,
        method: str,
        path: str,
        model: type[M],
        body: Mapping[str, Any] | None = None,
        *,
        cleared: Mapping[str, Any] | None = None,
    ) -> M:
        """Change something, once.

        Args:
            method: the HTTP method.
            path: of the resource.
            model: what is answered.
            body: what is None in it is left out.
            cleared: is sent with the body as it is: a None says that something is taken away.

        Raises:
            Refused: the platform said no.
            Unreachable: nothing answers; a change may or may not have happened.
        """
        given = {name: value for name, value in (body or {}).items() if value is not None}
        given.update(cleared or {})
        key = {"Idempotency-Key": str(uuid.uuid4())}
        has_body = body is not None
        answer = self._ask(method, path, headers=key, json=given if has_body else None)
        return read(model, answer, self.url)

    def health(self, *, within_s: float = _CONNECT_S) -> tuple[bool, dict[str, str]] | None:
        """Return whether commands work and what each part says; None: nothing answers."""
        import httpx

        try:
            answer = self._http.get("/healthz", timeout=within_s)
            said = answer.json()
            return bool(said["ready"]), {str(k): str(v) for k, v in said["parts"].items()}
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _ask(self, method: str, path: str, **given: Any) -> object:
        import httpx

        for wait_s in (*_REPEAT_AFTER_S, None):
            try:
                answer = self._send(method, path, **given)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                raise nothing_answers(self.url) from None
            except httpx.InvalidURL as error:
                raise Complaint(f"{self.url} is no address: {error}.") from None
            except httpx.TransportError as error:
                if wait_s is None:
                    reason = str(error) or type(error).__name__
                    raise Unreachable(f"{self.url} broke off: {reason}.") from None
            else:
                if wait_s is None or not _may_be_repeated(answer):
                    return self._said(answer)
            self._wait(wait_s)
        raise nothing_answers(self.url)

    def _send(self, method: str, path: str, **given: Any) -> "httpx.Response":
        """Send a request; one whose bearer was refused is sent again with a new one, once."""
        headers = given.pop("headers", {})
        bearer = self.tokens.headers()
        answer = self._http.request(method, path, headers={**headers, **bearer}, **given)
        if answer.status_code == 401 and bearer and self.tokens.renew():
            bearer = self.tokens.headers()
            answer = self._http.request(method, path, headers={**headers, **bearer}, **given)
        return answer

    def _said(self, answer: "httpx.Response") -> object:
        try:
            said = answer.json()
        except ValueError:
            said = None
        if answer.is_success and isinstance(said, dict):
            return said
        if isinstance(said, dict) and {"code", "msg", "field"} <= set(said):
            if said["code"] == NOT_SIGNED_IN:
                raise self.tokens.refused(self.url, said["msg"])
            raise Refused(said["code"], said["msg"], said["field"])
        raise Complaint(
            f"What answers at {self.url} is not AIBT (it said {answer.status_code} to "
            f"{answer.request.method} {answer.request.url.path})."
        )


def _may_be_repeated(answer: "httpx.Response") -> bool:
    """Whether the platform, or what stands before it, was only busy; a market source may not be."""
    if answer.status_code != 503:
        return False
    try:
        said = answer.json()
    except ValueError:
        return True
    return not isinstance(said, dict) or said.get("code", "unavailable") == "unavailable"


def in_path(name: str) -> str:
    """Return a name as one part of a path."""
    return quote(name, safe="")
