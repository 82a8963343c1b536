"""What a JWT says, once its signature holds: every claim present, of its type and in its time.

Signature, issuer and audience are PyJWT's to check; the times are checked here, by `Clock`.
"""

from datetime import UTC, datetime
from typing import Any

import jwt

from aibt.clock import Clock
from aibt.errors import NotSignedIn

MAX_CHARACTERS = 16_384
_REQUIRED = ("iss", "aud", "exp", "role", "sub")
_SKEW_S = 60
_LATEST_S = 253_402_300_799  # the last second of the year 9999
_BROKEN = (jwt.PyJWTError, ValueError, TypeError, RecursionError)


class WrongSignature(NotSignedIn):
    """The token was not signed with this key; another may be the right one."""


def header(token: str) -> dict[str, Any]:
    """Return the header of a token whose signature nobody has checked yet.

    Raises:
        NotSignedIn: it is no JWT, or too long for one.
    """
    if len(token) > MAX_CHARACTERS:
        raise NotSignedIn("the token is too long")
    try:
        return jwt.get_unverified_header(token)
    except _BROKEN as error:
        raise NotSignedIn("the token is not a JWT") from error


def verified(
    token: str, key: Any, algorithm: str, *, issuer: str, audience: str, clock: Clock
) -> dict[str, Any]:
    """Return the claims of a token that `key` signed with `algorithm`, and with no other.

    Raises:
        WrongSignature: it is of another key.
        NotSignedIn: it is no such token, its time is over, or a claim is missing or wrong.
    """
    if len(token) > MAX_CHARACTERS:
        raise NotSignedIn("the token is too long")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=audience,
            options={
                "require": list(_REQUIRED),
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidSignatureError as error:
        raise WrongSignature("the token's signature is wrong") from error
    except _BROKEN as error:
        raise NotSignedIn("the token is not valid here") from error
    now_s = clock.now().timestamp()
    if moment(claims, "exp").timestamp() <= now_s:
        raise NotSignedIn("the token has expired")
    if "nbf" in claims and moment(claims, "nbf").timestamp() > now_s + _SKEW_S:
        raise NotSignedIn("the token is not valid yet")
    if claims["role"] != "authenticated":
        raise NotSignedIn("the token is not a user's")
    return claims


def text(claims: dict[str, Any], name: str, most: int) -> str:
    """Return a claim that is a text of 1 to `most` characters.

    Raises:
        NotSignedIn: it is missing, or something else.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise NotSignedIn(f"the token's {name} is not valid")
    return value


def moment(claims: dict[str, Any], name: str) -> datetime:
    """Return a claim that is a time, in whole seconds since 1970.

    Raises:
        NotSignedIn: it is missing, or something else.
    """
    value = claims.get(name)
    if type(value) is not int or not 0 <= value <= _LATEST_S:
        raise NotSignedIn(f"the token's {name} is not valid")
    return datetime.fromtimestamp(value, UTC)
