"""Every route by who asks, whose inbox it is and how the key is sent: what may be seen, and what never is.

The rows are generated from the route table: a route without a row here fails.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from typing import Final

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes import routes
from fakes.web_house import GUEST_PASSWORD, LINKS, Furnish, WebHouse, basic
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Host, Inbox, host_of
from mailweir.model.message import MessageId
from mailweir.model.run import Run, RunId
from mailweir.policy.marking import toggled
from mailweir.policy.sharing import Share
from mailweir.policy.visibility import AnonymousRules
from mailweir.servers.web import static
from mailweir.services.statistics import FRESH

PUBLIC, PRIVATE, STARRED = "public@thing.test", "private@thing.test", "starred@thing.test"
CLOSED, OPEN = "any@closed.test", "any@open.test"  # at a private and at a public domain of `owner`
CATCH_ALL, CAUGHT = "*@caught.test", "any@caught.test"  # what is read by one, and lies in the other
SAID: Final = {
    PUBLIC: "shown-482913",
    PRIVATE: "hidden-735102",
    STARRED: "saved-264950",
    CLOSED: "domain-518264",
    OPEN: "opened-903477",
    CATCH_ALL: "caught-617283",
}
NEVER: Final = 4_102_444_800_000  # 2100, in milliseconds since the epoch
SECRET: Final = [SAID[PRIVATE], SAID[STARRED], SAID[CLOSED], SAID[CATCH_ALL]]


def place_of(inbox: str) -> str:
    """The inbox in which the mail lies that is read by that one."""
    return CAUGHT if inbox == CATCH_ALL else inbox


def mail(inbox: str) -> bytes:
    """One that says in each of its parts whose it is."""
    said = SAID[inbox]
    return (
        f"From: ann@sender.test\r\nSubject: {said}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n<p>{said}</p>\r\n"
        f"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n{said}\r\n--b--\r\n"
    ).encode()


# `mate` has another key of the owner's account, `member` one that does not manage it, `reading` one that
# changes nothing, `narrow` one for another address of his.
LIKE: Final = {
    "mate": "owner",
    "member": "owner",
    "reading": "owner",
    "narrow": "owner",
    "revoked": "unknown",
    "expired": "unknown",
    "guest": "anonymous",
}
CALLERS: Final = ("anonymous", "neighbour", "owner", "stranger", "unknown", *LIKE)
BY_QUERY: Final = ("owner", "stranger", "unknown")
ROUTES: Final = sorted((route.method, route.path) for route in routes.ROUTES)

Expected = Mapping[str, int]


@dataclass(frozen=True)
class Row:
    """What a route answers by caller: for a public inbox, and for one that `owner` has for himself.

    Of a message that he has starred in a public inbox nobody else is told anything. `elsewhere`: places for
    which neither holds. `shows`: places whose mail the answer to `owner` holds. `changes`: a key that changes
    nothing is refused; `narrow`: what one for another address is answered, None as the owner. `manages`: one
    that does not manage the account is refused.
    """

    public: Expected
    private: Expected
    shows: Sequence[str] = ()
    body: bytes | None = None
    type: str = ""
    changes: bool = False
    narrow: int | None = 403
    query: str = ""
    elsewhere: Mapping[str, Expected] = field(default_factory=dict[str, Expected])
    manages: bool = False

    def expected(self, route: str, cell: "Cell") -> int:
        if (cell.caller == "reading" and self.changes) or (cell.caller == "member" and self.manages):
            return 403
        if cell.caller == "narrow" and self.narrow is not None:
            return self.narrow
        caller = LIKE.get(cell.caller, cell.caller)
        if cell.inbox in self.elsewhere:
            return self.elsewhere[cell.inbox][caller]
        if cell.inbox in {PUBLIC, OPEN} or (cell.inbox == STARRED and "{message_id" not in route):
            return self.public[caller]
        if cell.inbox in {PRIVATE, CLOSED, CATCH_ALL} or caller == "owner":
            return self.private[caller]
        return 401 if self.public[caller] == 401 else 404


def by_caller(anonymous: int, owner: int, stranger: int, neighbour: int = 0, unknown: int = 401) -> Expected:
    return {
        "anonymous": anonymous,
        "neighbour": neighbour or anonymous,
        "owner": owner,
        "stranger": stranger,
        "unknown": unknown,
    }


EVERYWHERE: Final = tuple(SAID)
OWN: Final = (PRIVATE, STARRED, CLOSED, OPEN, CATCH_ALL)
HELD: Final = (CLOSED, OPEN, CATCH_ALL)


def reads(ok: int = 200, *, shows: Sequence[str] = EVERYWHERE, changes: bool = False) -> Row:
    return Row(by_caller(ok, ok, ok), by_caller(401, ok, 403), shows, changes=changes)


def open_to_all(status: int = 200, body: bytes | None = None, type_: str = "") -> Row:
    everybody = by_caller(status, status, status, unknown=status)
    return Row(everybody, everybody, narrow=None, body=body, type=type_)


EVERYTHING = by_caller(401, 200, 200, neighbour=200)
NOT_THERE = by_caller(401, 404, 404, neighbour=404)
ACCOUNT = by_caller(401, 200, 200)
MESSAGE: Final = "/api/addresses/{email:str}/messages/{message_id:str}"
LOOKING = by_caller(200, 200, 200)
LENT = by_caller(404, 200, 404)  # a run of the owner's
RUN: Final = "/api/runs/{run_id:str}"
DELIVERIES: Final = "/api/deliveries"
RUNS: Final = {None: RunId(f"r_{'a' * 40}"), "owner": RunId(f"r_{'b' * 40}")}  # nobody's, and the owner's
NOBODYS = by_caller(401, 400, 400)  # an address that nobody has reserved
SORTING = Row(by_caller(401, 403, 403), by_caller(401, 200, 403), changes=True)
SHARING = Row(ACCOUNT, by_caller(401, 200, 403))
SHARED: Final = "/shared/{token:str}"
STATS: Final = "/api/mailstats"
DOMAIN: Final = "/api/domains/{domain_name:str}"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
KEYS: Final = "/api/account/keys"
USERS: Final = "/api/account/users"


def domain(ok: int = 200, missing: int = 404, *, changes: bool = False, shows: Sequence[str] = ()) -> Row:
    """Of a route about a domain: `owner` has those of HELD, and nobody that of the others."""
    none, held = by_caller(401, missing, missing), by_caller(401, ok, missing)
    elsewhere = {**dict.fromkeys(HELD, held), STARRED: none}
    return Row(none, none, shows, changes=changes, elsewhere=elsewhere, manages=changes and ok == 200)


def managed(ok: int = 200, other: int = 0, *, changes: bool = True, body: bytes | None = None) -> Row:
    """Of a route about users and keys: `other` is what somebody is answered who has none of that name."""
    expected = by_caller(401, ok, other or ok)
    type_ = FORM if body is not None and not body.startswith(b"{") else JSON
    return Row(expected, expected, changes=changes, body=body, type=type_, manages=True)


def only_by_password() -> Row:
    everybody = by_caller(401, 401, 401)
    return Row(everybody, everybody, narrow=None, body=b"password=a&new=b", type=FORM)


def account(*, shows: Sequence[str] = (), query: str = "") -> Row:
    return Row(ACCOUNT, ACCOUNT, shows, query=query)


def by_link(*, shows: Sequence[str]) -> Row:
    """What a link of the stranger's opens, whoever follows it: what the stranger may read himself."""
    found, lost = open_to_all().public, open_to_all(404).public
    return Row(found, lost, shows, narrow=None, elsewhere={STARRED: lost})


