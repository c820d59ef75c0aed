"""The bounded header scan that every message goes through before it is acknowledged.

It takes the few fields that a list shows, undecoded, and never raises: whatever the octets are, one
walk over at most `limit` of them answers. `words` and `addresses` read the values later.
"""

import re
from typing import Final

HEADER_OCTETS: Final = 256 * 1024
"""A longer header block is kept and shown truncated (RFC 5322 sets no bound; senders stay below 64 KiB)."""

HEADER_FIELDS: Final = 1000
"""More fields than any list server and its filters add."""

FIELD_OCTETS: Final = 8 * 1024
"""What is kept of one value: a line of a list shows less."""

# RFC 5322 §2.2: a name is printable ASCII but the colon; §4.5 lets white space stand before the colon.
# §2.2.3: a line that begins with white space goes on with the field before it.
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)\n?")
# A mailbox file's separator is no field; it stands where a tool that pipes mail has left it.
_SEPARATOR = re.compile(rb">?From [^\n]*+\n?")
_SHOWN: Final = frozenset(
    {b"from", b"to", b"cc", b"bcc", b"reply-to", b"subject", b"date", b"message-id"},
)
_SPELLINGS = (name for shown in _SHOWN for name in (shown, shown.title(), shown.upper(), b"Message-ID"))
_NAMES: Final = {spelling: spelling.lower().decode() for spelling in _SPELLINGS}
_LONGEST_NAME: Final = max(map(len, _SHOWN))


def scan(raw: bytes, *, limit: int = HEADER_OCTETS, fields: int = HEADER_FIELDS) -> dict[str, bytes]:
    """The first From, To, Cc, Bcc, Reply-To, Subject, Date and Message-ID of a message.

    Lower-case name to the octets of the value, still folded and encoded, cut to 8 KiB. Lines may end
    in CRLF or LF. The header block ends at a blank line, at a line that is no field, after `limit`
    octets or after `fields` fields.
    """
    found: dict[str, bytes] = {}
    at, end = 0, min(len(raw), limit)
    match = _FIELD.match
    for _ in range(fields):
        field = match(raw, at, end)
        if field is None:
            separator = _SEPARATOR.match(raw, at, end)
            if separator is None:
                break
            at = separator.end()
            continue
        at = field.end()
        name = _NAMES.get(field[1]) or _unusual(field[1])
        if name is not None and name not in found:
            found[name] = field[2][:FIELD_OCTETS].strip()
    return found


def _unusual(spelling: bytes) -> str | None:
    """The name of a field that is shown, however it is spelled."""
    if len(spelling) > _LONGEST_NAME:
        return None
    name = spelling.lower()
    return name.decode() if name in _SHOWN else None
