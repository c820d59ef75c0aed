"""Server-sent events: the same as the WebSocket tells."""

import json

import pytest

from fakes.web_house import WebHouse
from mailweir.servers.web.api import events

BOB = "/api/addresses/bob@thing.test/events"


async def test_the_first_event_says_where_the_client_is(house: WebHouse) -> None:
    house.keep()
    async with house.stream(BOB) as stream:
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["cache-control"] == "no-store"
        assert await stream.event() == "id: 1"


async def test_an_arrival_is_an_event_with_the_sockets_frame(house: WebHouse) -> None:
    async with house.stream(BOB) as stream:
        await stream.event()
        found = house.keep()
        house.nudge("bob@thing.test")
        kind, place, data = (await stream.event()).split("\n")
        assert (kind, place) == ("event: message", "id: 1")
        frame = json.loads(data.removeprefix("data: "))
        assert (frame["status"], frame["_id"], frame["email"]["_id"]) == (200, found, found)


@pytest.mark.parametrize("headers", [{}, {"last-event-id": "2"}])
async def test_who_was_away_goes_on_where_he_was(house: WebHouse, headers: dict[str, str]) -> None:
    ids = [house.keep() for _ in range(5)]
    since = "" if headers else "?since=2"
    async with house.stream(f"{BOB}{since}", **headers) as stream:
        assert await stream.event() == "id: 2"
        told = [json.loads((await stream.event()).partition("data: ")[2])["_id"] for _ in range(3)]
        assert told == ids[2:]


async def test_a_place_that_is_gone_is_an_event(house: WebHouse) -> None:
    house.keep()
    async with house.stream(f"{BOB}?since=99") as stream:
        assert await stream.event() == "id: 1"
        assert await stream.event() == 'event: reset\nid: 1\ndata: {"seq":1}'


async def test_a_silent_stream_says_that_it_is_there(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PING", 0.05)
    async with house.stream(BOB) as stream:
        assert await stream.event() == "id: 0"
        assert [await stream.event() for _ in range(3)] == [": ping"] * 3
        found = house.keep()
        house.nudge("bob@thing.test")
        while (event := await stream.event()) == ": ping":
            pass
        assert found in event


async def test_all_mail_is_told_at_this_machine_only(house: WebHouse) -> None:
    async with house.stream("/api/events") as stream:
        await stream.event()
        found = house.keep("anybody@thing.test")
        house.nudge("anybody@thing.test")
        assert found in await stream.event()
    assert (await house.get("/api/events", x_forwarded_for="192.0.2.1")).status == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"{BOB}?since=x", 400), ("/api/addresses/nonsense/events", 400), (f"{BOB}?_mailsacKey=k_1", 401)],
)
async def test_what_cannot_be_followed_is_an_ordinary_error(house: WebHouse, path: str, status: int) -> None:
    answer = await house.get(path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")


async def test_a_stream_that_its_client_leaves_is_let_go(house: WebHouse) -> None:
    async with house.stream(BOB) as stream:
        await stream.event()
    house.keep()
    house.nudge("bob@thing.test")
    await house.server.drain(2)
    assert house.reports == []
