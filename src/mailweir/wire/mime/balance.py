"""HTML written anew before a parser sees it.

Parsers of HTML are quadratic in nesting, in attributes, in formatting that is closed in the wrong
order and in what stands in a table outside its cells. None of them is given what a sender wrote:
`balance` writes it anew first, every element closed where it ends, nothing but what mail consists of.
It takes linear time and never raises, whatever the text holds.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

NESTING: Final = 200
"""Deeper elements are not nested any more; newsletters of tables in tables reach 60."""

_ATTRIBUTES: Final = 64
"""Attributes kept of one tag: parsers compare each with all before it."""

_SPACE = r"[\t\n\f\r ]"
_ATTRIBUTE = (
    rf"(?:{_SPACE}|/)*+[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rf"""(?:{_SPACE}*+={_SPACE}*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >"'][^\t\n\f\r >]*+)?+)?+"""
)
# WHATWG HTML §13.2.5: what never closes goes on to the end, so every `<` is looked at once.
_TOKEN = re.compile(
    r"(?P<text>(?:[^<]++|<(?![A-Za-z/!?]))++)"
    r"|<(?=[SsXxIiNn]|[Tt][EeIi])"  # not td, tr, p, a and div, which most tags are
    r"(?P<raw>(?i:script|style|title|textarea|iframe|xmp|noembed|noframes|noscript))(?=[\t\n\f\r />])"
    rf"(?:{_ATTRIBUTE})*+[^>]*+>(?:[^<]++|<(?!/(?i:(?P=raw))[\t\n\f\r />]))*+"
    r"|<(?P<end>/)?+(?P<name>[A-Za-z][^\t\n\f\r />]*+)"
    rf"(?P<attributes>(?=>)|(?:{_ATTRIBUTE}){{0,{_ATTRIBUTES}}}+)(?:>|(?:{_ATTRIBUTE})*+[^>]*+>)"
    r"|<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
    r"|<[^>]*+(?:>|\Z)"
)


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_VOID: Final = _names("br hr img wbr")
_FORMATTING: Final = _names("a b big code em font i s small strike strong tt u")
_INLINE: Final = _names("abbr bdi bdo cite del dfn ins kbd mark q samp span sub sup var")
HEADINGS: Final = _names("h1 h2 h3 h4 h5 h6")
BLOCKS: Final = HEADINGS | _names(
    "address article aside blockquote center dd div dl dt figcaption figure footer header li main nav ol p"
    " pre section ul"
)
_CELLS: Final = _names("caption td th")
_STRUCTURE: Final = _CELLS | _names("tbody tfoot thead tr")
ELEMENTS: Final = _VOID | _FORMATTING | _INLINE | BLOCKS | _STRUCTURE | {"table"}
"""What mail consists of, and all that `balance` writes."""

_WRITTEN_AS: Final = {name: name for name in ELEMENTS} | {
    "body": "div", "form": "div", "fieldset": "div", "legend": "div", "details": "div", "summary": "div",
    "menu": "ul", "dir": "ul", "listing": "pre",
}  # fmt: skip
_UNSEEN: Final = _names("template svg select datalist")
# WHATWG HTML §13.2.4.2: where the search for an element to close ends.
_SCOPE: Final = _CELLS | {"table"}
_ITEM_SCOPE: Final = (BLOCKS | _SCOPE | _STRUCTURE) - {"address", "div", "p"}
_NOT_IN_INLINE: Final = BLOCKS | _SCOPE | _STRUCTURE
_CLOSES_P: Final = BLOCKS | {"table", "hr"}
_CLOSED_BEFORE: Final = {"li": _names("li"), "dd": _names("dd dt"), "dt": _names("dd dt")}
# What a part of a table stands in; whatever else is open there ends.
_STANDS_IN: Final = (
    dict.fromkeys(("caption", "tbody", "tfoot", "thead"), _names("table"))
    | {"tr": _names("table tbody tfoot thead")}
    | dict.fromkeys(("td", "th"), _names("table tbody tfoot thead tr"))
)
_TABLE: Final = _names("table")
_NO_CELL: Final = _names("table tbody tfoot thead tr")
# Before most elements nothing has to be closed.
_CLOSES: Final = _CLOSES_P | HEADINGS | _CLOSED_BEFORE.keys() | {"a", "table"}
_CLOSING: Final = {name: f"</{name}>" for name in ELEMENTS}


@dataclass(frozen=True, slots=True)
class Balanced:
    """HTML written anew. `depth` is NESTING + 1, and `html` cut short, where elements nest deeper.

    `strays` counts what stands in a table outside its cells: a parser moves each in front of the table.
    """

    html: str
    depth: int
    strays: int


def nesting(html: str) -> int:
    """How deep elements nest, at most NESTING + 1. Comments, scripts and styles hold no elements."""
    return balance(html).depth


