"""Paths and parameters of MAIL and RCPT (RFC 5321 §4.1.2), checked once, here.

Parsers answer with the value or with the reply that the peer gets; they never raise.
"""

import re

from msgspec import Struct

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.reply import Reply

LONGEST_LOCAL = 64  # RFC 5321 §4.5.3.1.1, in octets
LONGEST_LOCAL_LENIENT = 128  # what a test sender may try
LONGEST_DOMAIN = 255  # RFC 5321 §4.5.3.1.2
LONGEST_LABEL = 63  # RFC 1035 §2.3.4


class Path(Struct, frozen=True, gc=False):
    """A mailbox. `local` is unquoted; `domain` is empty for `<postmaster>` alone (RFC 5321 §4.5.1)."""

    local: str
    domain: str


# Controls that UTF-8 brings along, and its line ends: no inbox has them in its name.
_UNSHOWABLE = r"\x80-\x9f\u2028\u2029"
# A source route is accepted and ignored (RFC 5321 §4.1.1.3, appendix C).
_PATH = re.compile(
    r"<(?:@[^\s:<>\"]+:)?"
    rf"(?:(?P<local>[^\s<>\"@\\(),:;\[\]{_UNSHOWABLE}]+)"
    rf"|\"(?P<quoted>(?:[^\"\\\x00-\x1f\x7f{_UNSHOWABLE}]|\\[\x20-\x7e])*)\")"
    r"(?:@(?P<domain>\[[^\s\[\]<>]+\]|[^\s<>\"@\\(),:;\[\]/]+))?>"
)
_BARE = re.compile(r"[^\s<>\"@]+@[^\s<>\"@]+")
_ESCAPE = re.compile(r"\\(.)")
# RFC 5321 §4.1.3, but no @ within: an inbox's name is taken apart at its last one.
_LITERAL = re.compile(r"\[(?:[0-9.]{7,15}|IPv6:[0-9A-Fa-f:.]{2,45}|[A-Za-z0-9-]*[A-Za-z0-9]:[!-?A-Z^-~]+)\]")
# RFC 5321 §4.1.2 `sub-domain`, and the underscore that container and Windows hosts have.
_NAME = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)
_UNICODE_NAME = re.compile(r"[\w](?:[\w\u200c\u200d\u00b7-]*)(?:\.[\w][\w\u200c\u200d\u00b7-]*)*")
_PARAMETER = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[^\s=\x00-\x20\x7f]+(?:=[^\s]*)?))?"
)


def parse_sender(argument: str, *, strict: bool) -> tuple[Path | None, str] | Reply:
    """Sender and the text of its parameters, from what follows `MAIL `."""
    if argument[:5].upper() != "FROM:":
        return reply.MAIL_SYNTAX
    rest = argument[5:].lstrip(" ")  # the space that RFC 5321 §3.3 forbids and many clients send
    if rest.startswith("<>"):
        return (None, rest[2:].strip()) if rest[2:3] in {"", " "} else reply.BAD_SENDER
    found = _parse_path(rest, strict=strict, bad=reply.BAD_SENDER)
    if isinstance(found, Reply):
        return found
    return found if found[0].domain else reply.BAD_SENDER


def parse_recipient(argument: str, *, strict: bool) -> tuple[Path, str] | Reply:
    """Recipient and the text of its parameters, from what follows `RCPT `."""
    if argument[:3].upper() != "TO:":
        return reply.RCPT_SYNTAX
    found = _parse_path(argument[3:].lstrip(" "), strict=strict, bad=reply.BAD_RECIPIENT)
    if isinstance(found, Reply):
        return found
    path = found[0]
    if not path.domain:
        # RFC 5321 §4.5.1: `postmaster` is the only name that needs no domain.
        return found if path.local.lower() == "postmaster" else reply.BAD_RECIPIENT
    return found


def parse_parameters(text: str) -> dict[str, str | None] | Reply:
    """Upper-case keyword to value (None where there is no `=`); a keyword may stand once."""
    parameters: dict[str, str | None] = {}
    if not text:
        return parameters
    for word in text.split():
        match = _PARAMETER.fullmatch(word)
        if match is None:
            return reply.BAD_PARAMETER
        name = match["name"].upper()
        if name in parameters:
            return reply.BAD_PARAMETER
        parameters[name] = match["value"]
    return parameters


def _parse_path(text: str, *, strict: bool, bad: Reply) -> tuple[Path, str] | Reply:
    match = _PATH.match(text)
    if match is None:
        if strict or (bare := _BARE.match(text)) is None:
            return bad
        # A laptop's script may forget the angle brackets.
        text = f"<{bare[0]}>{text[bare.end() :]}"
        match = _PATH.match(text)
        if match is None:
            return bad
    rest = text[match.end() :]
    if rest and not rest.startswith(" "):
        return bad
    local, quoted, domain = match["local"], match["quoted"], match["domain"] or ""
    if local is None:
        local = _ESCAPE.sub(r"\1", quoted)
    elif strict and (local[0] == "." or local[-1] == "." or ".." in local):
        return bad
    if not local or (domain and not _is_domain(domain)):
        return bad
    if _too_long(local, domain, strict=strict):
        return reply.PATH_TOO_LONG
    return Path(local, domain), rest.strip()


def _is_domain(domain: str) -> bool:
    if domain.startswith("["):
        return _LITERAL.fullmatch(domain) is not None
    return (_NAME if domain.isascii() else _UNICODE_NAME).fullmatch(domain) is not None


def _too_long(local: str, domain: str, *, strict: bool) -> bool:
    longest_local = LONGEST_LOCAL if strict else LONGEST_LOCAL_LENIENT
    if len(local) + len(domain) <= LONGEST_LABEL and local.isascii() and domain.isascii():
        return False
    return (
        len(local.encode()) > longest_local
        or len(domain.encode()) > LONGEST_DOMAIN
        or any(len(label.encode()) > LONGEST_LABEL for label in domain.split(".") if domain[:1] != "[")
    )
