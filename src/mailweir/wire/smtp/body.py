"""Message content on the wire: after DATA up to the lone dot, after BDAT by octet count.

Only CRLF.CRLF ends DATA (RFC 5321 §4.1.1.4); whatever else looks like an end stays content, so
that two servers never disagree on where a message stops (SMTP smuggling, CVE-2023-51764).
"""

import re

_END = b"\r\n.\r\n"
_EMPTY = _END[2:]  # at the very start: a message without a line
_TAIL = len(_END) - 1
_BARE_CR = re.compile(rb"\r(?!\n)")


class DataBody:
    """The content after 354. Holds at most `limit` octets and what dot-stuffing adds to them."""

    __slots__ = ("_counted", "_dots", "_limit", "_scanned", "_started", "oversize")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._started = False
        self._scanned = 0
        self._counted = 0
        self._dots = 0
        self.oversize = False

    def take(self, buffer: bytearray) -> bytes | None:
        """The whole content once its end is in `buffer`, which then starts behind that end.

        Dot-stuffing is removed. When `oversize` is set the content is empty and its octets are gone.
        """
        if not self._started:
            if buffer.startswith(_EMPTY):
                del buffer[:3]
                return b""
            if _EMPTY.startswith(buffer):
                return None
            self._started = True
        end = buffer.find(_END, self._scanned)
        if end < 0:
            self._scanned = max(0, len(buffer) - _TAIL)
            self._bound(buffer)
            return None
        content = b"" if self.oversize else _unstuffed(buffer, end + 2)
        del buffer[: end + len(_END)]
        if len(content) > self._limit:
            self.oversize = True
            return b""
        return content

    def _bound(self, buffer: bytearray) -> None:
        if not self.oversize and len(buffer) > self._limit + _TAIL:
            # Count each stuffed dot once, however small the pieces that arrive.
            self._dots += buffer.count(b"\r\n.", self._counted)
            self._counted = len(buffer) - 2
            self.oversize = len(buffer) - self._dots - 1 > self._limit + _TAIL
        if self.oversize:
            del buffer[:-_TAIL]
            self._scanned = 0


class ChunkBody:
    """The chunks of BDAT (RFC 3030 §2). Holds at most `limit` octets."""

    __slots__ = ("_chunks", "_held", "_limit", "_wanted", "last", "oversize")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[bytes] = []
        self._held = 0
        self._wanted = 0
        self.last = False
        self.oversize = False

    def begin(self, octets: int, *, last: bool) -> None:
        """Announce the next chunk."""
        self._wanted = octets
        self.last = last
        self.oversize = self.oversize or self._held + octets > self._limit
        if self.oversize:
            self._chunks.clear()

    def take(self, buffer: bytearray) -> bool:
        """Whether the whole chunk has been taken from `buffer`."""
        piece = bytes(buffer[: self._wanted])
        del buffer[: len(piece)]
        self._wanted -= len(piece)
        if not self.oversize and piece:
            self._chunks.append(piece)
            self._held += len(piece)
        return self._wanted == 0

    @property
    def held(self) -> int:
        """Octets that were taken and are kept."""
        return self._held if self._chunks else 0

    def content(self) -> bytes:
        """All chunks, joined."""
        return b"".join(self._chunks)


def flaws_of(content: bytes) -> tuple[str, ...]:
    """What strict line ends refuse: `bare_cr`, `bare_lf` (RFC 5321 §2.3.8), `nul` (RFC 5322 §4)."""
    flaws: list[str] = []
    if _BARE_CR.search(content):
        flaws.append("bare_cr")
        pairs = content.count(b"\r\n")
    else:
        pairs = content.count(b"\r")  # faster: one octet is looked for
    if content.count(b"\n") != pairs:
        flaws.append("bare_lf")
    if b"\0" in content:
        flaws.append("nul")
    return tuple(flaws)


def _unstuffed(buffer: bytearray, length: int) -> bytes:
    """RFC 5321 §4.5.2: of a line that starts with a dot, the dot goes."""
    start = 1 if buffer.startswith(b".") else 0
    with memoryview(buffer) as view:
        content = bytes(view[start:length])
    return content.replace(b"\r\n.", b"\r\n")
