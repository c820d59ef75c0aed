"""Waiting for a message and for none, by REST: the right one, at once, and else the reason."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Inbox
from mailweir.model.criteria import LONGEST_WAIT, LOOKS_BACK
from mailweir.model.message import MessageId
from mailweir.policy.matching import LONGEST as LONGEST_CRITERION
from mailweir.policy.visibility import AnonymousRules
from mailweir.services import judging, waiting
from mailweir.services.waiting import NEAREST

BOB, EVE = "bob@thing.test", "eve@thing.test"


def mail(
    subject: str = "Your code", text: str = "It is 482913.", sender: str = "Shop <ann@shop.test>"
) -> bytes:
    return f"From: {sender}\r\nTo: {BOB}\r\nSubject: {subject}\r\n\r\n{text}\r\n".encode()


CODE = mail("Your code is 482913", "Your code is 482913. It is good for ten minutes.")


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    return await furnish(AnonymousRules(local=True))


async def wait(house: WebHouse, inbox: str = BOB, **query: str) -> Answer:
    return await house.get(f"/api/addresses/{inbox}/wait?{urlencode({'timeout': '1', **query})}")


async def quiet(house: WebHouse, inbox: str = BOB, **query: str) -> Answer:
    return await house.get(f"/api/addresses/{inbox}/quiet?{urlencode({'for': '1', **query})}")


def keep_soon(house: WebHouse, raw: bytes = CODE, inbox: str = BOB, *, digest: bool = True) -> None:
    house.keep(inbox, raw, digest=digest)
    house.nudge(inbox)


async def test_what_is_there_already_is_given_at_once_with_its_code(house: WebHouse) -> None:
    house.keep(BOB, mail("Hello", "nothing here"))
    message = house.keep(BOB, CODE)
    begun = time.monotonic()
    answer = await wait(house, require="code")
    assert (answer.status, answer.json["message"]["_id"]) == (200, message)
    assert [one["value"] for one in answer.json["codes"]] == ["482913"]
    assert time.monotonic() - begun < 0.5


async def test_what_comes_later_is_given_when_it_comes(house: WebHouse) -> None:
    asked = asyncio.create_task(wait(house, timeout="10", subject="code"))
    await asyncio.sleep(0.2)
    keep_soon(house, mail("Welcome", "hi"))
    keep_soon(house)
    begun = time.monotonic()
    answer = await asked
    assert (answer.status, answer.json["message"]["subject"]) == (200, "Your code is 482913")
    assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize(
    ("query", "failed"),
    [
        ({"from": "bank"}, "from"),
        ({"to": "nobody"}, "to"),
        ({"subject": "invoice"}, "subject"),
        ({"text": "goodbye"}, "text"),
        ({"regex": r"code is \d{7}"}, "regex"),
        ({"require": "link"}, "no link"),
        ({"require": "attachment"}, "no attachment"),
    ],
)
async def test_what_is_not_the_one_is_told_with_the_reason(
    house: WebHouse, query: dict[str, str], failed: str
) -> None:
    message = house.keep(BOB, CODE)
    answer = await wait(house, timeout="0", **query)
    assert (answer.status, answer.json["status"]) == (408, 408)
    assert [(one["message"]["_id"], one["failed"]) for one in answer.json["nearest"]] == [(message, [failed])]
    assert answer.json["intake"] == {"healthy": True, "reasons": []}


@pytest.mark.parametrize(
    "query",
    [
        {"from": "SHOP"},
        {"from": "ann@shop"},
        {"to": "bob@"},
        {"subject": "YOUR CODE"},
        {"text": "good for ten"},
        {"regex": r"code is (\d{6})\b"},
        {"regex": "^Your code is 482913\\nYour"},
        {"require": "code"},
        {},
    ],
)
async def test_each_criterion_finds_what_it_says(house: WebHouse, query: dict[str, str]) -> None:
    message = house.keep(BOB, CODE)
    answer = await wait(house, **query)
    assert (answer.status, answer.json.get("message", {}).get("_id")) == (200, message), answer.text


async def test_no_code_is_a_reason(house: WebHouse) -> None:
    house.keep(BOB, mail("Hello", "nothing here"))
    answer = await wait(house, require="code")
    assert answer.json["nearest"][0]["failed"] == ["no code"]


async def test_only_what_came_since_a_minute_ago_counts_and_earlier_ones_are_named(house: WebHouse) -> None:
    early = house.keep(BOB, CODE)
    house.clock.time += LOOKS_BACK * 1000
    assert (await wait(house)).status == 200
    house.clock.time += 1
    answer = await wait(house, timeout="0")
    assert (answer.status, answer.json["nearest"][0]["failed"]) == (408, ["too early"])
    assert answer.json["nearest"][0]["message"]["_id"] == early
    assert (await wait(house, since="2020-01-01")).status == 200


async def test_from_a_message_on_means_after_it(house: WebHouse) -> None:
    first = house.keep(BOB, CODE)
    assert (await wait(house, timeout="0", since=first)).status == 408
    second = house.keep(BOB, CODE)
    assert (await wait(house, since=first)).json["message"]["_id"] == second
    assert (await wait(house, since="q77-0")).status == 404


async def test_what_others_have_noted_of_a_message_is_not_told(house: WebHouse) -> None:
    """A message that was read while somebody waited came with its former owner's labels."""
    message = house.keep(BOB, CODE, digest=False)
    await house.mailbox.mark(Inbox(BOB), MessageId(message), lambda marks: replace(marks, labels=("secret",)))
    asked = asyncio.create_task(wait(house, require="code"))
    await asyncio.sleep(0.5)
    house.digest(message)
    answer = await asked
    assert (answer.status, answer.json["message"]["labels"]) == (200, [])