def counted(query: str = "") -> Row:
    return Row(EVERYTHING, EVERYTHING, query=query)


ADDRESS = Row(  # a change of one that is reserved
    NOBODYS, by_caller(401, 200, 401), changes=True, elsewhere={CLOSED: by_caller(401, 400, 401)}
)
ROWS: Final[Mapping[tuple[str, str], Row]] = {
    ("GET", "/api/messages"): Row(EVERYTHING, EVERYTHING, EVERYWHERE),
    ("GET", "/api/events"): Row(EVERYTHING, EVERYTHING),
    ("GET", "/changes"): Row(EVERYTHING, EVERYTHING),
    ("GET", "/"): Row(LOOKING, LOOKING, EVERYWHERE, narrow=None),
    ("GET", "/api/addresses/{email:str}/messages"): reads(),
    ("DELETE", "/api/addresses/{email:str}/messages"): Row(
        by_caller(403, 403, 403), by_caller(401, 204, 403), changes=True
    ),
    ("POST", "/api/addresses/{email:str}/messages"): Row(
        by_caller(201, 201, 201),
        by_caller(201, 201, 201),
        body=mail(PUBLIC),
        type="message/rfc822",
        changes=True,
    ),
    ("GET", "/api/addresses/{email:str}/message-count"): reads(shows=()),
    ("GET", MESSAGE): reads(),
    ("DELETE", MESSAGE): reads(shows=(), changes=True),
    ("GET", f"{MESSAGE}/headers"): reads(),
    ("GET", f"{MESSAGE}/attachments"): reads(shows=()),
    ("GET", f"{MESSAGE}/attachments/{{identifier:str}}"): reads(),
    ("GET", "/api/addresses/{email:str}/events"): reads(shows=()),
    ("GET", "/api/raw/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/headers/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/text/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/body/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/dirty/{email:str}/{message_id:str}"): reads(),
    ("GET", "/api/addresses/{email:str}/wait"): Row(
        by_caller(200, 200, 200),
        by_caller(401, 200, 403),
        EVERYWHERE,
        query="timeout=0",
        elsewhere={STARRED: by_caller(408, 200, 408)},
    ),
    ("GET", "/api/addresses/{email:str}/quiet"): Row(
        by_caller(409, 409, 409),
        by_caller(401, 409, 403),
        query="for=0",
        elsewhere={STARRED: by_caller(200, 409, 200)},
    ),
    ("GET", "/inbox/{email:str}"): reads(),
    ("GET", "/inbox/{email:str}/changes"): reads(shows=()),
    ("GET", "/inbox/{email:str}/{message_id:str}"): reads(),
    ("GET", "/inbox/{email:str}/{message_id:str}/html"): reads(),
    ("POST", "/inbox/{email:str}/{message_id:str}/delete"): reads(303, shows=(), changes=True),
    ("POST", "/inbox/{email:str}/{message_id:str}/share"): replace(SHARING, body=b"hours=1", type=FORM),
    ("POST", f"{MESSAGE}/share"): SHARING,
    ("GET", SHARED): by_link(shows=(PUBLIC, OPEN)),
    ("GET", f"{SHARED}/html"): by_link(shows=(PUBLIC, OPEN)),
    ("GET", f"{SHARED}/raw"): by_link(shows=(PUBLIC, OPEN)),
    ("GET", f"{SHARED}/attachments/{{identifier:str}}"): by_link(shows=(PUBLIC, OPEN)),
    ("POST", "/inbox"): open_to_all(303, b"address=any@thing.test", FORM),
    ("GET", "/api/me"): Row(ACCOUNT, ACCOUNT, narrow=None),
    ("GET", "/api/me/stats"): account(),
    ("GET", "/api/account/export"): Row(ACCOUNT, ACCOUNT, changes=True, manages=True),
    ("DELETE", "/api/account"): Row(NOBODYS, NOBODYS, changes=True, query="confirm=another", manages=True),
    ("GET", "/api/inbox"): account(shows=OWN),
    ("GET", "/api/inbox-filter"): account(shows=OWN, query="andFrom=ann"),
    ("GET", "/api/inbox-search"): account(shows=OWN, query="query=-"),
    ("GET", "/api/addresses"): account(),
    ("GET", "/api/addresses/{email:str}"): Row(ACCOUNT, by_caller(401, 200, 401)),
    ("GET", "/api/addresses/{email:str}/availability"): account(),
    ("POST", "/api/addresses/{email:str}"): Row(
        ACCOUNT,
        by_caller(401, 400, 401),
        changes=True,
        elsewhere={place: by_caller(401, 200, 401) for place in (CLOSED, OPEN)},
    ),
    ("PUT", "/api/addresses/{email:str}"): ADDRESS,
    ("PUT", "/api/private-address-forwarding/{email:str}"): ADDRESS,
    ("DELETE", "/api/addresses/{email:str}"): ADDRESS,
    ("POST", "/api/private-addresses-bulk"): Row(
        ACCOUNT, ACCOUNT, body=b'{"addresses":["new@thing.test"]}', type=JSON, changes=True
    ),
    ("GET", "/api/addresses/starred/messages"): account(shows=(STARRED,)),
    ("PUT", f"{MESSAGE}/star"): Row(ACCOUNT, by_caller(401, 200, 403), EVERYWHERE, changes=True),
    ("PUT", f"{MESSAGE}/labels/{{label:str}}"): SORTING,
    ("DELETE", f"{MESSAGE}/labels/{{label:str}}"): SORTING,
    ("PUT", f"{MESSAGE}/labels"): replace(SORTING, body=b'{"labels":["a"]}', type=JSON),
    ("PUT", f"{MESSAGE}/folder/{{folder:str}}"): SORTING,
    ("PUT", f"{MESSAGE}/read/{{read:str}}"): SORTING,
    ("GET", "/api/validations/addresses/{email:str}"): Row(LOOKING, LOOKING, narrow=None),
    ("POST", "/api/validations/addresses"): Row(
        LOOKING, LOOKING, narrow=None, body=b'{"emails":["any@thing.test"]}', type=JSON
    ),
    ("GET", "/api/domains"): account(),
    ("POST", DOMAIN): Row(
        ACCOUNT,
        ACCOUNT,
        changes=True,
        manages=True,
        elsewhere={place: by_caller(401, 400, 200) for place in HELD},
    ),
    ("GET", DOMAIN): domain(),
    ("DELETE", DOMAIN): replace(domain(changes=True), query="deleteDomainMessages=true"),
    ("POST", f"{DOMAIN}/verify"): domain(changes=True),
    ("PUT", f"{DOMAIN}/privacy/{{private:str}}"): domain(changes=True),
    ("GET", f"{DOMAIN}/messages"): domain(missing=403, shows=HELD),
    ("POST", f"{DOMAIN}/delete-all-domain-mail"): domain(204, changes=True),
    ("PUT", f"{DOMAIN}/delete-all-domain-mail"): domain(204, changes=True),
    ("GET", f"{STATS}/common-attachments"): counted("startDate=2020-01-01&endDate=2040-01-01"),
    ("GET", f"{STATS}/common-attachments/{{md5:str}}"): Row(EVERYTHING, EVERYTHING, (PUBLIC, OPEN)),
    ("GET", f"{STATS}/common-attachments/{{md5:str}}/count"): counted(),
    ("GET", f"{STATS}/common-attachments/{{md5:str}}/download"): Row(
        EVERYTHING, NOT_THERE, (PUBLIC, OPEN), elsewhere={STARRED: NOT_THERE}
    ),
    ("GET", f"{STATS}/top-addresses"): counted(),
    ("GET", f"{STATS}/top-senders"): counted(),
    ("GET", f"{STATS}/top-domains"): counted(),
    ("GET", f"{STATS}/blacklist"): Row(LOOKING, LOOKING, narrow=None),
    ("GET", f"{STATS}/blacklist/{{listed:str}}"): Row(LOOKING, LOOKING, narrow=None),
    ("GET", KEYS): managed(changes=False),
    ("POST", KEYS): managed(201, body=b'{"name":"new"}'),
    ("DELETE", f"{KEYS}/{{key_name:str}}"): managed(204, 404),
    ("GET", USERS): managed(changes=False),
    ("POST", USERS): managed(201, body=b'{"name":"eve"}'),
    ("PUT", f"{USERS}/{{user:str}}"): managed(200, 404, body=b'{"role":"root"}'),
    ("DELETE", f"{USERS}/{{user:str}}"): managed(204, 404),
    ("POST", f"{USERS}/{{user:str}}/reset"): managed(201, 404),
    ("DELETE", f"{USERS}/{{user:str}}/codes"): managed(204, 404),
    ("GET", "/api/account/sessions"): managed(changes=False),
    ("DELETE", "/api/account/sessions/{session:str}"): managed(404),
    ("GET", "/api/account/journal"): managed(changes=False),
    ("GET", "/signin"): Row(by_caller(200, 303, 303), by_caller(200, 303, 303), narrow=None),
    ("POST", "/signin"): open_to_all(403, b"name=any&key=k_any", FORM),
    ("POST", "/signout"): open_to_all(303),
    ("GET", "/account"): Row(by_caller(303, 200, 200), by_caller(303, 200, 200), narrow=None),
    ("POST", "/account/keys"): managed(body=b"name=new"),
    ("POST", "/account/keys/remove"): managed(303, body=b"name=expired"),
    ("POST", "/account/users"): managed(body=b"name=eve&role=member"),
    ("POST", "/account/users/remove"): managed(303, body=b"name=bob"),
    ("POST", "/account/password"): only_by_password(),
    ("GET", "/account/codes"): only_by_password(),
    ("POST", "/account/codes"): only_by_password(),
    ("POST", "/account/codes/off"): only_by_password(),
    ("POST", "/account/elevate"): only_by_password(),
    ("POST", "/account/sessions/end"): only_by_password(),
    ("GET", "/signin/oidc"): open_to_all(404),  # there is no provider
    ("GET", "/signin/oidc/back"): open_to_all(404),
    ("GET", "/forgot"): open_to_all(),
    ("POST", "/forgot"): open_to_all(200, b"name=any", FORM),
    ("GET", "/reset/{token:str}"): open_to_all(404),
    ("POST", "/reset/{token:str}"): open_to_all(404, b"new=any", FORM),
    ("POST", "/api/runs"): Row(by_caller(201, 201, 201), by_caller(201, 201, 201), changes=True),
    ("GET", DELIVERIES): Row(
        LOOKING,
        by_caller(401, 200, 403),
        [place for place in SAID if place != STARRED],
        query="to={email:str}",
    ),
    ("GET", "/api/runs"): account(),
    ("GET", RUN): Row(LOOKING, LENT),
    ("GET", f"{RUN}/messages"): Row(LOOKING, LENT),
    ("GET", f"{RUN}/bundle"): Row(LOOKING, LENT),
    ("DELETE", RUN): Row(LOOKING, LENT, changes=True),
    ("GET", "/livez"): open_to_all(),
    ("GET", "/readyz"): open_to_all(),
    ("GET", "/openapi.json"): open_to_all(),
    ("GET", "/docs"): open_to_all(),
    ("GET", "/static/{name:str}"): open_to_all(),
    ("GET", "/robots.txt"): open_to_all(),
    ("GET", "/.well-known/security.txt"): open_to_all(),
}


