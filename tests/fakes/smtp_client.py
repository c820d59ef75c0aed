"""A fast SMTP client that remembers what was answered.

A transaction is pipelined as RFC 2920 allows. What a sender of mail may not do (hang up, stop half-way,
send nonsense) is done with `write`. A connection that ends raises ConnectionError.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

PATIENCE = 30.0  # seconds for one reply
_LONGEST_REPLY = 1 << 16


class Reply(NamedTuple):
    code: int
    text: str

    @property
    def queue_id(self) -> str:
        """What a kept message is called."""
        return self.text.rpartition("queued as ")[2]


@dataclass(frozen=True, slots=True)
class Mail:
    """`content` has CRLF line ends; `chunked` sends it by BDAT."""

    recipients: Sequence[str]
    content: bytes
    chunked: bool = False
    sender: str = "sender@origin.test"

    def envelope(self) -> bytes:
        """MAIL and RCPT."""
        lines = [f"MAIL FROM:<{self.sender}>", *(f"RCPT TO:<{each}>" for each in self.recipients), ""]
        return "\r\n".join(lines).encode()

    def ending(self) -> bytes:
        """What follows `354`: the content with its dots stuffed, and the end."""
        stuffed = self.content.replace(b"\r\n.", b"\r\n..")
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") or not stuffed else b"\r\n.\r\n")


class Talk:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.greeting = Reply(0, "")

    async def reply(self) -> Reply:
        """The next reply; the text of all its lines, joined by newlines."""
        texts: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while True:
                line = await self._reader.readline()
                if not line.endswith(b"\n"):
                    raise ConnectionResetError("the server closed the connection")
                texts.append(line[4:].decode().rstrip("\r\n"))
                if line[3:4] != b"-":
                    return Reply(int(line[:3]), "\n".join(texts))

    async def command(self, line: str) -> Reply:
        await self.write(line.encode() + b"\r\n")
        return await self.reply()

    async def write(self, octets: bytes) -> None:
        """Sends octets as they are."""
        self._writer.write(octets)
        async with asyncio.timeout(PATIENCE):
            await self._writer.drain()

    async def deliver(self, mail: Mail, ending: Callable[[], None] = lambda: None) -> Reply:
        """One transaction: its first refusal, or the answer to the whole.

        `ending` is called before its end leaves.
        """
        if mail.chunked:
            ending()
            head = f"BDAT {len(mail.content)} LAST\r\n".encode()
            await self.write(mail.envelope() + head + mail.content)
            refusal = await self._first_refusal(len(mail.recipients) + 1)
            answer = await self.reply()
            return refusal or answer
        await self.write(mail.envelope() + b"DATA\r\n")
        refusal = await self._first_refusal(len(mail.recipients) + 1)
        answer = await self.reply()
        if answer.code != 354:
            return refusal or answer
        ending()
        await self.write(mail.ending())
        return await self.reply()

    async def start_tls(self) -> ssl.SSLObject:
        """STARTTLS with whatever certificate there is, and EHLO again; the TLS connection."""
        assert (await self.command("STARTTLS")).code == 220
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        await self._writer.start_tls(context)
        assert (await self.command("EHLO origin.test")).code == 250
        return self._writer.get_extra_info("ssl_object")

    async def closed(self, within: float = PATIENCE) -> bytes:
        """What the server still says before it closes, or resets the connection."""
        said = b""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(within):
                while more := await self._reader.read(_LONGEST_REPLY):
                    said += more
        return said

    async def close(self) -> None:
        """Hangs up without a word."""
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._writer.wait_closed()

    async def _first_refusal(self, count: int) -> Reply | None:
        replies = [await self.reply() for _ in range(count)]
        return next((one for one in replies if one.code >= 400), None)


@asynccontextmanager
async def talking(
    where: tuple[str, int], *, hello: str = "EHLO origin.test", source: str | None = None
) -> AsyncGenerator[Talk]:
    """A connection that has been greeted and has said its name; without `hello` it says nothing."""
    async with asyncio.timeout(PATIENCE):
        local = None if source is None else (source, 0)
        reader, writer = await asyncio.open_connection(*where, limit=_LONGEST_REPLY, local_addr=local)
    talk = Talk(reader, writer)
    try:
        talk.greeting = await talk.reply()
        if hello:
            answer = await talk.command(hello)
            if answer.code != 250:
                raise ConnectionRefusedError(f"{answer.code} {answer.text}")
        yield talk
    finally:
        await talk.close()


async def deliver_all(where: tuple[str, int], mails: Sequence[Mail], *, connections: int = 8) -> list[Reply]:
    """Every mail over so many connections at once; the answers in the order of the mails."""
    answers: dict[int, Reply] = {}
    waiting = iter(enumerate(mails))

    async def work(mine: Iterable[tuple[int, Mail]]) -> None:
        async with talking(where) as talk:
            for number, mail in mine:
                answers[number] = await talk.deliver(mail)
            await talk.command("QUIT")

    async with asyncio.TaskGroup() as tasks:
        for number in range(connections):
            tasks.create_task(work(waiting), name=f"sender {number}")
    return [answers[number] for number in range(len(mails))]


def a_message(subject: str, size: int = 0) -> bytes:
    """A small message, filled up to `size` octets."""
    head = f"From: sender@origin.test\r\nSubject: {subject}\r\n\r\nhello\r\n".encode()
    line = b"0123456789" * 7 + b"\r\n"
    return head + line * (max(size - len(head), 0) // len(line))
