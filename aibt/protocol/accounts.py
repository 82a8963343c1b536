"""Signing up, in and out; tickets; keys of other services."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SecretStr

from aibt.protocol.message import Params, WireMessage

EMAIL_PATTERN = "^ *[!-?A-~]+@[!-?A-~]+ *$"
Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        pattern=EMAIL_PATTERN,
        description="an e-mail address; case and surrounding spaces do not matter",
        examples=["ada@example.com"],
    ),
]
Password = Annotated[
    SecretStr, Field(min_length=1, max_length=1_024, examples=["correct horse battery staple"])
]
NewPassword = Annotated[
    SecretStr,
    Field(
        min_length=10,
        max_length=128,
        description="not the e-mail",
        examples=["correct horse battery staple"],
    ),
]
Cookie = Annotated[
    bool,
    Field(
        description="browsers: the refresh token comes as a cookie that no script can read, "
        "and not in the answer"
    ),
]
Token = Annotated[SecretStr, Field(min_length=1, max_length=4_096)]


class SignUp(Params):
    """A new account; the e-mail must be on the installation's list."""

    email: Email
    password: NewPassword
    cookie: Cookie = False


class SignInWithPassword(Params):
    """E-mail and password."""

    email: Email
    password: Password
    cookie: Cookie = False


class SignInWithLink(Params):
    """The token of a one-time sign-in link, which a laptop's start prints."""

    token: Token
    cookie: Cookie = False


class Refresh(Params):
    """The refresh token; absent where the cookie brings it."""

    refresh_token: Token | None = None


class PasswordChange(Params):
    """A new password; whoever has none yet gives no current one."""

    current: Password | None = None
    new: NewPassword


class UserMessage(WireMessage):
    """A user, as he sees himself."""

    id: int
    email: str
    is_admin: bool


class SignedInMessage(WireMessage):
    """What a program shows from now on: `Authorization: Bearer <access_token>`."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_at: AwareDatetime = Field(description="of the access token; refresh it before")
    refresh_token: str | None = Field(
        description="valid once: each refresh brings the next; null where the cookie has it"
    )
    user: UserMessage


class ConfirmMessage(WireMessage):
    """The account is made, and its e-mail must be confirmed before the first sign-in."""

    email: str
    msg: str


class MeMessage(WireMessage):
    """Who is asking."""

    user: UserMessage
    identity: Literal["local", "supabase"] = Field(description="who checks passwords")
    mode: Literal["laptop", "production"]
    signed_in_until: AwareDatetime | None = Field(description="null: not limited here")


class WaysMessage(WireMessage):
    """How one may sign in here; for whoever has not."""

    identity: Literal["local", "supabase"] = Field(description="who checks passwords")
    mode: Literal["laptop", "production"]
    sign_up: bool = Field(description="e-mails are listed that may make an account")
    link: bool = Field(description="the start prints a link that signs in once")


class TicketMessage(WireMessage):
    """Opens one WebSocket, once and soon.

    Offer the subprotocols `aibt.v1` and `ticket.<ticket>`; the server answers `aibt.v1`.
    """

    ticket: str
    expires_at: AwareDatetime


class KeyPut(Params):
    """A key of another service. It is never shown again."""

    key: Annotated[str, Field(min_length=4, max_length=4_096, pattern="^[!-~]+$", repr=False)]
    base_url: str | None = Field(
        default=None,
        max_length=2_048,
        description="of an OpenAI-compatible service that the operator allows; null: the known one",
        examples=["https://openrouter.ai/api/v1"],
    )


class KeyMessage(WireMessage):
    """A key that is kept for you, without the key."""

    provider: str
    base_url: str | None
    last_four: str = Field(description="empty for a key of fewer than 16 characters")
    created_at: AwareDatetime
    updated_at: AwareDatetime


class KeysMessage(WireMessage):
    """The keys that are kept for you."""

    keys: list[KeyMessage]


class DoneMessage(WireMessage):
    """It is done."""

    done: Literal[True] = True
