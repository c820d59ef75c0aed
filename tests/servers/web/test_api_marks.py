"""Stars, labels, folders and what was read, as the original's clients set them."""

import json

import pytest

from fakes.web_house import Answer, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.policy.marking import LABEL, LABELS

BOB = "bob@thing.test"
LIST = f"/api/addresses/{BOB}/messages"


@pytest.fixture
async def ann(house: WebHouse) -> str:
    return await house.account("ann")


@pytest.fixture
async def ben(house: WebHouse) -> str:
    return await house.account("ben")


async def ask(house: WebHouse, key: str, method: str, path: str, body: bytes | None = None) -> Answer:
    headers = {"mailsac_key": key} if key else {}
    return await house.ask(
        method, path, headers | ({"content_type": "application/json"} if body else {}), body
    )


async def test_what_is_starred_is_seen_by_its_saver_alone(house: WebHouse, ann: str, ben: str) -> None:
    first, second = house.keep(BOB), house.keep(BOB)
    starred = await ask(house, ann, "PUT", f"{LIST}/{first}/star")
    assert (starred.status, starred.json["savedBy"], starred.json["_id"]) == (200, "ann", first)
    for key, ids in (("", [second]), (ben, [second]), (ann, [second, first])):
        assert [one["_id"] for one in (await ask(house, key, "GET", LIST)).json] == ids
        count = await ask(house, key, "GET", f"/api/addresses/{BOB}/message-count")
        assert count.json["count"] == len(ids)
        found = await ask(house, key, "GET", f"{LIST}?query=Hello")
        assert [one["_id"] for one in found.json] == ids
        status = 200 if first in ids else 404
        for path in (f"{LIST}/{first}", f"/api/raw/{BOB}/{first}", f"/api/text/{BOB}/{first}"):
            assert (await ask(house, key, "GET", path)).status == status
    assert (await ask(house, ben, "PUT", f"{LIST}/{first}/star")).status == 404
    assert (await ask(house, ben, "DELETE", f"{LIST}/{first}")).status == 404
    assert (await ask(house, ann, "PUT", f"{LIST}/{first}/star")).json["savedBy"] is None
    assert len((await house.get(LIST)).json) == 2


async def test_starred_mail_is_listed_wherever_it_is(house: WebHouse, ann: str, ben: str) -> None:
    here, there = house.keep(BOB), house.keep("eve@thing.test")
    for inbox, message in ((BOB, here), ("eve@thing.test", there)):
        await ask(house, ann, "PUT", f"/api/addresses/{inbox}/messages/{message}/star")
    listed = await ask(house, ann, "GET", "/api/addresses/starred/messages")
    assert [one["_id"] for one in listed.json] == [there, here]
    assert (await ask(house, ben, "GET", "/api/addresses/starred/messages")).json == []
    # Who reserves the address meanwhile has it for himself; the star gives no way in.
    await house.accounts.reserve(AccountName("ben"), [Inbox(BOB)], "", most=9)
    listed = await ask(house, ann, "GET", "/api/addresses/starred/messages")
    assert [one["_id"] for one in listed.json] == [there]


async def test_a_poller_is_told_when_something_was_marked(house: WebHouse, ann: str) -> None:
    message = house.keep(BOB)
    tag = (await ask(house, ann, "GET", LIST)).headers["etag"]
    await ask(house, ann, "PUT", f"{LIST}/{message}/star")
    again = await house.ask("GET", LIST, {"mailsac_key": ann, "if_none_match": tag})
    assert (again.status, again.json[0]["savedBy"]) == (200, "ann")
    others = await house.ask("GET", LIST, {"if_none_match": again.headers["etag"]})
    assert (others.status, others.json) == (200, [])


