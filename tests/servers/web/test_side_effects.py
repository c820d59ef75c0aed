"""What changes nothing: reading, whatever is asked; a method's name; what another site's page can send."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

import pytest

from fakes.raw_http import ask
from fakes.routes import CHANGING, READING, ROUTES, Route
from fakes.web_house import NOW, Furnish, WebHouse
from mailweir.model.account import AccountName, Session, key_hash
from mailweir.model.address import Inbox
from mailweir.policy.visibility import AnonymousRules

MINE, HOST, PUBLIC = "mine@thing.test", "held.test", "public@thing.test"
KEY: Final = f"k_ann{'0' * 20}"
WITH_KEY: Final = f"Mailsac-Key: {KEY}"
TOKEN: Final = "k_" + "session" * 4
WITH_COOKIE: Final = f"Cookie: mailweir={TOKEN}"
MAIL: Final = (
    b"From: ann@sender.test\r\nSubject: hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>hello</p>\r\n"
    b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n--b--\r\n"
)
FORM: Final = "Content-Type: application/x-www-form-urlencoded"
OVERRIDES: Final = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method")
METHODS: Final = ("DELETE", "PUT", "POST", "PATCH")


@pytest.fixture
async def owned(furnish: Furnish) -> WebHouse:
    """One in which `ann` has an address, a domain, and mail in both; everything that can be is allowed."""
    house = await furnish(AnonymousRules(local=True, deletes="all"))
    await house.account("ann")
    await house.accounts.reserve(AccountName("ann"), [Inbox(MINE)], "a note", most=9)
    await house.domain("ann", HOST)
    await house.accounts.begin_session(key_hash(TOKEN), Session(key_hash(KEY), NOW + 1000), most=9)
    for inbox in (MINE, PUBLIC, f"any@{HOST}"):
        house.keep(inbox, MAIL)
    return house


def state(house: WebHouse) -> tuple[object, ...]:
    """All that is kept."""
    registry, store = house.registry, house.store
    return (
        [kept.key for kept in store.messages(0)],
        dict(store._entries),
        dict(registry.accounts),
        dict(registry.keys),
        dict(registry.sessions),
        dict(registry.addresses),
        dict(registry.domains),
    )


def targets(route: Route) -> Iterator[str]:
    """A route at everything that there is."""
    for email, message in ((MINE, "q1-0"), (PUBLIC, "q2-0"), (f"any@{HOST}", "q3-0")):
        yield route.target(email=email, message_id=message, domain_name=HOST)


async def unchanged_by(
    house: WebHouse,
    routes: Sequence[Route],
    *lines: str,
    query: str = "",
    method: str = "",
    body: bytes = b"",
) -> None:
    """Asks each route, by another method if one is named, and looks whether anything is another."""
    before, wrong = state(house), list[object]()

    def all_of(route: Route) -> None:
        for target in targets(route):
            written = f"{target}?{query}" if query else target
            ask(("127.0.0.1", house.port), method or route.method, written, *lines, body=body or None)

    for route in routes:
        await asyncio.to_thread(all_of, route)
        if state(house) != before:
            wrong.append((str(route), lines))
            before = state(house)
    assert wrong == []
    assert house.reports == []


async def test_what_is_kept_is_seen_to_change(owned: WebHouse) -> None:
    """Else the tests below would prove nothing."""
    before = state(owned)
    for method, path in (
        ("PUT", f"/api/addresses/{MINE}/messages/q1-0/read/true"),
        ("PUT", f"/api/domains/{HOST}/privacy/false"),
        ("DELETE", f"/api/addresses/{PUBLIC}/messages/q2-0"),
        ("POST", "/api/addresses/new@thing.test"),
        ("DELETE", f"/api/addresses/{MINE}"),
    ):
        answer = await owned.ask(method, path, {"mailsac-key": KEY})
        assert answer.status == 200, path
        assert state(owned) != before
        before = state(owned)
    own = {"cookie": f"mailweir={TOKEN}", "sec-fetch-site": "same-origin"}
    assert (await owned.ask("POST", "/signout", own, b"")).status == 303
    assert state(owned) != before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("lines", [(), (WITH_KEY,), (WITH_COOKIE,)], ids=["nobody", "a key", "a session"])
async def test_nothing_is_changed_by_reading(owned: WebHouse, method: str, lines: Sequence[str]) -> None:
    await unchanged_by(owned, ROUTES, *lines, method=method)
    everything = (
        "deleteAddressMessages=true&deleteDomainMessages=true&action=delete&delete=1&read=true&info=x"
    )
    await unchanged_by(owned, READING, *lines, method=method, query=everything)


@pytest.mark.parametrize("method", METHODS)
async def test_a_method_in_a_header_is_no_method(owned: WebHouse, method: str) -> None:
    await unchanged_by(owned, ROUTES, WITH_KEY, *[f"{name}: {method}" for name in OVERRIDES], method="GET")


async def test_a_method_in_a_query_or_a_form_is_no_method(owned: WebHouse) -> None:
    for name in ("_method", "method", "_HttpMethod"):
        await unchanged_by(owned, ROUTES, WITH_KEY, method="GET", query=f"{name}=DELETE")
        deleting = [route for route in CHANGING if route.method in {"DELETE", "PUT"}]
        await unchanged_by(owned, deleting, FORM, method="POST", body=f"{name}=DELETE".encode())


SIMPLE: Final = {
    "a form": (FORM, b"address=mine%40thing.test&info=x&isPrivate=false"),
    "a form of parts": (
        "Content-Type: multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="info"\r\n\r\nx\r\n--b--\r\n',
    ),
    "JSON as text": ("Content-Type: text/plain", b'{"addresses": ["new@thing.test"], "info": "x"}'),
    "JSON with a key as text": (
        "Content-Type: text/plain",
        f'{{"_mailsacKey": "{KEY}", "addresses": ["new@thing.test"]}}'.encode(),
    ),
    "mail as text": ("Content-Type: text/plain", MAIL),
    "nothing": ("X-Nothing: here", b""),
}
"""What a page may send to every site without asking it first (Fetch, "simple" requests)."""


@pytest.mark.parametrize("sent", SIMPLE)
@pytest.mark.parametrize(
    "page",
    [
        ("Origin: https://evil.test", "Sec-Fetch-Site: cross-site", WITH_COOKIE),
        ("Origin: null", "Sec-Fetch-Site: cross-site", WITH_COOKIE),
        ("Referer: https://evil.test/", WITH_COOKIE),
        ("Origin: https://evil.test",),
        ("Origin: http://127.0.0.1:1", "Sec-Fetch-Site: same-site"),
    ],
    ids=str,
)
async def test_a_page_of_another_site_changes_nothing(
    owned: WebHouse, sent: str, page: Sequence[str]
) -> None:
    """It speaks from the person's own machine, who is signed in, and knows no key."""
    kind, body = SIMPLE[sent]
    posting = [route for route in CHANGING if route.method == "POST"]
    await unchanged_by(owned, posting, kind, *page, body=body)


async def test_no_site_is_told_that_it_may_send_more(owned: WebHouse) -> None:
    for route in ROUTES:
        for target in targets(route):
            answer = await asyncio.to_thread(
                ask,
                ("127.0.0.1", owned.port),
                "OPTIONS",
                target,
                "Origin: https://evil.test",
                f"Access-Control-Request-Method: {route.method}",
                "Access-Control-Request-Headers: content-type, mailsac-key",
                "Access-Control-Request-Private-Network: true",
            )
            assert not [name for name, _ in answer.fields if name.startswith("access-control-")], str(route)
            assert answer.status in {204, 405}
