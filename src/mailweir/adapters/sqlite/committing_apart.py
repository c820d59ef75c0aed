"""A committer in a process of its own, and the two ends of the socket between it and the loop.

The loop and the committer then share no interpreter lock. Frames of MessagePack go both ways; each
request has one answer, in the order of the requests.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Sequence
from typing import Final, cast

import msgspec

from mailweir.adapters.sqlite.batch import UnfitError
from mailweir.adapters.sqlite.committer import Committer, Outcome
from mailweir.adapters.sqlite.connection import UnsyncedError
from mailweir.model.message import Delivery
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room
from mailweir.wire.frames import HEADER, Frames, header, length

_READ: Final = 1024 * 1024  # octets, about a batch
_NIL: Final = b"\xc0"
_UNSAYABLE = (TypeError, ValueError, OverflowError)  # a surrogate, or what a defect of ours would hand in


class _Commit(msgspec.Struct, frozen=True, array_like=True, tag="commit"):
    deliveries: Sequence[Delivery]


class _Pieces(msgspec.Struct, frozen=True, array_like=True, tag="commit"):
    deliveries: list[msgspec.Raw]


class _Measure(msgspec.Struct, frozen=True, array_like=True, tag="measure"):
    refused: bool


class _Refusal(msgspec.Struct, frozen=True, array_like=True):
    reason: str
    full: bool = False
    unsynced: bool = False


class _Committed(msgspec.Struct, frozen=True, array_like=True, tag="committed"):
    refused: dict[int, _Refusal]  # by the delivery's place in the batch
    count: int


class _Measured(msgspec.Struct, frozen=True, array_like=True, tag="measured"):
    room: Room


class _Failed(msgspec.Struct, frozen=True, array_like=True, tag="failed"):
    why: _Refusal


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(_Commit | _Measure).decode
_decode_pieces = msgspec.msgpack.Decoder(_Pieces).decode
_decode_delivery = msgspec.msgpack.Decoder(Delivery).decode
_decode_answer = msgspec.msgpack.Decoder(_Committed | _Measured | _Failed).decode

_Answer = list[Outcome] | Room


class CommitterApart(asyncio.Protocol):
    """The loop's end: a `Committing`. Once the process has ended every answer is an UnsyncedError."""

    def __init__(self) -> None:
        """On a running loop."""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._asked: deque[asyncio.Future[_Answer]] = deque()
        self._frames = Frames()

    # --- called by the event loop ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process can be asked."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """Answers, or parts of them."""
        for frame in self._frames.feed(data):
            self._hear(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended: what it was asked is in doubt."""
        del exc
        self._transport = None
        while self._asked:
            _fail(self._asked.popleft(), _ended())

    # --- as `Committing` says -------------------------------------------------------------------

    def commit(self, deliveries: Sequence[Delivery]) -> "asyncio.Future[list[Outcome]]":
        """As `Committing` says."""
        try:
            frame = _encode(_Commit(deliveries))
        except _UNSAYABLE:
            frame = _encode(_Pieces([_said(delivery) for delivery in deliveries]))
        return cast("asyncio.Future[list[Outcome]]", self._ask(frame))

    def measure(self, *, refused: bool) -> "asyncio.Future[Room]":
        """As `Committing` says."""
        return cast("asyncio.Future[Room]", self._ask(_encode(_Measure(refused))))

    def close(self) -> None:
        """As `Committing` says; the process ends when it notices."""
        if self._transport is not None:
            self._transport.close()

    # --- own ------------------------------------------------------------------------------------

    def _ask(self, request: bytes) -> "asyncio.Future[_Answer]":
        answer: asyncio.Future[_Answer] = self._loop.create_future()
        if self._transport is None or self._transport.is_closing():
            answer.set_exception(_ended())
        else:
            self._asked.append(answer)
            self._transport.writelines((header(len(request)), request))
        return answer

    def _hear(self, frame: bytes) -> None:
        asked = self._asked.popleft()
        answer = _decode_answer(frame)
        if asked.done():
            return  # cancelled
        if isinstance(answer, _Committed):
            outcomes: list[Outcome] = [None] * answer.count
            for place, refusal in answer.refused.items():
                outcomes[place] = _error(refusal)
            asked.set_result(outcomes)
        elif isinstance(answer, _Measured):
            asked.set_result(answer.room)
        else:
            _fail(asked, _error(answer.why))


def serve(committer: Committer, link: socket.socket) -> None:
    """The other end: answers until nobody asks any more. Waits, and so needs a thread or process."""
    with link.makefile("rb", _READ) as requests:
        while len(begun := requests.read(HEADER)) == HEADER:
            size = length(begun)
            request = requests.read(size)
            if len(request) < size:
                return  # whoever asked has ended half-way through
            answer = _encode(_answered(committer, request))
            link.sendall(header(len(answer)) + answer)


def _answered(committer: Committer, request: bytes) -> _Committed | _Measured | _Failed:
    try:
        return _done(committer, request)
    except UnavailableError as error:
        return _Failed(_refusal(error))


def _done(committer: Committer, octets: bytes) -> _Committed | _Measured:
    try:
        request = _decode_request(octets)
    except msgspec.ValidationError:
        outcomes = _committed_one_by_one(committer, _decode_pieces(octets).deliveries)
    else:
        if isinstance(request, _Measure):
            return _Measured(committer.room(refused=request.refused))
        outcomes = committer.commit(request.deliveries)
    refused = {place: _refusal(one) for place, one in enumerate(outcomes) if one is not None}
    return _Committed(refused, len(outcomes))


def _committed_one_by_one(committer: Committer, pieces: Sequence[msgspec.Raw]) -> list[Outcome]:
    """For a batch of which a part makes no sense."""
    outcomes: list[Outcome] = []
    for piece in pieces:
        try:
            outcomes += committer.commit([_decode_delivery(piece)])
        except msgspec.ValidationError as error:
            outcomes.append(UnfitError(f"the store cannot hold this message: {error}"))
    return outcomes


def _refusal(error: UnavailableError) -> _Refusal:
    return _Refusal(str(error), error.full, isinstance(error, UnsyncedError))


def _error(refusal: _Refusal) -> UnavailableError:
    kind = UnsyncedError if refusal.unsynced else UnavailableError
    return kind(refusal.reason, full=refusal.full)


def _ended() -> UnsyncedError:
    return UnsyncedError("the process that commits has ended")


def _fail(asked: "asyncio.Future[_Answer]", error: UnavailableError) -> None:
    if not asked.done():
        asked.set_exception(error)


def _said(delivery: Delivery) -> msgspec.Raw:
    """Nil in place of what cannot be said: the other end refuses it alone."""
    try:
        return msgspec.Raw(_encode(delivery))
    except _UNSAYABLE:
        return msgspec.Raw(_NIL)
