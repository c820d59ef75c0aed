"""Addresses and the account behind a key, as the original's clients ask for them."""

import json
from typing import Any

import pytest

from fakes.web_house import ALTERNATES, Answer, WebHouse
from mailweir.model.address import Inbox
from mailweir.servers.web.api.addresses import BULK
from mailweir.servers.web.api.wishes import INFO

BOB = "bob@thing.test"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def ann(house: WebHouse) -> str:
    return await house.account("ann")


@pytest.fixture
async def ben(house: WebHouse) -> str:
    return await house.account("ben")


async def ask(
    house: WebHouse, key: str, method: str, path: str, body: object = None, type_: str = "application/json"
) -> Answer:
    octets = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    headers = {"mailsac_key": key, **({"content_type": type_} if octets is not None else {})}
    return await house.ask(method, path, headers, octets)


def address(**changes: object) -> dict[str, Any]:
    """What is told of one that ann has."""
    when = "2026-11-25T10:00:00.123Z"
    return {
        "_id": BOB,
        "owner": "ann",
        "info": "",
        "keepDays": None,
        "keepMessages": None,
        "forward": None,
        "enablews": True,
        "webhook": None,
        "webhookSlack": None,
        "webhookSlackToFrom": None,
        "catchAll": None,
        "encryptedInbox": ALTERNATES.of(Inbox(BOB)),
        "password": None,
        "implicit": False,
        "created": when,
        "updated": when,
        **changes,
    }


async def test_an_address_is_reserved_described_listed_and_given_back(house: WebHouse, ann: str) -> None:
    path = f"/api/addresses/{BOB}"
    unowned = (await ask(house, ann, "GET", path)).json
    assert (unowned["_id"], "owner" in unowned, unowned["created"]) == (BOB, False, None)
    made = await ask(house, ann, "POST", path, {"info": "sign-up"})
    first = made.json
    assert (made.status, first) == (
        200,
        address(info="sign-up", created=first["created"], updated=first["updated"]),
    )
    assert (await ask(house, ann, "GET", "/api/addresses")).json == [first]
    assert (await ask(house, ann, "GET", path)).json == first
    house.clock.time += 1000
    changed = (await ask(house, ann, "PUT", path, {"info": "sign-in"})).json
    assert (changed["info"], changed["created"]) == ("sign-in", first["created"])
    assert changed["updated"] > first["updated"]
    gone = await ask(house, ann, "DELETE", path)
    assert (gone.status, gone.json) == (200, changed)
    assert (await ask(house, ann, "GET", "/api/addresses")).json == []


async def test_tags_and_case_make_no_other_address(house: WebHouse, ann: str, ben: str) -> None:
    await ask(house, ann, "POST", "/api/addresses/Bob+news@Thing.TEST")
    assert (await ask(house, ben, "POST", f"/api/addresses/{BOB}")).status == 401
    assert (await ask(house, ann, "POST", f"/api/addresses/{BOB}")).status == 400


async def test_availability_tells_free_own_and_taken_ones_apart(house: WebHouse, ann: str, ben: str) -> None:
    path = f"/api/addresses/{BOB}/availability"
    assert (await ask(house, ann, "GET", path)).json == {"available": True, "email": BOB, "owned": False}
    await ask(house, ann, "POST", f"/api/addresses/{BOB}")
    assert (await ask(house, ann, "GET", path)).json == {"available": False, "email": BOB, "owned": True}
    assert (await ask(house, ben, "GET", path)).json == {"available": False, "email": BOB, "owned": False}


async def test_mail_of_a_reserved_address_is_its_owners_whenever_it_came(
    house: WebHouse, ann: str, ben: str
) -> None:
    early = house.keep(BOB)
    path = f"/api/addresses/{BOB}"
    assert (await house.get(f"{path}/messages")).status == 200
    await ask(house, ann, "POST", path)
    late = house.keep(BOB)
    assert [(await ask(house, key, "GET", f"{path}/messages")).status for key in ("", ben, ann)] == [
        401,
        403,
        200,
    ]
    listed = (await ask(house, ann, "GET", f"{path}/messages")).json
    assert [one["_id"] for one in listed] == [late, early]
    await ask(house, ann, "DELETE", path)
    assert (await house.get(f"{path}/messages/{early}")).status == 200


