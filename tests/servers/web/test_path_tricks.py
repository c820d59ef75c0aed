"""Other ways to write a path open nothing, and no name that a request gives shows in what is answered."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import pytest

from fakes.raw_http import Answer, Where, ask
from fakes.routes import READING, ROUTES, Route
from fakes.web_house import Furnish, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.policy.visibility import AnonymousRules

PRIVATE, HOST = "private@thing.test", "private.test"
SAID: Final = "confidential"
MAIL: Final = (
    f"From: ann@sender.test\r\nSubject: {SAID}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    f"--b\r\nContent-Type: text/html\r\n\r\n<p>{SAID}</p>\r\n"
    f"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n{SAID}\r\n--b--\r\n"
).encode()


@pytest.fixture
async def owned(furnish: Furnish) -> WebHouse:
    """One in which `owner` has mail at an address and at a domain, and where there is a `stranger`."""
    house = await furnish(AnonymousRules(local=True))
    for name in ("owner", "stranger"):
        await house.account(name)
    await house.accounts.reserve(AccountName("owner"), [Inbox(PRIVATE)], "", most=9)
    await house.domain("owner", HOST)
    for inbox in (PRIVATE, f"any@{HOST}"):
        house.keep(inbox, MAIL)
    return house


def key_of(who: str) -> tuple[str, ...]:
    return ("X-Forwarded-For: 192.0.2.1",) if who == "anonymous" else (f"Mailsac-Key: k_{who}{'0' * 20}",)


async def asked(house: WebHouse, method: str, target: str, *lines: str) -> Answer:
    return await asyncio.to_thread(ask, ("127.0.0.1", house.port), method, target, *lines)


def _one_encoded(path: str) -> str:
    """With the first letter of each segment encoded."""
    return "/".join(f"%{ord(segment[0]):02x}{segment[1:]}" if segment else "" for segment in path.split("/"))


def _all_encoded(path: str) -> str:
    return "/".join("".join(f"%{ord(letter):02X}" for letter in segment) for segment in path.split("/"))


TRICKS: Final[Mapping[str, Callable[[str], str]]] = {
    "letters encoded": _one_encoded,
    "everything encoded": _all_encoded,
    "encoded twice": lambda path: _all_encoded(path).replace("%", "%25"),
    "a slash more in front": lambda path: f"/{path}",
    "slashes doubled": lambda path: path.replace("/", "//"),
    "a slash at the end": lambda path: f"{path}/",
    "slashes at the end": lambda path: f"{path}//",
    "an encoded slash at the end": lambda path: f"{path}%2F",
    "slashes encoded": lambda path: f"/{path[1:].replace('/', '%2F')}",
    "backslashes": lambda path: path.replace("/", "\\"),
    "encoded backslashes": lambda path: f"/{path[1:].replace('/', '%5C')}",
    "a dot in front": lambda path: f"/.{path}",
    "an encoded dot in front": lambda path: f"/%2e{path}",
    "up and down again": lambda path: f"/livez/..{path}",
    "up and down again, encoded": lambda path: f"/livez/%2e%2e{path}",
    "up behind a public one": lambda path: f"/api/addresses/public@thing.test/..%2f..%2f..{path}",
    "a parameter at the end": lambda path: f"{path};x=1",
    "parameters in each segment": lambda path: path.replace("/", ";x/")[2:],
    "a dot at the end": lambda path: f"{path}.",
    "an extension": lambda path: f"{path}.json",
    "NUL at the end": lambda path: f"{path}%00",
    "a newline at the end": lambda path: f"{path}%0A",
    "a space at the end": lambda path: f"{path}%20",
    "a fragment": lambda path: f"{path}%23",
    "capital letters": str.upper,
    "an absolute target": lambda path: f"http://127.0.0.1{path}",
    "an absolute target on another host": lambda path: f"http://evil.test{path}",
    "two question marks": lambda path: f"{path}??",
    "overlong dots": lambda path: f"/%c0%ae{path}",
    "the address in capitals": lambda path: path.replace("private@thing.test", "PRIVATE%40THING.TEST"),
    "the address with a tag": lambda path: path.replace("private@", "private%2Btag@"),
    "the address in quotes": lambda path: path.replace("private@", "%22private%22@"),
    "the domain with its dot": lambda path: path.replace(HOST, f"{HOST}."),
}


def private_targets() -> Iterator[tuple[Route, str]]:
    """All that is read of what belongs to `owner`."""
    for route in READING:
        if {"email", "domain_name"} & set(route.parameters):
            for email, message in ((PRIVATE, "q1-0"), (f"any@{HOST}", "q2-0")):
                yield route, route.target(email=email, message_id=message, domain_name=HOST)


@pytest.mark.parametrize("who", ["anonymous", "stranger"])
async def test_another_way_to_write_a_path_opens_nothing(owned: WebHouse, who: str) -> None:
    assert await asyncio.to_thread(opened, ("127.0.0.1", owned.port), key_of(who)) == []
    assert owned.reports == []


def opened(where: Where, lines: Sequence[str]) -> list[object]:
    """What is answered to a trick that is not answered to the plain path."""
    wrong: list[object] = []
    for route, path in private_targets():
        plain = ask(where, "GET", path, *lines)
        for trick, written in TRICKS.items():
            answer = ask(where, "GET", written(path), *lines)
            more = answer.status < 400 <= plain.status and not _is_of_another(route, trick)
            if SAID in answer.text or answer.status >= 500 or more:
                wrong.append((trick, written(path), plain.status, answer.status, answer.text[:200]))
    return wrong


def _is_of_another(route: Route, trick: str) -> bool:
    """Whether what is asked for then is another thing than the owner's: no harm that it is shown."""
    name_at_the_end = route.path.endswith((":str}", ":str}/"))
    return name_at_the_end and trick in {"a parameter at the end", "an extension", "a fragment"}


