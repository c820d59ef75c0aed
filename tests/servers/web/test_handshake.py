"""Who may open a WebSocket, by what name, from which page, and at which path."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from fakes.raw_http import Answer, request, say
from fakes.web_house import Furnish, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.policy.visibility import AnonymousRules

MINE, HOST = "mine@thing.test", "private.test"
PATH: Final = "/incoming-messages"
UPGRADE: Final = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    f"Sec-WebSocket-Key: {b64encode(bytes(16)).decode()}",
)
OPEN: Final = 101
LOCAL: Final = AnonymousRules(local=True)


@pytest.fixture
async def owned(furnish: Furnish) -> WebHouse:
    """A house in which `owner` has MINE and HOST, and where there is a `stranger`."""
    house = await furnish(LOCAL)
    for name in ("owner", "stranger"):
        await house.account(name)
    await house.accounts.reserve(AccountName("owner"), [Inbox(MINE)], "", most=9)
    await house.domain("owner", HOST)
    return house


def key_of(who: str) -> str:
    return f"k_{who}{'0' * 20}"


async def shaken(house: WebHouse, target: str, *lines: str) -> Answer:
    """The answer to a handshake with these header lines more."""
    own = (
        () if any(line.lower().startswith("host:") for line in lines) else (f"Host: 127.0.0.1:{house.port}",)
    )
    octets = request("GET", target, *own, *UPGRADE, *lines)
    return await asyncio.to_thread(say, ("127.0.0.1", house.port), octets)


OF_ANOTHER: Final = (
    MINE,
    "MINE@THING.TEST",
    "mine%2Btag@thing.test",
    "mine+tag@thing.test",
    "%6dine@thing.test",
    "%22mine%22@thing.test",
    "mine@thing%E3%80%82test",
    "%20mine@thing.test%20",
    f"public@thing.test,{MINE}",
    f"{MINE},public@thing.test",
    f"{MINE},{MINE}",
    "any@private.test",
    "ANY+x@Private.Test",
    "private.test",
    "PRIVATE.TEST",
    "thing.test",
    "*@private.test",
    "*",
    "*@*",
    "@private.test",
    "%25@private.test",
    "_@private.test",
    "%00",
    f"{MINE}%00",
    f"{MINE}.",
)


@pytest.mark.parametrize("named", OF_ANOTHER)
@pytest.mark.parametrize("who", ["anonymous", "stranger", "unknown"])
async def test_by_no_name_does_anyone_listen_to_what_is_anothers(
    owned: WebHouse, named: str, who: str
) -> None:
    key = "" if who == "anonymous" else f"&key={key_of(who)}"
    for query in (f"addresses={named}{key}", f"addresses=public@thing.test&addresses={named}{key}"):
        answer = await shaken(owned, f"{PATH}?{query}")
        assert answer.status in {OPEN, 400, 401, 403}
        if answer.status == OPEN:  # the first of two counts, or the name is another's, whom nobody has
            assert "unheard-of" not in await heard(owned, f"{PATH}?{query}")
    assert owned.reports == []


async def heard(house: WebHouse, target: str) -> str:
    """What a follower is told of mail at MINE and HOST, up to a mail that is his."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(request("GET", target, f"Host: 127.0.0.1:{house.port}", *UPGRADE))
    async with asyncio.timeout(5):
        await reader.readuntil(b"\r\n\r\n")
        first = await reader.readuntil(b"}")
        addresses = json.loads(first[first.index(b"{") :])["addresses"]
        for inbox, subject in (
            (MINE, "unheard-of"),
            ("any@private.test", "unheard-of"),
            (addresses[0], "heard"),
        ):
            house.keep(inbox, f"Subject: {subject}\r\n\r\n".encode())
        house.nudge(MINE, "any@private.test", *addresses)
        told = await reader.readuntil(b'"subject":"heard"')
    writer.close()
    return told.decode("latin-1")


FOREIGN: Final = (
    "https://evil.test",
    "null",
    "",
    "about:blank",
    "file://",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "https://127.0.0.1:{port}",
    "ws://127.0.0.1:{port}",
    "http://localhost:{port}",
    "http://127.0.0.1:{port}.evil.test",
    "http://127.0.0.1:{port}@evil.test",
    "http://evil.test#127.0.0.1:{port}",
    "http://evil.test?127.0.0.1:{port}",
    "http://evil.test/127.0.0.1:{port}",
    "http://x127.0.0.1:{port}",
    "http://127.0.0.1:{port}0",
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}, https://evil.test",
    "http://127.0.0.1:{port} https://evil.test",
    "http://127-0-0-1:{port}",
    "http://[::ffff:127.0.0.1]:{port}",
)
SPELLED: Final = (
    PATH,
    f"{PATH}/",
    "/%69ncoming-messages",
    "/incoming%2dmessages",
    "/incoming-messages%2F",
    "//incoming-messages",
    "///incoming-messages//",
    "/./incoming-messages",
    "/x/../incoming-messages",
    "/incoming-messages;x=1",
    "/incoming-messages.",
    "/INCOMING-MESSAGES",
    "/Incoming-Messages",
    "/incoming-messages%00",
    "/incoming-messages/x",
    "/ws",
    "/%77s",
    "/WS",
)


@pytest.mark.parametrize("path", SPELLED)
async def test_a_page_of_another_site_may_not_listen_by_any_path(owned: WebHouse, path: str) -> None:
    for origin in FOREIGN:
        for key in ("", f"&key={key_of('owner')}"):
            named = MINE if key else "public@thing.test"
            line = f"Origin: {origin.format(port=owned.port)}"
            answer = await shaken(owned, f"{path}?addresses={named}{key}", line)
            assert answer.status in {403, 404}, (origin, answer.text)
            assert answer.status == 403 or not is_the_path(path)
    assert owned.reports == []


