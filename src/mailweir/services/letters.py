"""Mail that this service writes itself: it goes into inboxes here, like any other, and never out."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from mailweir.model.address import Address, Inbox
from mailweir.model.message import Peer
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

    async def send_link(self, inbox: Inbox, name: str, token: str) -> None:
        """Where somebody of that name sets a new password. Raises UnavailableError."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"Mailweir <postmaster@{self.reception.hostname}>"
        mail["To"] = inbox
        mail["Subject"] = f"A new password for {name}"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
        mail.set_content(_LINK.format(name=name, url=reset_url(self.public_url, token)))
        await self._send(inbox, mail.as_bytes())

    async def _send(self, inbox: Inbox, octets: bytes) -> None:
        address = Address.parse(inbox)
        if address is None:
            raise UnavailableError(f"{inbox} is no address any more")
        reception = self.reception
        peer = Peer("127.0.0.1", 0, hello=reception.hostname)
        owner = reception.directory.owner_of(inbox)
        receipt = reception.deliver(
            Transaction(None, [address], octets, peer, protocol="HTTP"), capturer=owner
        )
        try:
            async with asyncio.timeout(_KEEPING):
                await receipt.kept
        except TimeoutError as error:
            raise UnavailableError("the store took too long") from error


def reset_url(public_url: str, token: str) -> str:
    """Where somebody sets a new password."""
    return f"{public_url.rstrip('/')}/reset/{token}"
