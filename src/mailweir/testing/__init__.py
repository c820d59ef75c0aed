"""Mail for tests: clients of a Mailweir server, and the plugin by which pytest has one.

Nothing here imports the server, nor anything that pytest has not imported anyway.
"""

from mailweir.testing.async_client import AsyncInbox, AsyncMailweir, AsyncMessage, AsyncRun
from mailweir.testing.client import Inbox, Mailweir, Message, Run
from mailweir.testing.errors import MailNotFoundError, MailweirError, UnexpectedMailError
from mailweir.testing.mail import Attachment
from mailweir.testing.service import MailServer

__all__ = [
    "AsyncInbox",
    "AsyncMailweir",
    "AsyncMessage",
    "AsyncRun",
    "Attachment",
    "Inbox",
    "MailNotFoundError",
    "MailServer",
    "Mailweir",
    "MailweirError",
    "Message",
    "Run",
    "UnexpectedMailError",
]
