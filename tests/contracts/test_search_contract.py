"""What every store promises of a search, by sentence."""

import pytest

from fakes.makers import BOB, EVE, NOON, a_delivery
from mailweir.adapters.parser_pool.digesting import digest_of
from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Brief, Digest
from mailweir.model.message import MessageId
from mailweir.model.query import After, And, Before, Query, QueryError
from mailweir.policy.query import parse
from mailweir.policy.searched import HEADER_VALUES, TEXT
from mailweir.ports.digests import Digests
from mailweir.ports.intake import Intake
from mailweir.ports.mailbox import Mailbox

NOBODY = Inbox("nobody@inbox.test")
ORDER = (
    b"From: Ann Example <ann@shop.test>\r\nTo: Bob <bob@inbox.test>\r\nCc: carl@inbox.test\r\n"
    b"Subject: =?utf-8?q?Your_caf=C3=A9_parcel_No=2E_4711?=\r\n"
    b"X-Campaign: spring sale\r\nX-Campaign: Second\r\n"
    b'Mime-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nThe STRASSE is long.\r\nYour verification code is 445566.\r\n"
    b"See https://shop.test/verify\r\n"
    b"--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="bill-2026.pdf"\r\n\r\n'
    b"x\r\n"
    b"--b--\r\n"
)
PLAIN = b"From: eve@other.test\r\nTo: bob@inbox.test\r\nSubject: hello\r\n\r\nNothing to see.\r\n"


def query(text: str) -> Query:
    found = parse(text)
    assert not isinstance(found, QueryError), found
    return found


async def digest_all(digests: Digests) -> None:
    found = await digests.undigested(1000)
    await digests.keep([(unread.key, digest_of(unread.raw)) for unread in found])


async def found(mailbox: Mailbox, text: str, inbox: Inbox | None = BOB, limit: int = 100) -> list[str]:
    return [copy.id for copy in await mailbox.search(inbox, query(text), limit=limit)]


@pytest.fixture
async def shop(intake: Intake, mailbox: Mailbox, digests: Digests) -> Mailbox:
    """A parcel and a plain mail that is newer."""
    await intake.deliver(a_delivery(1, raw=ORDER))
    await intake.deliver(a_delivery(2, raw=PLAIN, sender="bounce@other.test"))
    await digest_all(digests)
    return mailbox


@pytest.mark.parametrize(
    "text",
    [
        "parcel",
        "PARCEL",
        "cafe",
        "CAFÉ",
        "strasse",
        "4711",
        "your parcel OR your code",
        '"your verification code"',
        "ann",
        "ann@shop.test",
        "shop.test",
        "bill",
        "bill-2026.pdf",
        "parc*",
        '"cafe parcel no"',
        "subject:parcel",
        "subject:cafe*",
        "from:ann",
        'from:"ann example"',
        "cc:carl",
        "text:strasse",
        "text:445*",
        "attachment:pdf",
        "has:attachment",
        "has:code",
        "has:link",
        "header:x-campaign=Second",
        "header:X-CAMPAIGN=Second",
        'header:x-campaign="spring sale"',
        "header:mime-version=1.0",
        'header:subject="Your café parcel No. 4711"',
        "-hello",
        "NOT (hello OR nothing)",
        "to:bob -from:eve",
        "parcel (nothing OR strasse)",
        "-(-parcel)",
    ],
)
async def test_a_message_is_found_by(shop: Mailbox, text: str) -> None:
    assert await found(shop, text) == ["q0000001-0"]


@pytest.mark.parametrize(
    "text",
    [
        "parcels",
        "arcel",
        "straße",
        '"parcel your"',
        '"long your nothing"',
        "subject:strasse",
        "text:ann",
        "from:bob",
        "to:carl",
        "cc:bob",
        "attachment:parcel",
        "header:x-campaign=spring",
        "header:x-campaign=second",
        'header:x-campaign="spring sale "x',
        "header:x-campaign=4711",
        "parcel nothing",
        "parcel -parcel",
        "all",
        "code -code",
        "NEAR",
        "subject:attachment",
        '"bob carl"',
    ],
)
async def test_a_message_is_not_found_by(shop: Mailbox, text: str) -> None:
    assert await found(shop, text) == []


