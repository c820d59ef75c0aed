"""Mail for tests that wait with their thread: a server, its runs, their inboxes, and what comes there.

inbox = Mailweir("http://127.0.0.1:8025").inbox("sign-up")
shop.sign_up(inbox.address)
shop.confirm(inbox.wait(code=True).code)
"""

import socket
import time
from collections.abc import Sequence
from functools import cached_property
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


class Message(Mail):
    """A message; what is not known of it yet is asked for once it is looked at. May raise MailweirError."""

    def __init__(self, mail: Mail, box: Box, server: Server) -> None:
        super().__init__(mail.data)
        self._box = box
        self._server = server

    @cached_property
    def text(self) -> str:
        """The text; made from the HTML when the message has none."""
        return hold(self._server, self._box.content("text", self.id)).decode()

    @cached_property
    def html(self) -> str:
        """The HTML as the sender wrote it; made from the text when the message has none."""
        return hold(self._server, self._box.content("dirty", self.id)).decode()

    @cached_property
    def raw(self) -> bytes:
        """The whole message as it came, byte for byte."""
        return hold(self._server, self._box.content("raw", self.id))

    @cached_property
    def attachments(self) -> Sequence[Attachment]:
        """The files that came with it, in their order."""
        return hold(self._server, self._box.attachments(self.id))


class Inbox:
    """One inbox, by its address."""

    def __init__(self, box: Box, service: Service) -> None:
        self.address = box.address
        self._box = box
        self._service = service

    def __repr__(self) -> str:
        return f"<Inbox {self.address}>"

    def wait(self, *, timeout: float | None = None, claim: bool = False, **wanted: Unpack[Wanted]) -> Message:
        """The first message that fits, of those that this inbox has not given yet.

        `timeout` in seconds, of any length; a server that is away meanwhile is waited for. `claim` keeps the
        message from everybody else who claims. Raises MailNotFoundError, and MailweirError.
        """
        __tracebackhide__ = True
        seconds = self._service.timeout if timeout is None else timeout
        mail = hold(self._service.server, self._box.wait(Wish(**wanted), seconds, claim=claim))
        return Message(mail, self._box, self._service.server)

    def assert_quiet(self, seconds: float = 5, **unwanted: Unpack[Wanted]) -> None:
        """Ends when nothing that fits has come in so many seconds, beside what was given.

        Raises UnexpectedMailError as soon as it has, and MailweirError.
        """
        __tracebackhide__ = True
        hold(self._service.server, self._box.quiet(Wish(**unwanted), seconds))

    def messages(self, limit: int = 50) -> Sequence[Message]:
        """The newest of all that is in it, newest first. Raises MailweirError."""
        found = hold(self._service.server, self._box.messages(limit))
        return [Message(mail, self._box, self._service.server) for mail in found]

    def clear(self) -> None:
        """Removes all that is in it. Raises MailweirError."""
        hold(self._service.server, self._box.clear())


class Run:
    """Inboxes that belong together and end together; as a context manager it ends with its block."""

    def __init__(self, facts: RunFacts, service: Service) -> None:
        self.facts = facts
        self._service = service

    def inbox(self, name: str = "") -> Inbox:
        """A fresh inbox that nobody else knows, named for what it is for."""
        return Inbox(self._service.box(self.facts.address(name), self.facts.created), self._service)

    def bundle(self) -> bytes:
        """All its mail, and what was waited for, as a ZIP archive. Raises MailweirError."""
        return hold(self._service.server, self._service.bundle(self.facts))

    def end(self) -> int:
        """Removes it with all its mail; how many messages that were. Raises MailweirError."""
        return hold(self._service.server, self._service.end(self.facts))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class Mailweir:
    """One server. `timeout`: seconds that a wait takes when it says nothing else.

    `smtp` as `host:port`: where mail for it is sent; when left out, port 1025 of the same machine.
    """

    def __init__(self, url: str, key: str = "", *, smtp: str = "", timeout: float = USUAL_TIMEOUT) -> None:
        """Raises MailweirError for what is no URL."""
        self.service = service(url, key, smtp, timeout)
        self._run: Run | None = None

    @property
    def url(self) -> str:
        """Where its pages and its API begin, without a slash."""
        return self.service.server.url

    @property
    def smtp(self) -> MailServer:
        """Host and port for the application's settings."""
        return self.service.smtp

    def run(self, **wish: Unpack[RunWish]) -> Run:
        """Opens a run. Raises MailweirError."""
        return Run(hold(self.service.server, self.service.open(wish)), self.service)

    def open(self, **wish: Unpack[RunWish]) -> Run:
        """Opens the run that `inbox` has its inboxes of; one that lasts an hour if this is left out."""
        self._run = self.run(**wish)
        return self._run

    @property
    def shared_run(self) -> Run:
        """The run of `inbox`, opened by whoever asks first. Raises MailweirError."""
        return self._run or self.open()

    def inbox(self, name: str = "") -> Inbox:
        """A fresh inbox of one run that all of these share. Raises MailweirError."""
        return self.shared_run.inbox(name)

    def at(self, address: str) -> Inbox:
        """The inbox of an address that others may know; its mail of the last minute counts."""
        return Inbox(self.service.box(address, a_minute_ago()), self.service)


def hold(server: Server, conversation: Conversation[T]) -> T:
    """What a conversation with that server comes to. Raises what it raises."""
    __tracebackhide__ = True
    try:
        ask = next(conversation)
        while True:
            ask = conversation.send(_asked(server, ask))
    except StopIteration as end:
        return end.value


def _asked(server: Server, ask: Ask) -> Answer:
    time.sleep(ask.after)  # noqa: TID251  this thread is the test's, and waits
    try:
        with _connected(server, ask.patience) as connection:
            connection.sendall(server.octets(ask))
            octets = bytearray()
            while part := connection.recv(65536):
                octets += part
    except OSError as error:
        return server.silence(error)
    return server.answer(bytes(octets))


def _connected(server: Server, patience: float) -> socket.socket:
    connection = socket.create_connection((server.host, server.port), patience)
    if server.scheme == "http":
        return connection
    from ssl import create_default_context  # noqa: PLC0415  10 ms of every start of pytest

    return create_default_context().wrap_socket(connection, server_hostname=server.host)