async def test_a_release_takes_the_messages_along_when_that_is_asked(house: WebHouse, ann: str) -> None:
    house.keep(BOB)
    path = f"/api/addresses/{BOB}"
    await ask(house, ann, "POST", path)
    assert (await ask(house, ann, "DELETE", f"{path}?deleteAddressMessages=perhaps")).status == 400
    assert (await ask(house, ann, "DELETE", f"{path}?deleteAddressMessages=true")).status == 200
    assert (await house.get(f"{path}/messages")).json == []


async def test_a_list_that_was_made_for_its_owner_is_not_given_to_others(
    house: WebHouse, ann: str, ben: str
) -> None:
    path = f"/api/addresses/{BOB}/messages"
    house.keep(BOB)
    await ask(house, ann, "POST", f"/api/addresses/{BOB}")
    owner = await ask(house, ann, "GET", path)
    tag = owner.headers["etag"]
    for key, status in (("", 401), (ben, 403)):
        refused = await house.ask("GET", path, {"mailsac_key": key, "if_none_match": tag})
        assert refused.status == status
    unchanged = await house.ask("GET", path, {"mailsac_key": ann, "if_none_match": tag})
    assert unchanged.status == 304


async def test_the_official_clients_bodies_are_taken(house: WebHouse, ann: str) -> None:
    path = f"/api/addresses/{BOB}"
    empty = await house.ask("POST", path, {"mailsac_key": ann, "content_type": "application/json"}, b"")
    assert empty.status == 200
    form = await ask(house, ann, "PUT", path, b"info=a+note&webhook=&enablews=false", FORM)
    assert (form.status, form.json["info"]) == (200, "a note")
    old = await ask(house, ann, "PUT", f"/api/private-address-forwarding/{BOB}", {"info": "b", "forward": ""})
    assert old.json["info"] == "b"


@pytest.mark.parametrize("body", [{"enablews": True}, {}, {"enablews": None, "webhook": None}])
async def test_a_note_stays_that_is_not_spoken_of(house: WebHouse, ann: str, body: object) -> None:
    await ask(house, ann, "POST", f"/api/addresses/{BOB}", {"info": "note"})
    assert (await ask(house, ann, "PUT", f"/api/addresses/{BOB}", body)).json["info"] == "note"
    assert (await ask(house, ann, "PUT", f"/api/addresses/{BOB}", {"info": None})).json["info"] == ""


@pytest.mark.parametrize("body", [b"{", b"%41" * 100_000])
async def test_a_body_is_not_read_of_who_has_no_account(house: WebHouse, body: bytes) -> None:
    for method, path in (("POST", f"addresses/{BOB}"), ("POST", "private-addresses-bulk")):
        assert (await ask(house, "", method, f"/api/{path}", body, FORM)).status == 401


@pytest.mark.parametrize("surplus", [-1, 0, 1])
async def test_a_note_has_a_limit(house: WebHouse, ann: str, surplus: int) -> None:
    answer = await ask(house, ann, "POST", f"/api/addresses/{BOB}", {"info": "x" * (INFO + surplus)})
    assert answer.status == (400 if surplus > 0 else 200)


async def test_an_address_is_told_how_long_and_how_much_it_keeps(house: WebHouse, ann: str) -> None:
    path = f"/api/addresses/{BOB}"
    made = (await ask(house, ann, "POST", path, {"info": "note", "keepDays": 7})).json
    assert (made["keepDays"], made["keepMessages"]) == (7, None)
    for body, days, messages in (
        ({"keepMessages": 50}, 7, 50),
        ({"info": "note"}, 7, 50),
        ({"keepDays": None}, None, 50),
        ({"keepDays": 1, "keepMessages": None}, 1, None),
    ):
        changed = (await ask(house, ann, "PUT", path, body)).json
        assert (changed["keepDays"], changed["keepMessages"], changed["info"]) == (days, messages, "note")
        assert (await ask(house, ann, "GET", path)).json == changed
        assert (await ask(house, ann, "GET", "/api/addresses")).json == [changed]
    form = (await ask(house, ann, "PUT", path, b"keepDays=&keepMessages=5", FORM)).json
    assert (form["keepDays"], form["keepMessages"]) == (None, 5)


