"""What every answer tells and keeps to itself: its headers, and nothing of the inside of the house."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from fakes.bad_input import heads, long_heads, odd_bodies
from fakes.raw_http import Answer, ask, request, say
from fakes.routes import ROUTES
from fakes.web_house import Furnish, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import UnavailableError

PRIVATE, HOST = "private@thing.test", "private.test"
KEY: Final = f"Mailsac-Key: k_owner{'0' * 20}"
MAIL: Final = (
    b"From: ann@sender.test\r\nSubject: hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>hello</p>\r\n"
    b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n--b--\r\n"
)
ORIGIN: Final = "Origin: https://evil.test"
PUBLIC: Final = re.compile(r"/static/[^/]+")
"""What may be kept by whoever stands between: the same for everybody."""

FRAMED: Final = ("frame-ancestors 'none'", "frame-ancestors 'self'")


@pytest.fixture
async def owned(furnish: Furnish) -> WebHouse:
    house = await furnish(AnonymousRules(local=True))
    await house.account("owner")
    await house.accounts.reserve(AccountName("owner"), [Inbox(PRIVATE)], "", most=9)
    await house.domain("owner", HOST)
    for inbox in (PRIVATE, f"any@{HOST}", "bob@thing.test"):
        house.keep(inbox, MAIL)
    return house


def asking() -> Iterator[tuple[str, bytes]]:
    """Each route in every way that gives another kind of answer."""
    for route in ROUTES:
        own = route.target(email=PRIVATE, message_id="q1-0", domain_name=HOST)
        for lines in (
            (KEY, ORIGIN),
            (ORIGIN,),
            ("Mailsac-Key: k_unknown", ORIGIN),
            (KEY, "Accept: text/html"),
        ):
            yield own, request(route.method, own, *lines)
        yield own, request("HEAD", own, KEY, ORIGIN)
        yield own, request("OPTIONS", own, ORIGIN)
        yield own, request("PATCH", own, ORIGIN)
        yield own, request(route.method, f"{own}/nothing/here", ORIGIN)
        yield own, request(route.method, f"{own}?limit=x&until=x&since=x", KEY, ORIGIN)
        yield own, odd_bodies()["a compressed bomb"].to(route, own, KEY, ORIGIN)
        yield own, request(route.method, own, ORIGIN, "Expect: 100-continue", "Content-Length: 99999999")
        yield own, request(route.method, own, "If-None-Match: *", KEY, ORIGIN)
    for _, head in (*heads("/livez", "GET"), *long_heads("/livez", "GET")):
        yield "/livez", head


def answers(port: int) -> list[tuple[str, Answer]]:
    return [(target, say(("127.0.0.1", port), octets)) for target, octets in asking()]


def faults(target: str, answer: Answer) -> Iterator[str]:
    """What is wrong with the headers of an answer."""
    headers = answer.headers
    for name, value in (
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ):
        if headers.get(name) != value:
            yield f"{name} is {headers.get(name)}"
    if headers.get("cross-origin-resource-policy") not in {"same-origin", "cross-origin"}:
        yield "no cross-origin-resource-policy"
    yield from _policy_faults(headers)
    cache = headers.get("cache-control", "")
    stored = not {"no-store", "no-cache"} & set(cache.replace(",", " ").split())
    if stored and not PUBLIC.fullmatch(target):
        yield f"cache-control is {cache!r}"
    if len({name for name, _ in answer.fields}) != len(answer.fields):
        yield "a header twice"
    for name, value in answer.fields:
        if name in {"server", "date", "x-powered-by", "via"} or name.startswith("access-control-"):
            yield f"{name} is told"
        if "evil.test" in value:
            yield f"{name} repeats the request"


def _policy_faults(headers: Mapping[str, str]) -> Iterator[str]:
    policy = headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy:
        yield f"content-security-policy is {policy!r}"
    if not any(framed in policy for framed in FRAMED):
        yield f"anyone may frame it: {policy!r}"
    scripts = re.findall(r"script-src ([^;]*)", policy)
    if scripts not in ([], ["'self'"]):
        yield f"scripts may come from {scripts}"


async def test_every_answer_of_every_route_has_the_security_headers(owned: WebHouse) -> None:
    told = await asyncio.to_thread(answers, owned.port)
    owned.mailbox.failure = UnavailableError("away")
    told += await asyncio.to_thread(answers, owned.port)
    owned.mailbox.failure = ZeroDivisionError("inside of the house")
    told += await asyncio.to_thread(answers, owned.port)
    wrong = {
        (target.partition("?")[0], answer.status, fault)
        for target, answer in told
        for fault in faults(target, answer)
    }
    assert wrong == set()
    seen = {answer.status for _, answer in told}
    assert {200, 201, 204, 303, 304, 400, 401, 403, 404, 405, 413, 415, 431, 500, 503} - seen <= {201, 303}


INSIDE: Final = re.compile(
    r"Traceback|File \"|\.py\b|line \d+|inside of the house|site-packages|litestar|uvicorn|msgspec|python/"
    r"|apsw|sqlite|0\.1\.0|object at 0x",
    re.IGNORECASE,
)


async def test_no_error_tells_of_the_inside_of_the_house_or_its_version(owned: WebHouse) -> None:
    owned.mailbox.failure = ZeroDivisionError("inside of the house")
    told = await asyncio.to_thread(answers, owned.port)
    errors = [(target, answer) for target, answer in told if answer.status >= 400]
    assert {answer.status for _, answer in errors} >= {400, 401, 403, 404, 405, 500}
    leaks = {
        (target, answer.status, found[0])
        for target, answer in errors
        if (found := INSIDE.search(answer.text + str(answer.fields)))
    }
    assert leaks == set()


UNINTENDED: Final = (
    *("/metrics", "/api/metrics", "/debug", "/debug/pprof/", "/debug/vars", "/console", "/admin", "/admin/"),
    *("/.git/HEAD", "/.git/config", "/.env", "/.svn/entries", "/.DS_Store", "/.htaccess", "/backup.sql"),
    *("/server-status", "/server-info", "/actuator", "/actuator/env", "/phpinfo.php", "/wp-login.php"),
    *("/schema", "/schema/swagger", "/schema/openapi.json", "/schema/redoc", "/schema/elements", "/redoc"),
    *("/swagger", "/swagger.json", "/swagger-ui", "/openapi.yaml", "/openapi.yml", "/graphql", "/api-docs"),
    *("/intake.db", "/index.db", "/accounts.db", "/mailweir-data/accounts.db", "/tls-key.pem", "/secret"),
    *("/static", "/static/", "/static/x", "/static/../app.py", "/templates/layout.html", "/__pycache__/"),
    *("/static/..%2ftemplates%2flayout.html", "/static/%2e%2e/templates/layout.html", "/health", "/status"),
    *("/.well-known", "/.well-known/", "/.well-known/x", "/.well-known/change-password", "/security.txt"),
    *("/proxy?url=http://127.0.0.1:1/", "/api/proxy?url=http://127.0.0.1:1/", "/v1/", "/api/v1/", "/ws"),
)


@pytest.mark.parametrize("path", UNINTENDED)
async def test_nothing_is_there_that_was_not_meant_to_be(owned: WebHouse, path: str) -> None:
    for lines in ((), (KEY,), ("Accept: text/html",)):
        answer = await asyncio.to_thread(ask, ("127.0.0.1", owned.port), "GET", path, *lines)
        assert answer.status == 404
        assert not INSIDE.search(answer.text)


async def test_what_needs_no_key_is_what_is_meant_to(owned: WebHouse) -> None:
    """Of an installation that others reach; the pages and the API of public inboxes are for everyone."""
    owned.rules = AnonymousRules(local=False, key_required=True)
    await owned.reopen()
    told: set[str] = set()
    for route in ROUTES:
        answer = await asyncio.to_thread(ask, ("127.0.0.1", owned.port), route.method, route.target())
        if answer.status not in {401, 403, 404}:
            told.add(str(route))
    assert told == {
        "GET /",
        "GET /account",  # leads to the sign-in page
        "GET /.well-known/security.txt",
        "GET /docs",
        "GET /forgot",
        "GET /livez",
        "GET /openapi.json",
        "GET /readyz",
        "GET /robots.txt",
        "GET /signin",
        "GET /static/{name:str}",
        "POST /inbox",
    }


async def test_a_path_tells_every_method_that_it_takes_and_no_other(owned: WebHouse) -> None:
    """It named those of the first handler alone, such as GET where DELETE is taken, too."""
    for path in {route.path for route in ROUTES}:
        taken = {route.method for route in ROUTES if route.path == path} | {"OPTIONS"}
        taken |= {"HEAD"} if "GET" in taken else set()
        where = ("127.0.0.1", owned.port)
        target = next(route for route in ROUTES if route.path == path).target()
        for method, status in (("OPTIONS", 204), ("PATCH", 405)):
            answer = await asyncio.to_thread(ask, where, method, target)
            assert (answer.status, set(answer.headers["allow"].split(", "))) == (status, taken), path
