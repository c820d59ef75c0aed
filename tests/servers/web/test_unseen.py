"""Who may not see a mail does not learn that there is one: not by lists, searches, counts, or other names."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import quote

import pytest

from fakes.raw_http import Where, ask
from fakes.routes import READING
from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.marking import toggled
from mailweir.policy.visibility import AnonymousRules

PUBLIC, PRIVATE, HOST, AT_HOST = "public@thing.test", "private@thing.test", "private.test", "any@private.test"
WORD: Final = "quixotically"
MAIL: Final = (
    f"From: {WORD} <{WORD}@sender.test>\r\nTo: {WORD}@thing.test\r\nSubject: {WORD}\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    f"--b\r\nContent-Type: text/html\r\n\r\n<p>{WORD} 482913</p>\r\n"
    f"--b\r\nContent-Disposition: attachment; filename={WORD}.txt\r\n\r\n{WORD}\r\n--b--\r\n"
).encode()
EVERY_QUERY: Final = "&".join(
    f"{name}={WORD}"
    for name in ("query", "andSubjectIncludes", "andFrom", "andTo", "subject", "from", "text")
)
OWNER, STRANGER = AccountName("owner"), AccountName("stranger")
Seen = Mapping[str, tuple[int, bytes]]


async def furnished(furnish: Furnish, *, mailed: bool) -> WebHouse:
    """A house in which `owner` has an address and a domain; `mailed` is how he got mail at all three places.

    The third is a public inbox in which he has starred it.
    """
    house = await furnish(AnonymousRules(local=True))
    for name in (OWNER, STRANGER):
        await house.account(name)
    await house.accounts.reserve(OWNER, [Inbox(PRIVATE)], "", most=9)
    await house.domain(OWNER, HOST)
    house.keep(PUBLIC)
    if mailed:
        starred, *_ = (house.keep(inbox, MAIL) for inbox in (PUBLIC, PRIVATE, AT_HOST))
        await house.mailbox.mark(Inbox(PUBLIC), MessageId(starred), partial(toggled, account=OWNER))
    return house


def targets() -> Iterator[str]:
    """Every place where mail could show, with and without a search."""
    for route in READING:
        for email in (PRIVATE, AT_HOST, PUBLIC):
            for message in ("q2-0", "q3-0", "q4-0"):
                plain = route.target(email=email, message_id=message, domain_name=HOST)
                yield plain
                yield f"{plain}?limit=100"
                yield f"{plain}?{EVERY_QUERY}"


def seen(where: Where, lines: Sequence[str]) -> Seen:
    """What each target answers; of a stream only whether it is opened."""
    answers = {target: ask(where, "GET", target, *lines) for target in sorted(set(targets()))}
    return {
        target: (one.status, b"" if "event-stream" in one.headers.get("content-type", "") else one.body)
        for target, one in answers.items()
    }


@pytest.mark.parametrize("who", ["far away", "at the machine", "stranger"])
async def test_who_may_not_see_a_mail_is_answered_as_if_it_had_never_come(furnish: Furnish, who: str) -> None:
    lines = {
        "far away": ["X-Forwarded-For: 192.0.2.1"],
        "at the machine": [],
        "stranger": [f"Mailsac-Key: k_stranger{'0' * 20}"],
    }[who]
    told: list[Seen] = []
    for mailed in (True, False):
        house = await furnished(furnish, mailed=mailed)
        told.append(await asyncio.to_thread(seen, ("127.0.0.1", house.port), lines))
        assert house.reports == []
    with_mail, without = told
    different = {target: (with_mail[target], without[target]) for target in without}
    assert {target: pair for target, pair in different.items() if pair[0] != pair[1]} == {}


async def test_the_owner_finds_in_every_search_what_the_others_do_not(furnish: Furnish) -> None:
    """Else the test above would prove nothing."""
    house = await furnished(furnish, mailed=True)
    for path in (
        f"/api/messages?query={WORD}",
        f"/api/addresses/{PRIVATE}/messages?query={WORD}",
        f"/api/inbox-search?query={WORD}",
        f"/api/inbox-filter?andSubjectIncludes={WORD}",
        f"/api/domains/{HOST}/messages",
        f"/inbox/{AT_HOST}?query={WORD}",
        "/api/addresses/starred/messages",
        "/api/inbox",
    ):
        answer = await by(house, OWNER, "GET", path)
        assert answer.status == 200
        assert {"q2-0", "q3-0", "q4-0"} & set(re.findall(r"q\d-0", answer.text)), path


SAME: Final = {
    "user@thing.test": (
        "User@Thing.TEST",
        "user+x@thing.test",
        "USER+x+y@thing.test",
        "user+@thing.test",
        '"user"@thing.test',
        '"us\\er"@thing.test',
        '"User+x"@thing.test',
        " user@thing.test ",
        "user@\uff54\uff48\uff49\uff4e\uff47.test",
        "user@thing\u3002test",
        "user@thing\u200b.test",
    ),
    "j\u00f6rg@b\u00fccher.test": (
        "J\u00d6RG@B\u00dcCHER.TEST",
        "jo\u0308rg@bu\u0308cher.test",
        "j\u00f6rg@xn--bcher-kva.test",
        "JO\u0308RG+x@XN--BCHER-KVA.test",
    ),
    "kate@thing.test": ("\u212aate@thing.test",),
}
OTHER: Final = {
    "user@thing.test": (
        "us\u0435r@thing.test",  # a Cyrillic letter
        "\uff55ser@thing.test",
        "u\u017fer@thing.test",
        "user\u200b@thing.test",
        "us.er@thing.test",
        "user.@thing.test",
        '" user"@thing.test',
        "user@th\u0456ng.test",
        "user@thing.test.evil.test",
        "user@xthing.test",
        "user@thing",
        "+user@thing.test",
        "%75ser@thing.test",
    ),
}
NONE: Final = (
    *("user@thing.test.", "user@.thing.test", "user@thing..test", "user/@thing/test", "user@\0thing.test"),
    *("@thing.test", "user@", "user", "us\0er@thing.test", "user\r@thing.test", "us er@thing.test"),
    *("user@thing.test@", "user@thing.test,x@y.test", "user@thing.test>", "<user@thing.test>"),
)


async def by(house: WebHouse, who: str, method: str, path: str) -> Answer:
    return await house.ask(method, path, {"mailsac-key": f"k_{who}{'0' * 20}"})


async def owned(house: WebHouse, address: str) -> None:
    for name in (OWNER, STRANGER):
        await house.account(name)
    assert (await by(house, OWNER, "POST", f"/api/addresses/{quote(address)}")).status == 200


@pytest.mark.parametrize(("address", "other"), [(one, name) for one, names in SAME.items() for name in names])
async def test_an_address_by_another_name_is_the_same_owners(
    house: WebHouse, address: str, other: str
) -> None:
    await owned(house, address)
    house.keep(other, MAIL)
    path = f"/api/addresses/{quote(other, safe='')}"
    assert (await by(house, STRANGER, "GET", f"{path}/messages")).status == 403
    assert (await house.get(f"{path}/messages")).status == 401
    assert (await by(house, STRANGER, "POST", path)).status == 401
    assert (await by(house, STRANGER, "GET", f"{path}/availability")).json["available"] is False
    for name in (address, other):
        (listed,) = (await by(house, OWNER, "GET", f"/api/addresses/{quote(name, safe='')}/messages")).json
        assert listed["subject"] == WORD


@pytest.mark.parametrize(
    ("address", "other"), [(one, name) for one, names in OTHER.items() for name in names]
)
async def test_an_address_that_only_looks_the_same_is_another(
    house: WebHouse, address: str, other: str
) -> None:
    await owned(house, address)
    house.keep(address, MAIL)
    path = f"/api/addresses/{quote(other, safe='')}"
    assert (await by(house, STRANGER, "POST", path)).status == 200
    house.keep(other)
    (listed,) = (await by(house, STRANGER, "GET", f"{path}/messages")).json
    assert listed["subject"] == "Hello"
    assert (await by(house, OWNER, "GET", f"{path}/messages")).status == 403


@pytest.mark.parametrize("none", NONE)
async def test_what_is_no_address_is_nobodys(house: WebHouse, none: str) -> None:
    await owned(house, "user@thing.test")
    house.keep("user@thing.test", MAIL)
    for who in (OWNER, STRANGER):
        for end in ("", "/messages", "/message-count", "/availability"):
            answer = await by(house, who, "GET", f"/api/addresses/{quote(none, safe='')}{end}")
            assert answer.status == 400, (end, answer.text)
            assert WORD not in answer.text


async def test_a_later_owner_sees_what_was_given_back_and_not_what_was_deleted(house: WebHouse) -> None:
    """As the original has it: mail of an address that was released is everybody's again."""
    await owned(house, PRIVATE)
    path = f"/api/addresses/{PRIVATE}"
    house.keep(PRIVATE, MAIL)
    assert (await by(house, OWNER, "DELETE", path)).status == 200
    assert (await by(house, STRANGER, "POST", path)).status == 200
    assert [one["subject"] for one in (await by(house, STRANGER, "GET", f"{path}/messages")).json] == [WORD]
    assert (await by(house, OWNER, "GET", f"{path}/messages")).status == 403
    assert (await by(house, STRANGER, "DELETE", f"{path}?deleteAddressMessages=true")).status == 200
    assert (await by(house, OWNER, "POST", path)).status == 200
    assert (await by(house, OWNER, "GET", f"{path}/messages")).json == []
