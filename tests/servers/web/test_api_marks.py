"""Stars, labels, folders and what was read, as the original's clients set them."""

import json

import pytest

from fakes.web_house import Answer, EventStream, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.policy import marking
from mailweir.policy.marking import LABEL, LABELS
from mailweir.policy.visibility import Reader

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


async def test_a_star_outlives_a_later_reservation(house: WebHouse, ann: str, ben: str) -> None:
    message = house.keep(BOB)
    await ask(house, ann, "PUT", f"{LIST}/{message}/star")
    await house.accounts.reserve(AccountName("ben"), [Inbox(BOB)], "", most=9)
    listed = await ask(house, ann, "GET", "/api/addresses/starred/messages")
    assert [one["_id"] for one in listed.json] == [message]
    assert (await ask(house, ben, "GET", LIST)).json == []
    assert (await ask(house, ben, "DELETE", f"{LIST}/{message}")).status == 404
    assert (await ask(house, ben, "DELETE", LIST)).status == 204
    gone = await ask(house, ben, "DELETE", f"/api/addresses/{BOB}?deleteAddressMessages=true")
    assert gone.status == 200
    assert (await ask(house, ann, "GET", f"{LIST}/{message}")).status == 200


async def test_who_starred_it_reads_and_lets_go_of_it_in_anothers_inbox(
    house: WebHouse, ann: str, ben: str
) -> None:
    message = house.keep(BOB)
    await ask(house, ann, "PUT", f"{LIST}/{message}/star")
    await house.accounts.reserve(AccountName("ben"), [Inbox(BOB)], "", most=9)
    assert (await ask(house, ann, "GET", LIST)).status == 403
    for path in (f"{LIST}/{message}", f"/api/raw/{BOB}/{message}", f"/api/text/{BOB}/{message}"):
        assert (await ask(house, ann, "GET", path)).status == 200
    assert (await ask(house, ann, "PUT", f"{LIST}/{message}/star")).json["savedBy"] is None
    assert (await ask(house, ann, "GET", f"{LIST}/{message}")).status == 403
    assert [one["_id"] for one in (await ask(house, ben, "GET", LIST)).json] == [message]


async def test_what_was_noted_is_nobodys_once_the_star_is_off(house: WebHouse, ann: str, ben: str) -> None:
    message = house.keep(BOB)
    path = f"{LIST}/{message}"
    for change in ("star", "labels/secret", "folder/trash", "read/true"):
        await ask(house, ann, "PUT", f"{path}/{change}")
    async with house.stream(f"/api/addresses/{BOB}/events?since=0", mailsac_key=ann) as stream:
        assert json.loads(await told(stream))["labels"] == ["secret"]
    await ask(house, ann, "PUT", f"{path}/star")
    for key in ("", ben, ann):
        for found in (
            (await ask(house, key, "GET", path)).json,
            (await ask(house, key, "GET", LIST)).json[0],
            (await ask(house, key, "GET", f"{LIST}?query=Hello")).json[0],
        ):
            assert (found["labels"], found["folder"], found["read"]) == ([], "inbox", None)
    async with house.stream(f"/api/addresses/{BOB}/events?since=0") as stream:
        frame = json.loads(await told(stream))
        assert (frame["labels"], frame["savedBy"], frame["email"]["read"]) == ([], None, None)


async def told(stream: EventStream) -> str:
    """The data of the first message that a stream tells of."""
    while True:
        event = await stream.event()
        if event.startswith("event: message"):
            return event.partition("data: ")[2]


async def test_a_slow_follower_is_not_told_of_what_was_starred_meanwhile(house: WebHouse, ann: str) -> None:
    messages = [house.keep(BOB) for _ in range(3)]
    reader = Reader()
    streams = house.streams
    follower = streams.follow([Inbox(BOB)], await streams.start(reader, [Inbox(BOB)], 0))
    assert (await anext(follower)).id == messages[0]
    await ask(house, ann, "PUT", f"{LIST}/{messages[1]}/star")
    assert (await anext(follower)).id == messages[2]
    await follower.aclose()


@pytest.mark.parametrize("surplus", [-1, 0])
async def test_an_account_stars_only_so_many(
    house: WebHouse, ann: str, monkeypatch: pytest.MonkeyPatch, surplus: int
) -> None:
    monkeypatch.setattr(marking, "STARS", 3)
    for _ in range(3 + surplus):
        assert (await ask(house, ann, "PUT", f"{LIST}/{house.keep(BOB)}/star")).status == 200
    last = house.keep(BOB)
    answer = await ask(house, ann, "PUT", f"{LIST}/{last}/star")
    assert answer.status == (400 if surplus == 0 else 200)


async def test_what_is_not_there_is_not_unchanged(house: WebHouse, ann: str) -> None:
    hidden = house.keep(BOB)
    await ask(house, ann, "PUT", f"{LIST}/{hidden}/star")
    for message in (hidden, "q99-0"):
        answer = await house.ask("GET", f"{LIST}/{message}", {"if_none_match": "*"})
        assert answer.status == 404


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
