"""A connection of a load: what moves the octets of a `conversation`, at as little cost as it can."""

import asyncio
import ssl
import time
from typing import Final, cast

from load.conversation import RefusedError, Said, Turn, conversation
from load.tally import Tally

_TLS_WITHIN: Final = 10.0  # seconds


class Sender(asyncio.Protocol):
    """`ended` when it is over, whether all was said, something was refused, or the server closed."""

    def __init__(self, tally: Tally, connection: int) -> None:
        """On a running loop."""
        self._tally = tally
        self._loop = asyncio.get_running_loop()
        self._talk = conversation(tally, connection)
        self._partial = b""
        self._transport: asyncio.Transport | None = None
        self._handshake: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[None] = self._loop.create_future()

    # --- called by the event loop ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Listen."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        next(self._talk)

    def data_received(self, data: bytes) -> None:
        """One reply or several, or a part of one."""
        lines = (self._partial + data).split(b"\n")
        self._partial = lines.pop()
        for line in lines:
            if line[3:4] != b"-":
                self._hear(line)

    def connection_lost(self, exc: Exception | None) -> None:
        """It counts as broken unless the conversation had ended."""
        del exc
        self._tally.broken += self._transport is not None
        self._transport = None
        self._talk.close()
        self._end()

    # --- called by its owner ----------------------------------------------------------------------

    def give_up(self) -> None:
        """Hang up without a word."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()

    # --- own ------------------------------------------------------------------------------------

    def _hear(self, reply: bytes) -> None:
        try:
            self._act(self._talk.send(reply))
        except StopIteration:
            self._hang_up()
        except RefusedError as refused:
            self._tally.refused[refused.code] += 1
            self._hang_up()

    def _act(self, said: Said) -> None:
        """Until a reply is to be heard."""
        while not isinstance(said, tuple):
            if said is Turn.TLS:
                self._handshake = self._loop.create_task(self._secure())
                return
            wait = said - time.monotonic()
            if wait > 0:
                self._loop.call_later(wait, self._go_on)
                return
            said = next(self._talk)
        if said and self._transport is not None:
            self._transport.writelines(said)

    def _go_on(self) -> None:
        if self._transport is not None:
            self._act(next(self._talk))

    async def _secure(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        assert self._transport is not None
        secured = await self._loop.start_tls(
            self._transport, self, context, ssl_handshake_timeout=_TLS_WITHIN
        )
        assert secured is not None
        self._transport = secured
        self._go_on()

    def _hang_up(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
