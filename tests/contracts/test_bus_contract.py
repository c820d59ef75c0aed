"""What every bus promises: ports/bus.py, sentence by sentence."""

import asyncio
from collections.abc import Callable

from fakes.makers import BOB, EVE
from mailweir.model.address import Inbox
from mailweir.model.event import Heartbeat, Nudge, Signal
from mailweir.ports.bus import Bus

MakeBus = Callable[[], Bus]


class Listener:
    """Remembers what it heard, and says when it has heard enough."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Signal] = asyncio.Queue()

    def __call__(self, signal: Signal) -> None:
        self.heard.put_nowait(signal)

    async def next(self) -> Signal:
        return await asyncio.wait_for(self.heard.get(), 5)


async def test_a_heartbeat_arrives_as_it_was_sent(buses: MakeBus) -> None:
    listener = Listener()
    buses().subscribe(listener)
    sent = Heartbeat("receiver", 4711, "the disk took no more")
    buses().publish(sent)
    assert await listener.next() == sent


async def test_every_subscriber_hears_a_nudge(buses: MakeBus) -> None:
    one, two, three = Listener(), Listener(), Listener()
    first, second = buses(), buses()
    first.subscribe(one)
    first.subscribe(two)
    second.subscribe(three)
    buses().publish(Nudge((BOB, EVE)))
    for listener in (one, two, three):
        assert await listener.next() == Nudge((BOB, EVE))
        assert listener.heard.empty()


async def test_who_publishes_may_listen_too(buses: MakeBus) -> None:
    bus, listener = buses(), Listener()
    bus.subscribe(listener)
    bus.publish(Nudge((BOB,)))
    assert await listener.next() == Nudge((BOB,))


async def test_publishing_to_nobody_is_nothing(buses: MakeBus) -> None:
    buses().publish(Nudge((BOB,)))


async def test_who_has_ended_hears_no_more(buses: MakeBus) -> None:
    bus, gone, there = buses(), Listener(), Listener()
    end = bus.subscribe(gone)
    bus.subscribe(there)
    bus.publish(Nudge((BOB,)))
    end()
    end()
    bus.publish(Nudge((EVE,)))
    assert await there.next() == Nudge((BOB,))
    assert await there.next() == Nudge((EVE,))
    assert gone.heard.empty()


async def test_publishing_returns_before_anybody_listens(buses: MakeBus) -> None:
    bus, listener = buses(), Listener()
    bus.subscribe(listener)
    bus.publish(Nudge((BOB,)))
    assert listener.heard.empty()
    await listener.next()


async def test_a_nudge_of_any_size_arrives_whole_or_in_parts(buses: MakeBus) -> None:
    bus, listener = buses(), Listener()
    bus.subscribe(listener)
    inboxes = tuple(Inbox(f"{number:0>60}@inbox.test") for number in range(1500))
    bus.publish(Nudge(inboxes))
    heard: list[Inbox] = []
    while len(heard) < len(inboxes):
        nudge = await listener.next()
        assert isinstance(nudge, Nudge)
        heard += nudge.inboxes
    assert tuple(heard) == inboxes


async def test_a_listener_that_fails_harms_neither_publisher_nor_neighbour(buses: MakeBus) -> None:
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))

    def fails(_: Signal) -> None:
        raise RuntimeError("this listener is broken")

    bus, listener = buses(), Listener()
    bus.subscribe(fails)
    bus.subscribe(listener)
    bus.publish(Nudge((BOB,)))
    assert await listener.next() == Nudge((BOB,))
    assert len(failures) == 1
