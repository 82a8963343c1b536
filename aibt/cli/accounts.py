"""`aibt token` and `aibt users …`: who may come in, straight in the store of this machine."""

from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from aibt.cli import formats, output
from aibt.cli.direct import in_office, program_token
from aibt.cli.entry import AsJson, local_address, settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aibt.accounts.administration import Administration
    from aibt.accounts.office import Office
    from aibt.store.records import User

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, help="Who may sign in, in the store of this machine; for its operator."
)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail.")]
_PAGE: Final = 500


def token(
    email: Annotated[
        str | None, typer.Argument(metavar="[EMAIL]", help="Whose; else the laptop's user's.")
    ] = None,
    *,
    hours: Annotated[
        float, typer.Option("--hours", min=0.01, max=24, help="For how long it is valid.")
    ] = 1.0,
) -> None:
    """Print a bearer for a program, made from the store of this machine.

    Example: export AIBT_TOKEN=$(aibt token --hours 12)
    """
    output.show_lines(program_token(settings(), email, hours * 3_600))


@app.command("list")
def list_users(*, as_json: AsJson = False) -> None:
    """List the users, and the e-mails that may make an account."""
    users, listed = _in_administration(_everybody)
    rows = [_row(user, is_listed=is_listed) for user, is_listed in users]
    waiting = sorted(listed - {user.email for user, _ in users})
    if as_json:
        output.show_json({"users": rows, "listed": sorted(listed)})
        return
    columns = ("ID>", "E-mail", "May sign in", "Administrator", "Last sign-in", "Created")
    output.show(output.table(columns, (_cells(row) for row in rows)))
    if waiting:
        output.say(f"Listed, without an account so far: {', '.join(waiting)}")


@app.command()
def allow(email: Email, *, as_json: AsJson = False) -> None:
    """Put an e-mail on the list: whoever has it may make an account and sign in.

    Example: aibt users allow ada@example.com
    """
    found = _in_administration(lambda deeds: deeds.allow(email))
    _say({"email": found.email, "listed": True}, f"{found.email} is listed.", as_json=as_json)


@app.command()
def deny(email: Email, *, as_json: AsJson = False) -> None:
    """Take an e-mail off the list and sign its user out; what runs goes on."""
    _in_administration(lambda deeds: deeds.deny(email))
    _say({"email": email, "listed": False}, f"{email} is not listed any more.", as_json=as_json)


@app.command("make-admin")
def make_admin(email: Email, *, as_json: AsJson = False) -> None:
    """Make a user an administrator."""
    _change(email, "is an administrator", as_json=as_json, is_admin=True)


@app.command("remove-admin")
def remove_admin(email: Email, *, as_json: AsJson = False) -> None:
    """Make an administrator an ordinary user."""
    _change(email, "is an ordinary user", as_json=as_json, is_admin=False)


@app.command()
def disable(email: Email, *, as_json: AsJson = False) -> None:
    """Sign a user out, refuse him everything, and stop all that he runs."""
    _change(email, "is disabled; what he ran is stopped", as_json=as_json, disabled=True)


@app.command()
def enable(email: Email, *, as_json: AsJson = False) -> None:
    """Let a disabled user in again."""
    _change(email, "is enabled", as_json=as_json, disabled=False)


@app.command()
def link(
    email: Annotated[
        str | None, typer.Argument(metavar="[EMAIL]", help="Whose; else the laptop's user's.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs a user in, once, within the next hour."""
    from aibt.store.users import LOCAL_EMAIL

    chosen = settings()
    made = in_office(
        chosen, lambda office: office.accounts.link(email or LOCAL_EMAIL), migrated=True
    )
    address = f"{local_address(chosen.serve.host, chosen.serve.port)}/sign-in#{made}"
    _say({"email": email or LOCAL_EMAIL, "link": address}, address, as_json=as_json)


def _in_administration(act: "Callable[[Administration], Awaitable[T]]") -> T:
    """Do something as the operator of this machine; the store is migrated first."""

    async def acting(office: "Office") -> T:
        return await act(office.administration(None))

    return in_office(settings(), acting, migrated=True)


async def _everybody(deeds: "Administration") -> "tuple[list[tuple[User, bool]], set[str]]":
    users: list[tuple[User, bool]] = []
    while page := await deeds.users(after=_last(users), limit=_PAGE):
        users += page
    listed: list[str] = []
    while emails := await deeds.listed(after=listed[-1] if listed else "", limit=_PAGE):
        listed += [one.email for one in emails]
    return users, set(listed)


def _last(users: "list[tuple[User, bool]]") -> tuple[int, int] | None:
    return (users[-1][0].id, users[-1][0].id) if users else None


def _change(email: str, now: str, *, as_json: bool, **changes: bool) -> None:
    async def acting(deeds: "Administration") -> "tuple[User, bool]":
        found = await deeds.user_named(email)
        return await deeds.change_user(found.id, **changes)

    user, is_listed = _in_administration(acting)
    _say(_row(user, is_listed=is_listed), f"{user.email} {now}.", as_json=as_json)


def _say(said: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        output.show_json(said)
    else:
        output.show_lines(formats.plain(sentence))


def _row(user: "User", *, is_listed: bool) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "is_admin": user.is_admin,
        "is_listed": is_listed,
        "is_disabled": user.disabled_at is not None,
        "signed_in_at": None if user.signed_in_at is None else user.signed_in_at.isoformat(),
        "created_at": user.created_at.isoformat(),
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    from datetime import datetime

    last = row["signed_in_at"]
    may = "no: disabled" if row["is_disabled"] else "yes" if row["is_listed"] else "no: not listed"
    return (
        str(row["id"]),
        row["email"],
        may,
        "yes" if row["is_admin"] else "no",
        formats.ABSENT if last is None else formats.moment(datetime.fromisoformat(last)),
        formats.moment(datetime.fromisoformat(row["created_at"])),
    )