async def test_mail_that_went_to_another_inbox_is_named_to_those_who_may_list_all(house: WebHouse) -> None:
    elsewhere = house.keep(EVE, CODE)
    answer = await wait(house, timeout="0", require="code")
    assert [(one["message"]["_id"], one["failed"]) for one in answer.json["nearest"]] == [
        (elsewhere, ["other inbox"])
    ]
    far = await house.get(f"/api/addresses/{BOB}/wait?timeout=0&require=code", x_forwarded_for="192.0.2.1")
    assert (far.status, far.json["nearest"]) == (408, [])


async def test_a_server_that_is_not_well_says_so(house: WebHouse) -> None:
    house.reasons.append("the store is full")
    answer = await wait(house, timeout="0")
    assert answer.json["intake"] == {"healthy": False, "reasons": ["the store is full"]}
    assert "its fault" in answer.json["message"]


async def test_what_is_being_read_is_waited_for_and_is_no_time_out(house: WebHouse) -> None:
    asked = asyncio.create_task(wait(house, require="code"))
    message = house.keep(BOB, CODE, digest=False)
    house.nudge(BOB)
    await asyncio.sleep(1.5)
    assert not asked.done(), "it may be the one"
    house.digest(message)
    answer = await asked
    assert (answer.status, answer.json["message"]["_id"]) == (200, message)


async def test_of_those_who_claim_each_is_given_another_message(house: WebHouse) -> None:
    asked = [asyncio.create_task(wait(house, timeout="5", claim="true")) for _ in range(5)]
    await asyncio.sleep(0.2)
    kept = {house.keep(BOB, CODE) for _ in range(5)}
    house.nudge(BOB)
    answers = await asyncio.gather(*asked)
    assert {answer.json["message"]["_id"] for answer in answers} == kept
    late = await wait(house, timeout="0", claim="true")
    assert {one["failed"][0] for one in late.json["nearest"]} == {"claimed"}
    assert (await wait(house)).status == 200, "who claims nothing is given any"


async def test_a_client_that_goes_away_waits_no_more_and_claims_nothing(house: WebHouse) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    path = f"/api/addresses/{BOB}/wait?timeout=60&claim=true"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n\r\n".encode())
    await until(lambda: house.waiters() == 1)
    writer.close()
    await until(lambda: house.waiters() == 0)
    del reader
    keep_soon(house)
    assert (await wait(house, claim="true")).status == 200


