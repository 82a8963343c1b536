"""The whitelist: e-mails that may sign up and sign in."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from aibt.errors import NotFound
from aibt.store.records import ListedEmail
from aibt.store.repository import Repository
from aibt.store.schema import listed_emails


class ListedEmails(Repository):
    """The whitelist of this installation; e-mails are canonical. For the service alone."""

    async def has(self, email: str) -> bool:
        """Say whether an e-mail is listed."""
        query = select(listed_emails.c.email).where(listed_emails.c.email == email)
        return await self._row(query) is not None

    async def get(self, email: str) -> ListedEmail:
        """Return a listed e-mail.

        Raises:
            NotFound: it is not listed.
        """
        row = await self._row(select(listed_emails).where(listed_emails.c.email == email))
        if row is None:
            raise NotFound("listed e-mail", email, "email")
        return ListedEmail(**row)

    async def among(self, emails: Sequence[str]) -> set[str]:
        """Return which of these e-mails, a page of them, are listed."""
        query = select(listed_emails.c.email).where(listed_emails.c.email.in_(emails))
        return {row["email"] for row in await self._rows(query)}

    async def add(self, email: str, listed_by: str | None) -> bool:
        """List an e-mail; False: it was listed already."""
        return await self._write_if_unique(
            insert(listed_emails).values(email=email, listed_by=listed_by, created_at=self._now)
        )

    async def remove(self, email: str) -> None:
        """Take an e-mail off the list.

        Raises:
            NotFound: it is not listed.
        """
        gone = delete(listed_emails).where(listed_emails.c.email == email)
        if (await self._write(gone)).rowcount == 0:
            raise NotFound("listed e-mail", email, "email")

    async def page(self, *, after: str = "", limit: int = 100) -> list[ListedEmail]:
        """Return up to `limit` of them in their order, those after `after`."""
        query = (
            select(listed_emails)
            .where(listed_emails.c.email > after)
            .order_by(listed_emails.c.email)
            .limit(limit)
        )
        return [ListedEmail(**row) for row in await self._rows(query)]