@dataclass(frozen=True)
class Cell:
    caller: str
    inbox: str
    way: str


def cells() -> Iterator[Cell]:
    for caller, inbox in product(CALLERS, SAID):
        yield Cell(caller, inbox, "header")
        if caller in BY_QUERY:
            yield Cell(caller, inbox, "query")


async def furnished(house: WebHouse) -> Mapping[str, str]:
    """The keys of all callers, in a house where `owner` has PRIVATE, three domains and a catch-all."""
    house.forget_accounts()
    owner = AccountName("owner")
    keys = {name: await house.account(name) for name in ("owner", "stranger", "revoked")}
    await house.accounts.remove_key(AccountName("revoked"), "first")
    for name, scope in (
        ("mate", Scope()),
        ("member", Scope(manages=False)),
        ("reading", Scope(writes=False)),
        ("narrow", Scope(place=Inbox("narrow@thing.test"))),
        ("expired", Scope(expires=house.clock.now())),
    ):
        keys[name] = await house.key("owner", name, scope)
    await house.accounts.reserve(owner, [Inbox(PRIVATE)], "", most=9)
    await house.user("owner", "bob")
    await house.domain("owner", host_of(Inbox(CLOSED)))
    await house.domain("owner", host_of(Inbox(OPEN)), private=False)
    await house.domain("owner", host_of(Inbox(CAUGHT)))
    await house.accounts.reserve(owner, [Inbox(CATCH_ALL)], "", most=9)
    for whose, run_id in RUNS.items():
        account = None if whose is None else AccountName(whose)
        run = Run(run_id, Host("base.test"), "any", account, "", 1, house.clock.now(), NEVER)
        house.registry.runs[run.tag] = run
    return {**keys, "unknown": "k_nobodyhasthiskey0000"}


