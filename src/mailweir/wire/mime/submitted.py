"""A message as a program hands it over, made fit to be sent (RFC 6409 §8).

Its lines end in CRLF afterwards, whatever they ended in before; of the body nothing else is changed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mailweir.wire.mime.addresses import addresses
from mailweir.wire.mime.charsets import undeclared
from mailweir.wire.mime.fields import FIELD, HEADER_FIELDS, HEADER_OCTETS, SEPARATOR

RECIPIENTS: Final = 500
"""More recipients than a transaction takes."""

LIST_OCTETS: Final = 64 * 1024
"""A longer list of addresses is not read to its end by `addresses`."""

_RECIPIENTS: Final = frozenset({b"to", b"cc", b"bcc"})
_RESENT: Final = frozenset({b"resent-to", b"resent-cc", b"resent-bcc"})
_HIDDEN: Final = frozenset({b"bcc", b"resent-bcc"})
_SHOWN: Final = 80  # characters of a wrong value that a sentence repeats

# What one line of SMTP can carry between its angle brackets (RFC 5321 §4.1.2, RFC 6531 §3.3); whether that
# is an address, and anybody's, is for the server to say.
_MAILBOX = re.compile(
    r'(?:"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*+"|[^\s\x00-\x1f\x7f"<>@]++)(@[^\s\x00-\x1f\x7f"<>@]++)?'
)
# What `addresses` would pass over in silence, so that the mail went to another address.
_CONTROL = re.compile("[^\t\r\n\x20-\x7e\xa0-\u2027\u202a-\U0010ffff]|\r(?!\n)")


class UnfitError(Exception):
    """Why a message cannot be sent as it is: one sentence."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """`fields` are names in lower case with whole fields, line ends among them, in their order."""

    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @classmethod
    def read(cls, octets: bytes) -> "Submitted":
        """Lines may end in LF or CRLF, and the last need not end. A mailbox file's `From ` line is dropped.

        The header ends at a blank line, or before a line that is no field. Raises UnfitError for a header
        that is longer than what is read of one.
        """
        raw = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if raw and not raw.endswith(b"\r\n"):
            raw += b"\r\n"
        at, fields = 0, list[tuple[bytes, bytes]]()
        while found := FIELD.match(raw, at) or SEPARATOR.match(raw, at):
            at = found.end()
            if found.re is FIELD:
                fields.append((found[1].lower(), found[0]))
            if at > HEADER_OCTETS or len(fields) > HEADER_FIELDS:
                most = f"{HEADER_OCTETS:,} octets or {HEADER_FIELDS:,} fields"
                raise UnfitError(f"The header is longer than {most}.")
        return cls(tuple(fields), raw[at:].removeprefix(b"\r\n"))

    def recipients(self, origin: str) -> list[str]:
        """Whom To, Cc and Bcc name; their Resent- namesakes, where there are any, in place of them.

        RFC 5322 §3.6.6 sends a message on to whom the latter name. Raises UnfitError.
        """
        resent = [field for name, field in self.fields if name in _RESENT]
        lists = resent or [field for name, field in self.fields if name in _RECIPIENTS]
        return [one for field in lists for one in mailboxes(field.partition(b":")[2], origin)]

    def octets(self, missing: Mapping[str, str]) -> bytes:
        """The message without its Bcc, and with those of these fields that it lacks."""
        present = {name for name, _ in self.fields}
        kept = [field for name, field in self.fields if name not in _HIDDEN]
        more = [
            f"{name}: {value}\r\n".encode()
            for name, value in missing.items()
            if name.lower().encode() not in present
        ]
        return b"".join([*kept, *more, b"\r\n", self.body])

    @property
    def utf8_header(self) -> bool:
        """Whether a reader of the header has to know of RFC 6532."""
        header = b"".join(field for _, field in self.fields)
        try:
            return not header.isascii() and bool(header.decode("utf-8"))
        except UnicodeDecodeError:
            return False


def mailboxes(octets: bytes, origin: str) -> list[str]:
    """The addresses of a list, in their order; a name without a host is one at `origin`.

    Raises UnfitError when an entry has no address, or the list more than what is read of one.
    """
    if len(octets) > LIST_OCTETS:
        raise UnfitError(f"A list of recipients is longer than {LIST_OCTETS:,} octets.")
    if control := _CONTROL.search(undeclared(octets)):
        raise UnfitError(f"A list of recipients holds the control character {control[0]!r}.")
    return [_mailbox(address, name, origin) for name, address in addresses(octets, RECIPIENTS + 1)]


def _mailbox(address: str, name: str, origin: str) -> str:
    found = _MAILBOX.fullmatch(address)
    if found is None:
        raise UnfitError(f"{(address or name)[:_SHOWN]!r} is no address; write it as name@host.")
    return address if found[1] else f"{address}@{origin}"
