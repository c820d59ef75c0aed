"""The trace header fields that a receiving server puts on top of a message (RFC 5321 §4.4)."""

import re
from email.utils import formatdate

from msgspec import Struct

_UNSAFE = re.compile(r"[^A-Za-z0-9.:_\[\]-]")
_LONGEST_HELLO = 64  # what a Received field shows of a name that nobody verified


class Trace(Struct, frozen=True, gc=False):
    """What is known about one transaction. `received` in milliseconds since the epoch.

    `sender` is empty for the null path; `recipient` is empty when there are several, so that
    none learns of another (RFC 5321 §4.4).
    """

    id: str
    received: int
    sender: str
    recipient: str
    hello: str
    ip: str
    by: str
    protocol: str

    def octets(self) -> bytes:
        """`Return-Path` and `Received`, each line with CRLF."""
        hello = _UNSAFE.sub("?", self.hello[:_LONGEST_HELLO]) or "unknown"
        address = f"[IPv6:{self.ip}]" if ":" in self.ip else f"[{self.ip}]"
        whom = f"\r\n\tfor <{self.recipient}>" if self.recipient else ""
        return (
            f"Return-Path: <{self.sender}>\r\n"
            f"Received: from {hello} ({address})\r\n"
            f"\tby {self.by} with {self.protocol} id {self.id}{whom};\r\n"
            f"\t{_date(self.received // 1000)}\r\n"
        ).encode()


def protocol(*, extended: bool, tls: bool, authenticated: bool, utf8: bool) -> str:
    """The `with` keyword (RFC 3848, RFC 6531 §4.3)."""
    if not extended:
        return "SMTP"
    return ("UTF8SMTP" if utf8 else "ESMTP") + ("S" if tls else "") + ("A" if authenticated else "")


_last_date: tuple[int, str] = (-1, "")


def _date(seconds: int) -> str:
    """RFC 5322 §3.3, in UTC; remembered, since many messages arrive within one second."""
    global _last_date  # noqa: PLW0603  one pair, replaced as a whole
    known, text = _last_date
    if known != seconds:
        text = formatdate(seconds)
        _last_date = (seconds, text)
    return text
