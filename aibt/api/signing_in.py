"""Who is asking: the bearer of a REST request, and what opens a WebSocket."""

import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers

from aibt.accounts.administration import Administration
from aibt.accounts.identity import Principal
from aibt.api.gateway import Gateway
from aibt.api.requests import GatewayOf
from aibt.errors import Forbidden, NotSignedIn
from aibt.store.records import User

TICKET: Final = "ticket."
"""What the subprotocol that brings a ticket begins with."""

_bearer = HTTPBearer(
    auto_error=False,
    description="an access token of `POST /api/auth/sign-in`, or of `aibt token`",
    bearerFormat="JWT",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _asking(gateway: GatewayOf, credentials: Credentials, request: Request) -> Principal:
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:  # his route has asked already, see `SignedInRoute`
        return known
    if credentials is None:
        raise NotSignedIn("send `Authorization: Bearer` with an access token")
    accounts = gateway.office.accounts
    principal = await gateway.ask(accounts.authenticated(credentials.credentials))
    gateway.pacing.command(principal.user.id)
    request.state.access_token = credentials.credentials
    request.state.principal = principal
    return principal


Asking = Annotated[Principal, Depends(_asking)]


async def _owner(principal: Asking) -> User:
    return principal.user


Owner = Annotated[User, Depends(_owner)]


async def _administration(gateway: GatewayOf, owner: Owner) -> Administration:
    return gateway.office.administration(owner)


AdministrationOf = Annotated[Administration, Depends(_administration)]


class SignedInRoute(APIRoute):
    """Asks who it is before anything else of a request is read: path, query, headers or body.

    Whom that concerns is read from what the handler depends on, so no route can forget it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request, with the question before it."""
        answer = super().get_route_handler()
        needed = set(_calls(self.dependant))
        if _asking not in needed:
            return answer

        async def answer_the_signed_in(request: Request) -> Response:
            gateway: Gateway = request.app.state.gateway
            principal = await _asking(gateway, await _bearer(request), request)
            if _administration in needed:
                await _administration(gateway, principal.user)
            return await answer(request)

        return answer_the_signed_in


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


async def opened_by(gateway: Gateway, headers: Headers, subprotocols: list[str]) -> Principal:
    """Return who opens a WebSocket, by a bearer or by a ticket among the subprotocols.

    Raises:
        NotSignedIn: there is neither, or it is not valid.
        Forbidden: a ticket without an origin: only browsers have tickets, and they say where from.
        UserDisabled: an administrator has disabled him.
    """
    accounts = gateway.office.accounts
    bearer = re.fullmatch(r"(?i:bearer) +([!-~]+)", headers.get("authorization", ""))
    if bearer is not None:
        return await gateway.ask(accounts.authenticated(bearer[1]))
    for offered in subprotocols:
        if offered.startswith(TICKET):
            if headers.get("origin") is None:
                raise Forbidden(
                    "a ticket is for a page, which has an origin; programs bring a bearer"
                )
            return await gateway.ask(accounts.redeemed(offered.removeprefix(TICKET)))
    raise NotSignedIn("bring a bearer, or a ticket as a subprotocol")
