"""Errors have one shape, headers are on every answer, and ambiguous requests are refused."""

import asyncio

import pytest

from fakes.web_house import PLAIN, WebHouse
from mailweir.ports.errors import UnavailableError
from mailweir.servers.web.connection import HEAD_OCTETS

BOB = "/api/addresses/bob@thing.test/messages"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/api", "/api/none", "/api/addresses/b@t.test/nothing", "/.git/config", "/metrics"],
)
async def test_an_unknown_path_is_answered_in_json(house: WebHouse, path: str) -> None:
    answer = await house.get(path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {
        "error": "Not Found",
        "message": "There is nothing at this path. /docs lists what there is.",
        "status": 404,
    }


async def test_a_browser_gets_errors_as_a_page(house: WebHouse) -> None:
    answer = await house.get("/nothing", accept="text/html,*/*")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Not Found</h1>" in answer.text
    assert (await house.get("/inbox/bob")).headers["content-type"] == "text/html; charset=utf-8"
    assert (await house.get("/api/none", accept="text/html")).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", BOB, {"GET", "HEAD", "POST"}),
        ("POST", "/api/messages", {"GET", "HEAD"}),
        ("TRACE", "/livez", {"GET", "HEAD"}),
        ("PATCH", f"{BOB}/q1-0", {"GET", "HEAD", "DELETE"}),
    ],
)
async def test_a_wrong_method_is_told_which_are_right(
    house: WebHouse, method: str, path: str, allowed: set[str]
) -> None:
    answer = await house.ask(method, path)
    assert (answer.status, answer.json["status"]) == (405, 405)
    assert allowed <= set(answer.headers["allow"].split(", "))


async def test_head_is_get_without_the_body(house: WebHouse) -> None:
    got, headed = await house.get(BOB), await house.ask("HEAD", BOB)
    assert (headed.status, headed.body) == (200, b"")
    assert headed.headers == got.headers


async def test_a_store_that_is_away_is_answered_503_with_where_to_look(house: WebHouse) -> None:
    house.mailbox.failure = UnavailableError("disk I/O error at a secret place")
    for path in ("/api/messages", BOB, f"{BOB}/q1-0"):
        answer = await house.get(path)
        assert answer.status == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.json["statusUrl"] == "http://status.test/"
        assert answer.json["communityUrl"] == "http://community.test/"
        assert "secret" not in answer.text
    page = await house.get("/inbox/bob@thing.test")
    assert page.status == 503
    assert 'href="http://status.test/"' in page.text
    assert house.reports == []


async def test_what_we_did_wrong_is_reported_and_not_shown(house: WebHouse) -> None:
    house.mailbox.failure = ZeroDivisionError("inside of the house")
    for path in (BOB, "/inbox/bob@thing.test"):
        answer = await house.get(path)
        assert answer.status == 500
        assert "inside" not in answer.text
        assert "Traceback" not in answer.text
    assert [str(error) for error, _ in house.reports] == ["inside of the house"] * 2
    assert house.reports[0][1] == "GET /api/addresses/{email}/messages"


async def test_every_answer_carries_the_security_headers(house: WebHouse) -> None:
    found = house.keep()
    api = "default-src 'none'; frame-ancestors 'none'"
    css = (await house.get("/")).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    expected = {
        "/": PAGE_POLICY,
        "/docs": PAGE_POLICY,
        "/inbox/bob@thing.test": PAGE_POLICY,
        f"/inbox/bob@thing.test/{found}": PAGE_POLICY,
        "/inbox/bob": PAGE_POLICY,
        "/api/messages": api,
        BOB: api,
        f"{BOB}/{found}": api,
        f"{BOB}/none": api,
        "/openapi.json": api,
        "/readyz": api,
        "/nothing": api,
        css: api,
        "/livez": "sandbox; default-src 'none'; frame-ancestors 'self'",
        f"/api/raw/bob@thing.test/{found}": "sandbox; default-src 'none'; frame-ancestors 'self'",
        f"/api/%72aw//bob@thing.test/{found}": "sandbox; default-src 'none'; frame-ancestors 'self'",
    }
    for path, policy in expected.items():
        answer = await house.get(path)
        assert answer.headers["content-security-policy"] == policy, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        polled = {BOB: "private, no-cache", f"{BOB}/{found}": "private, no-cache"}
        kept = "public, max-age=31536000, immutable" if path == css else polled.get(path, "no-store")
        assert answer.headers["cache-control"] == kept, path
        assert "access-control-allow-origin" not in answer.headers
        assert not {"server", "date", "x-powered-by"} & set(answer.headers)
    for octets in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n"):
        answer = await house.say(octets)
        assert answer.headers["content-security-policy"] == api
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
        b"GET /livez HTTP/1.1\r\nHost: a/../admin?\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a@b\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET @evil HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_a_request_that_two_servers_might_read_in_two_ways_is_refused(
    house: WebHouse, head: bytes
) -> None:
    answer = await house.say(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    assert answer.status == 400
    assert answer.json["error"] == "Bad Request"
    assert (await house.get("/livez")).text == "ok"


@pytest.mark.parametrize("path", ["/inbox", BOB + "/q1-0", "/api/messages", "/nothing", "/livez", "/docs"])
async def test_a_long_body_is_refused_on_every_route(house: WebHouse, path: str) -> None:
    most = 1024 * 1024
    for method in ("GET", "DELETE", "POST"):
        assert (await house.ask(method, path, body=b"x" * most)).status != 413
        answer = await house.ask(method, path, body=b"x" * (most + 1))
        assert (answer.status, answer.json["status"]) == (413, 413)
    chunk = b"100001\r\n" + b"x" * (most + 1) + b"\r\n0\r\n\r\n"
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert (await house.say(head.encode() + chunk)).status == 413


async def test_a_head_without_end_is_cut_off(house: WebHouse) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (HEAD_OCTETS + 1)
    assert (await house.say(endless)).status == 431
    many = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 12_000
    assert (await house.say(many)).status == 431


async def test_a_body_that_breaks_off_is_nobodys_fault(house: WebHouse) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = f"POST {BOB} HTTP/1.1\r\nHost: x\r\nContent-Type: message/rfc822\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + PLAIN[:10])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await house.get("/livez")).status == 200
    assert (await house.get(BOB)).json == []
    assert house.reports == []
