"""Sharing one message by a link, with people who have no account."""

from dataclasses import dataclass
from typing import Final

from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.sharing import Links, Share
from mailweir.policy.visibility import Reader
from mailweir.ports.accounts import Accounts
from mailweir.services.access import RefusedError
from mailweir.services.reading import Reading

_HOUR: Final = 3600 * 1000  # milliseconds


@dataclass(frozen=True, slots=True)
class Link:
    """A new link's token, and until when it is good (milliseconds since the epoch)."""

    token: str
    expires: int


@dataclass(frozen=True, slots=True)
class Sharing:
    """Every method raises UnavailableError."""

    reading: Reading
    accounts: Accounts
    links: Links

    async def share(self, reader: Reader, inbox: Inbox, message: MessageId, *, hours: int) -> Link | None:
        """A link to a message that the reader's account sees; None when it sees none of that id.

        It is good for so many hours, but no longer than the reader's key. Raises RefusedError.
        """
        access = self.reading.access
        account = access.account_at(reader, inbox)
        if await self.reading.find(reader, inbox, message) is None:
            return None
        expires = self.reading.clock.now() + hours * _HOUR
        key_expires = access.caller(reader).scope.expires
        if key_expires is not None:
            expires = min(expires, key_expires)
        return Link(self.links.token(Share(account, inbox, message, expires)), expires)

    async def open(self, token: str) -> Share | None:
        """What a link leads to, which `Reader(share=…)` reads.

        None for a token that is none or has expired, when the message is gone, and when the account that
        shared it is gone or could not read it now: these are not told apart.
        """
        share = self.links.share(token)
        if share is None or await self.accounts.account(share.account) is None:
            return None
        try:
            found = await self.reading.find(Reader(share=share), share.inbox, share.message)
        except RefusedError:
            return None
        return None if found is None else share