@pytest.mark.parametrize("path", SPELLED)
async def test_another_spelling_of_the_path_opens_nothing_that_the_path_does_not(
    owned: WebHouse, path: str
) -> None:
    for lines, expected in (
        ((), 401),
        ((f"Mailsac-Key: {key_of('stranger')}",), 403),
        ((f"Mailsac-Key: {key_of('unknown')}",), 401),
        ((f"Mailsac-Key: {key_of('owner')}",), OPEN),
    ):
        answer = await shaken(owned, f"{path}?addresses={MINE}", *lines)
        assert answer.status == (expected if is_the_path(path) else 404)


def is_the_path(path: str) -> bool:
    return path in {PATH, f"{PATH}/", "/%69ncoming-messages", "/incoming%2dmessages", "/incoming-messages%2F"}


async def test_a_program_that_says_no_origin_listens_with_its_key(owned: WebHouse) -> None:
    target = f"{PATH}?addresses={MINE}"
    assert (await shaken(owned, f"{target}&key={key_of('owner')}")).status == OPEN
    assert (await shaken(owned, target, f"Mailsac-Key: {key_of('owner')}")).status == OPEN
    assert (await shaken(owned, target, f"Cookie: key={key_of('owner')}; _mailsacKey=x")).status == 401


async def test_two_origins_are_no_origin_of_ours(owned: WebHouse) -> None:
    own, evil = f"Origin: http://127.0.0.1:{owned.port}", "Origin: https://evil.test"
    for lines in ((own, evil), (evil, own)):
        assert (await shaken(owned, f"{PATH}?addresses=public@thing.test", *lines)).status in {400, 403}


@pytest.mark.parametrize(
    "lines",
    [
        ("Host: a/../b", "Origin: http://a/../b"),
        ("Host: a@b", "Origin: http://a@b"),
        ("Host: x", "Host: evil.test", "Origin: http://evil.test"),
        ("Host: evil.test", "Host: x", "Origin: http://evil.test"),
        ("Host:", "Origin: http://"),
    ],
    ids=str,
)
async def test_a_handshake_with_an_odd_host_is_refused(owned: WebHouse, lines: Sequence[str]) -> None:
    answer = await shaken(owned, f"{PATH}?addresses=public@thing.test", *lines)
    assert answer.status in {400, 403}
    assert owned.reports == []


HANDSHAKES: Final[Mapping[str, bytes]] = {
    "by POST": request("POST", f"{PATH}?addresses=a@b.test", *UPGRADE),
    "by POST with a body": request("POST", f"{PATH}?addresses=a@b.test", *UPGRADE, body=b"abc"),
    "with a body": request("GET", f"{PATH}?addresses=a@b.test", *UPGRADE, body=b"abc"),
    "with two lengths": request(
        "GET", f"{PATH}?addresses=a@b.test", *UPGRADE, "Content-Length: 0", "Content-Length: 1"
    ),
    "without a version": request("GET", f"{PATH}?addresses=a@b.test", *UPGRADE[:2], UPGRADE[3]),
    "of another version": request(
        "GET", f"{PATH}?addresses=a@b.test", *UPGRADE[:2], UPGRADE[3], "Sec-WebSocket-Version: 7"
    ),
    "without a key": request("GET", f"{PATH}?addresses=a@b.test", *UPGRADE[:3]),
    "with two keys": request("GET", f"{PATH}?addresses=a@b.test", *UPGRADE, UPGRADE[3]),
    "with a short key": request("GET", f"{PATH}?addresses=a@b.test", *UPGRADE[:3], "Sec-WebSocket-Key: eA=="),
    "with a key that is none": request(
        "GET", f"{PATH}?addresses=a@b.test", *UPGRADE[:3], "Sec-WebSocket-Key: \u00fc"
    ),
    "with 300 fields": request("GET", f"{PATH}?addresses=a@b.test", *UPGRADE, *["X-A: b"] * 300),
    "with a field of 20 KB": request("GET", f"{PATH}?addresses=a@b.test", *UPGRADE, f"X-A: {'b' * 20_000}"),
    "with a query of 20 KB": request("GET", f"{PATH}?addresses={'b' * 20_000}@b.test", *UPGRADE),
    "with 10,000 fields of its query": request("GET", f"{PATH}?{'a=b&' * 1900}", *UPGRADE),
    "with octets in a field": request("GET", f"{PATH}?addresses=a b", *UPGRADE, "X-A: \u00fc\ud7ff"),
    "without a host": b"GET /incoming-messages HTTP/1.1\r\n" + "\r\n".join(UPGRADE).encode() + b"\r\n\r\n",
    "by HTTP/1.0": b"GET /incoming-messages HTTP/1.0\r\n" + "\r\n".join(UPGRADE).encode() + b"\r\n\r\n",
    "with odd extensions": request(
        "GET", f"{PATH}?addresses=", *UPGRADE, "Sec-WebSocket-Extensions: permessage-deflate; =;;"
    ),
    "with odd protocols": request("GET", f"{PATH}?addresses=", *UPGRADE, 'Sec-WebSocket-Protocol: ,,;="'),
    "at no path": request("GET", "/%00%ff?addresses=a@b.test", *UPGRADE),
    "at an asterisk": request("OPTIONS", "*", *UPGRADE),
}


@pytest.mark.parametrize("what", HANDSHAKES)
async def test_a_handshake_that_is_none_is_answered_and_harms_nobody(owned: WebHouse, what: str) -> None:
    answer = await asyncio.to_thread(say, ("127.0.0.1", owned.port), HANDSHAKES[what])
    assert 400 <= answer.status < 500
    assert (await owned.get("/livez")).status == 200
    assert owned.reports == []
