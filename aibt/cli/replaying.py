"""`aibt sessions replay ID`: a session once more from its journal, on the machine that keeps it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aibt.cli import output
from aibt.cli.complaints import Complaint
from aibt.cli.direct import in_office
from aibt.cli.entry import settings
from aibt.cli.sessions import SessionId

if TYPE_CHECKING:
    from aibt.accounts.office import Office
    from aibt.agents.replay import Replayed
    from aibt.live.journal import Entry
    from aibt.settings import Settings
    from aibt.store.records import Session

_PAGE = 5_000


def replay(session_id: SessionId) -> None:
    """Run a session again from its journal, with no model and no network, and compare.

    Reads this machine's store; the platform need not run. A live session is computed from its
    journal alone.
    """
    read = settings()

    async def act(office: "Office") -> "tuple[Session, Replayed]":
        session, entries = await _kept(office, session_id)
        return session, await _replayed(read, session, entries)

    session, replayed = in_office(read, act)
    equity = replayed.account.portfolio.equity()
    if replayed.difference is not None:
        raise Complaint(f"Session {session.id} came out differently: {replayed.difference}")
    fills = replayed.account.fills
    output.show_lines(
        f"Session {session.id} of {session.agent_name} came out the same to the last digit: "
        f"{fills} fills, equity {equity:,.2f}."
    )


async def _kept(office: "Office", session_id: int) -> "tuple[Session, list[Entry]]":
    """Return anybody's session with its journal."""
    async with office.service.reading() as everybodys:
        session = await everybodys.overview.session(session_id)
    entries: list[Entry] = []
    async with office.store.reading(session.owner_id) as unit:
        while page := await unit.journal.read(session_id, entries[-1].seq if entries else 0, _PAGE):
            entries += page
    return session, entries


async def _replayed(read: "Settings", session: "Session", entries: "list[Entry]") -> "Replayed":
    from aibt.agents.plan import session_plan
    from aibt.agents.replay import Replayed, ledger_of
    from aibt.agents.replay import replay as replay_session
    from aibt.agents.tape import Tape
    from aibt.market.instruments import load_instruments

    plan = session_plan(session.id, session.agent_name, session.request)
    if plan.is_live:
        return Replayed(account=ledger_of(entries, plan), difference=None)
    request: Mapping[str, Any] = session.request
    folder = read.store.root / "datasets"
    instruments = load_instruments(request["datasets"], request["actions"], folder)
    return await replay_session(entries, plan, Tape(instruments))
