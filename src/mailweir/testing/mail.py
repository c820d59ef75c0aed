"""A message as tests look at it: what the server has read out of it, without another question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailweir.testing.errors import MailNotFoundError


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; `size` in octets."""

    name: str
    type: str
    size: int
    sha256: str
    content: bytes

    @classmethod
    def of(cls, data: Mapping[str, Any], content: bytes) -> "Attachment":
        """That of the server's JSON."""
        return cls(data["fileName"], data["contentType"], data["length"], data["sha256"], content)


class Mail:
    """What is known of a message as soon as it is there. `data` is all that the server's JSON says of it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.subject!r} from {self.sender}>"

    @property
    def id(self) -> str:
        """What the server calls it."""
        return str(self.data["_id"])

    @property
    def inbox(self) -> str:
        """The address whose inbox it lies in."""
        return str(self.data["inbox"])

    @property
    def subject(self) -> str:
        """The subject, decoded; "" for none."""
        return str(self.data["subject"])

    @property
    def sender(self) -> str:
        """The address in From; "" for none."""
        return next(iter(_addresses(self.data["from"])), "")

    @property
    def to(self) -> Sequence[str]:
        """The addresses in To."""
        return _addresses(self.data["to"])

    @property
    def received(self) -> datetime:
        """When the server got it, by its clock."""
        return datetime.fromisoformat(self.data["received"])

    @property
    def code(self) -> str:
        """The one-time code, as it is to be typed. Raises MailNotFoundError when there is none."""
        if not self.codes:
            raise MailNotFoundError(f"The message {self.subject!r} has no one-time code.")
        return self.codes[0]

    @property
    def codes(self) -> Sequence[str]:
        """All that may be the one-time code, the most likely first."""
        return [str(code["value"]) for code in self.data["codes"]]

    @property
    def links(self) -> Sequence[str]:
        """All links, in the order of the message."""
        return [str(link) for link in self.data["links"]]

    def link(self, kind: str = "") -> str:
        """The link to follow; with `kind` ("verify", "reset", …) one for that, or that has it in its URL.

        Raises MailNotFoundError when there is none.
        """
        actions = [action for action in self.data["actions"] if not kind or kind.lower() == action["kind"]]
        urls = [str(action["url"]) for action in actions]
        urls += [link for link in self.links if kind.lower() in link.lower()]
        if not urls:
            has = ", ".join(self.links) or "none"
            raise MailNotFoundError(f"The message {self.subject!r} has no link {kind!r}; its links: {has}.")
        return urls[0]


def _addresses(people: Sequence[Mapping[str, str]]) -> Sequence[str]:
    return [person["address"] for person in people]
