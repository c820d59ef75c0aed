"""What is asked of one inbox, without I/O: how a wait goes on over restarts, and what it comes to."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from mailweir.testing.errors import MailweirError
from mailweir.testing.exchange import AWAY, Answer, Ask, Conversation
from mailweir.testing.failures import Miss, came, not_found
from mailweir.testing.mail import Attachment, Mail
from mailweir.testing.wishes import Wish

SLICE: Final = 50
"""Seconds of one question, as proxies end a silent one after a minute; a wait asks as many as it needs."""

_AGAIN: Final = 0.2  # seconds after which a server that is away is asked again
_MARGIN: Final = 20.0  # seconds that an answer may take over its time, and an outage over a silence's
_EARLY: Final = 0.05  # seconds that a server may be early
_MOST: Final = 1000  # messages that are removed one by one
_OK, _FORBIDDEN, _NOT_FOUND, _TIMEOUT, _CONFLICT = 200, 403, 404, 408, 409


@dataclass(slots=True)
class Box:
    """One inbox. `since`: from when on its mail counts, as ISO 8601; `given`: ids of what it has given.

    `touched` is told whenever something is asked of it. `hint` says where mail for it should go.
    """

    address: str
    since: str
    touched: dict[str, "Box"] = field(default_factory=dict[str, "Box"])
    hint: str = ""
    now: Callable[[], float] = time.monotonic
    given: set[str] = field(default_factory=set[str])

    def wait(self, wish: Wish, timeout: float, *, claim: bool = False) -> Conversation[Mail]:
        """The first message that fits. Raises MailNotFoundError, MailweirError."""
        __tracebackhide__ = True
        until = self.now() + timeout
        search = _Search(self, wish)
        claims = {"claim": "true"} if claim else {}
        after = 0.0
        while True:
            seconds = _slice(until - self.now())
            answer = yield self._ask(
                "wait", search.query() | claims | {"timeout": str(seconds)}, seconds, after
            )
            after = _AGAIN if answer.status in AWAY else 0.0
            if answer.status == _OK:
                if search.fits(mail := Mail(answer.json()["message"])):
                    self.given.add(mail.id)
                    return mail
            elif search.lost(answer) or (answer.status in {_TIMEOUT, *AWAY} and not self._over(until)):
                continue
            elif answer.status in {_TIMEOUT, *AWAY}:
                raise not_found(wish, self.address, timeout, answer, search.passed, self.hint)
            else:
                raise MailweirError(answer.trouble, answer.status)

    def quiet(self, wish: Wish, seconds: float) -> Conversation[None]:
        """Ends when nothing that fits has come for so long. Raises UnexpectedMailError, MailweirError."""
        __tracebackhide__ = True
        until = self.now() + seconds
        search = _Search(self, wish)
        after = 0.0
        while True:
            part = _slice(until - self.now())
            answer = yield self._ask("quiet", search.query() | {"for": str(part)}, part, after)
            after = _AGAIN if answer.status in AWAY else 0.0
            if answer.status == _OK:
                if self._over(until):
                    return
            elif answer.status == _CONFLICT:
                if search.fits(mail := Mail(answer.json()["message"])):
                    raise came(wish, self.address, mail)
            elif search.lost(answer) or (answer.status in AWAY and self.now() < until + _MARGIN):
                continue
            else:
                raise MailweirError(answer.trouble, answer.status)

    def messages(self, limit: int, patience: float = 30.0) -> Conversation[Sequence[Mail]]:
        """Its newest messages, newest first. Raises MailweirError."""
        self.touched[self.address] = self
        answer = yield Ask("GET", f"{self._path}/messages?limit={limit}", patience=patience)
        return [Mail(message) for message in wanted(answer).json()]

    def clear(self) -> Conversation[None]:
        """Removes its messages. Raises MailweirError."""
        self.touched[self.address] = self
        answer = yield Ask("DELETE", f"{self._path}/messages")
        if answer.status != _FORBIDDEN:
            wanted(answer)
            return
        for mail in (yield from self.messages(_MOST)):  # without a key that may be allowed one by one
            wanted((yield Ask("DELETE", f"{self._path}/messages/{quote(mail.id)}")))

    def content(self, what: str, id_: str) -> Conversation[bytes]:
        """A message's `text`, `dirty` (its HTML as it came) or `raw`. Raises MailweirError."""
        answer = yield Ask("GET", f"/api/{what}/{quote(self.address, safe='@')}/{quote(id_)}")
        return wanted(answer).body

    def attachments(self, id_: str) -> Conversation[Sequence[Attachment]]:
        """The files that came with a message. Raises MailweirError."""
        path = f"{self._path}/messages/{quote(id_)}/attachments"
        found: Sequence[Mapping[str, Any]] = wanted((yield Ask("GET", path))).json()
        files: list[Attachment] = []
        for file in found:
            octets = wanted((yield Ask("GET", f"{path}/{file['sha256']}"))).body
            files.append(Attachment.of(file, octets))
        return files

    def _over(self, until: float) -> bool:
        """Whether it is that moment, as far as the server's clock and ours agree what a second is."""
        return self.now() >= until - _EARLY

    def _ask(self, what: str, query: Mapping[str, str], seconds: int, after: float) -> Ask:
        self.touched[self.address] = self
        target = f"{self._path}/{what}?{urlencode(query)}"
        return Ask("GET", target, after=after, patience=seconds + _MARGIN)

    @property
    def _path(self) -> str:
        return f"/api/addresses/{quote(self.address, safe='@')}"


class _Search:
    """One wait's way through an inbox: each message that will not do is where it goes on from."""

    def __init__(self, box: Box, wish: Wish) -> None:
        self._box = box
        self._wish = wish
        self._since = wish.start(box.since)
        self._moment = ""  # when the message came that `_since` names
        self.passed: list[Miss] = []

    def query(self) -> dict[str, str]:
        """The server's parameters, but for how long."""
        return {"since": self._since, **self._wish.query()}

    def fits(self, mail: Mail) -> bool:
        """Whether it is the one; else the search goes on after it."""
        failed = self._wish.lacks(mail)
        if self._wish.since is None and mail.id in self._box.given:
            failed = ["given to an earlier wait of this test"]
        if not failed:
            return True
        self.passed.append(Miss(mail, failed))
        self._since, self._moment = mail.id, str(mail.data["received"])
        return False

    def lost(self, answer: Answer) -> bool:
        """Whether the message that it went on from is gone; then it goes on from that one's moment."""
        if answer.status != _NOT_FOUND or not self._moment:
            return False
        self._since, self._moment = self._moment, ""
        return True


def wanted(answer: Answer) -> Answer:
    """The answer, when the server did what it was asked. Raises MailweirError."""
    if answer.status // 100 != 2:  # noqa: PLR2004  RFC 9110 §15.3
        raise MailweirError(answer.trouble, answer.status)
    return answer


def _slice(left: float) -> int:
    """Seconds that the next question is for."""
    return min(math.ceil(max(left, 0)), SLICE)
