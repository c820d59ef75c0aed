"""What a test wants of a message, as it writes it and as the server is asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from mailweir.testing.errors import MailNotFoundError
from mailweir.testing.mail import Mail


class Wanted(TypedDict, total=False):
    """What a message has to be like, by keywords; all that are given have to hold.

    `code`, `attachment`: it has one. `link`: it has one, or one of that kind ("verify", "reset", …) or with
    that in its URL. `subject`, `sender`, `to`, `text`: a part of it, in any case; `regex`: an expression of
    RE2's over subject and text. `since`: it came from that time on, or after that message; when left out, a
    message counts once, so that a second wait gives the next one.
    """

    code: bool
    link: bool | str
    attachment: bool
    subject: str
    sender: str
    to: str
    text: str
    regex: str
    since: "datetime | str | Mail | None"


@dataclass(frozen=True, slots=True)
class Wish:
    """The same as a value."""

    code: bool = False
    link: bool | str = False
    attachment: bool = False
    subject: str = ""
    sender: str = ""
    to: str = ""
    text: str = ""
    regex: str = ""
    since: datetime | str | Mail | None = None

    def __str__(self) -> str:
        link = f"a link {self.link!r}" if isinstance(self.link, str) and self.link else "a link"
        parts = {"a code": self.code, link: bool(self.link), "an attachment": self.attachment}
        has = [part for part, wanted in parts.items() if wanted]
        texts = {name: getattr(self, name) for name in ("subject", "sender", "to", "text", "regex")}
        says = [f"{name} {text!r}" for name, text in texts.items() if text]
        return f"message with {', '.join(has + says)}" if has or says else "message"

    def query(self) -> dict[str, str]:
        """The server's parameters for it, but for the time."""
        require = "code" if self.code else "link" if self.link else "attachment" if self.attachment else ""
        told = {
            "from": self.sender,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "regex": self.regex,
            "require": require,
        }
        return {name: value for name, value in told.items() if value}

    def start(self, usual: str) -> str:
        """The server's parameter for the time."""
        if isinstance(self.since, Mail):
            return self.since.id
        if isinstance(self.since, datetime):
            return self.since.isoformat(timespec="milliseconds")
        return self.since or usual

    def lacks(self, mail: Mail) -> list[str]:
        """What the message has not, of all that the server looks for one thing only."""
        missing: list[str] = []
        if self.code and not mail.codes:
            missing.append("no code")
        if self.link and not _has_link(mail, self.link):
            missing.append(f"no link {self.link!r}" if isinstance(self.link, str) else "no link")
        if self.attachment and not mail.data["attachments"]:
            missing.append("no attachment")
        return missing


def _has_link(mail: Mail, link: bool | str) -> bool:  # noqa: FBT001  as people write it
    try:
        return bool(mail.link(link if isinstance(link, str) else ""))
    except MailNotFoundError:
        return False
