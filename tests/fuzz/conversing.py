"""What an SMTP conversation must answer, told without octets: the model that the real one is held against.

Each method is one command and returns how its reply begins. The order of its guards is the order in which
RFC 5321 §4.1.4 and the house want faults to be named.
"""

from dataclasses import dataclass, field
from typing import Final

from mailweir.wire.smtp.dialog import Rules

LIMITS: Final = {"unknown": 5, "idling": 20, "errors": 20}
_ENOUGH: Final = "421 4.7.0"


@dataclass
class Model:
    """Where a conversation stands. `chunks` is None until BDAT; `counts` are those of patience."""

    rules: Rules
    hello: str = ""
    tls: bool = False
    user: str | None = None
    open: bool = False
    sender: str | None = None
    recipients: list[str] = field(default_factory=list[str])
    refused: int = 0
    chunks: bytes | None = None
    closed: bool = False
    kept: list[tuple[str | None, tuple[str, ...], bytes]] = field(
        default_factory=list[tuple[str | None, tuple[str, ...], bytes]]
    )
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LIMITS, 0))

    @property
    def offers_auth(self) -> bool:
        return self.rules.auth and (self.tls or self.rules.auth_without_tls)

    def clear(self) -> None:
        self.open, self.sender, self.recipients, self.refused, self.chunks = False, None, [], 0, None

    # --- what a reply does to patience -----------------------------------------------------

    def counted(self, kind: str, usual: str, *, closes: bool = False) -> str:
        """The usual reply, or the last one when there were too many of a kind."""
        self.counts[kind] += 1
        enough = self.counts[kind] > LIMITS[kind]
        self.closed |= enough or closes
        return _ENOUGH if enough else usual

    def error(self, usual: str, *, closes: bool = False) -> str:
        return self.counted("errors", usual, closes=closes)

    def idle(self, usual: str) -> str:
        return self.counted("idling", usual)

    def unknown(self) -> str:
        return self.counted("unknown", "500 5.5.1")

    def last(self, said: str) -> str:
        self.closed = True
        return said

    # --- commands --------------------------------------------------------------------------

    def greets(self, verb: str, *, right: bool) -> str:
        if not right:
            return self.error("501 5.5.4")
        self.clear()
        self.hello = verb
        return "250"

    def mail(self, sender: str | None, fault: str) -> str:
        """`fault` is how the reply to a wrong argument begins; empty for a right one."""
        if not self.hello or self.open:
            return self.error("503 5.5.1")
        if fault:
            return self.error(fault)
        self.open, self.sender = True, sender
        return "250 2.1.0"

    def rcpt(self, path: str, fault: str) -> str:
        if not self.open or self.chunks is not None:
            return self.error("503 5.5.1")
        if len(self.recipients) >= self.rules.recipients:
            return "452 4.5.3"
        if fault:
            self.refused += 1
            return self.error(fault)
        if path.startswith("no"):  # the owner's answer, which is no error of the protocol
            self.refused += 1
            return "550 5.1.1"
        self.recipients.append(path)
        return "250 2.1.5"

    def missing(self) -> str:
        """What is said to content that has no place; empty when it has one."""
        if self.recipients:
            return ""
        return "554 5.5.1" if self.hello and self.open and self.refused else "503 5.5.1"

    def data(self) -> str:
        refusal = "503 5.5.1" if self.chunks is not None else self.missing()
        return self.error(refusal) if refusal else "354 "

    def content(self, content: bytes) -> str:
        """The end of a message has come."""
        stray = set(content.replace(b"\r\n", b"")) & set(b"\r\n\0")
        if len(content) > self.rules.size_limit:
            self.clear()
            return self.error("552 5.3.4")
        if stray and self.rules.strict:
            self.clear()
            return self.error("550 5.6.11")
        self.kept.append((self.sender, tuple(self.recipients), content))
        self.clear()
        self.counts = dict.fromkeys(LIMITS, 0)
        return "250 2.0.0"

    def bdat(self, chunk: bytes, *, last: bool) -> str:
        if len(chunk) > self.rules.size_limit:
            return self.error("552 5.3.4", closes=True)
        whole = (self.chunks or b"") + chunk
        if refusal := self.missing():
            self.chunks = None
            return self.error(refusal)
        self.chunks = whole
        return self.content(whole) if last or len(whole) > self.rules.size_limit else "250 2.0.0"

    def rset(self) -> str:
        self.clear()
        return self.idle("250 2.0.0")

    def starttls(self) -> str:
        if self.tls or not self.rules.tls:
            return self.error("503 5.5.1" if self.tls else "502 5.5.1")
        self.clear()
        self.hello, self.user, self.tls = "", None, True
        return "220 2.0.0"

    def auth_refusal(self) -> str:
        """Why AUTH has no place; empty when it has one."""
        if not self.rules.auth:
            return "502 5.5.1"
        if not self.offers_auth:
            return "538 5.7.11"
        return "503 5.5.1" if not self.hello or self.user is not None or self.open else ""

    def credentials(self, user: str) -> str:
        """They have been given; the owner takes those of everybody but `nobody`."""
        if user == "nobody":
            return self.error("535 5.7.8")
        self.user = user
        return "235 2.7.0"
