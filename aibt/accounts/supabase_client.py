"""Sign-up, sign-in, refresh and sign-out at a Supabase project, with its errors as ours."""

import math
from dataclasses import dataclass, field

from pydantic import SecretStr

from aibt.accounts.buckets import retry_after
from aibt.accounts.supabase_http import Answer, SupabaseHttp
from aibt.errors import (
    AibtError,
    BadCredentials,
    EmailTaken,
    Forbidden,
    Invalid,
    NotListed,
    NotSignedIn,
    RateLimited,
    Unavailable,
    UserDisabled,
)

API_VERSION = "2024-01-01"
_MAX_WAIT_S = 3_600
_USUAL_WAIT_S = 60
_TAKEN = {"user_already_exists", "email_exists", "identity_already_exists"}
_BAD_EMAIL = {
    "email_address_invalid",
    "email_address_not_authorized",
    "email_address_not_provided",
    "validation_failed",
}
_SIGN_UP_OFF = {"signup_disabled", "email_provider_disabled"}
_BY_A_HOOK = "unknown"  # a hook's own refusal has a status and a sentence, but no code
_NO_CODE = {"", _BY_A_HOOK}


@dataclass(frozen=True, slots=True, kw_only=True)
class SupabaseSession:
    """What a sign-in at Supabase gives."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationSent:
    """The project wants the e-mail confirmed first: there is nobody signed in yet.

    Supabase says the same where there is such an account, so that nobody learns of it.
    """

    email: str


class SupabaseAuth:
    """The Auth REST of one project. Passwords and tokens pass through and are not kept.

    Every method raises Unavailable where Supabase does not answer, or answers what nobody
    expects, and RateLimited where it says so.
    """

    def __init__(self, http: SupabaseHttp, api_key: SecretStr) -> None:
        """Talk through `http`, with the project's publishable (anon) key."""
        self._http = http
        self._headers = {
            "apikey": api_key.get_secret_value(),
            "X-Supabase-Api-Version": API_VERSION,
        }

    async def sign_up(self, email: str, password: str) -> SupabaseSession | ConfirmationSent:
        """Make an account.

        Raises:
            NotListed: the project's hook refused the e-mail.
            EmailTaken: there is such an account.
            Invalid: of the password or the e-mail, with what Supabase says.
            Forbidden: the project takes no sign-ups.
        """
        answer = await self._post("/signup", {"email": email, "password": password})
        if answer.status == 200:
            if "access_token" in answer.body:
                return _session(answer)
            if "id" in answer.body or "user" in answer.body:
                return ConfirmationSent(email=email)
        code = _code(answer)
        if answer.status == 403 and code == _BY_A_HOOK:
            raise NotListed(email)
        if code in _TAKEN:
            raise EmailTaken(email)
        if code in _SIGN_UP_OFF:
            raise Forbidden("the Supabase project takes no sign-ups")
        raise _refusal(answer)

    async def sign_in(self, email: str, password: str) -> SupabaseSession:
        """Sign in with e-mail and password.

        Raises:
            BadCredentials: one of them is wrong.
            UserDisabled: the project has banned the user.
            Invalid: the e-mail is not confirmed yet.
        """
        answer = await self._post(
            "/token?grant_type=password", {"email": email, "password": password}
        )
        if answer.status == 200:
            return _session(answer)
        code = _code(answer)
        if code in {"invalid_credentials", "user_not_found", "invalid_grant"}:
            raise BadCredentials
        if code == "user_banned":
            raise UserDisabled(email)
        if code == "email_not_confirmed":
            raise Invalid("email", "it is not confirmed yet: open the link that was sent to it")
        raise _refusal(answer)

    async def refresh(self, refresh_token: str) -> SupabaseSession:
        """Exchange a refresh token for a new session; the old token is used up.

        Raises:
            NotSignedIn: the token is unknown, used up, or its session is over.
        """
        answer = await self._post(
            "/token?grant_type=refresh_token", {"refresh_token": refresh_token}
        )
        if answer.status == 200:
            return _session(answer)
        if answer.status in {400, 403, 404, 422} and _code(answer) not in _NO_CODE:
            raise NotSignedIn("the sign-in at Supabase is over")
        raise _refusal(answer)

    async def sign_out(self, access_token: str) -> None:
        """End the session of this token, and no other of the user; twice is no error."""
        answer = await self._post(
            "/logout?scope=local", None, {"Authorization": f"Bearer {access_token}"}
        )
        if answer.status in {200, 204}:
            return
        if answer.status in {401, 403, 404} and _code(answer) not in _NO_CODE:
            return
        raise _refusal(answer)

    async def _post(
        self, path: str, body: dict[str, str] | None, headers: dict[str, str] | None = None
    ) -> Answer:
        try:
            answer = await self._http.ask(
                "POST", path, body=body, headers={**self._headers, **(headers or {})}
            )
        except UnicodeError as error:
            raise Invalid(None, "it holds half a character (a lone surrogate)") from error
        if answer.status == 429:
            raise RateLimited(_wait_s(answer.retry_after))
        return answer


def _session(answer: Answer) -> SupabaseSession:
    access, refresh = answer.body.get("access_token"), answer.body.get("refresh_token")
    lifetime_s = answer.body.get("expires_in")
    if not (isinstance(access, str) and isinstance(refresh, str) and type(lifetime_s) is int):
        raise Unavailable("Supabase answered without a session")
    return SupabaseSession(access_token=access, refresh_token=refresh, expires_in_s=lifetime_s)


def _code(answer: Answer) -> str:
    """Return the error's code: of this API version, of the one before, or of OAuth's."""
    for name in ("code", "error_code", "error"):
        value = answer.body.get(name)
        if isinstance(value, str):
            return value
    return ""


def _refusal(answer: Answer) -> AibtError:
    """Return what a refusal means that is none of the usual ones of its request."""
    code = _code(answer)
    if code == "weak_password":
        return Invalid("password", _said(answer) or "Supabase says that it is too weak")
    if code in _BAD_EMAIL:
        return Invalid("email", _said(answer) or "Supabase does not accept it")
    if code == "captcha_failed":
        return Unavailable("the Supabase project asks for a CAPTCHA, which AIBT does not offer")
    if answer.status == 401:
        return Unavailable("the Supabase project refuses SUPABASE_ANON_KEY")
    return Unavailable(f"Supabase answered with status {answer.status}")


def _said(answer: Answer) -> str:
    """Return Supabase's own sentence, as one short line."""
    text = answer.body.get("message", answer.body.get("msg"))
    if not isinstance(text, str):
        return ""
    return "".join(character for character in text if character.isprintable())[:200]


def _wait_s(header: str | None) -> int:
    """Return the seconds of a `Retry-After`; a minute where there are none, as for e-mails."""
    try:
        wait_s = float(header or _USUAL_WAIT_S)
    except ValueError:
        return _USUAL_WAIT_S
    return retry_after(min(wait_s, _MAX_WAIT_S)) if math.isfinite(wait_s) else _USUAL_WAIT_S