async def test_who_may_read_it_reads_it_by_the_plain_path(owned: WebHouse) -> None:
    """Else the test above would prove nothing."""
    for path in (
        f"/api/addresses/{PRIVATE}/messages",
        "/api/raw/any@private.test/q2-0",
        f"/inbox/{PRIVATE}/q1-0",
    ):
        for written in (path, _all_encoded(path)):
            answer = await asked(owned, "GET", written, *key_of("owner"))
            assert (answer.status, SAID in answer.text) == (200, True), written
            assert SAID not in (await asked(owned, "GET", written, *key_of("stranger"))).text


NAMES: Final = (
    ("Host: evil.test",),
    ("Host: evil.test:99",),
    ("X-Forwarded-Host: evil.test", "X-Forwarded-Proto: gopher", "X-Forwarded-Port: 99"),
    ("Forwarded: host=evil.test;proto=gopher;for=192.0.2.9",),
    ("X-Original-URL: http://evil.test/", "X-Rewrite-URL: /evil.test"),
    ("X-Host: evil.test", "X-Forwarded-Server: evil.test", "X-HTTP-Host-Override: evil.test"),
    ("Origin: http://evil.test", "Referer: http://evil.test/x"),
)


@pytest.mark.parametrize("lines", NAMES, ids=str)
async def test_links_lead_where_the_operator_says_and_not_where_a_request_does(
    owned: WebHouse, lines: Sequence[str]
) -> None:
    assert await asyncio.to_thread(misled, ("127.0.0.1", owned.port), lines) == []


def misled(where: Where, lines: Sequence[str]) -> list[object]:
    """The answers in which a name stands that only the request has given."""
    wrong: list[object] = []
    for route in ROUTES:
        for target in (
            route.target(email="public@thing.test"),
            route.target(email=PRIVATE, message_id="q1-0"),
        ):
            for key in (key_of("owner"), ()):
                answer = ask(where, route.method, target, *lines, *key)
                told = answer.text + str(answer.fields)
                if "evil.test" in told or "gopher" in told:
                    wrong.append((str(route), answer.fields, answer.text[:500]))
    return wrong


async def test_a_rewritten_target_is_not_served(owned: WebHouse) -> None:
    """Some frameworks serve the path of this header, behind whatever has checked the real one."""
    private = f"/api/addresses/{PRIVATE}/messages"
    for name in (
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Path",
        "X-Forwarded-Prefix",
        "X-Override-URL",
    ):
        answer = await asked(owned, "GET", "/livez", f"{name}: {private}", *key_of("owner"))
        assert (answer.status, answer.text) == (200, "ok")


async def test_the_box_leads_to_a_path_and_to_no_other_site(owned: WebHouse) -> None:
    kind = "Content-Type: application/x-www-form-urlencoded"
    for written in (b"address=a@b.test", b"address=//evil.test/@x.test", b"address=a@b.test%0d%0aX:%20y"):
        octets = await asyncio.to_thread(
            ask, ("127.0.0.1", owned.port), "POST", "/inbox", kind, "Host: evil.test", body=written
        )
        if octets.status == 303:
            assert octets.headers["location"].startswith("/inbox/")
            assert "x" not in octets.headers
        else:
            assert octets.status == 400