async def test_who_sent_it_is_the_envelopes_sender_where_the_message_names_nobody(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1, raw=b"Subject: x\r\n\r\n", sender="machine@origin.test"))
    await intake.deliver(a_delivery(2, raw=b"From: ann@x.test\r\n\r\n", sender="machine@origin.test"))
    await intake.deliver(a_delivery(3, raw=b"Subject: y\r\n\r\n", sender=None))
    await digest_all(digests)
    assert await found(mailbox, "from:machine") == ["q0000001-0"]


async def test_who_else_got_it_is_not_told(intake: Intake, mailbox: Mailbox, digests: Digests) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    await digest_all(digests)
    assert await found(mailbox, "eve OR to:eve OR cc:eve", BOB) == []


async def test_time_is_before_a_moment_and_from_it_on(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    for number in (2, 1, 3):  # a clock may step back
        await intake.deliver(a_delivery(number, raw=b"Subject: s%d\r\n\r\nhello\r\n" % number))
    await digest_all(digests)
    for asked, numbers in {
        Before(NOON + 2): [1],
        After(NOON + 2): [3, 2],
        Before(NOON): [],
        After(NOON): [3, 1, 2],
        And((After(NOON + 2), Before(NOON + 3))): [2],
        And((After(NOON + 3), Before(NOON + 3))): [],
    }.items():
        copies = await mailbox.search(BOB, asked, limit=9)
        assert [copy.received - NOON for copy in copies] == numbers, asked


async def test_a_time_may_stand_anywhere_in_a_query(shop: Mailbox) -> None:
    assert await found(shop, "parcel OR after:2030-01-01") == ["q0000001-0"]
    assert await found(shop, "nothing OR before:2030-01-01") == ["q0000002-0", "q0000001-0"]
    assert await found(shop, "parcel -(hello after:2020-01-01)") == ["q0000001-0"]
    assert await found(shop, "-before:2030-01-01 OR nothing") == ["q0000002-0"]


async def test_the_newest_come_first_and_as_many_as_asked(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    for number in range(5):
        await intake.deliver(a_delivery(number, BOB, EVE))
    await digest_all(digests)
    for inbox in (BOB, EVE, None):
        listed = await (mailbox.all(limit=99) if inbox is None else mailbox.inbox(inbox, limit=99))
        for limit in (0, 1, 3, 4, 5, 9, 10, 11):
            assert list(await mailbox.search(inbox, query("hello"), limit=limit)) == list(listed)[:limit]
            assert (
                list(await mailbox.search(inbox, query("hello OR x before:2100-01-01"), limit=limit))
                == (list(listed)[:limit])
            )
    assert await found(mailbox, "hello", NOBODY) == []


async def test_what_has_no_digest_is_not_found(intake: Intake, mailbox: Mailbox, digests: Digests) -> None:
    await intake.deliver(a_delivery(1))
    for text in ("hello", "-hello", "before:2100-01-01"):
        assert await found(mailbox, text) == []
    await digest_all(digests)
    assert await found(mailbox, "hello") == ["q0000001-0"]


async def test_a_copy_that_is_removed_is_not_found_and_the_others_are(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1, BOB, EVE))
    await digest_all(digests)
    await mailbox.delete(BOB, MessageId("q0000001-0"))
    assert await found(mailbox, "hello", BOB) == []
    assert await found(mailbox, "hello", EVE) == await found(mailbox, "hello", None) == ["q0000001-1"]
    await mailbox.delete(EVE, MessageId("q0000001-1"))
    assert await found(mailbox, "hello", None) == []
    await digests.tidy()
    assert await found(mailbox, "-x", None) == []


async def test_a_new_digest_takes_the_words_of_the_old_one_away(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1))
    (unread,) = await digests.undigested(9)
    await digests.keep(
        [(unread.key, Digest(Brief("done", subject="earlier"), headers=(("X-A", "earlier"),)))]
    )
    await digests.keep([(unread.key, Digest(Brief("done", subject="later"), headers=(("X-A", "later"),)))])
    assert await found(mailbox, "later") == await found(mailbox, "header:x-a=later") == ["q0000001-0"]
    assert await found(mailbox, "earlier OR header:x-a=earlier") == []


