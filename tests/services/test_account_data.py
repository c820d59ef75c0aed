"""What is handed out of an account's data, what is erased, and that nobody else's is in either."""

import io
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zipfile import ZipFile

import pytest

from fakes.makers import BOB, EVE, HandClock, a_delivery
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.domains import MemoryDomains
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.memory.users import MemoryUsers
from mailweir.model.account import AccountName, NewKey, Scope, Session, key_hash
from mailweir.model.address import Host, Inbox
from mailweir.model.export import ExportedFile
from mailweir.model.message import MessageId
from mailweir.policy.marking import labelled, toggled
from mailweir.ports.accounts import UnknownAccountError
from mailweir.ports.errors import ConflictError, UnavailableError
from mailweir.ports.mailbox import Shown
from mailweir.services.erasing import Erasing
from mailweir.services.exporting import AlreadyExportingError, Exporting, zipped

ANN, BEN = AccountName("ann"), AccountName("ben")
KEY = "k_" + "annskeyannskey01"
AT_PRIVATE, AT_PUBLIC, ANYWHERE = Inbox("a@private.test"), Inbox("a@public.test"), Inbox("a@any.test")


class Watched(MemoryMailbox):
    """A mailbox that has something done at each removal, and can be away from some removal on."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.removals = 0
        self.away_from = 10**9
        self.meanwhile = lambda: None

    def _removal(self) -> None:
        self.removals += 1
        if self.removals >= self.away_from:
            raise UnavailableError("away")
        self.meanwhile()

    async def clear(self, inbox: Inbox, *, saved_by: AccountName | None = None) -> int:
        self._removal()
        return await super().clear(inbox, saved_by=saved_by)

    async def clear_host(
        self, host: Host, *, saved_by: AccountName | None = None, shown: Shown | None = None
    ) -> int:
        self._removal()
        return await super().clear_host(host, saved_by=saved_by, shown=shown)


@dataclass
class House:
    clock: HandClock = field(default_factory=HandClock)
    registry: Registry = field(default_factory=Registry)

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.mailbox = Watched(self.store)
        self.accounts = MemoryAccounts(self.registry, self.clock)
        self.users = MemoryUsers(self.registry, self.clock)
        self.domains = MemoryDomains(self.registry, self.clock)
        directory = MemoryDirectory(self.registry)
        self.exporting = Exporting(
            self.accounts, self.users, self.domains, self.mailbox, directory, self.clock
        )
        self.erasing = Erasing(self.accounts, self.domains, self.mailbox)
        self._kept = 0

    def keep(self, *inboxes: Inbox, raw: bytes = b"Subject: hello\r\n\r\nhello\r\n") -> str:
        self._kept += 1
        self.store.keep(a_delivery(self._kept, *inboxes, raw=raw))
        return f"q{self._kept:07d}-0"

    async def star(self, inbox: Inbox, message: str, account: AccountName) -> None:
        assert await self.mailbox.mark(inbox, MessageId(message), partial(toggled, account=account))

    async def exported(self, account: AccountName = ANN) -> dict[str, bytes]:
        return await read(await self.exporting.begin(account))

    def left(self) -> list[str]:
        return [one.id for one in self.store.newest()]


async def read(files: AsyncGenerator[ExportedFile]) -> dict[str, bytes]:
    return {file.name: b"".join([piece async for piece in file.pieces]) async for file in files}


def lines(files: dict[str, bytes]) -> Sequence[Any]:
    return [json.loads(line) for line in files["index.jsonl"].splitlines()]


@pytest.fixture
async def house() -> House:
    """ANN has BOB, a private and a public domain; BEN has EVE."""
    house = House()
    await house.accounts.add(ANN, NewKey("first", key_hash(KEY), KEY[-4:]))
    await house.accounts.add(BEN)
    await house.accounts.reserve(ANN, [BOB], "a note", most=9)
    await house.accounts.reserve(BEN, [EVE], "", most=9)
    for name in ("private.test", "public.test"):
        await house.domains.claim(ANN, Host(name), "token", most=9)
        await house.domains.hold(ANN, Host(name))
    await house.domains.set_private(ANN, Host("public.test"), private=False)
    return house


async def furnish(house: House) -> tuple[list[str], list[str]]:
    """Mail everywhere: what ANN has to herself, oldest first, and the rest."""
    hers = [house.keep(BOB), house.keep(AT_PRIVATE)]
    others = [house.keep(EVE), house.keep(AT_PUBLIC), house.keep(ANYWHERE)]
    for inbox, account in ((ANYWHERE, ANN), (EVE, ANN), (BOB, BEN), (ANYWHERE, BEN), (BOB, ANN)):
        message = house.keep(inbox)
        await house.star(inbox, message, account)
        (hers if account == ANN else others).append(message)
    hers.append(house.keep(Inbox("b@private.test")))
    return hers, others


async def test_what_is_an_accounts_is_handed_out_and_nothing_of_others(house: House) -> None:
    hers, _ = await furnish(house)
    files = await house.exported()
    assert list(files) == ["account.json", "index.jsonl", *[f"mail/{one}.eml" for one in hers]]
    assert all(files[f"mail/{one}.eml"] == b"Subject: hello\r\n\r\nhello\r\n" for one in hers)
    assert [one["id"] for one in lines(files)] == hers
    assert [one["file"] for one in lines(files)] == list(files)[2:]
    assert [one["starred"] for one in lines(files)] == [False, False, True, True, True, False]


async def test_a_line_says_what_is_known_of_a_message(house: House) -> None:
    message = house.keep(BOB, raw=b"From: A <a@origin.test>\r\nSubject: =?utf-8?q?h=C3=A9?=\r\n\r\n")
    await house.mailbox.mark(BOB, MessageId(message), partial(labelled, label="new"))
    (line,) = lines(await house.exported())
    assert line["received"] == house.clock.now() + 1
    del line["received"]
    assert line == {
        "file": f"mail/{message}.eml",
        "id": message,
        "inbox": BOB,
        "recipient": BOB,
        "size": 57,
        "sender": "sender@origin.test",
        "peer": "192.0.2.1",
        "subject": "hé",
        "from": ["a@origin.test"],
        "to": [],
        "starred": False,
        "folder": "inbox",
        "labels": ["new"],
        "read": None,
    }


async def test_what_is_known_of_an_account_has_no_secret(house: House) -> None:
    await house.accounts.add_key(
        ANN, NewKey("ci", b"digest", "tail", Scope(expires=7, writes=False, place=BOB)), most=9
    )
    known = json.loads((await house.exported())["account.json"])
    assert (known["account"], known["plan"], known["capturePrivate"]) == ("ann", "unlimited", False)
    assert [(one["name"], one["endsWith"], one["readOnly"], one["only"]) for one in known["keys"]] == [
        ("ci", "tail", True, BOB),
        ("first", KEY[-4:], False, None),
    ]
    assert (known["users"], known["journal"]) == ([], [])
    assert [(one["address"], one["info"]) for one in known["addresses"]] == [(BOB, "a note")]
    assert [(one["domain"], one["private"]) for one in known["domains"]] == [
        ("private.test", True),
        ("public.test", False),
    ]
    text = json.dumps(known)
    assert KEY not in text
    assert key_hash(KEY).hex() not in text


async def test_a_long_account_is_walked_through_page_by_page(house: House) -> None:
    hers = [house.keep(BOB if number % 3 else AT_PRIVATE) for number in range(1001)]
    files = await house.exported()
    assert [one["id"] for one in lines(files)] == hers
    assert len(files) == 1003


async def test_what_comes_or_goes_meanwhile_is_not_handed_out(house: House) -> None:
    first, second = house.keep(BOB), house.keep(BOB)
    files = await house.exporting.begin(ANN)
    names: list[str] = []
    async for file in files:
        names.append(file.name)
        octets = b"".join([piece async for piece in file.pieces])
        if file.name == "index.jsonl":
            assert len(octets.splitlines()) == 2
            house.keep(BOB)
            await house.mailbox.delete(BOB, MessageId(second))
    assert names == ["account.json", "index.jsonl", f"mail/{first}.eml"]


async def test_an_address_that_becomes_anothers_meanwhile_is_not_handed_out(house: House) -> None:
    house.keep(BOB)
    files = await house.exporting.begin(ANN)
    await anext(files)
    await house.accounts.release(ANN, BOB)
    await house.accounts.reserve(BEN, [BOB], "", most=9)
    assert await read(files) == {"index.jsonl": b""}


async def test_one_export_of_an_account_at_a_time(house: House) -> None:
    running = await house.exporting.begin(ANN)
    async with aclosing(running):
        await anext(running)
        with pytest.raises(AlreadyExportingError):
            await house.exporting.begin(ANN)
        await read(await house.exporting.begin(BEN))
    assert len(await house.exported()) == 2


async def test_nobody_is_not_exported(house: House) -> None:
    with pytest.raises(UnknownAccountError):
        await house.exporting.begin(AccountName("nobody"))


async def test_an_archive_goes_out_piece_by_piece(house: House) -> None:
    large = house.keep(BOB, raw=bytes(range(256)) * 16 * 1024)
    small = house.keep(BOB)
    pieces = [piece async for piece in zipped(await house.exporting.begin(ANN))]
    with ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[2:] == [f"mail/{large}.eml", f"mail/{small}.eml"]
        assert archive.read(f"mail/{large}.eml") == bytes(range(256)) * 16 * 1024


async def test_an_archive_that_nobody_takes_to_its_end_lets_the_next_begin(house: House) -> None:
    for _ in range(50):
        house.keep(BOB, raw=bytes(range(256)) * 4096)
    archive = zipped(await house.exporting.begin(ANN))
    await anext(archive)
    with pytest.raises(AlreadyExportingError):
        await house.exporting.begin(ANN)
    await archive.aclose()
    assert len(await house.exported()) == 52


async def test_what_was_an_accounts_is_erased_and_nothing_of_others(house: House) -> None:
    hers, others = await furnish(house)
    await house.accounts.begin_session(b"token", Session(key_hash(KEY), house.clock.now() + 1000), most=9)
    told: list[int] = []
    assert await house.erasing.erase(ANN, told.append) == len(hers)
    assert sorted(house.left()) == sorted(others)
    assert told[-1] == len(hers)
    assert told == sorted(told)
    registry = house.registry
    assert ANN not in registry.accounts
    assert (list(registry.keys), list(registry.sessions)) == ([], [])
    assert {one.account for one in registry.addresses.values()} == {BEN}
    assert registry.domains == {}
    with pytest.raises(ConflictError):
        await house.accounts.add(ANN)
    assert await house.erasing.erase(ANN) is None


async def test_while_an_account_is_erased_none_of_its_mail_is_public(house: House) -> None:
    """It goes while it is the account's still: at no removal has a claim been let go."""
    await furnish(house)
    seen: list[bool] = []

    def look() -> None:
        owned = house.registry.addresses.get(BOB)
        seen.append(owned is not None and owned.account == ANN and len(house.registry.domains) == 2)

    house.mailbox.meanwhile = look
    await house.erasing.erase(ANN)
    assert seen
    assert all(seen)