async def test_who_asks_on_behind_a_wait_is_refused_and_claims_nothing(house: WebHouse) -> None:
    """Behind it the end of the connection was not seen, and a message was claimed for nobody."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    host = f"Host: 127.0.0.1:{house.port}\r\n\r\n"
    writer.write(f"GET /api/addresses/{BOB}/wait?timeout=60&claim=true HTTP/1.1\r\n{host}".encode())
    await until(lambda: house.waiters() == 1)
    writer.write(f"GET /readyz HTTP/1.1\r\n{host}".encode())
    async with asyncio.timeout(5):
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    await until(lambda: house.waiters() == 0)
    writer.close()
    keep_soon(house)
    assert (await wait(house, claim="true")).status == 200


async def test_a_message_behind_another_counts_whatever_its_clock_said(house: WebHouse) -> None:
    """What came a moment later by another process's clock was "too early", and never found."""
    first = house.keep(BOB, CODE)
    house.clock.time -= 2
    second = house.keep(BOB, CODE)
    assert (await wait(house, timeout="0", since=first)).json["message"]["_id"] == second


async def test_a_clock_that_is_set_back_hides_no_mail(house: WebHouse) -> None:
    asked = asyncio.create_task(quiet(house, **{"for": "5", "subject": "code"}))
    await until(lambda: house.waiters() == 1)
    house.clock.time -= 120_000
    keep_soon(house)
    assert (await asked).status == 409


async def test_what_comes_when_the_time_is_over_does_not_count(house: WebHouse) -> None:
    asked = asyncio.create_task(quiet(house, require="code"))
    pending = house.keep(BOB, mail("Hello", "nothing here"), digest=False)
    await asyncio.sleep(1.5)
    house.clock.time += 1_500
    late = house.keep(BOB, CODE)
    house.digest(pending)
    assert (await asked).status == 200, late