async def test_so_many_header_fields_are_found_by_their_value(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    await intake.deliver(a_delivery(1))
    (unread,) = await digests.undigested(9)
    fields = tuple(("X-N", str(number)) for number in range(1, HEADER_VALUES + 2))
    await digests.keep([(unread.key, Digest(Brief("done"), headers=fields))])
    for number, there in (
        (1, True),
        (HEADER_VALUES - 1, True),
        (HEADER_VALUES, True),
        (HEADER_VALUES + 1, False),
    ):
        assert bool(await found(mailbox, f"header:x-n={number}")) is there


async def test_words_are_found_so_far_into_a_text(intake: Intake, mailbox: Mailbox, digests: Digests) -> None:
    await intake.deliver(a_delivery(1))
    (unread,) = await digests.undigested(9)
    text = "x" * (TEXT - 5) + " last beyond"
    await digests.keep([(unread.key, Digest(Brief("done"), text=text))])
    assert await found(mailbox, "last") == ["q0000001-0"]
    assert await found(mailbox, "beyond") == []


@pytest.mark.parametrize(
    "text",
    [
        '"\\""',
        '"hello\\" OR hello"',
        '"*"*"*"',
        '"NEAR(hello see, 5)"',
        '"^see hello"',
        '"{subject}: hello"',
        '"hello + see"',
        "\"x' OR '1'='1\"",
        '"hello) OR (hello"',
        '"marks : all"',
        'hello"; DROP TABLE digest;"',
        'header:x="\\" OR all"',
        "subject:{marks}",
        '"-- "x',
    ],
)
async def test_operators_of_the_store_are_only_text(shop: Mailbox, text: str) -> None:
    asked = parse(text)
    if not isinstance(asked, QueryError):
        assert not await shop.search(BOB, asked, limit=9)
    assert len(await found(shop, "-nowhere")) == 2


async def test_the_largest_queries_are_answered(shop: Mailbox) -> None:
    assert await found(shop, " ".join(["-nowhere"] * 50)) == ["q0000002-0", "q0000001-0"]
    assert await found(shop, " OR ".join(["parcel"] * 50)) == ["q0000001-0"]
    assert await found(shop, "-(nowhere OR " * 10 + "x" + ")" * 10) == []
    moments = " OR ".join(f"(before:20{year}-01-01 after:2019-12-31 parcel)" for year in range(30, 46))
    assert await found(shop, moments) == ["q0000001-0"]
    halves = " OR ".join(f"(after:20{year}-01-01 w{year})" for year in range(10, 35))
    assert await found(shop, halves) == []


async def test_a_host_is_searched_in_all_of_its_inboxes(
    intake: Intake, mailbox: Mailbox, digests: Digests
) -> None:
    for number, inbox in enumerate((BOB, Inbox("x@elsewhere.test"), EVE, Inbox("x@below.inbox.test"), BOB)):
        await intake.deliver(a_delivery(number, inbox, raw=ORDER))
    await intake.deliver(a_delivery(5, BOB, raw=PLAIN))
    await intake.deliver(a_delivery(6, Inbox("x@elsewhere.test"), EVE, raw=ORDER))
    await digest_all(digests)

    async def at_host(text: str, limit: int = 9) -> list[str]:
        return [one.id for one in await mailbox.search_at(Host("inbox.test"), query(text), limit=limit)]

    assert await at_host("parcel") == ["q0000006-1", "q0000004-0", "q0000002-0", "q0000000-0"]
    assert await at_host("parcel", limit=2) == ["q0000006-1", "q0000004-0"]
    assert await at_host("NOT parcel") == ["q0000005-0"]
    assert await at_host("parcel", limit=0) == await at_host("nowhere") == []
    early = And((query("parcel"), Before(NOON + 3)))
    found = await mailbox.search_at(Host("inbox.test"), early, limit=9)
    assert [one.id for one in found] == ["q0000002-0", "q0000000-0"]
    eves = await mailbox.search_at(
        Host("inbox.test"), query("parcel"), limit=1, shown=lambda inbox, _: inbox == BOB
    )
    assert [one.id for one in eves] == ["q0000004-0"]
    assert list(await mailbox.search_at(Host("nowhere.test"), query("parcel"), limit=9)) == []