async def test_own_mail_is_labelled_moved_and_read(house: WebHouse, ann: str) -> None:
    await house.accounts.reserve(AccountName("ann"), [Inbox(BOB)], "", most=9)
    message = house.keep(BOB)
    path = f"{LIST}/{message}"
    for _ in range(2):
        answer = await ask(house, ann, "PUT", f"{path}/labels/sign%20up")
        assert (answer.status, answer.json) == (200, {"_id": message, "labels": ["sign up"]})
    assert (await ask(house, ann, "PUT", f"{path}/labels/b")).json["labels"] == ["sign up", "b"]
    assert (await ask(house, ann, "DELETE", f"{path}/labels/sign%20up")).json["labels"] == ["b"]
    old = await ask(house, ann, "PUT", f"{path}/labels", json.dumps({"labels": ["x", "y", "x"]}).encode())
    assert old.json["labels"] == ["x", "y"]
    assert (await ask(house, ann, "PUT", f"{path}/folder/trash")).json == {"_id": message, "folder": "trash"}
    assert (await ask(house, ann, "PUT", f"{path}/read/true")).json == {"_id": message, "read": True}
    shown = (await ask(house, ann, "GET", path)).json
    assert (shown["labels"], shown["folder"], shown["read"]) == (["x", "y"], "trash", True)
    assert (await ask(house, ann, "PUT", f"{path}/read/false")).json["read"] is False


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("folder/nowhere", 400),
        ("read/perhaps", 400),
        (f"labels/{'x' * LABEL}", 200),
        (f"labels/{'x' * (LABEL + 1)}", 400),
        ("labels/%0A", 400),
        ("labels/%20x", 400),
    ],
)
async def test_what_cannot_be_marked_so_is_told(house: WebHouse, ann: str, path: str, status: int) -> None:
    await house.accounts.reserve(AccountName("ann"), [Inbox(BOB)], "", most=9)
    message = house.keep(BOB)
    assert (await ask(house, ann, "PUT", f"{LIST}/{message}/{path}")).status == status


@pytest.mark.parametrize("surplus", [0, 1])
async def test_a_message_has_only_so_many_labels(house: WebHouse, ann: str, surplus: int) -> None:
    await house.accounts.reserve(AccountName("ann"), [Inbox(BOB)], "", most=9)
    path = f"{LIST}/{house.keep(BOB)}/labels"
    names = [f"l{number}" for number in range(LABELS + surplus)]
    statuses = [(await ask(house, ann, "PUT", f"{path}/{name}")).status for name in names]
    assert statuses == [200] * LABELS + [400] * surplus
    together = await ask(house, ann, "PUT", path, json.dumps({"labels": names}).encode())
    assert together.status == (400 if surplus else 200)


@pytest.mark.parametrize("change", ["labels/a", "folder/spam", "read/true"])
async def test_what_is_everybodys_is_sorted_by_nobody(house: WebHouse, ann: str, change: str) -> None:
    message = house.keep(BOB)
    assert (await ask(house, ann, "PUT", f"{LIST}/{message}/{change}")).status == 403
    await ask(house, ann, "PUT", f"{LIST}/{message}/star")
    assert (await ask(house, ann, "PUT", f"{LIST}/{message}/{change}")).status == 200
    assert (await ask(house, ann, "PUT", f"{LIST}/q99-0/{change}")).status == 404
    assert (await house.ask("PUT", f"{LIST}/{message}/{change}")).status == 401


async def test_a_clearing_leaves_what_is_starred(house: WebHouse, ann: str, ben: str) -> None:
    await house.accounts.reserve(AccountName("ann"), [Inbox(BOB)], "", most=9)
    saved, _ = house.keep(BOB), house.keep(BOB)
    await ask(house, ann, "PUT", f"{LIST}/{saved}/star")
    assert (await ask(house, ann, "DELETE", LIST)).status == 204
    assert [one["_id"] for one in (await ask(house, ann, "GET", LIST)).json] == [saved]
    gone = await ask(house, ann, "DELETE", f"/api/addresses/{BOB}?deleteAddressMessages=true")
    assert gone.status == 200
    assert (await ask(house, ben, "GET", LIST)).json == []
