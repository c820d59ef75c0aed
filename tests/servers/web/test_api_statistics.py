"""What public mail is like, by REST: counted from what everybody may see, and from nothing else."""

import hashlib
from functools import partial

import pytest

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.marking import toggled
from mailweir.policy.visibility import AnonymousRules
from mailweir.services.statistics import FRESH

FILE = b"same file"
MD5 = hashlib.md5(FILE, usedforsecurity=False).hexdigest()
STATS = "/api/mailstats"
FILES = f"{STATS}/common-attachments"
ALWAYS = "startDate=2020-01-01&endDate=2030-01-01"
ANN = AccountName("ann")


def mail(sender: str = "ann@sender.test", file: bytes = FILE) -> bytes:
    head = f"From: {sender}\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".encode()
    part = b"--b\r\nContent-Disposition: attachment; filename=f.bin\r\n\r\n" + file
    return head + b"--b\r\n\r\ntext\r\n" + part + b"\r\n--b--\r\n"


@pytest.fixture
async def ann(house: WebHouse) -> str:
    return await house.account("ann")


async def ask(house: WebHouse, key: str, path: str) -> Answer:
    return await house.get(path, mailsac_key=key)


async def test_the_most_frequent_come_first(house: WebHouse, ann: str) -> None:
    for inbox, sender in (
        ("a@one.test", "x@far.test"),
        ("b@one.test", "x@far.test"),
        ("b@one.test", "y@far.test"),
        ("c@two.test", "x@far.test"),
    ):
        house.keep(inbox, mail(sender))
    top = [
        (await ask(house, ann, f"{STATS}/top-{kind}")).json for kind in ("addresses", "senders", "domains")
    ]
    assert top == [
        [{"_id": "b@one.test", "n": 2}, {"_id": "a@one.test", "n": 1}, {"_id": "c@two.test", "n": 1}],
        [{"_id": "x@far.test", "n": 3}, {"_id": "y@far.test", "n": 1}],
        [{"_id": "one.test", "n": 3}, {"_id": "two.test", "n": 1}],
    ]
    assert (await ask(house, ann, f"{STATS}/top-addresses?skip=1&limit=1")).json == top[0][1:2]
    assert (await ask(house, ann, f"{STATS}/top-addresses?endDate=2020-01-01")).json == []
    assert len((await ask(house, ann, f"{STATS}/top-addresses?startDate=2020-01-01")).json) == 3
    assert (await ask(house, ann, f"{STATS}/top-secrets")).status == 404


async def test_a_file_is_counted_listed_and_downloaded(house: WebHouse, ann: str) -> None:
    messages = [house.keep(inbox, mail()) for inbox in ("a@one.test", "b@one.test")]
    house.keep("b@one.test", mail(file=b"other"))
    listed = (await ask(house, ann, f"{FILES}?{ALWAYS}")).json
    assert listed[0] == {"_id": MD5, "n": 2}
    assert len(listed) == 2
    assert (await ask(house, ann, f"{FILES}/{MD5}/count")).json == {"n": 2}
    found = (await ask(house, ann, f"{FILES}/{MD5}")).json
    assert [one["_id"] for one in found] == messages[::-1]
    saved = await ask(house, ann, f"{FILES}/{MD5}/download")
    assert (saved.body, saved.headers["content-type"]) == (FILE, "application/octet-stream")
    assert saved.headers["content-disposition"].startswith("attachment")
    missing = "0" * 32
    assert (await ask(house, ann, f"{FILES}/{missing}/count")).json == {"n": 0}
    assert (await ask(house, ann, f"{FILES}/{missing}")).json == []
    assert (await ask(house, ann, f"{FILES}/{missing}/download")).status == 404


async def test_private_and_starred_mail_is_in_no_count(house: WebHouse, ann: str) -> None:
    await house.accounts.reserve(ANN, [Inbox("own@one.test")], "", most=9)
    await house.domain("ann", "qa.test")
    house.keep("own@one.test", mail())
    house.keep("any@qa.test", mail())
    starred = house.keep("public@one.test", mail())
    await house.mailbox.mark(Inbox("public@one.test"), MessageId(starred), partial(toggled, account=ANN))
    for path in (f"{STATS}/top-addresses", f"{STATS}/top-senders", f"{FILES}?{ALWAYS}", f"{FILES}/{MD5}"):
        assert (await ask(house, ann, path)).json == [], path
    assert (await ask(house, ann, f"{FILES}/{MD5}/count")).json == {"n": 0}
    assert (await ask(house, ann, f"{FILES}/{MD5}/download")).status == 404


async def test_what_becomes_private_is_in_no_count_from_then_on(house: WebHouse, ann: str) -> None:
    message = house.keep("a@one.test", mail())
    house.keep("b@one.test", mail())
    assert (await ask(house, ann, f"{FILES}/{MD5}/count")).json == {"n": 2}
    await house.accounts.reserve(ANN, [Inbox("a@one.test")], "", most=9)
    assert (await ask(house, ann, f"{FILES}/{MD5}/count")).json == {"n": 1}
    assert message not in [one["_id"] for one in (await ask(house, ann, f"{FILES}/{MD5}")).json]


async def test_what_is_starred_is_not_listed_though_it_was_counted_before(house: WebHouse, ann: str) -> None:
    message = house.keep("a@one.test", mail())
    assert len((await ask(house, ann, f"{FILES}/{MD5}")).json) == 1
    await house.mailbox.mark(Inbox("a@one.test"), MessageId(message), partial(toggled, account=ANN))
    assert (await ask(house, ann, f"{FILES}/{MD5}")).json == []
    assert (await ask(house, ann, f"{FILES}/{MD5}/download")).status == 404


async def test_a_count_holds_for_half_a_minute(house: WebHouse, ann: str) -> None:
    house.keep("a@one.test", mail())
    assert (await ask(house, ann, f"{FILES}/{MD5}/count")).json == {"n": 1}
    house.keep("a@one.test", mail())
    house.clock.time += int(FRESH * 1000) - 1
    assert (await ask(house, ann, f"{FILES}/{MD5}/count")).json == {"n": 1}
    house.clock.time += 1
    assert (await ask(house, ann, f"{FILES}/{MD5}/count")).json == {"n": 2}


@pytest.mark.parametrize(
    "query", ["", "startDate=2026-01-01", "endDate=2026-01-01", "startDate=x&endDate=2026-01-01"]
)
async def test_files_are_counted_between_two_dates(house: WebHouse, ann: str, query: str) -> None:
    assert (await ask(house, ann, f"{FILES}?{query}")).status == 400


@pytest.mark.parametrize("md5", ["x", "0" * 31, "0" * 33, MD5.upper(), "..%2f..%2fetc"])
async def test_a_file_is_named_by_its_md5_alone(house: WebHouse, ann: str, md5: str) -> None:
    for path in ("", "/count", "/download"):
        assert (await ask(house, ann, f"{FILES}/{md5}{path}")).status in {400, 404}


async def test_only_those_who_may_list_all_mail_are_told(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules())
    for path in (f"{STATS}/top-domains", f"{FILES}?{ALWAYS}", f"{FILES}/{MD5}", f"{FILES}/{MD5}/count"):
        assert (await house.get(path)).status == 401
