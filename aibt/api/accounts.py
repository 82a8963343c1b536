"""Signing up, in and out, tickets, and keys of other services."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Cookie, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from aibt.accounts.identity import SignedIn
from aibt.api.errors import responses
from aibt.api.gateway import Gateway
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import Asking, Owner, SignedInRoute
from aibt.errors import NotSignedIn
from aibt.protocol.accounts import (
    ConfirmMessage,
    DoneMessage,
    KeyMessage,
    KeyPut,
    KeysMessage,
    MeMessage,
    PasswordChange,
    Refresh,
    SignedInMessage,
    SignInWithLink,
    SignInWithPassword,
    SignUp,
    TicketMessage,
    UserMessage,
    WaysMessage,
)
from aibt.protocol.message import PROVIDER_PATTERN
from aibt.store.records import SealedSecret, User

router = APIRouter(prefix="/api", tags=["accounts"], route_class=SignedInRoute)
REFRESH_COOKIE: Final = "aibt_refresh"
_COOKIE_PATH: Final = "/api/auth"
Provider = Annotated[
    str, Path(pattern=PROVIDER_PATTERN, description="whose key", examples=["openrouter"])
]
RefreshCookie = Annotated[str | None, Cookie(alias=REFRESH_COOKIE, include_in_schema=False)]
_ADA = {"email": "ada@example.com", "password": "correct horse battery staple"}


@router.get("/auth/ways", responses=responses(signed_in=False))
async def ways(gateway: GatewayOf) -> WaysMessage:
    """Say how one may sign in here."""
    gateway.pacing.stranger()
    settings = gateway.settings
    return WaysMessage(
        identity=settings.accounts.identity,
        mode=settings.mode,
        sign_up=await gateway.ask(gateway.office.accounts.may_sign_up()),
        link=settings.mode == "laptop",
    )


@router.post(
    "/auth/sign-up",
    status_code=201,
    responses={
        **responses(409, 413, 422, signed_in=False),
        202: {"model": ConfirmMessage, "description": "the e-mail must be confirmed first"},
    },
)
async def sign_up(
    params: Annotated[SignUp, Body(examples=[_ADA])], gateway: GatewayOf, response: Response
) -> SignedInMessage:
    """Make an account for a listed e-mail, and sign in."""
    identity = gateway.office.accounts.identity
    signed_in = await gateway.ask(identity.sign_up(params.email, params.password))
    if signed_in is None:
        told = ConfirmMessage(
            email=params.email, msg="confirm your e-mail with the link that was sent to you"
        )
        return JSONResponse(told.model_dump(), status_code=202)  # type: ignore[return-value]  # FastAPI passes it on
    return _signed_in(gateway, signed_in, response, cookie=params.cookie)


@router.post("/auth/sign-in", responses=responses(413, 422, signed_in=False))
async def sign_in(
    params: Annotated[SignInWithPassword, Body(examples=[_ADA])],
    gateway: GatewayOf,
    response: Response,
) -> SignedInMessage:
    """Sign in by e-mail and password."""
    identity = gateway.office.accounts.identity
    signed_in = await gateway.ask(identity.sign_in(params.email, params.password))
    return _signed_in(gateway, signed_in, response, cookie=params.cookie)


@router.post("/auth/link", responses=responses(413, 422, signed_in=False))
async def follow_link(
    params: Annotated[SignInWithLink, Body(examples=[{"token": "hk3…"}])],
    gateway: GatewayOf,
    response: Response,
) -> SignedInMessage:
    """Sign in by a one-time link."""
    accounts = gateway.office.accounts
    signed_in = await gateway.ask(accounts.follow_link(params.token.get_secret_value()))
    return _signed_in(gateway, signed_in, response, cookie=params.cookie)


@router.post("/auth/refresh", responses=responses(413, 422, signed_in=False))
async def refresh(
    gateway: GatewayOf,
    response: Response,
    params: Annotated[Refresh | None, Body(examples=[{"refresh_token": "hk3…"}])] = None,
    kept: RefreshCookie = None,
) -> SignedInMessage:
    """Exchange a refresh token, of the body or of the cookie, for the next pair of tokens."""
    given = params.refresh_token if params is not None else None
    token = given.get_secret_value() if given is not None else kept
    if token is None:
        raise NotSignedIn("bring a refresh token")
    identity = gateway.office.accounts.identity
    signed_in = await gateway.ask(identity.refresh(token))
    return _signed_in(gateway, signed_in, response, cookie=given is None)


@router.post("/auth/sign-out", responses=responses())
async def sign_out(
    gateway: GatewayOf, asking: Asking, request: Request, response: Response
) -> DoneMessage:
    """End this sign-in: its tokens, and the sockets that it opened."""
    identity = gateway.office.accounts.identity
    await gateway.ask(identity.sign_out(asking, request.state.access_token))
    response.delete_cookie(REFRESH_COOKIE, path=_COOKIE_PATH)
    return DoneMessage()


@router.put("/auth/password", responses=responses(413, 422))
async def change_password(
    params: Annotated[PasswordChange, Body(examples=[{"new": _ADA["password"]}])],
    gateway: GatewayOf,
    asking: Asking,
) -> DoneMessage:
    """Change your password; your sign-ins go on."""
    accounts = gateway.office.accounts
    await gateway.ask(accounts.set_password(asking, params.current, params.new))
    return DoneMessage()


@router.get("/auth/me", responses=responses())
async def me(gateway: GatewayOf, asking: Asking) -> MeMessage:
    """Say who is asking."""
    settings = gateway.settings
    return MeMessage(
        user=user_message(asking.user),
        identity=settings.accounts.identity,
        mode=settings.mode,
        signed_in_until=asking.until,
    )


@router.post("/ws-ticket", status_code=201, responses=responses())
async def ws_ticket(gateway: GatewayOf, asking: Asking) -> TicketMessage:
    """Make a ticket that opens one WebSocket within 30 seconds."""
    gateway.pacing.ticket(asking.user.id)
    ticket, expires_at = await gateway.ask(gateway.office.accounts.ticket(asking))
    return TicketMessage(ticket=ticket, expires_at=expires_at)


@router.get("/keys", responses=responses())
async def keys(gateway: GatewayOf, owner: Owner) -> KeysMessage:
    """List your keys of other services; none is shown."""
    kept = await gateway.ask(gateway.office.keyring.all(owner.id))
    return KeysMessage(keys=[_key_message(one) for one in kept])


@router.put("/keys/{provider}", responses=responses(413, 422))
async def put_key(
    provider: Provider,
    params: Annotated[KeyPut, Body(examples=[{"key": "sk-or-v1-…"}])],
    gateway: GatewayOf,
    owner: Owner,
) -> KeyMessage:
    """Keep a key, encrypted; it replaces the one before and is never shown again."""
    kept = await gateway.ask(
        gateway.office.keyring.put(owner.id, provider, SecretStr(params.key), params.base_url)
    )
    return _key_message(kept)


@router.delete("/keys/{provider}", responses=responses(404, 422))
async def delete_key(provider: Provider, gateway: GatewayOf, owner: Owner) -> DoneMessage:
    """Forget a key."""
    await gateway.ask(gateway.office.keyring.delete(owner.id, provider))
    return DoneMessage()


def user_message(user: User) -> UserMessage:
    """Return a user as he sees himself."""
    return UserMessage(id=user.id, email=user.email, is_admin=user.is_admin)


def _signed_in(
    gateway: Gateway, signed_in: SignedIn, response: Response, *, cookie: bool
) -> SignedInMessage:
    if cookie and signed_in.refresh_token is not None:
        lasts = signed_in.refresh_until - gateway.clock.now()
        response.set_cookie(
            REFRESH_COOKIE,
            signed_in.refresh_token,
            max_age=int(lasts.total_seconds()),
            path=_COOKIE_PATH,
            secure=gateway.settings.mode == "production",
            httponly=True,
            samesite="strict",
        )
    return SignedInMessage(
        access_token=signed_in.access_token,
        expires_at=signed_in.expires_at,
        refresh_token=None if cookie else signed_in.refresh_token,
        user=user_message(signed_in.user),
    )


def _key_message(kept: SealedSecret) -> KeyMessage:
    return KeyMessage(
        provider=kept.provider,
        base_url=kept.base_url,
        last_four=kept.last_four,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
    )
