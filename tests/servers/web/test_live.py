"""The WebSocket: what it tells, to whom, in which order, and what becomes of those who do not listen."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes.web_house import PLAIN, Furnish, WebHouse
from mailweir.model.digest import failure
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import UnavailableError
from mailweir.services.streams import ADDRESSES

BOB = "bob@thing.test"


@asynccontextmanager
async def listening(
    house: WebHouse, query: str = f"addresses={BOB}", **headers: str
) -> AsyncGenerator[ClientConnection]:
    url = f"ws://127.0.0.1:{house.port}/incoming-messages?{query}"
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    async with connect(
        url, additional_headers=fields, compression=None, max_size=None, max_queue=None
    ) as socket:
        yield socket


async def frame(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(5):
        return json.loads(await socket.recv())


async def every_frame(socket: ClientConnection) -> None:
    while True:
        await frame(socket)


async def refusal(
    house: WebHouse, query: str = f"addresses={BOB}", **headers: str
) -> tuple[int, dict[str, Any]]:
    with pytest.raises(InvalidStatus) as refused:
        async with listening(house, query, **headers):
            pass
    answer = refused.value.response
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, json.loads(answer.body or b"")


async def test_the_first_frame_says_what_is_listened_to_and_from_where_on(house: WebHouse) -> None:
    house.keep()
    async with listening(house, f"addresses=BOB%2Btag@thing.test,eve@thing.test,{BOB}") as socket:
        assert await frame(socket) == {
            "status": 200,
            "msg": "Listening",
            "addresses": [BOB, "eve@thing.test"],
            "domains": [],
            "seq": 1,
            "reset": False,
        }


async def test_an_arrival_is_told_in_both_shapes_with_all_that_was_read(house: WebHouse) -> None:
    raw = b"From: Ann <ann@sender.test>\r\nX-A: 1\r\nX-A: 2\r\nSubject: Your code is 482913\r\n\r\nHello\r\n"
    async with listening(house) as socket:
        await frame(socket)
        found = house.keep(raw=raw)
        house.nudge(BOB)
        told = await frame(socket)
    inner = told.pop("email")
    assert told.pop("status") == 200
    assert told == inner
    assert (told["_id"], told["digest"], told["raw"]) == (found, "done", raw.decode())
    assert told["headers"]["x-a"] == ["1", "2"]
    assert told["headers"]["subject"] == "Your code is 482913"
    assert told["text"] == "Hello\n"
    assert told["codes"][0]["value"] == "482913"
    listed = (await house.get(f"/api/addresses/{BOB}/messages/{found}")).json
    assert listed == {name: told[name] for name in listed}


async def test_only_the_named_addresses_are_told(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        house.keep("eve@thing.test")
        mine = house.keep()
        house.nudge(BOB)
        assert (await frame(socket))["_id"] == mine


async def test_a_lost_nudge_costs_a_moment(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        found = house.keep()
        assert (await frame(socket))["_id"] == found


async def test_who_was_away_misses_nothing_and_hears_nothing_twice(house: WebHouse) -> None:
    ids = [house.keep() for _ in range(120)]
    seen: list[str] = []
    since = 0
    while len(seen) < len(ids):
        async with listening(house, f"addresses={BOB}&since={since}") as socket:
            await frame(socket)
            for _ in range(min(50, len(ids) - len(seen))):
                told = await frame(socket)
                seen.append(told["_id"])
                since = told["seq"]
    assert seen == ids


async def test_a_place_that_is_gone_is_said(house: WebHouse) -> None:
    found = house.keep()
    house.keep()
    await house.ask("DELETE", f"/api/addresses/{BOB}/messages/{found}")
    for since, reset in ((0, False), (1, True), (2, False), (10**17, True)):
        async with listening(house, f"addresses={BOB}&since={since}") as socket:
            first = await frame(socket)
            assert first["reset"] is reset
            assert first["seq"] == min(since, 3)


async def test_a_message_waits_for_its_digest_and_those_behind_it_wait_too(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        first = house.keep(digest=False)
        second = house.keep()
        house.nudge(BOB)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await socket.recv()
        house.digest(first)
        house.nudge(BOB)
        assert [(await frame(socket))["_id"] for _ in range(2)] == [first, second]


async def test_after_two_seconds_a_message_is_told_without_its_digest(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        house.keep(digest=False)
        house.clock.time += 2000
        told = await frame(socket)
        assert (told["digest"], told["raw"], told["text"]) == ("pending", PLAIN.decode(), "")
        assert told["headers"]["subject"] == "Hello"
        house.digest(told["_id"])
        other = house.keep()
        assert (await frame(socket))["_id"] == other


async def test_a_message_that_could_not_be_read_is_told_all_the_same(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        house.keep(digest=False)
        (kept,) = house.store.messages(0)
        house.store.read(kept.key, failure("crash"))
        told = await frame(socket)
        assert (told["digest"], told["subject"], told["headers"]["subject"]) == ("failed", "Hello", "Hello")


@pytest.mark.parametrize("surplus", [-1, 0, 1])
async def test_a_long_message_is_told_without_its_octets(furnish: Furnish, surplus: int) -> None:
    house = await furnish(message_size_limit=0)
    async with listening(house) as socket:
        await frame(socket)
        house.keep(raw=b"Subject: x\r\n\r\n" + b"x" * (256 * 1024 - 14 + surplus))
        told = await frame(socket)
        assert told["rawLeftOut"] is (surplus > 0)
        assert bool(told["raw"]) is (surplus <= 0)


async def test_what_a_client_says_is_thrown_away(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        for text in ("", "ping", '{"status":200}', "x" * 60_000):
            await socket.send(text)
        await socket.send(b"\x00\xff")
        found = house.keep()
        house.nudge(BOB)
        assert (await frame(socket))["_id"] == found


async def test_a_frame_that_is_too_long_ends_the_connection(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        await socket.send("x" * 100_000)
        with pytest.raises(ConnectionClosed) as closed:
            await every_frame(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "addresses is empty"),
        ("addresses=", "addresses is empty"),
        ("addresses=,%20,", "addresses is empty"),
        ("addresses=a%20b", "neither an address nor a domain"),
        ("addresses=@", "neither an address nor a domain"),
        (f"addresses={BOB}&since=yesterday", "since is"),
        (f"addresses={BOB}&since=-1", "since is"),
        (f"addresses={BOB}&since=" + "9" * 19, "since is"),
        (f"addresses={BOB}&" + "&".join("x=1" for _ in range(200)), "more than 100 fields"),
    ],
)
async def test_what_cannot_be_listened_to_is_400_with_the_reason(
    house: WebHouse, query: str, words: str
) -> None:
    status, body = await refusal(house, query)
    assert status == 400
    assert words in body["message"]


@pytest.mark.parametrize("surplus", [-1, 0, 1])
async def test_so_many_addresses_may_be_named(house: WebHouse, surplus: int) -> None:
    query = "addresses=" + ",".join(f"a{number}@thing.test" for number in range(ADDRESSES + surplus))
    if surplus > 0:
        assert (await refusal(house, query))[0] == 400
        return
    async with listening(house, query) as socket:
        assert len((await frame(socket))["addresses"]) == ADDRESSES + surplus


@pytest.mark.parametrize("query", [f"addresses={BOB}&key=k_1", f"addresses={BOB}&_mailsacKey=k_1"])
async def test_an_unknown_key_is_401(house: WebHouse, query: str) -> None:
    assert (await refusal(house, query))[0] == 401


async def test_an_unknown_key_in_the_header_is_401(house: WebHouse) -> None:
    assert (await refusal(house, Mailsac_Key="k_1"))[0] == 401


async def test_who_may_not_read_may_not_listen(furnish: Furnish) -> None:
    assert (await refusal(await furnish(AnonymousRules(reads="none"))))[0] == 401


async def test_a_domain_that_is_not_ones_own_is_403(house: WebHouse) -> None:
    assert (await refusal(house, f"addresses={BOB},thing.test"))[0] == 403


@pytest.mark.parametrize("path", ["/ws", "/", "/incoming-messages/x", "/INCOMING-MESSAGES", "/api/messages"])
async def test_there_is_one_path(house: WebHouse, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://127.0.0.1:{house.port}{path}?addresses={BOB}"):
            pass
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize("path", ["/incoming-messages", "/%69ncoming-messages", "/incoming-messages/"])
@pytest.mark.parametrize(
    "origin",
    ["https://evil.test", "null", "", "http://127.0.0.1", "http://127.0.0.1:1", "https://127.0.0.1:{port}",
     "http://127.0.0.1:{port}.evil.test", "http://x127.0.0.1:{port}", "http://127.0.0.1:80250", "file://"],
)  # fmt: skip
async def test_a_page_of_another_site_may_not_listen(house: WebHouse, path: str, origin: str) -> None:
    url = f"ws://127.0.0.1:{house.port}{path}?addresses={BOB}"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers={"Origin": origin.format(port=house.port)}):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:{port}", "HTTP://127.0.0.1:{port}", "http://127.0.0.1:8025"]
)
async def test_our_own_pages_may_listen(house: WebHouse, origin: str) -> None:
    async with listening(house, Origin=origin.format(port=house.port)) as socket:
        assert (await frame(socket))["status"] == 200


async def test_a_store_that_is_away_at_the_start_is_503(house: WebHouse) -> None:
    house.mailbox.failure = UnavailableError("away")
    assert (await refusal(house))[0] == 503


async def test_a_store_that_is_away_for_a_while_costs_no_message(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        house.mailbox.failure = UnavailableError("away")
        found = house.keep()
        house.nudge(BOB)
        await asyncio.sleep(0.3)
        house.mailbox.failure = None
        assert (await frame(socket))["_id"] == found


async def test_a_slow_reader_is_let_go_with_1013_and_slows_nobody(furnish: Furnish) -> None:
    house = await furnish(message_size_limit=0)
    house.slow = 0.3
    await house.reopen()
    async with listening(house) as quick, listening(house) as slow:
        slow.transport.pause_reading()
        await frame(quick)
        for number in range(60):
            house.keep(raw=b"Subject: %d\r\n\r\n" % number + b"x" * 250_000)
            house.nudge(BOB)
            assert (await frame(quick))["subject"] == str(number)
        await asyncio.sleep(0.6)
        slow.transport.resume_reading()
        with pytest.raises(ConnectionClosed) as closed:
            await every_frame(slow)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
    assert house.reports == []


async def test_sockets_end_with_the_server(house: WebHouse) -> None:
    async with listening(house) as socket:
        await frame(socket)
        await house.server.drain(0.2)
        with pytest.raises(ConnectionClosed):
            await frame(socket)