def balance(html: str) -> Balanced:
    """`html` with only ELEMENTS in it, each closed where it ends, attributes and text as written."""
    return _Balance().of(whole(html))


def whole(html: str) -> str:
    """`html` without what no parser takes: lone surrogates, and NUL."""
    return html.encode("utf-8", "replace").decode().replace("\0", "")


def flat(html: str) -> Iterator[tuple[str | None, str | None]]:
    """The tokens of `html` without any nesting: (text, None) or (None, name of a tag in lower case)."""
    for token in _TOKEN.finditer(whole(html)):
        text, name = token["text"], token["name"]
        if text is not None or name is not None:
            yield text, name and name.lower()


class _Balance:
    """One HTML text being written anew."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self._depth = 0
        self._strays = 0
        self._unseen = ""  # the element whose content is left out
        self._unseen_depth = 0

    def of(self, html: str) -> Balanced:
        """Goes over the tokens until the end, or until they nest too deep."""
        for token in _TOKEN.finditer(html):
            text, _, end, name, attributes = token.groups()
            if name is None:
                self._text(text or "")
            elif self._unseen:
                self._skip(name.lower(), end)
            elif end:
                self._end(_WRITTEN_AS.get(name.lower(), ""))
            else:
                self._tag(name.lower(), attributes, token)
            if self._depth > NESTING:
                break
        self._close(0)
        return Balanced("".join(self._out), self._depth, self._strays)

    def _text(self, text: str) -> None:
        if text and not self._unseen:
            self._strays += self._in_table() and not text.isspace()
            self._out.append(text.replace("<", "&lt;"))

    def _tag(self, name: str, attributes: str, token: "re.Match[str]") -> None:
        written = _WRITTEN_AS.get(name)
        if written is not None:
            self._start(written, attributes)
        elif name in _UNSEEN and not token[0].endswith("/>"):
            self._unseen, self._unseen_depth = name, 1

    def _skip(self, name: str, end: str | None) -> None:
        """Takes a tag in what is left out."""
        if name == self._unseen:
            self._unseen_depth += -1 if end else 1
            self._unseen = name if self._unseen_depth else ""

    def _start(self, name: str, attributes: str) -> None:
        if name in _STRUCTURE:
            if not self._stand_in(_STANDS_IN[name]):
                return
        else:
            if name in _CLOSES:
                self._close_before(name)
            self._strays += self._in_table()
        self._out.append(f"<{name}{attributes}>")
        if name not in _VOID:
            self._open.append(name)
            self._depth = max(self._depth, len(self._open))

    def _end(self, name: str) -> None:
        if self._open and self._open[-1] == name:  # as nearly every program writes it
            self._out.append(_CLOSING[name])
            self._open.pop()
        elif name in _STRUCTURE:
            self._close_up_to({name}, _TABLE)
        elif name == "table":
            self._close_up_to(_TABLE, frozenset())
        else:
            names = HEADINGS if name in HEADINGS else {name}  # any heading's end is the end of any
            self._close_up_to(names, _NOT_IN_INLINE if name in _INLINE else _SCOPE)

    def _close_before(self, name: str) -> None:
        """Closes what cannot stay open when `name` begins."""
        if name == "table":  # in a table, outside its cells, it ends that one
            self._close_up_to(_TABLE, _CELLS)
        if name == "a":
            self._close_up_to({"a"}, _SCOPE)
        if name in _CLOSED_BEFORE:
            self._close_up_to(_CLOSED_BEFORE[name], _ITEM_SCOPE)
        if name in _CLOSES_P:
            self._close_up_to({"p"}, _SCOPE)
        if name in HEADINGS and self._open and self._open[-1] in HEADINGS:
            self._close(-1)

    def _close_up_to(self, names: AbstractSet[str], scope: AbstractSet[str]) -> None:
        """Closes the innermost of `names` and what is open in it, if it is open within `scope`."""
        at = self._innermost(names)
        if at >= 0 and scope.isdisjoint(self._open[at + 1 :]):
            self._close(at)

    def _stand_in(self, names: AbstractSet[str]) -> bool:
        """Closes all that is open in the innermost of `names`; False if none is open."""
        if self._open and self._open[-1] in names:
            return True
        at = self._innermost(names)
        if at >= 0:
            self._close(at + 1)
        return at >= 0

    def _innermost(self, names: AbstractSet[str]) -> int:
        """Where the innermost of `names` is open; -1 if none is."""
        if names.isdisjoint(self._open):
            return -1
        return next(at for at in range(len(self._open) - 1, -1, -1) if self._open[at] in names)

    def _close(self, at: int) -> None:
        self._out += [_CLOSING[name] for name in reversed(self._open[at:])]
        del self._open[at:]

    def _in_table(self) -> bool:
        return bool(self._open) and self._open[-1] in _NO_CELL
