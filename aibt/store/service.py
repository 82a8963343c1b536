"""The service's transactions: what must look across owners, and only that.

The supervisor finds everybody's active trainings, sign-in finds users by their e-mail, and
administrators look at what is others'. On PostgreSQL these run as the role `aibt_service`, whose
policies let it read owners' rows and change none: a change to an owner's rows is made in his own
transaction. No other module opens a transaction of this role.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from aibt.store.audit import Audit
from aibt.store.database import Store
from aibt.store.listed_emails import ListedEmails
from aibt.store.overview import Overview
from aibt.store.passes import Passes
from aibt.store.repository import Work
from aibt.store.scope import Scope
from aibt.store.sign_ins import SignIns
from aibt.store.stored_buckets import StoredBuckets
from aibt.store.users import Directory

_SERVICE: Final = Scope("aibt_service", None)


class ServiceUnit:
    """One transaction across owners. One repository per aggregate."""

    def __init__(self, work: Work) -> None:
        self.users = Directory(work)
        self.listed_emails = ListedEmails(work)
        self.sign_ins = SignIns(work)
        self.passes = Passes(work)
        self.buckets = StoredBuckets(work)
        self.audit = Audit(work)
        self.overview = Overview(work)


class Service:
    """Opens the service's transactions of a store."""

    SCOPE: Final = _SERVICE

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ServiceUnit]:
        """Open a transaction that reads; see `Store.reading`."""
        async with self._store.transaction(_SERVICE, writable=False) as work:
            yield ServiceUnit(work)

    def raw_reading(self) -> AbstractAsyncContextManager[Work]:
        """Open a transaction that reads whole tables, for an export."""
        return self._store.transaction(_SERVICE, writable=False)

    def raw_writing(self) -> AbstractAsyncContextManager[Work]:
        """Open a transaction for an import, which goes on as one owner after the other."""
        return self._store.transaction(_SERVICE, writable=True)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[ServiceUnit]:
        """Open a transaction that writes the accounts' tables; see `Store.writing`."""
        async with self._store.transaction(_SERVICE, writable=True) as work:
            yield ServiceUnit(work)
