"""A committer at the other end of a socket: what it is told, and what becomes of it when that end goes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.apart import an_intake_apart
from fakes.makers import BOB, HandClock, a_delivery
from mailweir.adapters.sqlite.committing_apart import CommitterApart
from mailweir.adapters.sqlite.connection import UnsyncedError
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room


@pytest.fixture
async def link() -> AsyncIterator[tuple[CommitterApart, socket.socket]]:
    """The loop's end, and the other end's bare socket."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    _, apart = await asyncio.get_running_loop().create_connection(CommitterApart, sock=ours)
    with theirs:
        yield apart, theirs
        apart.close()
        await asyncio.sleep(0)


async def test_a_message_larger_than_a_socket_holds_passes(tmp_path: Path) -> None:
    large = bytes(range(256)) * 100_000
    prepare(tmp_path, SystemClock())
    async with an_intake_apart(tmp_path, HandClock()) as intake:
        await intake.deliver(a_delivery(1, raw=large))
    mailbox = SqliteMailbox(tmp_path, SystemClock())
    (copy,) = await mailbox.inbox(BOB, limit=1)
    assert await mailbox.raw(BOB, copy.id) == large
    await mailbox.close()


async def test_what_was_asked_of_a_committer_that_ends_is_in_doubt(
    link: tuple[CommitterApart, socket.socket],
) -> None:
    apart, theirs = link
    committing, measuring = apart.commit([a_delivery(1)]), apart.measure(refused=False)
    theirs.close()
    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(committing, measuring, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["the process that commits has ended"] * 2
    assert all(isinstance(outcome, UnsyncedError) for outcome in outcomes)


async def test_a_committer_that_has_ended_is_noticed_while_no_mail_comes(
    link: tuple[CommitterApart, socket.socket],
) -> None:
    apart, theirs = link
    clock = HandClock()
    intake = SqliteIntake(apart, clock, Room.CALM)
    theirs.close()
    await asyncio.sleep(0.05)
    clock.advance(1)
    intake.room()  # has it measured
    await asyncio.wait_for(intake.broken.wait(), 5)
    assert intake.room() is Room.BROKEN
    with pytest.raises(UnavailableError):
        await intake.deliver(a_delivery(1))
    await intake.close()


async def test_answers_cut_anywhere_are_the_same_answers(link: tuple[CommitterApart, socket.socket]) -> None:
    apart, theirs = link
    calm = b"\x92\xa8measured\xa4calm"
    frame = len(calm).to_bytes(4, "big") + calm
    for cut in range(len(frame)):
        first, second = apart.measure(refused=False), apart.measure(refused=True)
        theirs.send(frame[:cut])
        await asyncio.sleep(0)
        theirs.send(frame[cut:] + frame)
        assert await asyncio.wait_for(asyncio.gather(first, second), 5) == [Room.CALM, Room.CALM]


async def test_an_answer_that_nobody_waits_for_is_passed_over(
    link: tuple[CommitterApart, socket.socket],
) -> None:
    apart, theirs = link
    slow = b"\x92\xa8measured\xa4slow"
    gone, there = apart.measure(refused=False), apart.measure(refused=False)
    gone.cancel()
    theirs.send((len(slow).to_bytes(4, "big") + slow) * 2)
    assert await asyncio.wait_for(there, 5) is Room.SLOW
