import asyncio

from aibt.api.limits import Limits
from aibt.api.outbox import Outbox
from aibt.clock import SystemClock


class Wire:
    """A socket whose client takes a frame only when told to."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.takes = asyncio.Semaphore(0)

    async def send(self, frame: str) -> None:
        await self.takes.acquire()
        self.sent.append(frame)

    def take(self, count: int) -> None:
        for _ in range(count):
            self.takes.release()


class Count:
    """A ticket that shows the newest number."""

    def __init__(self) -> None:
        self.number: int | None = 0

    def frame(self) -> str | None:
        return None if self.number is None else str(self.number)


class HandClock(SystemClock):
    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def an_outbox(wire: Wire, clock: SystemClock | None = None, **limits: int) -> Outbox:
    return Outbox(wire.send, clock or SystemClock(), Limits(**limits))


async def test_frames_are_sent_in_order() -> None:
    wire = Wire()
    outbox = an_outbox(wire)
    writer = asyncio.create_task(outbox.write())

    for text in "abc":
        assert outbox.offer(text)
    wire.take(3)
    await outbox.flush()

    assert wire.sent == ["a", "b", "c"]
    writer.cancel()


async def test_there_is_no_room_beyond_a_number_of_frames() -> None:
    outbox = an_outbox(Wire(), outbox_frames=2)

    assert [outbox.offer(text) for text in "abc"] == [True, True, False]


async def test_there_is_no_room_beyond_a_number_of_bytes_except_for_one_frame() -> None:
    outbox = an_outbox(Wire(), outbox_bytes=10)

    assert outbox.offer("x" * 50)
    assert not outbox.offer("y")
    assert outbox.waiting_bytes == 50


async def test_who_waits_for_room_gets_it_when_the_client_reads() -> None:
    wire = Wire()
    outbox = an_outbox(wire, outbox_frames=2)
    writer = asyncio.create_task(outbox.write())
    waiting = asyncio.gather(*(outbox.put(str(number)) for number in range(20)))
    await settle()
    assert not waiting.done()

    wire.take(20)
    await waiting
    await outbox.flush()

    assert sorted(wire.sent, key=int) == [str(number) for number in range(20)]
    writer.cancel()


async def test_a_ticket_shows_what_is_newest_when_its_turn_comes() -> None:
    wire, ticket = Wire(), Count()
    outbox = an_outbox(wire)
    writer = asyncio.create_task(outbox.write())
    outbox.offer("first")
    await settle()

    outbox.offer_ticket(ticket)
    ticket.number = 7
    wire.take(2)
    await outbox.flush()

    assert wire.sent == ["first", "7"]
    writer.cancel()


async def test_a_ticket_that_has_nothing_to_say_sends_nothing() -> None:
    wire, ticket = Wire(), Count()
    ticket.number = None
    outbox = an_outbox(wire)
    writer = asyncio.create_task(outbox.write())

    outbox.offer_ticket(ticket)
    outbox.offer("next")
    wire.take(1)
    await outbox.flush()

    assert wire.sent == ["next"]
    writer.cancel()


async def test_a_client_stalls_while_it_takes_nothing_of_what_waits() -> None:
    wire, clock = Wire(), HandClock()
    outbox = an_outbox(wire, clock)
    writer = asyncio.create_task(outbox.write())
    clock.at = 100
    assert outbox.stalled_s() == 0

    outbox.offer("a")
    await settle()
    clock.at = 130
    stalled = outbox.stalled_s()
    wire.take(1)
    await outbox.flush()

    assert stalled == 30
    assert outbox.stalled_s() == 0
    writer.cancel()


async def test_a_closed_outbox_holds_nobody_up_and_keeps_nothing() -> None:
    outbox = an_outbox(Wire(), outbox_frames=1)
    outbox.offer("a")
    waiting = asyncio.create_task(outbox.put("b"))
    await settle()

    outbox.close()
    await waiting
    outbox.offer_ticket(Count())

    assert outbox.offer("c")
    assert len(outbox) == 0
