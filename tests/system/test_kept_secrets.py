"""Keys are written down nowhere: not in the store, in logs, or in answers; a revoked one is nobody's."""

import asyncio
import json
import sqlite3
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes import commands
from fakes.empty_dns import an_empty_dns
from fakes.raw_http import ask
from fakes.routes import ROUTES
from fakes.server import Program, Server, a_server, environment
from fakes.smtp_client import Mail, talking

KEY: Final = "k_" + "Zq7Wk2Vx9Mb4Tn8R" * 2
UNKNOWN: Final = "k_" + "Yh3Lp6Gd1Sc5Jf0E" * 2
MINE: Final = "mine@thing.test"
CLOSED_WITHIN: Final = 5.0  # seconds after a key was revoked
ENOUGH: Final = 12  # characters of a secret by which the rest could be guessed sooner


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Its first key comes by a variable, as it should: a command line is seen by all on the machine."""
    given = {"MAILWEIR_BOOTSTRAP_ACCOUNT": "ann", "MAILWEIR_BOOTSTRAP_KEY": KEY}
    program = Program(variables={**environment(), **given})
    with (
        an_empty_dns() as dns,
        a_server(tmp_path / "data", f"--dns-servers={dns}", program=program) as running,
    ):
        yield running


def mailweir(server: Server, *words: str) -> str:
    """What a command says beside the running server."""
    ended = commands.mailweir(*words, "--data", server.data)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def status_with(server: Server, key: str, path: str = "/api/me") -> int:
    return ask(server.http, "GET", path, f"Mailsac-Key: {key}").status


def known_at_last(server: Server, key: str) -> None:
    begun = time.monotonic()
    while status_with(server, key) != 200:
        assert time.monotonic() - begun < CLOSED_WITHIN
        time.sleep(0.01)  # noqa: TID251  nobody tells us


def in_every_way(key: str) -> Iterator[tuple[str, tuple[str, ...], bytes | None]]:
    """How a key is sent, and how it is sent by mistake: query, header lines and body."""
    yield "", (f"Mailsac-Key: {key}",), None
    yield f"?_mailsacKey={key}", (), None
    yield f"?key={key}&limit=x&query=(", (), None
    yield "", ("Content-Type: application/json",), json.dumps({"_mailsacKey": key}).encode()
    yield "", ("Content-Type: application/json",), f'{{"_mailsacKey": "{key}", '.encode()
    yield (
        "",
        ("Content-Type: application/x-www-form-urlencoded",),
        f"_mailsacKey={key}&info={'x' * 2000}".encode(),
    )
    yield "", (f"Authorization: Bearer {key}", f"Cookie: key={key}", f"X-API-Key: {key}"), None
    yield f"/{key}", (f"Referer: http://x.test/?_mailsacKey={key}", f"User-Agent: {key}"), None


def used_everywhere(server: Server, keys: list[str]) -> str:
    """Sends each key to each route in every way; what was answered."""
    told: list[str] = []
    for key in keys:
        for route in ROUTES:
            for query, lines, body in in_every_way(key):
                answer = ask(server.http, route.method, route.target() + query, *lines, body=body)
                if not query.startswith("/"):  # what stands in a path may be repeated as a wrong address
                    told.append(f"{answer.fields} {answer.text}")
    return "\n".join(told)


def session_by(server: Server, key: str) -> str:
    """The token of a session that was begun on the page, and used; empty when it was not."""
    form = f"name=ann&key={key}".encode()
    lines = ("Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
    begun = ask(server.http, "POST", "/signin", *lines, body=form)
    assert key not in f"{begun.fields} {begun.text}"
    cookie = begun.headers.get("set-cookie", "").partition(";")[0]
    assert (ask(server.http, "GET", "/api/me", f"Cookie: {cookie}").status == 200) is bool(cookie)
    return cookie.partition("=")[2]


async def sign_in_by_smtp(server: Server, key: str) -> None:
    """Signs in at the submission door in both ways, whatever the answer is."""
    async with talking(server.submission) as talk:
        for lines in (
            [f"AUTH PLAIN {encoded(chr(0) + 'ann' + chr(0) + key)}"],
            ["AUTH LOGIN", encoded("ann"), encoded(key)],
        ):
            for line in lines:
                answer = await talk.command(line)
                assert key not in answer.text


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def parts(key: str) -> set[bytes]:
    """The key, and enough of it to matter, also as it is written in AUTH."""
    secret = key.removeprefix("k_")
    written = {f"\0ann\0{key}", key}
    return {
        *(secret[:ENOUGH].encode(), secret[-ENOUGH:].encode(), key.encode()),
        *(encoded(text)[-2 * ENOUGH :].encode() for text in written),
    }


def files(server: Server) -> Mapping[str, bytes]:
    """All that the server has written down."""
    written = [server.log, *(path for path in server.data.rglob("*") if path.is_file())]
    return {path.name: path.read_bytes() for path in written}


def dumps(data: Path) -> str:
    """The accounts as SQL, so that nothing is hidden in pages that were cut."""
    with closing(sqlite3.connect(f"file:{data / 'accounts.db'}?mode=ro", uri=True)) as opened:
        return "\n".join(opened.iterdump())


async def test_no_key_is_written_down_however_it_was_sent(server: Server) -> None:
    made = mailweir(server, "key", "add", "ann", "made")
    keys = [KEY, made, UNKNOWN]
    known_at_last(server, made)
    told = used_everywhere(server, keys)
    for key in keys:
        for query in (f"&key={key}", f"&_mailsacKey={key}", f"&key={key}&since=x"):
            url = f"ws://{server.http}/incoming-messages?addresses={MINE}{query}"
            try:
                async with connect(url) as socket:
                    told += str(await socket.recv())
            except InvalidStatus as refused:
                told += str(refused.response.headers) + str(refused.response.body)
        await sign_in_by_smtp(server, key)
    tokens = [session_by(server, key) for key in keys]
    assert [bool(token) for token in tokens] == [True, True, False]
    dumped = dumps(server.data)
    assert "ann" in dumped
    assert server.stop() == 0
    written = files(server)
    assert {"accounts.db", "intake.db", server.log.name} <= written.keys()
    for key in [*keys, *filter(None, tokens)]:
        for part in parts(key):
            assert [name for name, octets in written.items() if part in octets] == []
            assert part.decode() not in dumped
    for key in (KEY, made):
        assert key not in told


def test_what_is_refused_for_its_key_looks_the_same_whatever_the_key_is(server: Server) -> None:
    revoked = mailweir(server, "key", "add", "ann", "revoked")
    known_at_last(server, revoked)
    mailweir(server, "key", "remove", "ann", "revoked")
    begun = time.monotonic()
    while status_with(server, revoked) != 401:
        assert time.monotonic() - begun < CLOSED_WITHIN
        time.sleep(0.01)  # noqa: TID251  nobody tells us
    wrong = (
        *(revoked, UNKNOWN, KEY[:-1], f"{KEY}x", KEY.upper(), KEY.removeprefix("k_"), f"{KEY} {KEY}"),
        *("k_", "x", "' OR 1=1 --", "\u00fc", "x" * 10_000, f"Bearer {KEY}", "null", "*"),
    )
    for path in ("/api/me", f"/api/addresses/{MINE}/messages", "/api/messages", f"/api/raw/{MINE}/q1-0"):
        shapes = set[str]()
        for key in wrong:
            answer = ask(server.http, "GET", path, f"Mailsac-Key: {key}")
            shapes.add(f"{answer.status} {answer.fields} {answer.text}")
        assert len(shapes) == 1, shapes
        assert shapes.pop().startswith("401 ")


async def test_a_key_that_the_operator_revokes_closes_what_it_has_open(server: Server) -> None:
    key = mailweir(server, "key", "add", "ann", "lost")
    known_at_last(server, key)
    assert ask(server.http, "POST", f"/api/addresses/{MINE}", f"Mailsac-Key: {key}").status == 200
    url = f"ws://{server.http}/incoming-messages?addresses={MINE}&key={key}"
    stream = f"GET /api/addresses/{MINE}/events?_mailsacKey={key} HTTP/1.1\r\nHost: x\r\n\r\n"
    events, writer = await asyncio.open_connection(*server.http)
    with closing(writer):
        writer.write(stream.encode())
        assert b" 200 " in await events.readuntil(b"\r\n\r\n")
        async with connect(url) as socket:
            assert json.loads(await socket.recv())["msg"] == "Listening"
            await asyncio.to_thread(mailweir, server, "key", "remove", "ann", "lost")
            async with asyncio.timeout(CLOSED_WITHIN):
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert b"event: message" not in await events.readuntil(b"0\r\n\r\n")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    with pytest.raises(InvalidStatus) as refused:
        await connect(url)
    assert refused.value.response.status_code == 401


SPELLINGS: Final = (
    "mine@thing.test",
    "MINE@THING.TEST",
    "Mine+tag@Thing.test",
    '"mine"@thing.test',
    '"mine+x"@thing.test',
)


async def test_mail_to_an_owned_address_by_any_name_is_its_owners_alone(server: Server) -> None:
    own = f"Mailsac-Key: {KEY}"
    assert ask(server.http, "POST", f"/api/addresses/{MINE}", own).status == 200
    async with talking(server.smtp) as talk:
        for number, spelling in enumerate(SPELLINGS):
            content = f"Subject: confidential {number}\r\n\r\nconfidential\r\n".encode()
            assert (await talk.deliver(Mail([spelling], content))).code == 250, spelling
        assert (await talk.command("MAIL FROM:<a@sender.test>")).code == 250
        assert (await talk.command("RCPT TO:<mine@thing.test.>")).code >= 500
    listed = ask(server.http, "GET", f"/api/addresses/{MINE}/messages", own).json
    assert {one["subject"] for one in listed} == {
        f"confidential {number}" for number in range(len(SPELLINGS))
    }
    for path in ("/api/messages", "/api/messages?query=confidential", "/", "/?query=confidential"):
        assert "confidential 1" not in ask(server.http, "GET", path).text
    for spelling in ("mine@thing.test", "MINE@Thing.test", "mine%2Bx@thing.test", "%22mine%22@thing.test"):
        assert ask(server.http, "GET", f"/api/addresses/{spelling}/messages").status == 401
        for one in listed:
            assert ask(server.http, "GET", f"/api/raw/{spelling}/{one['_id']}").status == 401
