"""All of an account's mail as one inbox, by REST."""

from functools import partial
from urllib.parse import quote

import pytest

from fakes.web_house import NOW, Answer, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.marking import toggled
from mailweir.servers.web.api.unified import TEXT

OWN, QA, FAR = "own@thing.test", "any@qa.thing.test", "far@elsewhere.test"


def mail(subject: str, sender: str = "Ann Lee <ann@sender.test>", to: str = "Team <team@list.test>") -> bytes:
    return f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nhello\r\n".encode()


@pytest.fixture
async def ann(house: WebHouse) -> str:
    key = await house.account("ann")
    await house.accounts.reserve(AccountName("ann"), [Inbox(OWN)], "", most=9)
    await house.domain("ann", "qa.thing.test")
    return key


async def ask(house: WebHouse, key: str, path: str) -> Answer:
    return await house.get(path, mailsac_key=key)


async def star(house: WebHouse, inbox: str, message: str) -> None:
    change = partial(toggled, account=AccountName("ann"))
    await house.mailbox.mark(Inbox(inbox), MessageId(message), change)


async def test_addresses_domains_and_stars_are_one_inbox(house: WebHouse, ann: str) -> None:
    first = house.keep(OWN, mail("one"))
    house.keep(FAR, mail("not hers"))
    second = house.keep(QA, mail("two"))
    third = house.keep(FAR, mail("starred"))
    await star(house, FAR, third)
    page = (await ask(house, ann, "/api/inbox")).json
    assert [one["_id"] for one in page["messages"]] == [third, second, first]
    assert (page["unread"], page["limit"], page["skip"], page["since"]) == (3, 30, 0, None)
    await house.ask("PUT", f"/api/addresses/{OWN}/messages/{first}/read/true", {"mailsac_key": ann})
    page = (await ask(house, ann, "/api/inbox?limit=1&skip=1")).json
    assert ([one["_id"] for one in page["messages"]], page["unread"]) == ([second], 2)
    await house.ask("PUT", f"/api/addresses/{OWN}/messages/{first}/folder/trash", {"mailsac_key": ann})
    assert len((await ask(house, ann, "/api/inbox")).json["messages"]) == 2


async def test_it_can_begin_at_a_moment(house: WebHouse, ann: str) -> None:
    house.keep(OWN)
    house.clock.time += 1000
    later = house.keep(OWN)
    since = "2026-11-25T10:00:01.123Z"
    page = (await ask(house, ann, f"/api/inbox?since={since}")).json
    assert house.clock.time == NOW + 1000
    assert ([one["_id"] for one in page["messages"]], page["since"]) == ([later], since)


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("andSubjectIncludes=ORDER", ["order two", "Order one"]),
        ("andFrom=ann%20lee", ["order two", "Order one"]),
        ("andFrom=ben@", ["Your code"]),
        (f"andTo={quote(QA)}", ["order two"]),
        ("andTo=team", ["Your code", "order two", "Order one"]),
        ("andRead=true", ["Order one"]),
        ("andRead=false&andSubjectIncludes=order", ["order two"]),
        ("andSubjectIncludes=nothing", []),
    ],
)
async def test_messages_are_found_by_conditions(
    house: WebHouse, ann: str, query: str, subjects: list[str]
) -> None:
    read = house.keep(OWN, mail("Order one"))
    house.keep(QA, mail("order two"))
    house.keep(OWN, mail("Your code", "ben@sender.test"))
    house.keep(FAR, mail("order of somebody else"))
    await house.ask("PUT", f"/api/addresses/{OWN}/messages/{read}/read/true", {"mailsac_key": ann})
    found = (await ask(house, ann, f"/api/inbox-filter?{query}")).json
    assert [one["subject"] for one in found["messages"]] == subjects


async def test_messages_are_found_by_a_text(house: WebHouse, ann: str) -> None:
    house.keep(OWN, mail("Order one", "ben@sender.test"))
    house.keep(QA, mail("two", "Ben Ott <x@order.test>"), digest=False)
    house.keep(FAR, mail("order of somebody else"))
    for text, count in (("order", 2), ("BEN", 2), ("qa.thing", 1), ("somebody", 0), ("", 0)):
        found = (await ask(house, ann, f"/api/inbox-search?query={text}")).json
        assert (found["query"], len(found["messages"])) == (text, count)


async def test_no_more_than_a_hundred_are_found(house: WebHouse, ann: str) -> None:
    for _ in range(101):
        house.keep(OWN, digest=False)
    assert len((await ask(house, ann, "/api/inbox-search?query=hello")).json["messages"]) == 100
    assert len((await ask(house, ann, "/api/inbox-filter?andSubjectIncludes=hello")).json["messages"]) == 100
    assert len((await ask(house, ann, "/api/inbox?limit=1000")).json["messages"]) == 101


async def test_what_an_account_has_is_counted(house: WebHouse, ann: str) -> None:
    sizes = [house.keep(inbox) for inbox in (OWN, QA, FAR)]
    await star(house, FAR, sizes[2])
    stats = (await ask(house, ann, "/api/me/stats")).json
    octets = stats.pop("inboxBytes")
    assert octets == 3 * (await house.mailbox.all(limit=1))[0].size
    assert stats == {
        "addresses": [OWN],
        "domains": ["qa.thing.test"],
        "starredMessages": 1,
        "storedMessages": 3,
        "defaultDomain": "qa.thing.test",
        "lastMonthOps": 0,
        "nonOwnedInboxes": [],
    }


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/api/inbox?limit=1001", "limit"),
        ("/api/inbox?limit=-1", "limit"),
        ("/api/inbox?skip=20001", "skip"),
        ("/api/inbox?skip=x", "skip"),
        ("/api/inbox?since=yesterday", "since"),
        ("/api/inbox-filter", "Say what to look for"),
        ("/api/inbox-filter?andRead=maybe", "andRead"),
        (f"/api/inbox-filter?andFrom={'a' * (TEXT + 1)}", "andFrom"),
        (f"/api/inbox-search?query={'a' * (TEXT + 1)}", "query"),
    ],
)
async def test_what_cannot_be_asked_is_named(house: WebHouse, ann: str, path: str, sentence: str) -> None:
    refused = await ask(house, ann, path)
    assert (refused.status, sentence in refused.json["message"]) == (400, True)


@pytest.mark.parametrize(
    "path",
    [
        "/api/inbox?limit=1000&skip=20000",
        "/api/inbox?limit=0",
        f"/api/inbox-search?query={'a' * TEXT}",
        f"/api/inbox-filter?andTo={'a' * (TEXT - 1)}",
    ],
)
async def test_up_to_the_limits_all_is_answered(house: WebHouse, ann: str, path: str) -> None:
    assert (await ask(house, ann, path)).status == 200
