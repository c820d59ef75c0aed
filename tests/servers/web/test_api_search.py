"""Searching by REST: `query` on both lists, what a wrong one is answered, and who finds what."""

import asyncio
import time
from contextlib import suppress
from urllib.parse import quote

import pytest

from fakes.web_house import PLAIN, Furnish, WebHouse
from mailweir.model.address import Inbox
from mailweir.model.message import Summary
from mailweir.model.query import Query
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import TooBroadError
from mailweir.servers.web.connection import HEAD_OCTETS
from mailweir.servers.web.errors import TOO_BROAD

BOB = "/api/addresses/bob@thing.test/messages"
ALL = "/api/messages"
ORDER = b"From: Ann <ann@sender.test>\r\nSubject: Your order\r\nX-Campaign: spring\r\n\r\nNo. 4711\r\n"


async def ids(house: WebHouse, target: str, query: str, more: str = "") -> list[str]:
    answer = await house.get(f"{target}?query={quote(query)}{more}")
    assert answer.status == 200, answer.body
    return [message["_id"] for message in answer.json]


async def test_both_lists_take_a_query(house: WebHouse) -> None:
    order, _, other = house.keep(raw=ORDER), house.keep(), house.keep("eve@thing.test", ORDER)
    for query in ("order", 'subject:"your order" from:ann', "header:x-campaign=spring", "-works", "471*"):
        assert await ids(house, BOB, query) == [order]
        assert await ids(house, ALL, query) == [other, order]
    assert await ids(house, "/api/addresses/BOB+tag@thing.test/messages", "order") == [order]
    assert await ids(house, "/api/addresses/nobody@thing.test/messages", "order") == []
    assert await ids(house, BOB, "nowhere") == []


async def test_what_is_found_is_shown_as_the_list_shows_it(house: WebHouse) -> None:
    house.keep(raw=ORDER)
    assert (await house.get(f"{BOB}?query=order")).json == (await house.get(BOB)).json


async def test_an_empty_query_is_none(house: WebHouse) -> None:
    house.keep()
    for target in (BOB, ALL):
        assert (await house.get(f"{target}?query=")).json == (await house.get(target)).json


async def test_a_query_goes_with_limit_and_until(house: WebHouse) -> None:
    early = house.keep()
    house.clock.time += 1
    late = house.keep()
    for target in (BOB, ALL):
        assert await ids(house, target, "works", "&limit=1") == [late]
        assert await ids(house, target, "works", "&limit=0") == []
        assert await ids(house, target, "works", "&until=2026-11-25T10:00:00.123Z") == [early]
        assert await ids(house, target, "works after:2026-11-25T10:00:00.124Z") == [late]
        assert await ids(house, target, "works before:2026-11-25T10:00:00.124Z") == [early]
        assert (await house.get(f"{target}?query=works&limit=x")).json["message"].startswith('limit is "x"')


async def test_a_wrong_query_is_answered_with_the_place(house: WebHouse) -> None:
    for target in (BOB, ALL):
        answer = await house.get(f"{target}?query={quote('order is:read')}")
        assert answer.status == 400
        assert answer.json["message"].startswith("query, character 7: there is no field is")
        assert answer.json["position"] == 6
        assert (await house.get(f"{target}?query=)")).json["position"] == 0
        assert (await house.get(f"{target}?query=%20")).json["position"] == 1


async def test_other_errors_have_no_position(house: WebHouse) -> None:
    assert "position" not in (await house.get(f"{BOB}?limit=x")).json


async def test_a_search_that_takes_too_long_says_what_to_do(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def search(_inbox: Inbox | None, _query: Query, *, limit: int, shown: object) -> list[Summary]:
        del shown
        raise TooBroadError(f"{limit}")

    monkeypatch.setattr(house.mailbox, "search", search)
    answer = await house.get(f"{BOB}?query=a")
    assert (answer.status, answer.json["message"]) == (400, TOO_BROAD)
    assert not house.reports


async def test_where_only_the_latest_may_be_read_nothing_else_is_found(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(reads="latest"))
    house.keep(raw=ORDER)
    latest = house.keep()
    assert await ids(house, BOB, "order") == []
    assert await ids(house, BOB, "-order") == [latest]
    assert await ids(house, BOB, "from:ann") == [latest]
    assert await ids(house, BOB, "from:ann", "&limit=0") == []


async def test_who_may_not_read_may_not_search(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(reads="none"))
    house.keep()
    assert (await house.get(f"{BOB}?query=works")).status == 401
    assert (await house.get(f"{ALL}?query=works")).status == 401
    assert (await house.get(f"{BOB}?query=(")).status in {400, 401}
    assert (await house.get(f"{BOB}?query=works&_mailsacKey=unknown")).status == 401


@pytest.mark.parametrize(
    "query",
    [
        "%22",
        "%22%22",
        "*" * 1000,
        "a*" * 500,
        "%00",
        "works%00",
        "NEAR(works%20it,5)",
        "%5Eworks",
        "%7Bsubject%7D:works",
        "works%20AND",
        "works%20%2B%20it",
        "works%22%20OR%20%221%22=%221",
        "works'%20OR%20'1'='1",
        "%27%3B%20DROP%20TABLE%20search%3B%20--",
        "marks:all",
        "%22marks%20:%20all%22",
        "rowid:1",
        "%ED%A0%80",
        "%FF%FE",
        "(" * 1000,
        "-" * 1000,
        "%22" * 1000,
        "a%20OR%20" * 110 + "a",
        "%F0%9F%8E%89",
        "x" * 50_000,
    ],
)
async def test_hostile_queries_are_answered_and_find_nothing_foreign(house: WebHouse, query: str) -> None:
    house.keep("eve@thing.test", PLAIN)
    house.keep("bob@thing.test", ORDER)
    began = time.monotonic()
    answer = await house.get(f"{BOB}?query={query}")
    assert time.monotonic() - began < 1
    assert answer.status in {200, 400}
    if answer.status == 200:
        assert {message["inbox"] for message in answer.json} <= {"bob@thing.test"}
    else:
        assert answer.json["position"] >= 0
    assert not house.reports


async def test_a_query_of_a_megabyte_is_refused_before_it_is_read(house: WebHouse) -> None:
    house.keep()
    assert (await house.get(f"{BOB}?query={'x' * HEAD_OCTETS}")).status in {400, 431}
    with suppress(ConnectionResetError, asyncio.IncompleteReadError):  # what is not read makes a reset
        assert (await house.get(f"{BOB}?query={'x' * 1_000_000}")).status in {400, 431}
    assert (await house.get(f"{BOB}?query=works")).status == 200
    assert not house.reports