@pytest.mark.parametrize(("name", "most"), [("keepDays", 3_650), ("keepMessages", 1_000_000)])
async def test_what_an_address_keeps_has_limits(house: WebHouse, ann: str, name: str, most: int) -> None:
    path = f"/api/addresses/{BOB}"
    await ask(house, ann, "POST", path)
    for wanted in (1, 2, most - 1, most):
        assert (await ask(house, ann, "PUT", path, {name: wanted})).json[name] == wanted
    for wrong in (0, -1, most + 1, 10**30, "7", "", "-1", "many", "1" * 5000, "\u0663", " 7"):
        refused = await ask(house, ann, "PUT", path, {name: wrong})
        assert (refused.status, refused.json["message"].startswith(f"{name} is ")) == (400, True), wrong
        assert f"from 1 to {most:,}, or null for none." in refused.json["message"]
        assert len(refused.json["message"]) < 120
    for form in (f"{name}=0", f"{name}={most + 1}", f"{name}=many", f"{name}=+7", f"{name}=7.0"):
        refused = await ask(house, ann, "PUT", path, form.encode(), FORM)
        assert (refused.status, refused.json["message"].startswith(f"{name} is ")) == (400, True), form
    for body in (f'{{"{name}": {text}}}' for text in ("7.5", "true", "[]", "{}", "1" * 5000)):
        assert (await ask(house, ann, "PUT", path, body.encode())).status == 400
    assert (await ask(house, ann, "GET", path)).json[name] == most


@pytest.mark.parametrize("wish", ["forward", "webhook", "webhookSlack"])
async def test_what_is_not_there_yet_is_refused_instead_of_ignored(
    house: WebHouse, ann: str, wish: str
) -> None:
    answer = await ask(house, ann, "POST", f"/api/addresses/{BOB}", {wish: "https://hook.test/"})
    assert (answer.status, wish in answer.json["message"]) == (400, True)
    assert (await ask(house, ann, "GET", "/api/addresses")).json == []


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"info": 1}', b"[" * 10_000, b'{"info":"\xff"}', b"\xff", b"null", b'"info"']
)
async def test_a_body_that_is_none_is_told(house: WebHouse, ann: str, body: bytes) -> None:
    for type_ in ("application/json", "text/plain"):
        answer = await ask(house, ann, "POST", f"/api/addresses/{BOB}", body, type_)
        assert answer.status == 400


@pytest.mark.parametrize(("number", "status"), [(0, 400), (1, 200), (BULK, 200), (BULK + 1, 400)])
async def test_several_are_reserved_in_one_request(
    house: WebHouse, ann: str, number: int, status: int
) -> None:
    wanted = [f"a{at}@thing.test" for at in range(number)]
    answer = await ask(house, ann, "POST", "/api/private-addresses-bulk", {"addresses": wanted})
    assert answer.status == status
    if status == 200:
        assert [one["_id"] for one in answer.json] == wanted


@pytest.mark.parametrize("body", [b"", b"{}", b'{"addresses": "a@b.test"}', b'{"addresses": ["no address"]}'])
async def test_a_bulk_that_is_none_is_told(house: WebHouse, ann: str, body: bytes) -> None:
    assert (await ask(house, ann, "POST", "/api/private-addresses-bulk", body)).status == 400
    assert (await ask(house, ann, "GET", "/api/addresses")).json == []


async def test_a_bulk_with_one_that_is_taken_reserves_none(house: WebHouse, ann: str, ben: str) -> None:
    await ask(house, ben, "POST", f"/api/addresses/{BOB}")
    wanted = {"addresses": ["free@thing.test", BOB]}
    assert (await ask(house, ann, "POST", "/api/private-addresses-bulk", wanted)).status == 401
    assert (await ask(house, ann, "GET", "/api/addresses")).json == []


async def test_a_key_tells_whose_it_is(house: WebHouse, ann: str) -> None:
    me = (await ask(house, ann, "GET", "/api/me")).json
    assert (me["_id"], me["apiKeyName"], me["privateAddressCredits"]) == ("ann", "first", 10_000)
    await ask(house, ann, "POST", f"/api/addresses/{BOB}")
    assert (await ask(house, ann, "GET", "/api/me")).json["privateAddressCredits"] == 9_999
    assert (await house.get(f"/api/me?_mailsacKey={ann}")).json["_id"] == "ann"
    assert (await house.get("/api/me")).status == 401


async def test_all_mail_is_what_is_public_and_ones_own(house: WebHouse, ann: str, ben: str) -> None:
    shown, hidden = house.keep("eve@thing.test"), house.keep(BOB)
    await ask(house, ann, "POST", f"/api/addresses/{BOB}")
    for key, ids in ((ann, [hidden, shown]), (ben, [shown]), ("", [shown])):
        for query in ("limit=1000", "query=Hello"):
            found = (await ask(house, key, "GET", f"/api/messages?{query}")).json
            assert [one["_id"] for one in found] == ids
    assert [one["_id"] for one in (await house.get("/api/messages?limit=1")).json] == [shown]
