"""Service extensions: what EHLO offers, and the parameters that they bring to MAIL and RCPT."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.reply import Reply

_LONGEST_ENVID = 100  # RFC 3461 §4.4
_LONGEST_ORCPT = 500  # RFC 3461 §4.2
_DIGITS = re.compile(r"[0-9]{1,20}")  # RFC 1870 §4: up to 20 digits
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")  # RFC 3461 §4
_NEVER = frozenset({"NEVER"})
_NOTIFY = frozenset({"SUCCESS", "FAILURE", "DELAY"})


@dataclass(frozen=True, slots=True)
class MailParameters:
    """Parameters of MAIL: RFC 1870, 6152, 6531, 3461, 4954. `size` in octets as announced."""

    size: int | None = None
    body: str | None = None
    smtputf8: bool = False
    ret: str | None = None
    envid: str | None = None
    auth: str | None = None


@dataclass(frozen=True, slots=True)
class RecipientParameters:
    """Parameters of RCPT (RFC 3461 §4.1, §4.2)."""

    notify: frozenset[str] | None = None
    orcpt: str | None = None


NO_MAIL_PARAMETERS = MailParameters()
NO_RECIPIENT_PARAMETERS = RecipientParameters()


@lru_cache(maxsize=32)
def keywords(*, size_limit: int, tls: bool, auth: bool) -> tuple[str, ...]:
    """The lines of the EHLO reply after the first (RFC 5321 §4.1.1.1).

    BINARYMIME is not offered: its bodies could not leave again over ordinary SMTP.
    """
    offered = ["PIPELINING", f"SIZE {size_limit}", "8BITMIME", "SMTPUTF8"]
    offered += ["ENHANCEDSTATUSCODES", "CHUNKING", "DSN"]
    if tls:
        offered.append("STARTTLS")
    if auth:
        offered.append("AUTH PLAIN LOGIN")
    return (*offered, "HELP")


def mail_parameters(given: dict[str, str | None], *, size_limit: int) -> MailParameters | Reply:
    """The parameters of MAIL as values, or the reply that says what is wrong with them."""
    if not given:
        return NO_MAIL_PARAMETERS
    if not given.keys() <= {"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH"}:
        return reply.UNKNOWN_PARAMETER
    size = _size(given)
    body = (given.get("BODY") or "").upper() or None
    ret = (given.get("RET") or "").upper() or None
    envid = given.get("ENVID")
    if body not in {None, "7BIT", "8BITMIME"}:
        return reply.UNKNOWN_PARAMETER
    if size is None or ret not in {None, "FULL", "HDRS"} or given.get("SMTPUTF8") is not None:
        return reply.BAD_PARAMETER
    if any(given[name] is None for name in given.keys() - {"SMTPUTF8"}):
        return reply.BAD_PARAMETER
    if envid is not None and (len(envid) > _LONGEST_ENVID or not _XTEXT.fullmatch(envid)):
        return reply.BAD_PARAMETER
    if size > size_limit:
        return reply.TOO_BIG
    announced = size if "SIZE" in given else None
    return MailParameters(announced, body, "SMTPUTF8" in given, ret, envid, given.get("AUTH"))


def recipient_parameters(given: dict[str, str | None]) -> RecipientParameters | Reply:
    """The parameters of RCPT as values, or the reply that says what is wrong with them."""
    if not given:
        return NO_RECIPIENT_PARAMETERS
    if not given.keys() <= {"NOTIFY", "ORCPT"}:
        return reply.UNKNOWN_PARAMETER
    if None in given.values():
        return reply.BAD_PARAMETER
    notify: frozenset[str] | None = None
    if (wish := given.get("NOTIFY")) is not None:
        notify = frozenset(wish.upper().split(","))
        # RFC 3461 §4.1: NEVER stands alone.
        if not (notify <= _NOTIFY or notify == _NEVER):
            return reply.BAD_PARAMETER
    orcpt = given.get("ORCPT")
    if orcpt is not None and (len(orcpt) > _LONGEST_ORCPT or ";" not in orcpt):
        return reply.BAD_PARAMETER
    return RecipientParameters(notify, orcpt)


def _size(given: dict[str, str | None]) -> int | None:
    """The announced size, 0 when none was, None when it is not a number."""
    if "SIZE" not in given:
        return 0
    value = given["SIZE"]
    return int(value) if value is not None and _DIGITS.fullmatch(value) else None
