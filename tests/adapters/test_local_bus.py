"""The local bus: its sockets, and what strangers and slow readers can do to it."""

import asyncio
import os
import socket
import stat
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.makers import BOB, HandClock
from mailweir.adapters.local.bus import LocalBus
from mailweir.adapters.local.rendezvous import rendezvous
from mailweir.model.address import Inbox
from mailweir.model.event import Nudge, Signal
from mailweir.ports.errors import UnavailableError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "bus"


@pytest.fixture
async def bus(place: Path) -> AsyncIterator[LocalBus]:
    bus = LocalBus(place, HandClock())
    yield bus
    bus.close()


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def names(place: Path) -> list[str]:
    return [path.name for path in place.iterdir()]


def a_socket(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(str(path))
    return made


async def test_only_this_user_enters_the_directory(bus: LocalBus, place: Path) -> None:
    bus.subscribe(lambda _: None)
    assert mode(place) == 0o700
    assert names(place) == [f"{os.getpid()}-1.sock"]


async def test_closing_takes_the_socket_away(bus: LocalBus, place: Path) -> None:
    bus.subscribe(lambda _: None)
    bus.close()
    bus.close()
    bus.publish(Nudge((BOB,)))
    assert names(place) == []


async def test_the_socket_of_a_dead_process_is_taken_away(bus: LocalBus, place: Path) -> None:
    a_socket(place / "1-1.sock").close()
    bus.publish(Nudge((BOB,)))
    assert names(place) == []
    assert bus.dropped == 0


async def test_a_dead_process_of_our_number_leaves_its_name_to_us(bus: LocalBus, place: Path) -> None:
    a_socket(place / f"{os.getpid()}-1.sock").close()
    heard: asyncio.Queue[Signal] = asyncio.Queue()
    bus.subscribe(heard.put_nowait)
    bus.publish(Nudge((BOB,)))
    assert await asyncio.wait_for(heard.get(), 5) == Nudge((BOB,))


async def test_a_living_process_of_our_number_keeps_its_socket(bus: LocalBus, place: Path) -> None:
    with a_socket(place / f"{os.getpid()}-1.sock") as other:
        other.settimeout(5)
        bus.subscribe(lambda _: None)
        bus.publish(Nudge((BOB,)))
        assert other.recv(1000)


async def test_who_does_not_read_misses_nudges_and_holds_nobody_up(bus: LocalBus, place: Path) -> None:
    heard: asyncio.Queue[Signal] = asyncio.Queue()
    with a_socket(place / "1-1.sock"):
        for number in range(3000):
            bus.publish(Nudge((Inbox(f"{number:0>500}@inbox.test"),)))
        assert bus.dropped > 0
    bus.subscribe(heard.put_nowait)
    bus.publish(Nudge((BOB,)))
    assert await asyncio.wait_for(heard.get(), 5) == Nudge((BOB,))


async def test_a_new_listener_is_found_within_a_second(place: Path) -> None:
    clock = HandClock()
    publisher, listening = LocalBus(place, clock), LocalBus(place, HandClock())
    publisher.publish(Nudge((BOB,)))
    heard: asyncio.Queue[Signal] = asyncio.Queue()
    listening.subscribe(heard.put_nowait)
    clock.advance(1)
    publisher.publish(Nudge((BOB,)))
    assert await asyncio.wait_for(heard.get(), 5) == Nudge((BOB,))
    publisher.close()
    listening.close()


@pytest.mark.parametrize("garbage", [b"", b"\xc1", b"\x91\x01", b"\x91\xa1\xff", bytes(65_536), b"\x80"])
async def test_garbage_is_counted_and_passed_over(bus: LocalBus, place: Path, garbage: bytes) -> None:
    heard: asyncio.Queue[Signal] = asyncio.Queue()
    bus.subscribe(heard.put_nowait)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(garbage, str(place / names(place)[0]))
    bus.publish(Nudge((BOB,)))
    assert await asyncio.wait_for(heard.get(), 5) == Nudge((BOB,))
    assert bus.garbage == 1


async def test_what_cannot_be_sent_is_dropped_and_counted(bus: LocalBus) -> None:
    bus.subscribe(lambda _: None)
    bus.publish(Nudge((Inbox("\udcff@inbox.test"),)))
    bus.publish(Nudge((Inbox("x" * 70_000),)))
    assert bus.dropped == 2


def test_a_path_too_long_for_a_socket_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    long = tmp_path / ("d" * 100)
    place = rendezvous(long)
    try:
        assert place == rendezvous(long)
        assert place != rendezvous(tmp_path / ("e" * 100))
        assert place.parent == Path(tempfile.gettempdir())
        assert mode(place) == 0o700
        assert not long.exists()
    finally:
        place.rmdir()
        rendezvous(tmp_path / ("e" * 100)).rmdir()


def test_a_directory_that_others_can_enter_is_refused(place: Path) -> None:
    place.mkdir()
    place.chmod(0o755)
    with pytest.raises(UnavailableError, match="is not a directory that only this user can enter"):
        LocalBus(place, HandClock())


def test_a_link_to_a_directory_is_refused(place: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnavailableError):
        LocalBus(place, HandClock())
