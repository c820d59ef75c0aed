"""Every route by who asks, whose inbox it is and how the key is sent: what may be seen, and what never is.

The rows are generated from the route table: a route without a row here fails.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Final

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.web_house import Furnish, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.marking import toggled
from mailweir.policy.visibility import AnonymousRules
from mailweir.servers.web import health, message_pages, pages, reference, static
from mailweir.servers.web.api.routes import API

PUBLIC, PRIVATE, STARRED = "public@thing.test", "private@thing.test", "starred@thing.test"
SAID: Final = {PUBLIC: "shown-482913", PRIVATE: "hidden-735102", STARRED: "saved-264950"}


def mail(inbox: str) -> bytes:
    """One that says in each of its parts whose it is."""
    said = SAID[inbox]
    return (
        f"From: ann@sender.test\r\nSubject: {said}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n<p>{said}</p>\r\n"
        f"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n{said}\r\n--b--\r\n"
    ).encode()


CALLERS: Final = ("anonymous", "neighbour", "owner", "stranger", "revoked", "unknown")
WAYS: Final = ("header", "query")
ROUTES: Final = sorted(
    (str(method), path)
    for handler in (
        *API,
        *pages.HANDLERS,
        *message_pages.HANDLERS,
        *health.HANDLERS,
        *reference.HANDLERS,
        *static.HANDLERS,
    )
    for path in handler.paths
    for method in handler.http_methods
)

Expected = Mapping[str, int]


@dataclass(frozen=True)
class Row:
    """What a route answers by caller: for a public inbox and for one that `owner` has for himself.

    Of a message that he has starred in a public inbox nobody else is told anything.
    `shows`: whether what it answers `owner` holds the mail.
    """

    public: Expected
    private: Expected
    shows: bool = False
    body: bytes | None = None
    type: str = ""

    def expected(self, route: str, cell: "Cell") -> int:
        if cell.inbox == PUBLIC or (cell.inbox == STARRED and "{message_id" not in route):
            return self.public[cell.caller]
        if cell.inbox == PRIVATE or cell.caller == "owner":
            return self.private[cell.caller]
        return 401 if self.public[cell.caller] == 401 else 404


def by_caller(anonymous: int, owner: int, stranger: int, neighbour: int = 0, unknown: int = 401) -> Expected:
    return {
        "anonymous": anonymous,
        "neighbour": neighbour or anonymous,
        "owner": owner,
        "stranger": stranger,
        "revoked": unknown,
        "unknown": unknown,
    }


def reads(ok: int = 200, *, shows: bool = True) -> Row:
    return Row(by_caller(ok, ok, ok), by_caller(401, ok, 403), shows)


def open_to_all(status: int = 200) -> Row:
    everybody = by_caller(status, status, status, unknown=status)
    return Row(everybody, everybody)


EVERYTHING = by_caller(401, 200, 200, neighbour=200)
ACCOUNT = by_caller(401, 200, 200)
MESSAGE: Final = "/api/addresses/{email:str}/messages/{message_id:str}"
LOOKING = by_caller(200, 200, 200)
SORTING = Row(by_caller(401, 403, 403), by_caller(401, 200, 403))
ROWS: Final[Mapping[tuple[str, str], Row]] = {
    ("GET", "/api/messages"): Row(EVERYTHING, EVERYTHING, shows=True),
    ("GET", "/api/events"): Row(EVERYTHING, EVERYTHING),
    ("GET", "/changes"): Row(EVERYTHING, EVERYTHING),
    ("GET", "/"): Row(by_caller(200, 200, 200), by_caller(200, 200, 200), shows=True),
    ("GET", "/api/addresses/{email:str}/messages"): reads(),
    ("DELETE", "/api/addresses/{email:str}/messages"): Row(
        by_caller(403, 403, 403), by_caller(401, 204, 403)
    ),
    ("POST", "/api/addresses/{email:str}/messages"): Row(
        by_caller(201, 201, 201), by_caller(201, 201, 201), body=mail(PUBLIC), type="message/rfc822"
    ),
    ("GET", "/api/addresses/{email:str}/message-count"): reads(shows=False),
    ("GET", "/api/addresses/{email:str}/messages/{message_id:str}"): reads(),
    ("DELETE", "/api/addresses/{email:str}/messages/{message_id:str}"): reads(shows=False),
    ("GET", "/api/addresses/{email:str}/messages/{message_id:str}/headers"): reads(),
    ("GET", "/api/addresses/{email:str}/messages/{message_id:str}/attachments"): reads(shows=False),
    ("GET", "/api/addresses/{email:str}/messages/{message_id:str}/attachments/{identifier:str}"): reads(),
    ("GET", "/api/addresses/{email:str}/events"): reads(shows=False),
    ("GET", "/api/raw/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/headers/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/text/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/body/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/dirty/{email:str}/{message_id:str}"): reads(),
    ("GET", "/inbox/{email:str}"): reads(),
    ("GET", "/inbox/{email:str}/changes"): reads(shows=False),
    ("GET", "/inbox/{email:str}/{message_id:str}"): reads(),
    ("GET", "/inbox/{email:str}/{message_id:str}/html"): reads(),
    ("POST", "/inbox/{email:str}/{message_id:str}/delete"): reads(303, shows=False),
    ("POST", "/inbox"): Row(
        open_to_all(303).public,
        open_to_all(303).private,
        body=b"address=any@thing.test",
        type="application/x-www-form-urlencoded",
    ),
    ("GET", "/api/me"): Row(ACCOUNT, ACCOUNT),
    ("GET", "/api/addresses"): Row(ACCOUNT, ACCOUNT),
    ("GET", "/api/addresses/{email:str}"): Row(ACCOUNT, by_caller(401, 200, 401)),
    ("GET", "/api/addresses/{email:str}/availability"): Row(ACCOUNT, ACCOUNT),
    ("POST", "/api/addresses/{email:str}"): Row(ACCOUNT, by_caller(401, 400, 401)),
    ("PUT", "/api/addresses/{email:str}"): Row(by_caller(401, 400, 400), by_caller(401, 200, 401)),
    ("PUT", "/api/private-address-forwarding/{email:str}"): Row(
        by_caller(401, 400, 400), by_caller(401, 200, 401)
    ),
    ("DELETE", "/api/addresses/{email:str}"): Row(by_caller(401, 400, 400), by_caller(401, 200, 401)),
    ("POST", "/api/private-addresses-bulk"): Row(
        ACCOUNT, ACCOUNT, body=b'{"addresses":["new@thing.test"]}', type="application/json"
    ),
    ("GET", "/api/addresses/starred/messages"): Row(ACCOUNT, ACCOUNT),
    ("PUT", f"{MESSAGE}/star"): Row(ACCOUNT, by_caller(401, 200, 403), shows=True),
    ("PUT", f"{MESSAGE}/labels/{{label:str}}"): SORTING,
    ("DELETE", f"{MESSAGE}/labels/{{label:str}}"): SORTING,
    ("PUT", f"{MESSAGE}/labels"): Row(
        SORTING.public, SORTING.private, body=b'{"labels":["a"]}', type="application/json"
    ),
    ("PUT", f"{MESSAGE}/folder/{{folder:str}}"): SORTING,
    ("PUT", f"{MESSAGE}/read/{{read:str}}"): SORTING,
    ("GET", "/api/validations/addresses/{email:str}"): Row(LOOKING, LOOKING),
    ("POST", "/api/validations/addresses"): Row(
        LOOKING, LOOKING, body=b'{"emails":["any@thing.test"]}', type="application/json"
    ),
    ("GET", "/livez"): open_to_all(),
    ("GET", "/readyz"): open_to_all(),
    ("GET", "/openapi.json"): open_to_all(),
    ("GET", "/docs"): open_to_all(),
    ("GET", "/static/{name:str}"): open_to_all(),
}


@dataclass(frozen=True)
class Cell:
    caller: str
    inbox: str
    way: str


def cells() -> Iterator[Cell]:
    for caller, inbox, way in product(CALLERS, SAID, WAYS):
        if way == "header" or caller not in {"anonymous", "neighbour"}:
            yield Cell(caller, inbox, way)


async def furnished(furnish: Furnish) -> tuple[WebHouse, Mapping[str, str]]:
    """A house in which `owner` has PRIVATE, and the keys of all callers."""
    house = await furnish(AnonymousRules(local=True))
    keys = {name: await house.account(name) for name in ("owner", "stranger", "revoked")}
    await house.accounts.remove_key(AccountName("revoked"), "first")
    await house.accounts.reserve(AccountName("owner"), [Inbox(PRIVATE)], "", most=9)
    return house, {**keys, "unknown": "k_nobodyhasthiskey0000"}


async def status_and_body(house: WebHouse, row: Row, cell: Cell, target: str, key: str) -> tuple[int, str]:
    """The answer; of a stream only what it begins with."""
    method, _, path = target.partition(" ")
    if key and cell.way == "query":
        path += f"{'&' if '?' in path else '?'}_mailsacKey={key}"
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{house.port}", "Sec-Fetch-Site: same-origin"]
    if cell.caller != "neighbour":  # somebody far away, whom a proxy speaks for
        lines.append("X-Forwarded-For: 192.0.2.1")
    if key and cell.way == "header":
        lines.append(f"Mailsac-Key: {key}")
    if row.body is not None:
        lines += [f"Content-Type: {row.type}", f"Content-Length: {len(row.body)}"]
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (row.body or b""))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        body = await reader.readexactly(int(length)) if length else b""
        if "text/event-stream" in head:
            body = await reader.read(4096)
    finally:
        writer.close()
    return int(head.split()[1]), body.decode("utf-8", "replace")


def test_every_route_has_its_row() -> None:
    assert sorted(ROWS) == ROUTES


@pytest.mark.parametrize("route", sorted(ROWS), ids=" ".join)
async def test_nobody_sees_or_touches_what_is_anothers(furnish: Furnish, route: tuple[str, str]) -> None:
    row = ROWS[route]
    wrong: list[object] = []
    house, keys = await furnished(furnish)
    for cell in cells():
        if route[0] != "GET":  # what was changed for one caller must not be there for the next
            await house.server.drain(0)
            house, keys = await furnished(furnish)
        message = house.keep(cell.inbox, mail(cell.inbox))
        if cell.inbox == STARRED:
            await house.mailbox.mark(
                Inbox(STARRED), MessageId(message), partial(toggled, account=AccountName("owner"))
            )
        path = (
            route[1]
            .replace("{email:str}", cell.inbox)
            .replace("{message_id:str}", message)
            .replace("{identifier:str}", "a.txt")
            .replace("{label:str}", "new")
            .replace("{folder:str}", "trash")
            .replace("{read:str}", "true")
            .replace("/static/{name:str}", static.url_of("icon.svg"))
        )
        key = keys.get(cell.caller, "")
        status, body = await status_and_body(house, row, cell, f"{route[0]} {path}", key)
        expected = row.expected(route[1], cell)
        leaks = cell.caller != "owner" and (SAID[PRIVATE] in body or SAID[STARRED] in body)
        if status != expected or leaks:
            wrong.append((cell, status, expected, body[:200]))
        if row.shows and cell.caller == "owner" and SAID[cell.inbox] not in body:
            wrong.append((cell, "the owner does not see it", body[:200]))
    assert wrong == []


@pytest.mark.parametrize("cell", [cell for cell in cells() if cell.inbox != STARRED], ids=str)
async def test_a_socket_is_opened_by_those_who_may_read(furnish: Furnish, cell: Cell) -> None:
    house, keys = await furnished(furnish)
    key = keys.get(cell.caller, "")
    headers = {} if cell.caller == "neighbour" else {"X-Forwarded-For": "192.0.2.1"}
    if key and cell.way == "header":
        headers["Mailsac-Key"] = key
    query = f"&key={key}" if key and cell.way == "query" else ""
    url = f"ws://127.0.0.1:{house.port}/incoming-messages?addresses={cell.inbox}{query}"
    expected = (reads().private if cell.inbox == PRIVATE else reads().public)[cell.caller]
    if expected != 200:
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=headers)
        assert refused.value.response.status_code == expected
        return
    async with connect(url, additional_headers=headers) as socket:
        assert json.loads(await socket.recv())["msg"] == "Listening"
        house.keep(cell.inbox, mail(cell.inbox))
        house.nudge(cell.inbox)
        async with asyncio.timeout(5):
            assert json.loads(await socket.recv())["subject"] == SAID[cell.inbox]


def test_there_are_as_many_cells_as_are_told() -> None:
    assert len(list(cells())) * len(ROWS) >= 1_400
