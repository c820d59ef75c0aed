"""An account's data by REST: who gets it, that it is all of it, and that erased is erased."""

import asyncio
import io
from random import Random
from typing import Final
from zipfile import ZipFile

import pytest

from fakes.raw_http import ask as ask_raw
from fakes.raw_http import request, say_all
from fakes.web_house import NOW, Answer, WebHouse
from mailweir.model.account import AccountName, Scope, Session, key_hash
from mailweir.model.address import Inbox
from mailweir.ports.errors import UnavailableError

ANN: Final = AccountName("ann")
PRIVATE: Final = "private@thing.test"
MAIL: Final = b"From: eve@sender.test\r\nSubject: confidential\r\n\r\nbody\r\n"
EXPORT: Final = "/api/account/export"
ERASE: Final = "/api/account"


@pytest.fixture
async def ann(house: WebHouse) -> str:
    key = await house.account("ann")
    await house.accounts.reserve(ANN, [Inbox(PRIVATE)], "", most=9)
    await house.domain("ann", "held.test")
    for inbox in (PRIVATE, "any@held.test", "public@thing.test"):
        house.keep(inbox, MAIL)
    return key


async def exported(house: WebHouse, *lines: str) -> bytes:
    """The body, its chunks put together."""
    octets = request("GET", EXPORT, *lines, "Connection: close")
    answer = await asyncio.to_thread(say_all, ("127.0.0.1", house.port), octets)
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"\r\ntransfer-encoding: chunked" in head
    body = b""
    while rest:
        length, _, rest = rest.partition(b"\r\n")
        size = int(length, 16)
        body, rest = body + rest[:size], rest[size + 2 :]
    return body


def keep_much(house: WebHouse) -> None:
    """More than a connection holds of what nobody reads."""
    random = Random(7)
    for _ in range(20):
        house.keep(PRIVATE, b"\r\n" + random.randbytes(1024 * 1024), digest=False)


async def erase(house: WebHouse, key: str, confirm: str = "ann") -> Answer:
    return await house.ask("DELETE", f"{ERASE}?confirm={confirm}", {"mailsac_key": key})


async def test_an_account_takes_its_data_along(house: WebHouse, ann: str) -> None:
    with ZipFile(io.BytesIO(await exported(house, f"Mailsac-Key: {ann}"))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["account.json", "index.jsonl", "mail/q1-0.eml", "mail/q2-0.eml"]
        assert archive.read("mail/q1-0.eml") == MAIL
        assert ann.encode() not in b"".join(map(archive.read, archive.namelist()))
    assert house.reports == []


async def test_it_is_saved_under_the_accounts_name_and_kept_nowhere_else(house: WebHouse, ann: str) -> None:
    answer = await asyncio.to_thread(ask_raw, ("127.0.0.1", house.port), "GET", EXPORT, f"Mailsac-Key: {ann}")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="ann.zip"'
    assert answer.headers["cache-control"] == "no-store"


async def test_who_has_signed_in_takes_his_data_along_and_erases_nothing(house: WebHouse, ann: str) -> None:
    token = "k_" + "session" * 4
    await house.accounts.begin_session(key_hash(token), Session(key_hash(ann), NOW + 1000), most=9)
    assert (await exported(house, f"Cookie: mailweir={token}")).startswith(b"PK")
    answer = await house.ask("DELETE", f"{ERASE}?confirm=ann", {"cookie": f"mailweir={token}"})
    assert answer.status == 401
    assert ANN in house.registry.accounts


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        (Scope(writes=False), 403),
        (Scope(place=Inbox(PRIVATE)), 403),
        (Scope(expires=NOW), 401),
        (None, 401),
    ],
    ids=str,
)
async def test_it_takes_a_key_of_the_whole_account_that_changes_things(
    house: WebHouse, ann: str, scope: Scope | None, status: int
) -> None:
    del ann
    key = "" if scope is None else await house.key("ann", "less", scope)
    assert (await house.get(EXPORT, mailsac_key=key)).status == status
    assert (await erase(house, key)).status == status
    assert ANN in house.registry.accounts
    assert len(list(house.store.newest())) == 3


async def test_an_export_that_is_under_way_has_the_next_one_wait(house: WebHouse, ann: str) -> None:
    keep_much(house)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(request("GET", EXPORT, f"Mailsac-Key: {ann}"))
    await reader.readuntil(b"PK")
    second = await house.get(EXPORT, mailsac_key=ann)
    assert (second.status, "under way" in second.json["message"]) == (409, True)
    writer.close()
    async with asyncio.timeout(10):
        while (await house.get(EXPORT, mailsac_key=ann)).status == 409:  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.05)


async def test_an_export_breaks_off_when_its_key_is_revoked(house: WebHouse, ann: str) -> None:
    keep_much(house)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=64 * 1024)
    writer.write(request("GET", EXPORT, f"Mailsac-Key: {ann}"))
    await reader.readuntil(b"PK")
    await house.accounts.remove_key(ANN, "first")
    async with asyncio.timeout(20):
        rest = await reader.read(-1)
    assert not rest.endswith(b"0\r\n\r\n")
    writer.close()


async def test_while_the_store_is_away_it_is_said_before_anything_is_sent(house: WebHouse, ann: str) -> None:
    async def away(account: AccountName) -> None:
        del account
        raise UnavailableError("away")

    house.accounts.account = away
    assert (await house.get(EXPORT, mailsac_key=ann)).status == 503


@pytest.mark.parametrize("confirm", ["", "ben", "Ann", "true", "ann%20", "%00"])
async def test_nothing_is_erased_that_was_not_meant(house: WebHouse, ann: str, confirm: str) -> None:
    answer = await erase(house, ann, confirm)
    assert (answer.status, "?confirm=ann" in answer.json["message"]) == (400, True)
    assert ANN in house.registry.accounts


async def test_an_erased_account_opens_nothing_and_has_left_nothing(house: WebHouse, ann: str) -> None:
    await house.account("ben")
    answer = await erase(house, ann)
    assert (answer.status, answer.json) == (200, {"account": "ann", "messages": 2})
    assert [one.inbox for one in house.store.newest()] == ["public@thing.test"]
    assert (await erase(house, ann)).status == 401
    assert (await house.get("/api/me", mailsac_key=ann)).status == 401
    assert (await house.get(f"/api/addresses/{PRIVATE}/messages")).json == []
