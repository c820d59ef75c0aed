"""A header block as its fields, in their order, and where the body begins.

RFC 5322 §2.2 with the patience of §4: LF may end a line, white space may stand before the colon.
"""

import re
from dataclasses import dataclass
from typing import Final

from mailweir.wire.mime.words import decode_text

HEADER_OCTETS: Final = 256 * 1024
"""A longer header block is kept and shown truncated (RFC 5322 sets no bound; senders stay below 64 KiB)."""

HEADER_FIELDS: Final = 1000
"""More fields than any list server and its filters add."""

# RFC 5322 §2.2: a name is printable ASCII but the colon; §4.5 lets white space stand before the colon.
# §2.2.3: a line that begins with white space goes on with the field before it.
FIELD: Final = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)\n?")
# A mailbox file's separator is no field; it stands where a tool that pipes mail has left it.
SEPARATOR: Final = re.compile(rb">?From [^\n]*+\n?")

_LF: Final = 0x0A
_BLANK_LINE = re.compile(rb"\r?\n")
_END_OF_BLOCK = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Block:
    """The fields as (name, value), octets still folded and encoded, and where the body begins.

    `whole` is False when the block was longer than what is read of one.
    """

    fields: tuple[tuple[bytes, bytes], ...]
    body: int
    whole: bool = True

    def first(self, name: bytes) -> bytes:
        """The value of the first field of that name (lower case); empty when there is none."""
        return next((value for found, value in self.fields if found.lower() == name), b"")

    def decoded(self) -> tuple[tuple[str, str], ...]:
        """The fields as text: names as written, values on one line with their encoded words read."""
        return tuple((name.decode("ascii"), decode_text(value).strip()) for name, value in self.fields)


def read_block(
    raw: bytes,
    start: int = 0,
    end: int | None = None,
    *,
    octets: int = HEADER_OCTETS,
    fields: int = HEADER_FIELDS,
) -> Block:
    """The header block that begins at `start`, of which at most `octets` and `fields` are read.

    It ends at a blank line or before a line that is no field. Never raises.
    """
    stop = len(raw) if end is None else end
    limit = min(stop, start + octets)
    found: list[tuple[bytes, bytes]] = []
    at = start
    while len(found) < fields:
        if (field := FIELD.match(raw, at, limit)) is not None:
            found.append((field[1], field[2].strip()))
            at = field.end()
        elif (separator := SEPARATOR.match(raw, at, limit)) is not None:
            at = separator.end()
        else:
            break
    return Block(tuple(found), *_body(raw, at, limit, stop))


def _body(raw: bytes, at: int, limit: int, stop: int) -> tuple[int, bool]:
    """Where the body begins after the last field that was read, and whether it was the block's last."""
    within_a_line = at == limit < stop and at > 0 and raw[at - 1] != _LF
    if not within_a_line and (blank := _BLANK_LINE.match(raw, at, stop)) is not None:
        return blank.end(), True
    cut_off = at >= limit < stop or FIELD.match(raw, at, stop) is not None
    if not cut_off:
        return at, True
    rest = _END_OF_BLOCK.search(raw, max(at - 1, 0), stop)
    return (stop if rest is None else rest.end()), False
