"""What administrators do: users, the whitelist, and looks at what is others'.

Each writes an audit entry in the transaction of the deed or of the look: there is none without it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

from aibt.accounts.emails import canonical_email
from aibt.errors import Forbidden
from aibt.live.events import Json
from aibt.live.states import RunState
from aibt.store.database import Store
from aibt.store.overview import Overview
from aibt.store.records import (
    Agent,
    AuditEntry,
    Bot,
    Evaluation,
    ListedEmail,
    Population,
    PopulationRows,
    Session,
    Training,
    User,
)
from aibt.store.service import Service, ServiceUnit
from aibt.store.tables import ACTIVE_STATES

Owned = TypeVar("Owned", Training, Bot, Session, Evaluation, Population)


class Administration:
    """One administrator's deeds; None: the command line on the server."""

    def __init__(self, store: Store, admin: User | None) -> None:
        if admin is not None and not admin.is_admin:
            raise Forbidden("only an administrator may do this")
        self._store = store
        self._service = Service(store)
        self._admin = admin

    @property
    def _id(self) -> int | None:
        return None if self._admin is None else self._admin.id

    # Users

    async def users(self, **asked: Any) -> list[tuple[User, bool]]:
        """Return a page of users, and whether each is listed; see `Directory.page`."""
        async with self._service.writing() as unit:
            await unit.audit.note(self._id, "users-list", about=_said(asked))
            found = await unit.users.page(**asked)
            listed = await unit.listed_emails.among([user.email for user in found])
        return [(user, user.email in listed) for user in found]

    async def user(self, user_id: int) -> tuple[User, bool]:
        """Return a user, and whether he is listed.

        Raises:
            NotFound: there is no such user.
        """
        async with self._service.writing() as unit:
            found = await unit.users.get(user_id)
            await unit.audit.note(self._id, "users-get", owner_id=user_id)
            return found, await unit.listed_emails.has(found.email)

    async def user_named(self, email: str) -> User:
        """Return the user with an e-mail.

        Raises:
            NotFound: there is no such user.
        """
        async with self._service.reading() as unit:
            return await unit.users.by_email(canonical_email(email))

    async def change_user(
        self, user_id: int, *, is_admin: bool | None = None, disabled: bool | None = None
    ) -> tuple[User, bool]:
        """Make a user an administrator or not, or disable him: he is signed out, his runs stop.

        Raises:
            NotFound: there is no such user.
            Forbidden: an administrator would shut himself out.
        """
        if user_id == self._id and (is_admin is False or disabled is True):
            raise Forbidden("another administrator must do this to you")
        about = _said({"is_admin": is_admin, "disabled": disabled})
        async with self._service.writing() as unit:
            found = await unit.users.get(user_id)
            await unit.audit.note(self._id, "users-update", owner_id=user_id, about=about)
            if is_admin is not None:
                found = await unit.users.set_admin(user_id, is_admin)
            if disabled is not None:
                found = await unit.users.set_disabled(user_id, disabled)
            if disabled:
                await unit.sign_ins.revoke_all(user_id)
                await unit.passes.forget(user_id)
            is_listed = await unit.listed_emails.has(found.email)
        if disabled:  # he starts nothing any more, so these are all
            async with self._store.writing(user_id) as own:
                await own.me.alone()  # a start under way is waited for, and then seen
                await own.trainings.stop_all()
                await own.sessions.stop_all()
                await own.evaluations.stop_all()
        return found, is_listed

    # The whitelist

    async def allow(self, email: str) -> ListedEmail:
        """List an e-mail; listing it twice is as good as once."""
        email = canonical_email(email)
        by = None if self._admin is None else self._admin.email
        async with self._service.writing() as unit:
            await unit.listed_emails.add(email, by)
            await unit.audit.note(self._id, "whitelist-add", about={"email": email})
            return await unit.listed_emails.get(email)

    async def deny(self, email: str) -> None:
        """Take an e-mail off the list, and end the sign-ins of its user.

        Raises:
            NotFound: it is not listed.
            Forbidden: it is the administrator's own.
        """
        email = canonical_email(email)
        if self._admin is not None and email == self._admin.email:
            raise Forbidden("another administrator must do this to you")
        async with self._service.writing() as unit:
            await unit.listed_emails.remove(email)
            login = await unit.users.login(email)
            if login is not None:
                await unit.sign_ins.revoke_all(login.user.id)
                await unit.passes.forget(login.user.id)
            await unit.audit.note(
                self._id,
                "whitelist-remove",
                owner_id=None if login is None else login.user.id,
                about={"email": email},
            )

    async def listed(self, *, after: str = "", limit: int = 100) -> list[ListedEmail]:
        """Return a page of the whitelist."""
        async with self._service.reading() as unit:
            return await unit.listed_emails.page(after=after, limit=limit)

    # What is others'

    async def bots(
        self, *, owner_id: int | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[tuple[str, Bot]]:
        """Return everybody's bots with their owners' e-mails, the newest first."""
        async with self._service.writing() as unit:
            await _note_look(unit, self._id, "bots-list", owner_id)
            return await unit.overview.bots(owner_id=owner_id, before_id=before_id, limit=limit)

    async def trainings(
        self,
        *,
        owner_id: int | None = None,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[tuple[str, Training]]:
        """Return everybody's trainings with their owners' e-mails, the newest first."""
        async with self._service.writing() as unit:
            await _note_look(unit, self._id, "trainings-list", owner_id)
            return await unit.overview.trainings(
                owner_id=owner_id, states=states, before_id=before_id, limit=limit
            )

    async def training(self, training_id: int, action: str) -> tuple[User, Training]:
        """Return anybody's training and its owner; `action` is what is noted.

        Raises:
            NotFound: there is none.
        """
        return await self._somebodys("training", training_id, action, Overview.training)

    async def bot(self, bot_id: int, action: str) -> tuple[User, Bot]:
        """Return anybody's bot and its owner; `action` is what is noted.

        Raises:
            NotFound: there is none.
        """
        return await self._somebodys("bot", bot_id, action, Overview.bot)

    async def active_trainings(self) -> list[tuple[str, Training]]:
        """Return every training that has not ended, with its owner's e-mail."""
        return await self.trainings(states=ACTIVE_STATES, limit=10_000)

    async def agents(
        self, *, owner_id: int | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[tuple[str, Agent]]:
        """Return everybody's agents with their owners' e-mails, the newest first."""
        async with self._service.writing() as unit:
            await _note_look(unit, self._id, "agents-list", owner_id)
            return await unit.overview.agents(owner_id=owner_id, before_id=before_id, limit=limit)

    async def sessions(
        self,
        *,
        owner_id: int | None = None,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[tuple[str, Session]]:
        """Return everybody's sessions with their owners' e-mails, the newest first."""
        async with self._service.writing() as unit:
            await _note_look(unit, self._id, "sessions-list", owner_id)
            return await unit.overview.sessions(
                owner_id=owner_id, states=states, before_id=before_id, limit=limit
            )

    async def session(self, session_id: int, action: str) -> tuple[User, Session]:
        """Return anybody's session and its owner; `action` is what is noted.

        Raises:
            NotFound: there is none.
        """
        return await self._somebodys("session", session_id, action, Overview.session)

    async def active_sessions(self) -> list[tuple[str, Session]]:
        """Return every session that has not ended, with its owner's e-mail."""
        return await self.sessions(states=ACTIVE_STATES, limit=10_000)

    async def evaluations(
        self,
        *,
        owner_id: int | None = None,
        states: Collection[RunState] | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[tuple[str, Evaluation]]:
        """Return everybody's evaluations with their owners' e-mails, the newest first."""
        async with self._service.writing() as unit:
            await _note_look(unit, self._id, "evaluations-list", owner_id)
            return await unit.overview.evaluations(
                owner_id=owner_id, states=states, before_id=before_id, limit=limit
            )

    async def evaluation(self, evaluation_id: int, action: str) -> tuple[User, Evaluation]:
        """Return anybody's evaluation and its owner; `action` is what is noted.

        Raises:
            NotFound: there is none.
        """
        return await self._somebodys("evaluation", evaluation_id, action, Overview.evaluation)

    async def active_evaluations(self) -> list[tuple[str, Evaluation]]:
        """Return every evaluation that has not ended, with its owner's e-mail."""
        return await self.evaluations(states=ACTIVE_STATES, limit=10_000)

    async def populations(
        self, *, owner_id: int | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[tuple[str, PopulationRows]]:
        """Return everybody's populations with their owners' e-mails, the newest first."""
        async with self._service.writing() as unit:
            await _note_look(unit, self._id, "populations-list", owner_id)
            return await unit.overview.populations(
                owner_id=owner_id, before_id=before_id, limit=limit
            )

    async def population(self, population_id: int, action: str) -> tuple[User, Population]:
        """Return anybody's population and its owner; `action` is what is noted.

        Raises:
            NotFound: there is none.
        """
        return await self._somebodys("population", population_id, action, Overview.population)

    async def _somebodys(
        self, kind: str, number: int, action: str, find: Callable[[Overview, int], Awaitable[Owned]]
    ) -> tuple[User, Owned]:
        """Return what is anybody's and its owner, and note the look."""
        async with self._service.writing() as unit:
            found = await find(unit.overview, number)
            about = {kind: number}
            await unit.audit.note(self._id, action, owner_id=found.owner_id, about=about)
            return await unit.users.get(found.owner_id), found

    # The audit log

    async def audit(self, **asked: Any) -> list[AuditEntry]:
        """Return a page of the audit log; see `Audit.page`."""
        async with self._service.reading() as unit:
            return await unit.audit.page(**asked)


async def _note_look(
    unit: ServiceUnit, admin_id: int | None, action: str, owner_id: int | None
) -> None:
    """Note a look at what one owner has, or everybody; nobody has an id that was never given."""
    known = owner_id is not None and await unit.users.exists(owner_id)
    about = {} if known or owner_id is None else {"owner_id": owner_id}
    await unit.audit.note(admin_id, action, owner_id=owner_id if known else None, about=about)


def _said(asked: Mapping[str, Any]) -> dict[str, Json]:
    """Return what of a request is noted."""
    return {name: value for name, value in asked.items() if isinstance(value, bool | int | str)}
