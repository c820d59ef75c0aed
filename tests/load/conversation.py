"""What one connection of a load says, without I/O: a generator that is sent replies.

It yields what is to be written before the next reply, as pieces (none: only listen), or a moment of
`time.monotonic` until which to do nothing, or `Turn.TLS` for the handshake. It ends when all is said, and
with a `RefusedError` when something was not answered as it should be.
"""

import time
from collections.abc import Generator
from enum import Enum
from typing import Final

from load.plan import Way
from load.tally import Parcel, Tally

_HELLO: Final = (b"EHLO origin.test\r\n",)
_START_TLS: Final = (b"STARTTLS\r\n",)
_MAIL: Final = b"MAIL FROM:<sender@origin.test>\r\n"
_DATA: Final = b"DATA\r\n"
_QUIT: Final = (b"QUIT\r\n",)
_LISTEN: Final = ()
_KEPT: Final = b"queued as "


class Turn(Enum):
    """What else than writing is to be done next."""

    TLS = 0


Said = tuple[bytes, ...] | float | Turn
Talk = Generator[Said, bytes, None]


class RefusedError(Exception):
    """The server answered with another code than a sender hopes for."""

    def __init__(self, reply: bytes) -> None:
        super().__init__(reply.decode(errors="replace").strip())
        self.code = _code(reply)


def conversation(tally: Tally, connection: int) -> Talk:
    """All that a connection says; replies are last lines."""
    plan = tally.plan
    _expect(220, (yield _LISTEN))
    _expect(250, (yield _HELLO))
    if plan.tls:
        _expect(220, (yield _START_TLS))
        yield Turn.TLS
        _expect(250, (yield _HELLO))
    if plan.way is Way.PIPELINED:
        yield from _pipelined(tally, connection)
    else:
        yield from _in_turn(tally, connection)
    _expect(221, (yield _QUIT))


def _in_turn(tally: Tally, connection: int) -> Talk:
    while parcel := tally.take(connection):
        if parcel.due:
            yield parcel.due
        _expect(250, (yield (_MAIL,)))
        _expect(250, (yield (_rcpt(parcel),)))
        _expect(354, (yield (_DATA,)))
        parcel.entry.ended = True
        begun = parcel.due or time.monotonic()
        _note(tally, parcel, (yield tally.plan.body.sent(parcel.token)), begun)
        if tally.plan.way is Way.ONE:
            break


def _pipelined(tally: Tally, connection: int) -> Talk:
    parcel = tally.take(connection)
    envelope = () if parcel is None else (_envelope(parcel),)
    while parcel:
        if parcel.due:
            yield parcel.due
        _expect(250, (yield envelope))
        _expect(250, (yield _LISTEN))
        _expect(354, (yield _LISTEN))
        parcel.entry.ended = True
        begun = parcel.due or time.monotonic()
        following = tally.take(connection)
        # RFC 2920 §3.1: the end of a message may stand before other commands in one write.
        ahead = following is not None and not following.due
        pieces = tally.plan.body.sent(parcel.token)
        _note(
            tally, parcel, (yield (*pieces, _envelope(following)) if following and ahead else pieces), begun
        )
        envelope = () if following is None or ahead else (_envelope(following),)
        parcel = following


def _note(tally: Tally, parcel: Parcel, reply: bytes, begun: float) -> None:
    _expect(250, reply)
    tally.kept(parcel.entry, reply.partition(_KEPT)[2].strip().decode(), time.monotonic() - begun)


def _envelope(parcel: Parcel) -> bytes:
    return _MAIL + _rcpt(parcel) + _DATA


def _rcpt(parcel: Parcel) -> bytes:
    return b"RCPT TO:<%s>\r\n" % parcel.inbox.encode()


def _expect(code: int, reply: bytes) -> None:
    if _code(reply) != code:
        raise RefusedError(reply)


def _code(reply: bytes) -> int:
    return int(reply[:3]) if reply[:3].isdigit() else 0
