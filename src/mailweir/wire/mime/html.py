"""An HTML mail as the text that a person would see, and its links, in linear time.

Nothing here raises, whatever the text holds.
"""

import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailweir.wire.mime.balance import BLOCKS, ELEMENTS, HEADINGS, NESTING, Balanced, balance, flat

LENGTH: Final = 1024 * 1024
"""Characters read of one HTML part; the largest newsletters stay below 300,000."""

ANCHORS: Final = 1000
"""Links of one page that are told."""

IMAGES: Final = 1000
"""Images of one page that are told."""

ANCHOR_TEXT: Final = 200
"""Characters kept of a link's text: a button says less."""

_SPACED, _LINE, _BLANK, _TAB = range(1, 5)
_GAPS: Final = ("", " ", "\n", "\n\n", "\t")
_GAP_AROUND: Final = (
    dict.fromkeys(BLOCKS | {"table", "caption", "tr", "hr", "br"}, _LINE)
    | dict.fromkeys(HEADINGS | {"p", "blockquote", "pre"}, _BLANK)
    | {"body": _LINE, "form": _LINE}
)
_NOT_DISPLAYED = re.compile(r"(?i:display)\s{0,9}+:\s{0,9}+(?i:none)")
# Controls, and what separates or joins letters, turns their direction or fills a preview without a sight.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]++"
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as written, stripped, and its text on one line; an image's alternative text is text."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a person would see of an HTML part, and where it leads, in document order.

    `images` are the distinct sources by http, https and cid. `limited` says why it is incomplete:
    "nesting" (text only, without lines of tables and without links), "length", or "" when whole.
    """

    text: str
    anchors: tuple[Anchor, ...]
    images: tuple[str, ...]
    limited: str = ""


def read(html: str, balanced: Balanced | None = None) -> Page:
    """The text, links and images of the first LENGTH characters. `balanced`: the same, if it is had."""
    if balanced is None or len(html) > LENGTH:
        balanced = balance(html[:LENGTH])
    nested = balanced.depth > NESTING
    reader = _Reader()
    body = LexborHTMLParser(_flat(html[:LENGTH]) if nested else balanced.html).body
    if body is not None:
        _walk(body, reader)
    long = len(html) > LENGTH or reader.overflowed
    return Page(
        "\n".join(map(str.rstrip, "".join(reader.out).split("\n"))).strip("\n"),
        tuple(reader.anchors),
        tuple(reader.images),
        "nesting" if nested else "length" if long else "",
    )


def _flat(html: str) -> str:
    """The text of `html` in lines, without any nesting."""
    out: list[str] = []
    for text, name in flat(html):
        if text is not None:
            out.append(text.replace("<", "&lt;"))
        elif name is not None and _GAP_AROUND.get(name, 0):
            out.append("<br>" if name == "br" else "<div></div>")
    return "".join(out)


def _walk(top: LexborNode, reader: "_Reader") -> None:
    """Shows `reader` all that is in `top`, without recursion."""
    within: list[LexborNode] = []
    node = top.first_child
    while node is not None or within:
        if node is None:
            node = within.pop()
            reader.leave(node.tag or "")
            node = node.next
        elif reader.enter(node):
            within.append(node)
            node = node.first_child
        else:
            node = node.next


class _Reader:
    """What has been seen of a page. Between two words stands the widest gap that was asked for."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.anchors: list[Anchor] = []
        self.images: dict[str, None] = {}
        self.overflowed = False
        self._gap = 0
        self._bullet = ""
        self._pre = 0
        self._rows: list[int] = []  # how long `out` was where each open row begins
        self._url = ""
        self._label: list[str] | None = None

    def enter(self, node: LexborNode) -> bool:
        """Takes a node; False when what is in it is not to be shown."""
        tag = node.tag or ""
        if tag == "-text":
            self._data(node.text_content or "")
            return False
        attributes = node.attributes if tag in ELEMENTS else {}
        if attributes and ("hidden" in attributes or _NOT_DISPLAYED.search(attributes.get("style") or "")):
            return False
        self._begin(tag)
        if tag == "img":
            self._image((attributes.get("src") or "").strip(), attributes.get("alt") or "")
        elif tag == "a":
            self._url, self._label = (attributes.get("href") or "").strip(), []
        return True

    def _begin(self, tag: str) -> None:
        if tag in ("td", "th") and self._rows and self._rows[-1] < len(self.out):
            self._gap = _TAB
        elif tag == "br":
            self._widen(_BLANK if self._gap >= _LINE else _LINE)
        elif tag in _GAP_AROUND:
            self._widen(_GAP_AROUND[tag])
        if tag == "tr":
            self._rows.append(len(self.out))
        elif tag == "li":
            self._bullet = "- "
        self._pre += tag == "pre"

    def leave(self, tag: str) -> None:
        """Takes the end of a node that was entered."""
        self._pre -= tag == "pre"
        if tag == "tr":
            self._rows.pop()
            self._gap = _LINE if self._gap == _TAB else self._gap
        elif tag == "li":
            self._bullet = ""
        elif tag == "a":
            self._anchor()
        if tag != "br" and tag in _GAP_AROUND:
            self._widen(_GAP_AROUND[tag])

    def _widen(self, gap: int) -> None:
        self._gap = max(self._gap, gap)

    def _data(self, data: str) -> None:
        if not (data.isascii() and data.isprintable()):  # a third of the time of looking
            data = _INVISIBLE.sub("", data)
        if self._pre:
            for number, line in enumerate(data.split("\n")):
                if number:
                    self._begin("br")
                self._write(line if line.strip() else "")
            return
        if data[:1].isspace():
            self._widen(_SPACED)
        words = data.split()
        if words:
            self._write(" ".join(words))
            if data[-1:].isspace():
                self._widen(_SPACED)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._label is not None:
            self._label += [" " if self._gap else "", text]
        if self.out:
            self.out.append(_GAPS[self._gap])
        self.out += [self._bullet, text]
        self._gap, self._bullet = 0, ""

    def _image(self, source: str, alternative: str) -> None:
        if self._label is not None:
            self._data(alternative)
        if source[:5].lower().startswith(("http:", "https", "cid:")) and source not in self.images:
            self.overflowed |= len(self.images) == IMAGES
            if len(self.images) < IMAGES:
                self.images[source] = None

    def _anchor(self) -> None:
        text = " ".join("".join(self._label or ()).split())[:ANCHOR_TEXT]
        if self._url:
            self.overflowed |= len(self.anchors) == ANCHORS
            if len(self.anchors) < ANCHORS:
                self.anchors.append(Anchor(self._url, text))
        self._label = None
