"""`*@domain`: one address for all of a domain's that are not reserved by themselves."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pytest
from websockets.asyncio.client import connect

from fakes.web_house import Answer, WebHouse
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Host, Inbox
from mailweir.model.plan import MOST_ADDRESSES

QA = "qa.thing.test"
ALL, OWN, ANY = f"*@{QA}", f"own@{QA}", f"any@{QA}"
PATH = f"/api/addresses/{ALL}"
LIST = f"{PATH}/messages"
SEARCH = f"{LIST}?query=Hello"


@pytest.fixture
async def ann(house: WebHouse) -> str:
    """Her key: she has the domain, OWN, and its catch-all."""
    key = await house.account("ann")
    await house.domain("ann", QA)
    for address in (OWN, ALL):
        assert (await ask(house, key, "POST", f"/api/addresses/{address}")).status == 200
    return key


@pytest.fixture
async def ben(house: WebHouse) -> str:
    return await house.account("ben")


async def ask(house: WebHouse, key: str, method: str, path: str, body: object = None) -> Answer:
    octets = None if body is None else json.dumps(body).encode()
    return await house.ask(method, path, {"mailsac_key": key, "content_type": "application/json"}, octets)


async def listed(house: WebHouse, key: str, path: str = LIST) -> list[str]:
    return [one["_id"] for one in (await ask(house, key, "GET", path)).json]


async def star(house: WebHouse, key: str, inbox: str, message: str) -> None:
    assert (await ask(house, key, "PUT", f"/api/addresses/{inbox}/messages/{message}/star")).status == 200


async def test_it_is_reserved_described_listed_and_given_back_as_any_address(house: WebHouse) -> None:
    key = await house.account("ann")
    await house.domain("ann", QA)
    implied = (await ask(house, key, "GET", PATH)).json
    assert (implied["implicit"], implied["catchAll"]) == (True, None)
    free = {"available": True, "email": ALL, "owned": False}
    assert (await ask(house, key, "GET", f"{PATH}/availability")).json == free
    made = (await ask(house, key, "POST", PATH, {"info": "all of it"})).json
    assert (made["_id"], made["owner"], made["catchAll"], made["info"]) == (ALL, "ann", QA, "all of it")
    assert (await ask(house, key, "POST", PATH)).status == 400
    assert (await ask(house, key, "GET", PATH)).json == made
    assert (await ask(house, key, "GET", "/api/addresses")).json == [made]
    assert (await ask(house, key, "GET", f"/api/domains/{QA}")).json["catchAllAddress"] == made
    assert (await ask(house, key, "GET", "/api/me")).json["privateAddressCredits"] == MOST_ADDRESSES - 1
    noted = (await ask(house, key, "PUT", PATH, {"info": "other"})).json
    assert (noted["info"], noted["catchAll"]) == ("other", QA)
    gone = await ask(house, key, "DELETE", PATH)
    assert (gone.status, gone.json) == (200, noted)
    assert (await ask(house, key, "GET", f"/api/domains/{QA}")).json["catchAllAddress"] is None


@pytest.mark.parametrize("private", [True, False])
async def test_only_the_holder_of_a_domain_reserves_it(house: WebHouse, ben: str, *, private: bool) -> None:
    await house.account("ann")
    await house.domain("ann", QA, private=private)
    refused = await ask(house, ben, "POST", PATH)
    assert refused.status == (401 if private else 403)
    assert (await ask(house, "", "POST", PATH)).status == 401
    assert not (await ask(house, ben, "GET", f"{PATH}/availability")).json["available"]
    nobodys = await ask(house, ben, "POST", "/api/addresses/*@nobodys.test")
    assert (nobodys.status, "is not your account's" in nobodys.json["message"]) == (403, True)
    assert not (await ask(house, ben, "GET", "/api/addresses/*@nobodys.test/availability")).json["available"]
    bulk = {"addresses": ["ben@nobodys.test", "*@nobodys.test"]}
    assert (await ask(house, ben, "POST", "/api/private-addresses-bulk", bulk)).status == 403
    assert (await ask(house, ben, "GET", "/api/addresses")).json == []


async def test_a_claim_that_is_not_proved_is_not_enough(house: WebHouse, ben: str) -> None:
    await ask(house, ben, "POST", f"/api/domains/{QA}")
    assert (await ask(house, ben, "POST", PATH)).status == 403
    assert (await ask(house, ben, "GET", f"/api/domains/{QA}")).json["catchAllAddress"] is None


async def test_it_shows_what_is_not_reserved_by_itself_and_what_was_sent_to_it(
    house: WebHouse, ann: str
) -> None:
    caught = [house.keep(to) for to in (ANY, f"Other+tag@{QA}", ALL, f'"*"@{QA}', ANY)]
    for elsewhere in (OWN, "any@thing.test", f"any@below.{QA}"):
        house.keep(elsewhere)
    assert await listed(house, ann) == caught[::-1]
    assert await listed(house, ann, SEARCH) == caught[::-1]
    assert await listed(house, ann, f"{LIST}?limit=2") == caught[:2:-1]
    assert (await ask(house, ann, "GET", f"{PATH}/message-count")).json == {"count": 5, "inbox": ALL}
    inboxes = [one["inbox"] for one in (await ask(house, ann, "GET", LIST)).json]
    assert inboxes == [ANY, ALL, ALL, f"other@{QA}", ANY]
    page = await ask(house, ann, "GET", f"/inbox/{ALL}")
    assert (page.status, page.text.count("Hello")) == (200, 5)
    assert (await ask(house, ann, "POST", f"/api/addresses/{ANY}")).status == 200
    assert await listed(house, ann) == await listed(house, ann, SEARCH) == [caught[3], caught[2], caught[1]]
    assert (await ask(house, ann, "GET", f"{PATH}/message-count")).json["count"] == 3
    for path in (f"{LIST}/{caught[0]}", f"/api/raw/{ALL}/{caught[0]}"):
        assert (await ask(house, ann, "GET", path)).status == 404


async def test_a_list_has_no_etag_that_would_hide_new_mail(house: WebHouse, ann: str) -> None:
    first = house.keep(ANY)
    answer = await ask(house, ann, "GET", LIST)
    assert "etag" not in answer.headers
    second = house.keep(ANY)
    assert await listed(house, ann) == [second, first]


ROUTES = [
    ("GET", "/api/addresses/{inbox}/messages/{id}"),
    ("GET", "/api/addresses/{inbox}/messages/{id}/headers"),
    ("GET", "/api/addresses/{inbox}/messages/{id}/headers?messageHeadersFormat=plain"),
    ("GET", "/api/addresses/{inbox}/messages/{id}/attachments"),
    ("GET", "/api/headers/{inbox}/{id}"),
    ("GET", "/api/raw/{inbox}/{id}"),
    ("GET", "/api/text/{inbox}/{id}"),
    ("GET", "/api/body/{inbox}/{id}"),
    ("GET", "/api/dirty/{inbox}/{id}"),
    ("GET", "/inbox/{inbox}/{id}"),
    ("GET", "/inbox/{inbox}/{id}/html"),
    ("PUT", "/api/addresses/{inbox}/messages/{id}/labels/new"),
    ("PUT", "/api/addresses/{inbox}/messages/{id}/folder/trash"),
    ("PUT", "/api/addresses/{inbox}/messages/{id}/read/true"),
    ("PUT", "/api/addresses/{inbox}/messages/{id}/star"),
    ("DELETE", "/api/addresses/{inbox}/messages/{id}"),
]


@pytest.mark.parametrize(("method", "route"), ROUTES)
async def test_a_message_is_read_sorted_and_deleted_through_it(
    house: WebHouse, ann: str, ben: str, method: str, route: str
) -> None:
    first, second = house.keep(ANY), house.keep(ANY)
    through = await ask(house, ann, method, route.format(inbox=ALL, id=first))
    direct = await ask(house, ann, method, route.format(inbox=ANY, id=second))
    assert (through.status, direct.status) == (200, 200)
    if method == "GET":
        again = await ask(house, ann, method, route.format(inbox=ANY, id=first))
        # Its own links lead on from where the reader stands.
        assert through.body.replace(quote(ALL, safe="@").encode(), ANY.encode()) == again.body
    kept = [one["_id"] for one in (await ask(house, ann, "GET", f"/api/addresses/{ANY}/messages")).json]
    assert kept == ([] if method == "DELETE" else [second, first])
    for key, status in (("", 401), (ben, 403)):
        path = route.format(inbox=ALL, id=second)
        assert (await ask(house, key, method, path)).status in {status, 401}
    reserved = house.keep(OWN)
    assert (await ask(house, ann, method, route.format(inbox=ALL, id=reserved))).status == 404


async def test_it_makes_nothing_private_and_shows_nothing_that_is_anothers(
    house: WebHouse, ann: str, ben: str
) -> None:
    assert (await ask(house, ann, "PUT", f"/api/domains/{QA}/privacy/false")).status == 200
    seen, starred, literal = house.keep(ANY), house.keep(ANY), house.keep(ALL)
    await star(house, ben, ANY, starred)
    assert await listed(house, ben, f"/api/addresses/{ANY}/messages") == [starred, seen]
    assert await listed(house, ann) == await listed(house, ann, SEARCH) == [literal, seen]
    assert (await ask(house, ann, "GET", f"{PATH}/message-count")).json["count"] == 2
    assert (await ask(house, ann, "GET", f"{LIST}/{starred}")).status == 404
    assert (await ask(house, ann, "DELETE", f"{LIST}/{starred}")).status == 404
    for key, status in (("", 401), (ben, 403)):
        for path in (LIST, SEARCH, f"{PATH}/message-count", f"{LIST}/{seen}", f"{LIST}/{literal}"):
            assert (await ask(house, key, "GET", path)).status == status
    assert literal not in await listed(house, ben, "/api/messages")


async def test_a_star_of_another_on_what_was_sent_to_it_stays_his(house: WebHouse, ben: str) -> None:
    key = await house.account("ann")
    literal = house.keep(ALL)
    await star(house, ben, ALL, literal)
    await house.domain("ann", QA)
    await ask(house, key, "POST", PATH)
    assert await listed(house, key) == []
    assert (await ask(house, ben, "GET", f"{LIST}/{literal}")).status == 200
    assert (await ask(house, ben, "GET", LIST)).status == 403


async def test_emptying_it_leaves_what_is_reserved_and_what_is_starred(
    house: WebHouse, ann: str, ben: str
) -> None:
    own, starred, elsewhere = house.keep(OWN), house.keep(ANY), house.keep("any@thing.test")
    house.keep(ANY)
    house.keep(ALL)
    await star(house, ann, ALL, starred)
    for key, status in (("", 401), (ben, 403), (ann, 204)):
        assert (await ask(house, key, "DELETE", LIST)).status == status
    assert await listed(house, ann, "/api/messages") == [elsewhere, starred, own]
    assert (await ask(house, ann, "DELETE", f"{PATH}?deleteAddressMessages=true")).status == 200
    assert await listed(house, ann, "/api/messages") == [elsewhere, own]


async def test_a_key_for_the_domain_reads_it_and_one_for_the_address_alone_does_not(
    house: WebHouse, ann: str
) -> None:
    del ann
    message = house.keep(ANY)
    wide = await house.key("ann", "wide", Scope(place=Host(QA)))
    narrow = await house.key("ann", "narrow", Scope(place=Inbox(ALL)))
    assert await listed(house, wide) == await listed(house, wide, SEARCH) == [message]
    paths: Sequence[str] = (LIST, SEARCH, f"{PATH}/message-count", f"{PATH}/events", f"/inbox/{ALL}")
    for path in (*paths, f"{LIST}/{message}", f"/api/raw/{ALL}/{message}"):
        assert (await ask(house, narrow, "GET", path)).status == 403
    for method, path in (
        ("DELETE", LIST),
        ("DELETE", f"{LIST}/{message}"),
        ("PUT", f"{LIST}/{message}/star"),
    ):
        assert (await ask(house, narrow, method, path)).status == 403


async def test_without_its_domain_it_is_an_address_as_any(house: WebHouse, ann: str, ben: str) -> None:
    literal, other = house.keep(ALL), house.keep(ANY)
    await house.domains.drop(AccountName("ann"), Host(QA))
    assert (await ask(house, ann, "GET", PATH)).json["catchAll"] is None
    assert await listed(house, ann) == await listed(house, ann, SEARCH) == [literal]
    assert (await ask(house, ann, "GET", f"{LIST}/{other}")).status == 404
    assert (await ask(house, ben, "GET", LIST)).status == 403
    await house.domain("ben", QA)
    assert (await ask(house, ann, "GET", "/api/addresses")).json == []
    assert (await ask(house, ann, "GET", LIST)).status == 403


async def test_it_keeps_mail_as_its_account_does(house: WebHouse, ann: str) -> None:
    for method, path, body in (
        ("PUT", PATH, {"keepDays": 7}),
        ("PUT", PATH, {"keepMessages": 7}),
        ("POST", "/api/addresses/*@other.test", {"keepDays": 7}),
    ):
        await house.domain("ann", "other.test")
        refused = await ask(house, ann, method, path, body)
        assert (refused.status, "are for single addresses" in refused.json["message"]) == (400, True)
        await house.domains.drop(AccountName("ann"), Host("other.test"))
    assert (await ask(house, ann, "PUT", PATH, {"keepDays": None, "info": "x"})).json["info"] == "x"


async def told(house: WebHouse, inbox: str, stream: Any) -> str:  # noqa: ANN401  a socket or a stream
    message = house.keep(inbox)
    house.nudge(inbox)
    async with asyncio.timeout(5):
        event = await (stream.event() if hasattr(stream, "event") else stream.recv())
    assert message in event
    return event


async def test_it_is_followed_live(house: WebHouse, ann: str) -> None:
    async with house.stream(f"{PATH}/events", mailsac_key=ann) as stream:
        assert (await stream.event()).startswith("id: ")
        for inbox in (ANY, ALL, f"other@{QA}"):
            house.keep(OWN)
            house.nudge(OWN)
            await told(house, inbox, stream)
    url = f"ws://127.0.0.1:{house.port}/incoming-messages?addresses={ALL},{OWN}"
    async with connect(url, additional_headers={"Mailsac-Key": ann}) as socket:
        assert json.loads(await socket.recv())["addresses"] == [ALL, OWN]
        for inbox in (ANY, OWN, ALL):
            await told(house, inbox, socket)


async def test_its_page_is_drawn_anew_when_something_comes(house: WebHouse, ann: str) -> None:
    async with house.stream(f"/inbox/{ALL}/changes", mailsac_key=ann) as stream:
        first = await stream.event()
        house.keep(ANY)
        house.nudge(ANY)
        assert await stream.event() != first