def path_of(route: str, cell: Cell, message: str, query: str) -> str:
    """The route with something in the place of each parameter."""
    values = {
        "email": cell.inbox,
        "message_id": message,
        "identifier": "a.txt",
        "label": "new",
        "folder": "trash",
        "read": "true",
        "domain_name": host_of(Inbox(cell.inbox)),
        "private": str(cell.inbox != OPEN).lower(),
        "md5": hashlib.md5(SAID[cell.inbox].encode(), usedforsecurity=False).hexdigest(),
        "listed": "192.0.2.1",
        "key_name": "expired",
        "user": "bob",
        "session": "0123456789ab",
        "run_id": RUNS[None if cell.inbox in {PUBLIC, STARRED, OPEN} else "owner"],
        "token": LINKS.token(Share(AccountName("stranger"), Inbox(cell.inbox), MessageId(message), NEVER)),
    }
    asked = f"{route}?{query}" if query else route
    path = asked.replace("/static/{name:str}", static.url_of("icon.svg"))
    for name, value in values.items():
        path = path.replace(f"{{{name}:str}}", value)
    return path


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
    if cell.caller == "guest":
        lines.append(f"Authorization: {basic(GUEST_PASSWORD)}")
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
        elif "transfer-encoding: chunked" in head:
            body = await reader.readuntil(b"\r\n0\r\n\r\n")
    finally:
        writer.close()
    return int(head.split()[1]), body.decode("utf-8", "replace")


