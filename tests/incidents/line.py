"""One SMTP connection of a load, from an address of loopback: octets out, replies in, at little cost."""

import asyncio
import base64
import socket
from collections import deque
from typing import Final, cast

from incidents.letters import Letter

# linux/in.h: the port is chosen when the connection is made, so that one port serves several peers and
# those that have just been closed can be used again.
_BIND_ADDRESS_NO_PORT: Final = 24
_GONE: Final = "the server closed the connection"


class Line(asyncio.Protocol):
    """Replies are last lines. Whoever waits for one when the connection ends gets ConnectionResetError."""

    def __init__(self) -> None:
        """On a running loop."""
        self._loop = asyncio.get_running_loop()
        self._replies: deque[bytes] = deque()
        self._partial = b""
        self._open = False  # a transaction that came to nothing
        self._waiter: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[None] = self._loop.create_future()

    # --- called by the event loop ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        lines = (self._partial + data).split(b"\n")
        self._partial = lines.pop()
        for line in lines:
            if line[3:4] == b"-":
                continue
            waiter, self._waiter = self._waiter, None
            if waiter is None or waiter.done():
                self._replies.append(line)
            else:
                waiter.set_result(line)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(ConnectionResetError(_GONE))
        if not self.lost.done():
            self.lost.set_result(None)

    # --- called by its owner --------------------------------------------------------------------

    async def reply(self) -> bytes:
        """The next one."""
        if self._replies:
            return self._replies.popleft()
        if self._transport is None:
            raise ConnectionResetError(_GONE)
        self._waiter = self._loop.create_future()
        return await self._waiter

    def write(self, *pieces: bytes) -> None:
        """What cannot leave any more is dropped: the next reply tells."""
        if self._transport is not None:
            self._transport.writelines(pieces)

    def hang_up(self) -> None:
        """Without a word."""
        if self._transport is not None:
            self._transport.abort()

    # --- dialogs --------------------------------------------------------------------------------

    async def greeted(self, hello: bytes) -> bytes:
        """Waits for the greeting and says hello; the first refusal, or the answer to hello."""
        greeting = await self.reply()
        if not greeting.startswith(b"220"):
            return greeting
        self.write(b"EHLO %s\r\n" % hello)
        return await self.reply()

    async def signed_in(self, name: str, key: str) -> bytes:
        """The answer to AUTH PLAIN (RFC 4616)."""
        self.write(b"AUTH PLAIN %s\r\n" % base64.b64encode(f"\0{name}\0{key}".encode()))
        return await self.reply()

    async def handed_in(self, letter: Letter) -> bytes:
        """One transaction, pipelined (RFC 2920): its first refusal, or the answer to the whole."""
        begin = b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n" % (letter.sender, letter.recipient)
        if self._open:
            self.write(b"RSET\r\n", begin)
            await self.reply()
        else:
            self.write(begin)
        self._open = True
        refusal = await self._refusal(2)
        try:
            answer = await self.reply()
            if not answer.startswith(b"354"):
                return refusal or answer
            self.write(letter.content if refusal is None else b".\r\n")
            answer = await self.reply()
        except ConnectionError:
            if refusal is None:
                raise
            return refusal  # that it hung up upon
        self._open = False
        return refusal or answer

    async def _refusal(self, count: int) -> bytes | None:
        """The first among so many replies."""
        refusal: bytes | None = None
        for _ in range(count):
            try:
                reply = await self.reply()
            except ConnectionError:
                if refusal is None:
                    raise
                return refusal
            if refusal is None and reply[:1] != b"2":
                refusal = reply
        return refusal


async def connected(where: tuple[str, int], source: str) -> socket.socket:
    """A connection from that address. Raises OSError."""
    ours = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        ours.settimeout(0)
        ours.setsockopt(socket.SOL_IP, _BIND_ADDRESS_NO_PORT, 1)
        ours.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(ours, where)
    except BaseException:
        ours.close()
        raise
    return ours


async def a_line(where: tuple[str, int], source: str) -> Line:
    """The same to speak SMTP over. Raises OSError."""
    ours = await connected(where, source)
    try:
        _, line = await asyncio.get_running_loop().create_connection(Line, sock=ours)
    except BaseException:
        ours.close()
        raise
    return line


async def handed_over(where: tuple[str, int], source: str, hello: bytes, letter: Letter) -> bytes:
    """One message over a connection of its own: the deciding reply. Raises OSError."""
    line = await a_line(where, source)
    try:
        answer = await line.greeted(hello)
        if code(answer) != 250:
            return answer
        answer = await line.handed_in(letter)
        line.write(b"QUIT\r\n")
    finally:
        line.hang_up()
    return answer


def code(reply: bytes) -> int:
    """0 for what is no reply."""
    return int(reply[:3]) if reply[:3].isdigit() else 0
