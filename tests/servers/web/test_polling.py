"""Asking for an inbox over and over: never stale, and never other than what the framework would answer."""

import asyncio

import pytest

from fakes.web_house import Furnish, WebHouse
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import UnavailableError

BOB = "/api/addresses/bob@thing.test/messages"


async def test_who_has_the_list_is_told_that_it_has_not_changed(house: WebHouse) -> None:
    house.keep()
    first = await house.get(BOB)
    etag = first.headers["etag"]
    for named in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await house.get(BOB, if_none_match=named)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    for named in ('"other"', etag.strip('"'), ""):
        again = await house.get(BOB, if_none_match=named)
        assert (again.status, again.body) == (200, first.body)


async def test_every_change_of_the_inbox_is_seen_at_once(house: WebHouse) -> None:
    seen = {(await house.get(BOB)).headers["etag"]}

    async def assert_changed(count: int) -> None:
        answer = await house.get(BOB, if_none_match=max(seen))
        assert answer.status == 200
        assert len(answer.json) == count
        assert answer.headers["etag"] not in seen
        seen.clear()
        seen.add(answer.headers["etag"])

    first = house.keep()
    await assert_changed(1)
    house.keep(digest=False)
    house.clock.time += 3000
    await assert_changed(2)
    house.digest("q2-0")
    await assert_changed(2)
    await house.ask("DELETE", f"{BOB}/{first}")
    await assert_changed(1)


async def test_what_changes_elsewhere_changes_nothing_here(house: WebHouse) -> None:
    house.keep()
    etag = (await house.get(BOB)).headers["etag"]
    house.keep("eve@thing.test")
    assert (await house.get(BOB, if_none_match=etag)).status == 304


async def test_lists_of_other_lengths_and_single_messages_have_etags_of_their_own(house: WebHouse) -> None:
    found = house.keep()
    paths = [BOB, f"{BOB}?limit=1", f"{BOB}?limit=0", f"{BOB}/{found}"]
    etags = [(await house.get(path)).headers["etag"] for path in paths]
    assert len(set(etags)) == len(paths)
    for path, etag in zip(paths, etags, strict=True):
        assert (await house.get(path, if_none_match=etag)).status == 304
        assert (await house.get(paths[0], if_none_match=etag)).status == (304 if path == BOB else 200)


async def test_one_message_is_served_until_it_is_gone(house: WebHouse) -> None:
    found = house.keep()
    etag = (await house.get(f"{BOB}/{found}")).headers["etag"]
    await house.ask("DELETE", f"{BOB}/{found}")
    answer = await house.get(f"{BOB}/{found}", if_none_match=etag)
    assert answer.status == 404


@pytest.mark.parametrize(
    "path", [f"{BOB}?limit=5&until=2030-01-01", f"{BOB}?unknown=1", f"{BOB}?query=hello"]
)
async def test_other_questions_are_the_frameworks(house: WebHouse, path: str) -> None:
    found = house.keep()
    answer = await house.get(path)
    assert [one["_id"] for one in answer.json] == [found]
    assert "etag" not in answer.headers


async def test_both_ways_give_the_same_octets(house: WebHouse) -> None:
    for _ in range(3):
        house.keep()
    assert (await house.get(BOB)).body == (await house.get(f"{BOB}?until=2030-01-01")).body


async def test_head_is_answered_like_get_without_a_body(house: WebHouse) -> None:
    house.keep()
    got = await house.get(BOB)
    headed = await house.ask("HEAD", BOB)
    assert (headed.status, headed.body, headed.headers) == (200, b"", got.headers)
    etag = got.headers["etag"]
    assert (await house.ask("HEAD", BOB, {"if-none-match": etag})).status == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{BOB}?limit=1001", 400),
        ("/api/addresses/nonsense/messages", 400),
        (f"{BOB}/nonsense", 404),
        (f"{BOB}?_mailsacKey=k_1", 401),
        (f"{BOB}?" + "&".join("limit=1" for _ in range(101)), 400),
    ],
)
async def test_errors_are_those_of_every_route(house: WebHouse, path: str, status: int) -> None:
    answer = await house.get(path, if_none_match="*")
    assert (answer.status, answer.json["status"]) == (status, status)


async def test_an_etag_is_no_key(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(reads="none"))
    house.keep()
    for headers in ({"if-none-match": "*"}, {"if-none-match": "*", "mailsac-key": "k_1"}):
        assert (await house.ask("GET", BOB, headers)).status == 401


async def test_the_latest_only_is_one_message_here_too(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(reads="latest"))
    old, new = house.keep(), house.keep()
    assert [one["_id"] for one in (await house.get(BOB)).json] == [new]
    assert (await house.get(f"{BOB}/{old}")).status == 404


async def test_a_store_that_is_away_is_503_and_not_an_old_list(house: WebHouse) -> None:
    house.keep()
    await house.get(BOB)
    house.mailbox.failure = UnavailableError("away")
    house.keep()
    assert (await house.get(BOB)).status == 503
    house.mailbox.failure = None
    assert len((await house.get(BOB)).json) == 2


async def test_a_list_that_waits_for_digests_is_not_kept(house: WebHouse) -> None:
    found = house.keep(digest=False)
    house.clock.time += 3000
    assert (await house.get(BOB)).json[0]["digest"] == "pending"
    house.digest(found)
    assert (await house.get(BOB)).json[0]["digest"] == "done"


async def test_a_list_is_never_older_than_what_was_kept_before_it_was_asked_for(house: WebHouse) -> None:
    kept = 0

    async def keep() -> None:
        nonlocal kept
        for _ in range(60):
            house.keep()
            kept += 1
            await asyncio.sleep(0.001)

    async def poll() -> None:
        etag, shown = "", 0
        while kept < 60:
            before = kept
            answer = await house.get(f"{BOB}?limit=100", if_none_match=etag)
            assert answer.status == 200 or etag
            if answer.status == 200:
                etag = answer.headers["etag"]
                assert len(answer.json) >= before
                shown = len(answer.json)
            else:
                assert shown >= before

    await asyncio.gather(keep(), *(poll() for _ in range(4)))
