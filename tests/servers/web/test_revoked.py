"""Whoever listens stops hearing when he may not listen any more."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from fakes.web_house import WebHouse
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.servers.web import live
from mailweir.servers.web.api import events

BOB = "bob@thing.test"
ANN, BEN = AccountName("ann"), AccountName("ben")
WITHIN = 5.0  # seconds


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (live, events):
        assert 2 * module.AGAIN < WITHIN
        monkeypatch.setattr(module, "AGAIN", 0.1)


async def test_a_revoked_key_closes_its_sockets(house: WebHouse) -> None:
    key = await house.account("ann")
    await house.accounts.reserve(ANN, [Inbox(BOB)], "", most=9)
    url = f"ws://127.0.0.1:{house.port}/incoming-messages?addresses={BOB}&key={key}"
    async with asyncio.timeout(WITHIN), connect(url) as socket:
        await socket.recv()
        await house.accounts.remove_key(ANN, "first")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


async def test_who_follows_an_inbox_that_becomes_anothers_hears_nothing_of_it(house: WebHouse) -> None:
    url = f"ws://127.0.0.1:{house.port}/incoming-messages?addresses={BOB}"
    await house.account("ann")
    async with asyncio.timeout(WITHIN), connect(url) as socket:
        await socket.recv()
        await house.accounts.reserve(ANN, [Inbox(BOB)], "", most=9)
        house.keep(BOB)
        house.nudge(BOB)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


async def test_a_revoked_key_ends_its_event_streams(house: WebHouse) -> None:
    key = await house.account("ann")
    async with asyncio.timeout(WITHIN):
        async with house.stream(f"/api/addresses/{BOB}/events", mailsac_key=key) as stream:
            assert (await stream.event()).startswith("id: ")
            await house.accounts.remove_key(ANN, "first")
            assert await stream.ended()


async def test_the_stream_of_all_mail_leaves_out_what_is_anothers(house: WebHouse) -> None:
    key = await house.account("ann")
    await house.account("ben")
    await house.accounts.reserve(BEN, [Inbox(BOB)], "", most=9)
    async with house.stream("/api/events", mailsac_key=key) as stream:
        await stream.event()
        house.keep(BOB)
        shown = house.keep("eve@thing.test")
        house.nudge(BOB, "eve@thing.test")
        event = await stream.event()
        assert json.loads(event.partition("data: ")[2])["_id"] == shown
