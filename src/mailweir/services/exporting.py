"""All that is an account's, handed out as files: what is known of it, and its private mail as it was kept.

`account.json` has its plan, keys without their secrets, addresses and domains; `index.jsonl` a line for each
message; `mail/` the messages themselves, under our own ids: no name that a sender chose becomes a file's.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import msgspec

from mailweir.model.account import Account, AccountName
from mailweir.model.export import ExportedFile
from mailweir.model.message import Summary
from mailweir.model.places import Places
from mailweir.policy import visibility
from mailweir.ports.accounts import Accounts, UnknownAccountError
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.domains import Domains
from mailweir.ports.mailbox import Mailbox
from mailweir.ports.users import JOURNAL, Users
from mailweir.services.belongings import private_places
from mailweir.services.heading import heading
from mailweir.services.learning import learn
from mailweir.wire.archive import Archive

MAIL: Final = "mail/"
"""How the names of messages begin."""

_PAGE: Final = 500  # summaries, of some kilobytes each at the most
_PIECE: Final = 256 * 1024  # octets of a message that are compressed in one go: some milliseconds of a thread
_AT_ONCE: Final = 64 * 1024  # octets of an archive that are handed on together


class AlreadyExportingError(Exception):
    """Another export of this account is under way."""


@dataclass(frozen=True, slots=True)
class Exporting:
    """Hands out what is private to an account, one message in memory at a time, and to one who asks."""

    accounts: Accounts
    users: Users
    domains: Domains
    mailbox: Mailbox
    directory: Directory
    clock: Clock
    _under_way: set[AccountName] = field(default_factory=set[AccountName])

    async def begin(self, account: AccountName) -> AsyncGenerator[ExportedFile]:
        """All files, as things stand when they are handed out; UnavailableError may come at any of them.

        What is deleted meanwhile may have a line without a file, and what comes meanwhile is not there.
        Raises UnknownAccountError, and AlreadyExportingError as long as the account's last one is not over.
        """
        found = await self.accounts.account(account)
        if found is None:
            raise UnknownAccountError(account)
        if account in self._under_way:
            raise AlreadyExportingError(
                f"An export of {account} is under way already. Wait until it is over, or break it off."
            )
        return self._files(found)

    async def _files(self, account: Account) -> AsyncGenerator[ExportedFile]:
        self._under_way.add(account.name)
        try:
            async with aclosing(self._each(account)) as files:
                async for file in files:
                    yield file
        finally:
            self._under_way.discard(account.name)

    async def _each(self, account: Account) -> AsyncGenerator[ExportedFile]:
        name, now = account.name, self.clock.now()
        last = await self.mailbox.position()
        places = await private_places(self.accounts, self.domains, name)
        yield ExportedFile("account.json", now, pieces(await self._known(account)))
        yield ExportedFile("index.jsonl", now, self._index(name, places, last))
        async with aclosing(self._own(name, places, last)) as own:
            async for one in own:
                raw = await self.mailbox.raw(one.inbox, one.id)
                if raw is not None:
                    yield ExportedFile(f"{MAIL}{one.id}.eml", one.received, pieces(raw))

    async def _known(self, account: Account) -> bytes:
        """What is kept of an account besides mail, as JSON."""
        name = account.name
        known = {
            "account": name,
            "created": account.created,
            "plan": account.plan,
            "capturePrivate": account.capture_private,
            "keys": [
                {
                    "name": one.name,
                    "endsWith": one.hint,
                    "created": one.created,
                    "used": one.used,
                    "expires": one.scope.expires,
                    "readOnly": not one.scope.writes,
                    "only": one.scope.place,
                    "member": not one.scope.manages,
                }
                for one in await self.accounts.keys(name)
            ],
            "users": [
                {
                    "name": one.name,
                    "role": one.role.value,
                    "created": one.created,
                    "mail": one.mail,
                    "identity": one.identity,
                }
                for one in await self.users.users(name)
            ],
            "journal": [
                {"at": one.at, "actor": one.actor, "act": one.act.value, "what": one.what, "ip": one.ip}
                for one in await self.users.journal(name, limit=JOURNAL)
            ],
            "addresses": [
                {
                    "address": one.inbox,
                    "info": one.info,
                    "created": one.created,
                    "updated": one.updated,
                    "keepDays": one.upkeep.days,
                    "keepMessages": one.upkeep.messages,
                }
                for one in await self.accounts.addresses(name)
            ],
            "domains": [
                {
                    "domain": one.host,
                    "created": one.created,
                    "verified": one.held,
                    "private": one.private,
                    "txt": one.token,
                }
                for one in await self.domains.domains(name)
            ],
        }
        return msgspec.json.format(msgspec.json.encode(known)) + b"\n"

    async def _index(self, account: AccountName, places: Places, last: int) -> AsyncGenerator[bytes]:
        async with aclosing(self._own(account, places, last)) as own:
            async for one in own:
                yield msgspec.json.encode(_line(one, account)) + b"\n"

    async def _own(self, account: AccountName, places: Places, last: int) -> AsyncGenerator[Summary]:
        """The messages there up to `last`, oldest first, that are the account's when they are handed out."""
        seq, more = 0, True
        while more:
            found = await self.mailbox.walk(places, seq, limit=_PAGE)
            learn(self.directory)
            for one in found:
                now = await self.mailbox.find(one.inbox, one.id) if one.seq <= last else None
                owner = self.directory.owner_of(one.inbox)
                if now is not None and visibility.has(account, owner, now.marks.saved_by):
                    yield now
            more = len(found) == _PAGE and found[-1].seq < last
            seq = found[-1].seq if found else seq


async def zipped(files: AsyncGenerator[ExportedFile]) -> AsyncGenerator[bytes]:
    """The same files as one ZIP archive, piece by piece. Compression runs beside the loop."""
    archive = Archive()
    try:
        async with aclosing(files):
            async for file in files:
                archive.begin(file.name, file.made)
                async for piece in file.pieces:
                    await asyncio.to_thread(archive.write, piece)
                    if archive.pending >= _AT_ONCE:
                        yield archive.taken()
                archive.end()
        archive.close()
        yield archive.taken()
    finally:
        archive.abandon()


async def pieces(octets: bytes) -> AsyncIterator[bytes]:
    """The same, in what is compressed in one go."""
    for start in range(0, len(octets), _PIECE):
        yield octets[start : start + _PIECE]


def _line(one: Summary, account: AccountName) -> dict[str, object]:
    """What is known of a message; times in milliseconds since the epoch, lengths in octets."""
    brief, marks = heading(one), one.marks
    return {
        "file": f"{MAIL}{one.id}.eml",
        "id": one.id,
        "inbox": one.inbox,
        "recipient": one.original,
        "received": one.received,
        "size": one.size,
        "sender": one.sender,
        "peer": one.peer.ip,
        "subject": brief.subject,
        "from": [person.address for person in brief.sender],
        "to": [person.address for person in brief.to],
        "starred": marks.saved_by == account,
        "folder": marks.folder,
        "labels": marks.labels,
        "read": marks.read,
    }
