"""Reading an inbox over and over, almost for free.

Lists and single messages are what tests ask for again and again. They are answered here, in front of
the framework, with the same look-up of keys, the same rules of visibility and the same errors as
everything else. An answer names the inbox's revision as its ETag; who has it is told 304, and who has not
gets the octets that were made for the last one who asked, until the revision changes.
"""

import re
from collections import OrderedDict
from typing import Final

import msgspec
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from mailweir.model.address import Inbox
from mailweir.model.message import MessageId, Summary
from mailweir.policy.visibility import Caller, Reader
from mailweir.servers.web.answers import send_error, send_json, send_unchanged
from mailweir.servers.web.api.parameters import DEFAULT_LIMIT, inbox_of, limit_of, message_of
from mailweir.servers.web.api.schema import email_message
from mailweir.servers.web.caller import KEY, metered_reader, query_of
from mailweir.servers.web.door import WebFacts
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, NotFoundError
from mailweir.services.reading import Reading

_PATH: Final = re.compile(r"/api/addresses/(?!starred/)([^/]+)/messages(?:/([^/]+))?/?")
_QUERY: Final = frozenset({"limit", KEY})
_MESSAGES: Final = 2048  # whose JSON is kept
_MESSAGE_OCTETS: Final = 8 * 1024  # of the longest one that is
_LISTS: Final = 512
_LISTS_OCTETS: Final = 32 * 1024 * 1024

_ETAG: Final = re.compile(rb'"[^"]*+"')
_ROUTES: Final = ("/api/addresses/{email}/messages", "/api/addresses/{email}/messages/{message_id}")

_Asked = tuple[Inbox, int, str]
"""An inbox, how many of its messages, and by whom: each account sees what it has saved."""

_encode = msgspec.json.Encoder().encode


class Polling:
    """In front of `app`: serves what it can, and hands the rest on."""

    def __init__(self, app: ASGIApp, reading: Reading, facts: WebFacts) -> None:
        self._app = app
        self._reading = reading
        self._facts = facts
        self._messages: OrderedDict[int, tuple[Summary, bytes]] = OrderedDict()
        self._lists: OrderedDict[_Asked, tuple[int, bytes]] = OrderedDict()
        self._octets = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        assert scope["type"] == "http"  # noqa: S101  `guard` hands on nothing else
        asked = _PATH.fullmatch(scope["path"]) if scope["method"] == "GET" else None
        if asked is None:
            await self._app(scope, receive, send)
            return
        try:
            query = query_of(scope) if scope["query_string"] else {}
            if _QUERY.issuperset(query):
                reader, inbox = metered_reader(scope), inbox_of(asked[1])
                if self._reading.access.catches(inbox) is None:  # a catch-all shows what has no revision
                    await self._answer(scope, reader, inbox, asked[2], query.get("limit"), send)
                    return
        except Exception as error:  # noqa: BLE001  the table of errors knows what each means
            await send_error(error, self._facts, f"GET {_ROUTES[asked[2] is not None]}", send)
            return
        await self._app(scope, receive, send)

    async def _answer(
        self, scope: HTTPScope, reader: Reader, inbox: Inbox, id_: str | None, limit: str | None, send: Send
    ) -> None:
        revision = await self._reading.mailbox.revision(inbox)
        if id_ is not None:
            await self._answer_one(scope, reader, inbox, message_of(id_), revision, send)
            return
        caller = self._reading.access.read(reader, inbox)
        length = limit_of(str(DEFAULT_LIMIT) if limit is None else limit)
        asked = (inbox, length, self._who(caller))
        etag = self._etag(revision, length, caller)
        if _names(scope, etag):
            await send_unchanged(etag, send)
        else:
            await send_json(await self._list(reader, asked, revision), etag, send)

    async def _answer_one(
        self, scope: HTTPScope, reader: Reader, inbox: Inbox, message: MessageId, revision: int, send: Send
    ) -> None:
        """Looked up in any case: what is not there, or not shown, is nothing that a client may have."""
        found = await self._reading.find(reader, inbox, message)
        if found is None:
            raise NotFoundError(NO_SUCH_MESSAGE)
        etag = self._etag(revision, message, self._reading.access.caller(reader))
        if _names(scope, etag):
            await send_unchanged(etag, send)
        else:
            await send_json(self._json(found), etag, send)

    def _etag(self, revision: int, what: int | MessageId, caller: Caller) -> bytes:
        return f'"{self._facts.version}.{revision:x}.{what}{self._who(caller)}"'.encode()

    def _who(self, caller: Caller) -> str:
        """What makes one reader's answer another's."""
        if self._reading.access.only_latest(caller):
            return "n"
        return f"-{caller.account}" if caller.account else ""

    async def _list(self, reader: Reader, asked: _Asked, revision: int) -> bytes:
        """What is made for one reader is every reader's who may read this inbox, and who was asked."""
        inbox, limit, _ = asked
        made = self._lists.get(asked)
        if made is not None and made[0] == revision:
            return made[1]
        found = await self._reading.inbox(reader, inbox, limit=limit)
        octets = b"[" + b",".join(map(self._json, found)) + b"]"
        if all(one.brief is not None for one in found):  # else the next reader waits for the digests, too
            self._keep(asked, revision, octets)
        return octets

    def _json(self, summary: Summary) -> bytes:
        made = self._messages.get(summary.seq)
        if made is not None and made[0] is summary:
            return made[1]
        octets = _encode(email_message(summary))
        if len(octets) <= _MESSAGE_OCTETS:
            self._messages[summary.seq] = (summary, octets)
            if len(self._messages) > _MESSAGES:
                self._messages.popitem(last=False)
        return octets

    def _keep(self, name: _Asked, revision: int, octets: bytes) -> None:
        if (old := self._lists.pop(name, None)) is not None:
            self._octets -= len(old[1])
        self._lists[name] = (revision, octets)
        self._octets += len(octets)
        while len(self._lists) > _LISTS or self._octets > _LISTS_OCTETS:
            self._octets -= len(self._lists.popitem(last=False)[1][1])


def _names(scope: HTTPScope, etag: bytes) -> bool:
    """RFC 9110 §13.1.2: whether the client has what this ETag names; compared weakly, as §8.8.3.2 says."""
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            return value.strip() == b"*" or etag in _ETAG.findall(value)
    return False
