"""The shape of a message: its parts, where each lies, and how its octets are encoded (RFC 2045, RFC 2046).

One walk from front to back over the delimiter lines, without recursion, so that time is in proportion
to the octets whatever they are. `shape_of` never raises; what it had to leave out it names.

    shape = shape_of(raw)
    for part in shape.leaves():
        octets = content(raw, part)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from mailweir.wire.mime.fields import Block, read_block
from mailweir.wire.mime.parameters import Structured, structured
from mailweir.wire.mime.transfer import decoded, encodes

DEPTH: Final = 50
"""Parts nested deeper are one piece of text; mail that people send nests five deep."""

PARTS: Final = 1000
"""More parts than any sender makes by honest means; what follows is not looked at."""

Limit = Literal["", "headers", "nesting", "parts"]

# RFC 2046 §5.1.1 allows 70 octets; a line that is longer than a thousand is content.
_DELIMITER = re.compile(rb"\n--([^\r\n]{1,1000}+)\r?+(?=\n|\Z)")
_TOKEN = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")
_PLAIN: Final = "text/plain"
_MESSAGE: Final = "message/rfc822"


@dataclass(slots=True)
class Part:
    """One entity. `parent` is the index of the part around it, -1 for the message itself.

    `type` is its media type in lower case. `start` and `end` bound its body in the raw octets;
    `encoding` is its transfer encoding. A part is a leaf unless other parts lie within it.
    """

    index: int
    parent: int
    depth: int
    block: Block
    type: str
    parameters: Structured
    disposition: Structured
    encoding: str
    start: int
    end: int = 0
    children: list[int] = field(default_factory=list[int])

    @property
    def name(self) -> str:
        """The file name that the sender gave; may be empty, and is nothing to open a file by."""
        return self.disposition.parameters.get("filename") or self.parameters.parameters.get("name", "")

    @property
    def content_id(self) -> str:
        """RFC 2392: without the angles."""
        return self.block.first(b"content-id").decode("utf-8", "replace").strip(" \t\r\n<>")


@dataclass(frozen=True, slots=True)
class Shape:
    """The parts in their order in the message, itself the first; `limit` says why some are missing."""

    parts: tuple[Part, ...]
    limit: Limit = ""

    def leaves(self) -> Iterator[Part]:
        """The parts that hold content rather than parts; what a message in the message holds is its own."""
        hidden: set[int] = set()
        for part in self.parts:
            if part.parent in hidden or (part.parent >= 0 and self.parts[part.parent].type == _MESSAGE):
                hidden.add(part.index)
            elif not part.children or part.type == _MESSAGE:
                yield part


def shape_of(raw: bytes, *, depth: int = DEPTH, parts: int = PARTS) -> Shape:
    """The parts of a message, at most `parts` of them and nested at most `depth` deep."""
    return _Walk(raw, depth, parts).run()


def content(raw: bytes, part: Part) -> bytes:
    """The octets of a part as its sender meant them, the transfer encoding taken off."""
    return decoded(raw[part.start : part.end], part.encoding)


class _Walk:
    """One walk. `_open` holds the parts that lie around the place it is at, the outermost first."""

    def __init__(self, raw: bytes, depth: int, parts: int) -> None:
        self._raw = raw
        self._depth = depth
        self._most = parts
        self._parts: list[Part] = []
        self._open: list[Part] = []
        self._boundaries: dict[
            bytes, int
        ] = {}  # to the index of its multipart; the outermost of a name counts
        self._limit: Limit = ""

    def run(self) -> Shape:
        self._enter(0, _PLAIN)
        at = self._parts[-1].start
        while self._boundaries and (at := self._raw.find(b"\n--", max(at - 1, 0))) >= 0:
            delimiter = _DELIMITER.match(self._raw, at)
            found = self._known(delimiter[1]) if delimiter else None
            if delimiter is None or found is None:
                at += len(b"\n--")
                continue
            at = self._delimit(*found, at, delimiter.end())
        self._leave_to(0, len(self._raw))
        return Shape(tuple(self._parts), self._limit)

    def _known(self, text: bytes) -> tuple[int, bool] | None:
        """The multipart whose delimiter this is, and whether it is the last one (RFC 2046 §5.1.1)."""
        name = text.rstrip(b" \t")
        if name in self._boundaries:
            return self._boundaries[name], False
        if name.endswith(b"--") and name[:-2] in self._boundaries:
            return self._boundaries[name[:-2]], True
        return None

    def _delimit(self, index: int, last: bool, start: int, end: int) -> int:  # noqa: FBT001  one caller
        """Ends what is open within the multipart and begins its next part; returns where to go on."""
        if start and self._raw[start - 1 : start] == b"\r":
            start -= 1
        self._leave_to(self._parts[index].depth + 1, start)
        if last:
            self._boundaries = {name: of for name, of in self._boundaries.items() if of < index}
            return end
        if len(self._parts) >= self._most:
            self._limit = self._limit or "parts"
            self._boundaries = {}
            return end
        digest = self._parts[index].type == "multipart/digest"
        self._enter(min(end + 1, len(self._raw)), _MESSAGE if digest else _PLAIN)
        return self._parts[-1].start

    def _enter(self, start: int, default: str) -> None:
        """Begins a part, and the message that it is, and the message that that one is."""
        while True:
            part = self._part(start, default)
            self._parts.append(part)
            self._open.append(part)
            inner = part.type == _MESSAGE and not encodes(part.encoding)
            if part.type.startswith("multipart/"):
                self._divide(part)
            if not inner:
                return
            if part.depth + 1 >= self._depth or len(self._parts) >= self._most:
                self._limit = self._limit or ("nesting" if part.depth + 1 >= self._depth else "parts")
                return
            start, default = part.start, _PLAIN

    def _part(self, start: int, default: str) -> Part:
        block = read_block(self._raw, start)
        if not block.whole:
            self._limit = self._limit or "headers"
        kind = structured(block.first(b"content-type"))
        around = self._open[-1] if self._open else None
        part = Part(
            index=len(self._parts),
            parent=around.index if around else -1,
            depth=around.depth + 1 if around else 0,
            block=block,
            type=kind.value if _TOKEN.fullmatch(kind.value) else default,
            parameters=kind,
            disposition=structured(block.first(b"content-disposition")),
            encoding=structured(block.first(b"content-transfer-encoding")).value,
            start=block.body,
        )
        if around:
            around.children.append(part.index)
        return part

    def _divide(self, part: Part) -> None:
        """Looks out for the delimiters of a multipart, unless it has none or lies too deep."""
        boundary = part.parameters.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
        if not boundary:
            return
        if part.depth + 1 >= self._depth:
            self._limit = self._limit or "nesting"
            return
        self._boundaries.setdefault(boundary, part.index)

    def _leave_to(self, depth: int, end: int) -> None:
        """Ends every open part that lies `depth` deep or deeper."""
        while self._open and self._open[-1].depth >= depth:
            part = self._open.pop()
            # A header that runs into a delimiter has taken the line end before it, from all that lies around.
            end = part.end = max(end, part.start)
            if part.type.startswith("multipart/"):
                self._boundaries = {name: of for name, of in self._boundaries.items() if of != part.index}