async def test_many_that_are_not_read_are_waited_for_together(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each was waited for by itself: ten seconds for every one of them."""
    monkeypatch.setattr(waiting, "DIGESTING", 0.5)
    for _ in range(10):
        house.keep(BOB, CODE, digest=False)
    house.clock.time += 3_000
    begun = time.monotonic()
    assert (await wait(house, require="code")).status == 408
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(("most", "status"), [(0, 503), (1, 408), (2, 408)])
async def test_no_more_wait_than_may(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch, most: int, status: int
) -> None:
    monkeypatch.setattr(waiting, "WAITERS", most)
    assert (await wait(house, timeout="0")).status == status
    assert (await wait(house, timeout="0")).status == status, "who has waited waits no more"


@pytest.mark.parametrize("seconds", [LONGEST_WAIT - 1, LONGEST_WAIT])
async def test_somebody_may_wait_as_long_as_told(house: WebHouse, seconds: int) -> None:
    message = house.keep(BOB, CODE)
    assert (await wait(house, timeout=str(seconds))).json["message"]["_id"] == message


async def test_a_key_that_only_reads_takes_no_message_from_others(house: WebHouse) -> None:
    await house.account("ann")
    key = await house.key("ann", "reads", Scope(writes=False))
    house.keep(BOB, CODE)
    path = f"/api/addresses/{BOB}/wait?timeout=0"
    assert (await house.get(f"{path}&claim=true", mailsac_key=key)).status == 403
    assert (await house.get(path, mailsac_key=key)).status == 200
    assert (await wait(house, timeout="0", claim="true")).status == 200


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.01)


async def test_who_waits_is_told_at_once_that_the_server_ends_and_to_come_again(house: WebHouse) -> None:
    asked = asyncio.create_task(wait(house, timeout="60"))
    await until(lambda: house.waiters() == 1)
    house.watching.stop()
    async with asyncio.timeout(1):
        answer = await asked
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


async def test_what_nobody_can_wait_for_yet_is_refused_at_once(house: WebHouse) -> None:
    later = datetime.fromtimestamp(house.clock.time / 1000 + 61, UTC).isoformat()
    answer = await wait(house, timeout="60", since=later)
    assert (answer.status, "nothing can fit" in answer.json["message"]) == (400, True)


async def test_a_key_that_is_revoked_meanwhile_is_given_nothing(house: WebHouse) -> None:
    key = await house.account("ann")
    await house.accounts.reserve(AccountName("ann"), [Inbox(BOB)], "", most=9)
    path = f"/api/addresses/{BOB}/wait?timeout=5"
    asked = asyncio.create_task(house.get(path, mailsac_key=key))
    await until(lambda: house.waiters() == 1)
    await house.accounts.remove_key(AccountName("ann"), "first")
    keep_soon(house)
    assert (await asked).status == 401


async def test_the_nearest_are_the_newest_and_no_more_than_told(house: WebHouse) -> None:
    kept = [house.keep(BOB, mail(f"Letter {number}")) for number in range(NEAREST + 5)]
    answer = await wait(house, timeout="0", subject="none such")
    assert [one["message"]["_id"] for one in answer.json["nearest"]] == kept[: -NEAREST - 1 : -1]


@pytest.mark.parametrize(
    "query",
    [
        {"timeout": str(LONGEST_WAIT + 1)},
        {"timeout": "-1"},
        {"timeout": "soon"},
        {"since": "yesterday"},
        {"require": "love"},
        {"claim": "yes"},
        {"regex": "("},
        {"regex": "(a{1000}){1000}"},
        {"regex": "x" * (LONGEST_CRITERION + 1)},
        {"subject": "x" * (LONGEST_CRITERION + 1)},
    ],
)
async def test_what_cannot_be_waited_for_is_refused_at_once(house: WebHouse, query: dict[str, str]) -> None:
    answer = await wait(house, **query)
    assert (answer.status, answer.json["status"]) == (400, 400)


@pytest.mark.parametrize("length", [LONGEST_CRITERION - 1, LONGEST_CRITERION])
async def test_a_criterion_may_be_as_long_as_told(house: WebHouse, length: int) -> None:
    assert (await wait(house, timeout="0", subject="x" * length, text="y" * length)).status == 408


async def test_an_expression_that_explodes_elsewhere_takes_no_time(house: WebHouse) -> None:
    house.keep(BOB, mail("a" * 500, "a" * 200_000))
    begun = time.monotonic()
    answer = await wait(house, timeout="0", regex="(a+)+$b|(a|aa)+c|(.*a){20}z")
    assert answer.status == 408
    assert time.monotonic() - begun < 2


async def test_quiet_says_so_after_its_time(house: WebHouse) -> None:
    house.keep(BOB, mail("Welcome", "hi"))
    begun = time.monotonic()
    answer = await quiet(house, subject="code")
    assert (answer.status, answer.json) == (200, {"quiet": True, "seconds": 1})
    assert time.monotonic() - begun >= 1


async def test_quiet_ends_with_the_message_that_breaks_it(house: WebHouse) -> None:
    asked = asyncio.create_task(quiet(house, **{"for": "10", "subject": "code"}))
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    keep_soon(house)
    answer = await asked
    assert (answer.status, answer.json["message"]["subject"]) == (409, "Your code is 482913")
    assert time.monotonic() - begun < 1


async def test_quiet_never_passes_over_what_was_kept_in_time_and_is_read_later(house: WebHouse) -> None:
    asked = asyncio.create_task(quiet(house, require="code"))
    await asyncio.sleep(0.8)
    message = house.keep(BOB, CODE, digest=False)  # and no nudge
    await asyncio.sleep(1)
    house.digest(message)
    assert (await asked).status == 409


async def test_more_misses_than_are_told_do_not_hide_what_is_undecided(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "DIGESTING", 0.1)
    house.keep(BOB, CODE, digest=False)
    for _ in range(NEAREST + 1):
        house.keep(BOB, mail("Hello", "nothing here"))
    house.clock.time += 3_000  # what is not read by now is told without
    assert (await quiet(house, require="code")).status == 503


async def test_what_is_not_read_in_a_long_while_is_no_silence(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "DIGESTING", 0.3)
    house.keep(BOB, CODE, digest=False)
    asked = asyncio.create_task(quiet(house, require="code"))
    while not asked.done():  # its clock stands still
        house.clock.time += 20
        await asyncio.sleep(0.01)
    assert (await asked).status == 503
