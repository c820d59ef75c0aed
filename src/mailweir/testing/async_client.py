"""The same for tests on asyncio's loop, or uvloop's: whatever may ask the server is awaited.

inbox = await AsyncMailweir("http://127.0.0.1:8025").inbox("sign-up")
await shop.sign_up(inbox.address)
await shop.confirm((await inbox.wait(code=True)).code)
"""

from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar, Unpack

from mailweir.testing.box import Box
from mailweir.testing.exchange import Answer, Ask, Conversation, Server
from mailweir.testing.mail import Attachment, Mail
from mailweir.testing.run_facts import RunFacts
from mailweir.testing.service import (
    USUAL_TIMEOUT,
    MailServer,
    RunWish,
    Service,
    a_minute_ago,
    service,
)
from mailweir.testing.wishes import Wanted, Wish

T = TypeVar("T")


class AsyncMessage(Mail):
    """A message; what is not known of it yet is asked for. Each may raise MailweirError."""

    def __init__(self, mail: Mail, box: Box, server: Server) -> None:
        super().__init__(mail.data)
        self._box = box
        self._server = server

    async def text(self) -> str:
        """The text; made from the HTML when the message has none."""
        return (await hold(self._server, self._box.content("text", self.id))).decode()

    async def html(self) -> str:
        """The HTML as the sender wrote it; made from the text when the message has none."""
        return (await hold(self._server, self._box.content("dirty", self.id))).decode()

    async def raw(self) -> bytes:
        """The whole message as it came, byte for byte."""
        return await hold(self._server, self._box.content("raw", self.id))

    async def attachments(self) -> Sequence[Attachment]:
        """The files that came with it, in their order."""
        return await hold(self._server, self._box.attachments(self.id))


class AsyncInbox:
    """One inbox, by its address."""

    def __init__(self, box: Box, service: Service) -> None:
        self.address = box.address
        self._box = box
        self._service = service

    def __repr__(self) -> str:
        return f"<AsyncInbox {self.address}>"

    async def wait(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  the server counts it
        claim: bool = False,
        **wanted: Unpack[Wanted],
    ) -> AsyncMessage:
        """The first message that fits, of those that this inbox has not given yet, as `Inbox.wait`."""
        __tracebackhide__ = True
        seconds = self._service.timeout if timeout is None else timeout
        mail = await hold(self._service.server, self._box.wait(Wish(**wanted), seconds, claim=claim))
        return AsyncMessage(mail, self._box, self._service.server)

    async def assert_quiet(self, seconds: float = 5, **unwanted: Unpack[Wanted]) -> None:
        """Ends when nothing that fits has come in so many seconds, as `Inbox.assert_quiet`."""
        __tracebackhide__ = True
        await hold(self._service.server, self._box.quiet(Wish(**unwanted), seconds))

    async def messages(self, limit: int = 50) -> Sequence[AsyncMessage]:
        """The newest of all that is in it, newest first. Raises MailweirError."""
        found = await hold(self._service.server, self._box.messages(limit))
        return [AsyncMessage(mail, self._box, self._service.server) for mail in found]

    async def clear(self) -> None:
        """Removes all that is in it. Raises MailweirError."""
        await hold(self._service.server, self._box.clear())


class AsyncRun:
    """Inboxes that belong together and end together; as a context manager it ends with its block."""

    def __init__(self, facts: RunFacts, service: Service) -> None:
        self.facts = facts
        self._service = service

    def inbox(self, name: str = "") -> AsyncInbox:
        """A fresh inbox that nobody else knows, named for what it is for."""
        return AsyncInbox(self._service.box(self.facts.address(name), self.facts.created), self._service)

    async def bundle(self) -> bytes:
        """All its mail, and what was waited for, as a ZIP archive. Raises MailweirError."""
        return await hold(self._service.server, self._service.bundle(self.facts))

    async def end(self) -> int:
        """Removes it with all its mail; how many messages that were. Raises MailweirError."""
        return await hold(self._service.server, self._service.end(self.facts))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.end()


class AsyncMailweir:
    """One server, as `Mailweir`."""

    def __init__(self, url: str, key: str = "", *, smtp: str = "", timeout: float = USUAL_TIMEOUT) -> None:
        """Raises MailweirError for what is no URL."""
        self.service = service(url, key, smtp, timeout)
        self._run: AsyncRun | None = None

    @classmethod
    def of(cls, service: Service, run: RunFacts) -> "AsyncMailweir":
        """The twin of a client that has opened a run already."""
        twin = cls(service.server.url)
        twin.service, twin._run = service, AsyncRun(run, service)
        return twin

    @property
    def url(self) -> str:
        """Where its pages and its API begin, without a slash."""
        return self.service.server.url

    @property
    def smtp(self) -> MailServer:
        """Host and port for the application's settings."""
        return self.service.smtp

    async def run(self, **wish: Unpack[RunWish]) -> AsyncRun:
        """Opens a run. Raises MailweirError."""
        return AsyncRun(await hold(self.service.server, self.service.open(wish)), self.service)

    async def inbox(self, name: str = "") -> AsyncInbox:
        """A fresh inbox of one run that all of these share. Raises MailweirError."""
        self._run = self._run or await self.run()
        return self._run.inbox(name)

    def at(self, address: str) -> AsyncInbox:
        """The inbox of an address that others may know; its mail of the last minute counts."""
        return AsyncInbox(self.service.box(address, a_minute_ago()), self.service)


async def hold(server: Server, conversation: Conversation[T]) -> T:
    """What a conversation with that server comes to. Raises what it raises."""
    __tracebackhide__ = True
    try:
        ask = next(conversation)
        while True:
            ask = conversation.send(await _asked(server, ask))
    except StopIteration as end:
        return end.value


async def _asked(server: Server, ask: Ask) -> Answer:
    import asyncio  # noqa: PLC0415  30 ms of every start of pytest

    await asyncio.sleep(ask.after)
    try:
        async with asyncio.timeout(ask.patience):
            tls = server.scheme == "https"
            reader, writer = await asyncio.open_connection(server.host, server.port, ssl=tls or None)
            try:
                writer.write(server.octets(ask))
                octets = await reader.read(-1)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        return server.silence(error)
    return server.answer(octets)