@pytest.mark.parametrize("away_from", [1, 2, 3, 4])
async def test_what_was_interrupted_goes_on_when_it_is_asked_again(house: House, away_from: int) -> None:
    hers, others = await furnish(house)
    house.mailbox.away_from = away_from
    with pytest.raises(UnavailableError):
        await house.erasing.erase(ANN)
    assert ANN in house.registry.accounts
    assert set(house.left()) >= set(others)
    house.mailbox.away_from = 10**9
    assert await house.erasing.erase(ANN) is not None
    assert not set(house.left()) & set(hers)
    assert sorted(house.left()) == sorted(others)


async def test_mail_that_comes_while_an_account_is_erased_goes_too(house: House) -> None:
    await furnish(house)
    left = {"times": 2}

    def arrive() -> None:
        if left["times"]:
            left["times"] -= 1
            house.keep(BOB)
            house.keep(AT_PRIVATE)

    house.mailbox.meanwhile = arrive
    await house.erasing.erase(ANN)
    assert not [one for one in house.store.newest() if one.inbox == AT_PRIVATE]
    assert [one.marks.saved_by for one in house.store.newest(BOB)] == [BEN]


async def test_mail_that_comes_in_the_last_moment_goes_too(house: House) -> None:
    """Between the last look and the moment in which the claims go."""
    remove = house.accounts.remove

    class Late(MemoryAccounts):
        async def remove(self, account: AccountName) -> bool:
            house.keep(BOB)
            house.keep(AT_PRIVATE)
            return await remove(account)

    late = Late(house.registry, house.clock)
    assert await Erasing(late, house.domains, house.mailbox).erase(ANN) == 2
    assert house.left() == []


async def test_an_address_that_was_given_away_meanwhile_keeps_its_mail(house: House) -> None:
    second = Inbox("z@inbox.test")
    await house.accounts.reserve(ANN, [second], "", most=9)
    kept = house.keep(second)

    def give_away() -> None:
        if second in house.registry.addresses:
            del house.registry.addresses[second]

    house.mailbox.meanwhile = give_away
    await house.erasing.erase(ANN)
    assert house.left() == [kept]


async def test_what_a_removed_account_has_left_starred_is_erased_as_well(house: House) -> None:
    message = house.keep(ANYWHERE)
    await house.star(ANYWHERE, message, ANN)
    await house.accounts.remove(ANN)
    assert await house.erasing.erase(ANN) == 1
    assert house.left() == []
    assert await house.erasing.erase(AccountName("nobody")) is None