def test_every_route_has_its_row() -> None:
    assert sorted(ROWS) == ROUTES


@pytest.mark.parametrize("route", sorted(ROWS), ids=" ".join)
async def test_nobody_sees_or_touches_what_is_anothers(furnish: Furnish, route: tuple[str, str]) -> None:
    row = ROWS[route]
    wrong: list[object] = []
    house = await furnish(AnonymousRules(local=True))
    keys, changed = await furnished(house), False
    for cell in cells():
        if changed:  # what was changed for one caller must not be there for the next
            keys = await furnished(house)
        house.clock.time += int(FRESH * 1000)  # what is counted is counted anew
        message = house.keep(place_of(cell.inbox), mail(cell.inbox))
        if route[1] == DELIVERIES and cell.inbox != STARRED:
            house.refuse(place_of(cell.inbox), reply=SAID[cell.inbox])
        if cell.inbox == STARRED:
            await house.mailbox.mark(
                Inbox(STARRED), MessageId(message), partial(toggled, account=AccountName("owner"))
            )
        path = path_of(route[1], cell, message, row.query)
        key = keys.get(cell.caller, "")
        status, body = await status_and_body(house, row, cell, f"{route[0]} {path}", key)
        changed = route[0] != "GET" and status < 400
        expected = row.expected(route[1], cell)
        own = cell.caller in {"owner", "mate", "member", "reading"}
        if status != expected or (not own and any(said in body for said in SECRET)):
            wrong.append((cell, status, expected, body[:200]))
        if own and status < 300 and cell.inbox in row.shows and SAID[cell.inbox] not in body:
            wrong.append((cell, "the owner does not see it", body[:200]))
    assert wrong == []


