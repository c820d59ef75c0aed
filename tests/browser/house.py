"""A server that has every vector as mail, in an inbox for each corpus, and the canary that it is aimed at."""

import http.client
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from browser.canary import Canary, a_canary
from browser.mails import html_mail, wordy_mail
from browser.vectors import Vector, corpus, everything
from browser.views import VIEWS, View
from fakes.api import Message
from fakes.server import PATIENCE, Server, a_server

_LOOK_AGAIN = 0.05  # seconds
_SPREAD = 40  # one in so many of the documents is also looked at as words


@dataclass(frozen=True, slots=True)
class House:
    server: Server
    canary: Canary
    mail: dict[str, Sequence[Message]] = field(default_factory=dict[str, Sequence[Message]])
    fetched: list[str] = field(default_factory=list[str])
    """What the canary was asked for before there was a browser."""

    @property
    def origin(self) -> str:
        return f"http://{self.server.http}"

    def paths(self, view: View, name: str) -> Sequence[str]:
        """Where that view shows each message of an inbox."""
        return [view.of(address(name), one["_id"], _first_file(one)) for one in self.mail[name]]

    def drop(self, name: str, mails: Sequence[bytes]) -> None:
        """Puts mail into the inbox of that name, and waits until all of it has been read."""
        connection = http.client.HTTPConnection(*self.server.http, timeout=PATIENCE)
        target, kind = f"/api/addresses/{address(name)}/messages", {"Content-Type": "message/rfc822"}
        for mail in mails:
            connection.request("POST", target, mail, kind)
            response = connection.getresponse()
            said = response.read()
            assert response.status == 201, said
        connection.close()
        self.mail[name] = self._read(name, len(mails))

    def prepare(self) -> None:
        """Has the server make every view of what asks most for it, and notes what it fetched itself."""
        for view in VIEWS.values():
            for path in self.paths(view, "words"):
                answer = self.server.api.get(path)
                assert answer.status == 200, f"{path}: {answer}"
        self.fetched.extend(self.canary.hits)

    def _read(self, name: str, wanted: int) -> Sequence[Message]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = self.server.api.inbox(address(name))
            if len(found) == wanted and all(one["digest"] != "pending" for one in found):
                return found
            time.sleep(_LOOK_AGAIN)  # noqa: TID251  it can only be asked again and again
        raise TimeoutError(f"the mail to {name} was not read in {PATIENCE:g} s")


@contextmanager
def a_house(data: Path) -> Generator[House]:
    """A server without mail, and its canary."""
    with a_canary() as canary, a_server(data) as server:
        yield House(server, canary)


@contextmanager
def a_full_house(data: Path) -> Generator[House]:
    """A server that has every vector as HTML, and many as the words of a message."""
    with a_house(data) as house:
        for name, found in everything().items():
            house.drop(name, [html_mail(one.aimed_at(house.canary.url)) for one in found])
        house.drop("words", [wordy_mail(one.aimed_at(house.canary.url)) for one in _words()])
        house.prepare()
        yield house


def _words() -> Sequence[Vector]:
    documents = [*corpus("scripts"), *corpus("remote")]
    return [*corpus("metadata"), *documents[::_SPREAD]]


def address(name: str) -> str:
    return f"{name}@thing.test"


def _first_file(message: Message) -> str:
    return next(iter(message["attachments"]), "")
