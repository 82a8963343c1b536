"""A server that answers as Supabase Auth does, as far as AIBT asks it: a real socket, real keys.

Sign-up, sign-in, refresh, logout and the published keys, in the API version of 2024-01-01 or in
the one before, as the request asks. The key it signs with can be changed and rotated, and it
can be told to fail, to redirect or to say nothing.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Kind = Literal["ES256", "RS256", "HS256"]
Hook = Callable[[dict[str, Any]], dict[str, Any]]

API_KEY = "sb_publishable_of-the-tests"
LEGACY_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"


class SigningKey:
    """A key of the project: with a `kid` and published, or the legacy secret."""

    def __init__(self, kind: Kind, kid: str | None = None) -> None:
        self.kind = kind
        self.kid: str | None = kid or (None if kind == "HS256" else str(uuid.uuid4()))
        self.private: Any = LEGACY_SECRET
        if kind == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        elif kind == "RS256":
            self.private = rsa.generate_private_key(65_537, 2_048)

    @property
    def public_pem(self) -> bytes:
        key: bytes = self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return key

    def published(self) -> dict[str, Any] | None:
        if self.kind == "HS256":
            return None
        algorithm = jwt.get_algorithm_by_name(self.kind)
        known = algorithm.to_jwk(self.private.public_key(), as_dict=True)  # type: ignore[attr-defined] - of both kinds
        return {
            **{name: value for name, value in known.items() if name != "key_ops"},
            "alg": self.kind,
            "ext": True,
            "key_ops": ["verify"],
            "kid": self.kid,
            "use": "sig",
        }

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        named = {"kid": self.kid} if self.kid else {}
        return jwt.encode(claims, self.private, self.kind, headers={**named, **header})


@dataclass
class User:
    email: str
    password: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    confirmed: bool = True
    banned: bool = False


@dataclass
class _Session:
    user: User
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    current: str = ""
    used: set[str] = field(default_factory=set)


class FakeSupabase:
    """The project; use it as a context manager. Its URL is `SUPABASE_URL`."""

    def __init__(
        self,
        kind: Kind = "ES256",
        *,
        before_user_created: Hook | None = None,
        confirm_emails: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.users: dict[str, User] = {}
        self.keys = [SigningKey(kind)]
        self.before_user_created = before_user_created
        self.confirm_emails = confirm_emails
        self.sign_ups = True
        self.lifetime_s = 3_600
        self.now = now
        self.jwks_fetches = 0
        self.jwks_body: bytes | None = None  # instead of the keys
        self.requests: list[tuple[str, dict[str, Any]]] = []  # path with query, and body
        self.fail: int | None = None  # a status for everything
        self.fail_headers: dict[str, str] = {}
        self.fail_body = b"<html>upstream</html>"
        self.delay_s = 0.0
        self._sessions: list[_Session] = []
        self._lock = threading.RLock()
        self._released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def issuer(self) -> str:
        return f"{self.url}/auth/v1"

    @property
    def key(self) -> SigningKey:
        """What it signs with."""
        return self.keys[0]

    def rotate(self, kind: Kind | None = None, *, forget: bool = False) -> SigningKey:
        """Sign with a new key; the old ones stay published unless `forget`."""
        new = SigningKey(kind or self.key.kind)
        with self._lock:
            self.keys = [new] if forget else [new, *self.keys]
        return new

    def add_user(self, email: str, password: str = "a-long-password", **more: Any) -> User:
        user = User(email.lower(), password, **more)
        self.users[user.email] = user
        return user

    def claims(self, user: User, **changed: Any) -> dict[str, Any]:
        """Return what an access token of `user` says; None leaves a claim out."""
        now = int(self.now())
        claims = {
            "iss": self.issuer,
            "sub": user.id,
            "aud": "authenticated",
            "exp": now + self.lifetime_s,
            "iat": now,
            "email": user.email,
            "phone": "",
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {"email_verified": True},
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(uuid.uuid4()),
            "is_anonymous": False,
            **changed,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, user: User, **changed: Any) -> str:
        """Return an access token of `user`, signed with the current key."""
        return self.key.sign(self.claims(user, **changed))

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fake._answer(self, b"")

            def do_POST(self) -> None:
                fake._answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that gave up closed the connection

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        path = handler.path.removeprefix("/auth/v1")
        try:
            body = json.loads(content or b"{}")
        except ValueError:
            _refuse(handler, 400, "bad_json", "Could not parse request body as JSON")
            return
        with self._lock:
            self.requests.append((path, body))
            self.jwks_fetches += path == "/.well-known/jwks.json"
        if self.delay_s:
            self._released.wait(self.delay_s)
        if self.fail is not None:
            _send(handler, self.fail, self.fail_body, "text/html", self.fail_headers)
            return
        with self._lock:
            self._route(handler, path, body)

    def _route(self, handler: BaseHTTPRequestHandler, path: str, body: dict[str, Any]) -> None:
        parts = urlsplit(path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        route = (handler.command, parts.path, asked.get("grant_type"))
        if route == ("GET", "/.well-known/jwks.json", None):
            listed = [each for key in self.keys if (each := key.published())]
            shown = self.jwks_body or json.dumps({"keys": listed}).encode()
            _send(handler, 200, shown, "application/json", {"Cache-Control": "public, max-age=600"})
        elif handler.headers.get("apikey") != API_KEY:
            _reply(handler, 401, {"message": "Invalid API key", "hint": "Double check your key."})
        elif route == ("POST", "/signup", None):
            self._sign_up(handler, body)
        elif route == ("POST", "/token", "password"):
            self._sign_in(handler, body)
        elif route == ("POST", "/token", "refresh_token"):
            self._refresh(handler, body)
        elif route == ("POST", "/logout", None):
            self._sign_out(handler, asked.get("scope", "global"))
        else:
            _refuse(handler, 404, "unknown", "not found")

    def _sign_up(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        email, password = str(body.get("email", "")).lower(), str(body.get("password", ""))
        if not self.sign_ups:
            _refuse(handler, 422, "signup_disabled", "Signups not allowed for this instance")
        elif "@" not in email:
            reason = "Unable to validate email address: invalid format"
            _refuse(handler, 400, "validation_failed", reason)
        elif len(password) < 6:
            reason = "Password should be at least 6 characters."
            _refuse(handler, 422, "weak_password", reason, weak_password={"reasons": ["length"]})
        elif email in self.users and not self.confirm_emails:
            _refuse(handler, 422, "user_already_exists", "User already registered")
        elif email in self.users:
            _reply(handler, 200, _shown(User(email, password, confirmed=False)))
        else:
            user = User(email, password, confirmed=not self.confirm_emails)
            refused = self._refused_by_hook(user)
            if refused is not None:
                status, reason = refused.get("http_code", 500), refused["message"]
                _refuse(handler, status, "unexpected_failure" if status == 500 else "", reason)
                return
            self.users[email] = user
            _reply(handler, 200, self._begin(user) if user.confirmed else _shown(user))

    def _refused_by_hook(self, user: User) -> dict[str, Any] | None:
        if self.before_user_created is None:
            return None
        metadata = {"uuid": str(uuid.uuid4()), "name": "before-user-created"}
        said = self.before_user_created({"metadata": metadata, "user": _shown(user)})
        error: dict[str, Any] | None = said.get("error")
        return error if error and error.get("message") else None

    def _sign_in(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        user = self.users.get(str(body.get("email", "")).lower())
        if user is not None and user.banned:
            _refuse(handler, 400, "user_banned", "User is banned")
        elif user is None or user.password != body.get("password"):
            _refuse(handler, 400, "invalid_credentials", "Invalid login credentials")
        elif not user.confirmed:
            _refuse(handler, 400, "email_not_confirmed", "Email not confirmed")
        else:
            _reply(handler, 200, self._begin(user))

    def _refresh(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        given = str(body.get("refresh_token", ""))
        session = next((each for each in self._sessions if given == each.current), None)
        family = next((each for each in self._sessions if given in each.used), None)
        if session is not None and not session.user.banned:
            session.used.add(session.current)
            _reply(handler, 200, self._session(session))
        elif session is not None:
            _refuse(handler, 400, "user_banned", "Invalid Refresh Token: User Banned")
        elif family is not None:
            self._sessions.remove(family)
            reason = "Invalid Refresh Token: Already Used"
            _refuse(handler, 400, "refresh_token_already_used", reason)
        else:
            reason = "Invalid Refresh Token: Refresh Token Not Found"
            _refuse(handler, 400, "refresh_token_not_found", reason)

    def _sign_out(self, handler: BaseHTTPRequestHandler, scope: str) -> None:
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            said = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            _refuse(handler, 403, "bad_jwt", "invalid JWT: unable to parse or verify signature")
            return
        session = next((each for each in self._sessions if each.id == said["session_id"]), None)
        if session is None:
            reason = "Session from session_id claim in JWT does not exist"
            _refuse(handler, 403, "session_not_found", reason)
            return
        ended = [
            each
            for each in self._sessions
            if each is session or (scope == "global" and each.user is session.user)
        ]
        self._sessions = [each for each in self._sessions if each not in ended]
        _send(handler, 204, b"", None, {})

    def _begin(self, user: User) -> dict[str, Any]:
        session = _Session(user)
        self._sessions.append(session)
        return self._session(session)

    def _session(self, session: _Session) -> dict[str, Any]:
        session.current = secrets.token_urlsafe(9)
        return {
            "access_token": self.token(session.user, session_id=session.id),
            "token_type": "bearer",
            "expires_in": self.lifetime_s,
            "expires_at": int(self.now()) + self.lifetime_s,
            "refresh_token": session.current,
            "user": _shown(session.user),
        }


def hs256_by_hand(claims: dict[str, Any], key: bytes, **header: Any) -> str:
    """Return a token that PyJWT refuses to make: HS256 with whatever bytes as its secret."""

    parts = [{"alg": "HS256", "typ": "JWT", **header}, claims]
    signed = b".".join(_base64url(json.dumps(part).encode()) for part in parts)
    return (signed + b"." + _base64url(hmac.digest(key, signed, hashlib.sha256))).decode()


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _shown(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "aud": "authenticated",
        "role": "authenticated",
        "email": user.email,
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {},
        "identities": [],
        "is_anonymous": False,
    }


def _refuse(
    handler: BaseHTTPRequestHandler, status: int, code: str, reason: str, **more: Any
) -> None:
    if handler.headers.get("X-Supabase-Api-Version", "") >= "2024-01-01":
        _reply(handler, status, {"code": code or "unknown", "message": reason, **more})
    else:
        named = {"error_code": code or "unknown"}
        _reply(handler, status, {"code": status, **named, "msg": reason, **more})


def _reply(handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    _send(handler, status, json.dumps(body).encode(), "application/json", {})


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    kind: str | None,
    headers: dict[str, str],
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if kind:
        handler.send_header("Content-Type", kind)
    if status != 204:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
