"""Pages of a topic's events."""

from aibt.api.gateway import Gateway
from aibt.protocol.run_messages import EventMessage, EventsMessage
from aibt.store.records import User


async def events_page(
    gateway: Gateway, owner: User, topic: str, *, after: int, limit: int
) -> EventsMessage:
    """Return up to `limit` events of a topic after a number, oldest first.

    Raises:
        NotFound: there is no such run.
    """
    found: list[EventMessage] = []
    cursor, has_ended = after, False
    while len(found) < limit and not has_ended:
        feed = await gateway.ask(
            gateway.platform.feed(owner, topic, cursor=cursor, status_version=0, timeout_s=0)
        )
        found += [
            EventMessage(seq=event.seq, kind=event.kind, data=dict(event.data), at=event.at)
            for event in feed.events
        ]
        if not feed.events:
            break
        cursor, has_ended = feed.cursor, feed.ended
    has_ended = feed.ended and len(found) <= limit
    shown = found[:limit]
    return EventsMessage(events=shown, cursor=shown[-1].seq if shown else after, ended=has_ended)
