"""The bus of one node: a datagram socket for each process that listens, in a directory of ours.

Who publishes sends to every socket that is there. Whoever does not read fast enough misses nudges;
nobody waits for him.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from mailweir.adapters.local.postbox import LARGEST, Postbox
from mailweir.adapters.local.rendezvous import rendezvous
from mailweir.model.event import Nudge, Signal, Waited
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

_LISTING_AGE = 1.0  # seconds; until then a new listener looks at the store by itself


_decode = msgspec.msgpack.Decoder[Signal](Signal).decode
_encode = msgspec.msgpack.Encoder().encode


class LocalBus:
    """Carries signals to every process of this node that shares `directory`, this one included.

    `dropped` counts what could not be sent, `garbage` what came in and was no signal.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        """Raises UnavailableError when the directory cannot be ours alone."""
        self.dropped = 0
        self.garbage = 0
        self._clock = clock
        self._addresses: tuple[str, ...] = ()
        self._listed: float | None = None
        self._listeners: dict[object, Callable[[Signal], None]] = {}
        self._postbox: Postbox | None = None
        try:
            self._place = rendezvous(directory)
            self._sender = socket.socket(
                socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
            )
        except OSError as error:
            raise UnavailableError(f"the local bus cannot start: {error}") from error

    def publish(self, signal: Signal) -> None:
        """Sends to every socket of the last second's listing, without waiting."""
        if self._sender.fileno() < 0:
            return
        if isinstance(signal, Waited):  # they are few, and no listener would find them out by himself
            self._listed = None
        for datagram in self._datagrams(signal):
            for address in self._listing():
                self._send(datagram, address)

    def subscribe(self, listener: Callable[[Signal], None]) -> Callable[[], None]:
        """Calls `listener` on the running loop. Raises UnavailableError when no socket can be had."""
        if self._postbox is None:
            try:
                self._postbox = Postbox(self._place, self._receive)
            except OSError as error:
                raise UnavailableError(f"the local bus cannot listen: {error}") from error
            self._listed = None
        key = object()
        self._listeners[key] = listener

        def end() -> None:
            self._listeners.pop(key, None)

        return end

    def close(self) -> None:
        """Ends listening and sending; a second call does nothing."""
        self._listeners.clear()
        if self._postbox is not None:
            self._postbox.close()
        self._sender.close()

    def _datagrams(self, signal: Signal) -> Iterator[bytes]:
        """One, or for a nudge as many as it takes."""
        try:
            datagram = _encode(signal)
        except UnicodeEncodeError:
            self.dropped += 1
            return
        if len(datagram) <= LARGEST:
            yield datagram
        elif isinstance(signal, Nudge) and len(signal.inboxes) > 1:
            middle = len(signal.inboxes) // 2
            yield from self._datagrams(Nudge(signal.inboxes[:middle]))
            yield from self._datagrams(Nudge(signal.inboxes[middle:]))
        else:
            self.dropped += 1

    def _listing(self) -> tuple[str, ...]:
        moment = self._clock.monotonic()
        if self._listed is None or moment - self._listed >= _LISTING_AGE:
            self._listed = moment
            try:
                self._addresses = tuple(str(path) for path in self._place.glob("*.sock"))
            except OSError:
                self._addresses = ()
        return self._addresses

    def _send(self, datagram: bytes, address: str) -> None:
        try:
            self._sender.sendto(datagram, address)
        except ConnectionRefusedError:  # its process is gone
            self._forget(address)
            with suppress(OSError):
                Path(address).unlink()
        except FileNotFoundError:
            self._forget(address)
        except OSError:  # mostly EAGAIN: its reader is behind
            self.dropped += 1

    def _forget(self, address: str) -> None:
        self._addresses = tuple(other for other in self._addresses if other != address)

    def _receive(self, datagram: bytes) -> None:
        try:
            signal = _decode(datagram)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.garbage += 1
            return
        loop = asyncio.get_running_loop()
        for key in self._listeners:
            loop.call_soon(self._tell, key, signal)

    def _tell(self, key: object, signal: Signal) -> None:
        listener = self._listeners.get(key)
        if listener is not None:
            listener(signal)
