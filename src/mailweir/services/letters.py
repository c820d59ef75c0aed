"""Mail that this service writes itself: it goes into inboxes here, like any other, and never out."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from mailweir.model.account import AccountName
from mailweir.model.address import Address, Inbox
from mailweir.model.message import Peer
from mailweir.model.user import User
from mailweir.ports.errors import UnavailableError
from mailweir.services.reception import Reception, Transaction

_KEEPING: Final = 30.0  # seconds that the store may take
_LINK: Final = """\
Somebody, you perhaps, has asked for a new password for {name}. Set it here, within the hour:

{url}

If that was not you, nothing has to be done: without this link nobody can set one.
"""


@dataclass(frozen=True, slots=True)
class Letters:
    """`public_url` is where people reach this service: links are made from it, never from a request."""

    reception: Reception
    public_url: str

    async def send_link(self, user: User, token: str) -> None:
        """Where somebody sets a new password; nothing if he has no inbox for it that is his account's.

        Raises UnavailableError.
        """
        inbox, name = user.mail, user.full_name
        if inbox is None or self.reception.directory.owner_of(inbox) != user.account:
            return
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"Mailweir <postmaster@{self.reception.hostname}>"
        mail["To"] = inbox
        mail["Subject"] = f"A new password for {name}"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
        mail.set_content(_LINK.format(name=name, url=reset_url(self.public_url, token)))
        await self._send(user.account, inbox, mail.as_bytes())

    async def _send(self, account: AccountName, inbox: Inbox, octets: bytes) -> None:
        address = Address.parse(inbox)
        if address is None:
            raise UnavailableError(f"{inbox} is no address any more")
        reception = self.reception
        peer = Peer("127.0.0.1", 0, hello=reception.hostname)
        letter = Transaction(None, [address], octets, peer, protocol="HTTP")
        receipt = reception.deliver(letter, capturer=account)
        try:
            async with asyncio.timeout(_KEEPING):
                await receipt.kept
        except TimeoutError as error:
            raise UnavailableError("the store took too long") from error


def reset_url(public_url: str, token: str) -> str:
    """Where somebody sets a new password."""
    return f"{public_url.rstrip('/')}/reset/{token}"