@pytest.mark.parametrize("cell", [cell for cell in cells() if cell.inbox != STARRED], ids=str)
async def test_a_socket_is_opened_by_those_who_may_read(furnish: Furnish, cell: Cell) -> None:
    house = await furnish(AnonymousRules(local=True))
    keys = await furnished(house)
    key = keys.get(cell.caller, "")
    headers = {} if cell.caller == "neighbour" else {"X-Forwarded-For": "192.0.2.1"}
    if key and cell.way == "header":
        headers["Mailsac-Key"] = key
    query = f"&key={key}" if key and cell.way == "query" else ""
    url = f"ws://127.0.0.1:{house.port}/incoming-messages?addresses={cell.inbox}{query}"
    expected = reads().expected("", cell)
    if expected != 200:
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=headers)
        assert refused.value.response.status_code == expected
        return
    async with connect(url, additional_headers=headers) as socket:
        assert json.loads(await socket.recv())["msg"] == "Listening"
        house.keep(place_of(cell.inbox), mail(cell.inbox))
        house.nudge(place_of(cell.inbox))
        async with asyncio.timeout(5):
            assert json.loads(await socket.recv())["subject"] == SAID[cell.inbox]


OPEN_TO_ALL: Final = {
    ("GET", "/.well-known/security.txt"),
    ("GET", "/forgot"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/reset/{token:str}"),
    ("GET", "/robots.txt"),
    ("GET", "/signin"),
    ("GET", "/signin/oidc"),
    ("GET", "/signin/oidc/back"),
    ("GET", "/static/{name:str}"),
    ("POST", "/forgot"),
    ("POST", "/reset/{token:str}"),
    ("POST", "/signin"),
    ("POST", "/signout"),
} | {route for route in ROWS if route[1].startswith(SHARED)}
"""What nobody needs the guest password for; who follows a link is known by that."""


@pytest.mark.parametrize("route", sorted(ROWS), ids=" ".join)
async def test_where_guests_give_a_password_they_see_what_everybody_would_and_others_nothing(
    furnish: Furnish, route: tuple[str, str]
) -> None:
    row = ROWS[route]
    wrong: list[object] = []
    house = await furnish(AnonymousRules(local=True, guests_only=True))
    keys, changed = await furnished(house), False
    for caller, inbox in product(("anonymous", "neighbour", "guest", "owner", "stranger", "unknown"), SAID):
        cell = Cell(caller, inbox, "header")
        if changed:
            keys = await furnished(house)
        house.clock.time += int(FRESH * 1000)
        message = house.keep(inbox, mail(inbox))
        if inbox == STARRED:
            await house.mailbox.mark(
                Inbox(STARRED), MessageId(message), partial(toggled, account=AccountName("owner"))
            )
        target = f"{route[0]} {path_of(route[1], cell, message, row.query)}"
        status, body = await status_and_body(house, row, cell, target, keys.get(caller, ""))
        changed = route[0] != "GET" and status < 400
        nobody = caller in {"anonymous", "neighbour", "unknown"} and route not in OPEN_TO_ALL
        expected = 401 if nobody else row.expected(route[1], cell)
        seen = SAID.values() if nobody else () if caller == "owner" else SECRET
        if status != expected or any(said in body for said in seen):
            wrong.append((cell, status, expected, body[:200]))
    assert wrong == []


def test_there_are_as_many_cells_as_are_told() -> None:
    assert len(list(cells())) * len(ROWS) >= 4_000
