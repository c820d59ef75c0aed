"""The bounded header scan that every message goes through before it is acknowledged.

It takes the few fields that a list shows, undecoded, and never raises: whatever the octets are, one
walk over at most `limit` of them answers. `words` and `addresses` read the values later.
"""

from typing import Final

from mailweir.wire.mime.fields import FIELD, HEADER_FIELDS, HEADER_OCTETS, SEPARATOR

FIELD_OCTETS: Final = 8 * 1024
"""What is kept of one value: a line of a list shows less."""

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
    match = FIELD.match
    for _ in range(fields):
        field = match(raw, at, end)
        if field is None:
            separator = SEPARATOR.match(raw, at, end)
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
