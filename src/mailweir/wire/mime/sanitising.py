"""HTML mail made fit to be shown: the second wall, behind the frame's sandbox and its policy.

The parser of nh3 is quadratic in nesting and in strays of tables, and slow at character references; so
it is given what `balance` wrote, and nothing past the limits here. The caller then shows text.
"""

import re
from typing import Final

import nh3

from mailweir.wire.mime.balance import ELEMENTS, NESTING, Balanced, balance
from mailweir.wire.mime.html import LENGTH

REFERENCES: Final = 64 * 1024
"""Character references of one part; 200,000 hold nh3 for half a second."""

STRAYS: Final = 1000
"""Pieces in a table outside its cells; nh3 looks through all that stands before the table for each."""


def _names(names: str) -> set[str]:
    return set(names.split())


_ATTRIBUTES: Final = {
    "*": _names("align bgcolor border color dir height lang style title valign width"),
    "a": {"href"},
    "br": {"clear"},
    "font": {"face", "size"},
    "hr": {"noshade", "size"},
    "img": {"alt", "hspace", "src", "vspace"},
    "li": {"type", "value"},
    "ol": {"reversed", "start", "type"},
    "table": {"cellpadding", "cellspacing", "frame", "rules"},
    "td": {"colspan", "nowrap", "rowspan"},
    "th": {"colspan", "nowrap", "rowspan", "scope"},
    "ul": {"type"},
}
_UNSEEN: Final = _names(
    "head iframe math noembed noframes noscript script select style svg template textarea title xmp"
)

_SIDES: Final = ("top", "right", "bottom", "left")
_BORDERS: Final = tuple(f"border{side}" for side in ("", *(f"-{side}" for side in _SIDES)))
# None that loads (background, list-style, content, cursor, filter), none that leaves its block (position).
_STYLES: Final = (
    {f"{box}-{side}" for box in ("margin", "padding") for side in _SIDES}
    | {f"{border}{part}" for border in _BORDERS for part in ("", "-color", "-style", "-width")}
    | {f"border-{corner}-radius" for corner in ("top-left", "top-right", "bottom-left", "bottom-right")}
    | _names(
        "background-color border-collapse border-radius border-spacing box-sizing caption-side clear color"
        " direction display empty-cells float font font-family font-size font-style font-variant font-weight"
        " height letter-spacing line-height list-style-type margin max-height max-width min-height min-width"
        " opacity overflow padding table-layout text-align text-decoration text-decoration-color"
        " text-decoration-line text-decoration-style text-indent text-overflow text-transform unicode-bidi"
        " vertical-align visibility white-space width word-break word-spacing word-wrap"
    )
)
_FUNCTIONS: Final = _names("calc hsl hsla max min rgb rgba")
# nh3 looks at the names of properties only: `background-color: url(…)` would pass.
_FUNCTION = re.compile(r"(?<![\w-])([\w-]*+)\(")

_LINK: Final = re.compile(r"[\t\n\f\r ]*+(?i:https?|mailto|cid):")
_SOURCE: Final = re.compile(r"[\t\n\f\r ]*+(?i:https?:|cid:|data:image/(?:png|jpeg|gif|webp)[;,])")


def clean(html: str, balanced: Balanced | None = None) -> str | None:
    """A fragment without anything that runs, loads or leads away unseen, but for images.

    Each link opens a page of its own that learns nothing of this one. None when `html` is longer than
    LENGTH, nests deeper than NESTING, or has more REFERENCES or STRAYS than may be parsed. `balanced`:
    the same, if it is had.
    """
    return _cleaned(html, balanced, _SHOWN)


def without_links_and_images(html: str) -> str | None:
    """What `clean` gives, but of links their text and of images nothing; None as there."""
    return _cleaned(html, None, _TEXT_ONLY)


def _cleaned(html: str, balanced: Balanced | None, cleaner: nh3.Cleaner) -> str | None:
    if len(html) > LENGTH:
        return None
    balanced = balanced or balance(html)
    if balanced.depth > NESTING or balanced.strays > STRAYS or balanced.html.count("&") > REFERENCES:
        return None
    return cleaner.clean(balanced.html)


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """`value` as it may stay; None if it may not. It is asked before nh3 applies its own rules."""
    if name == "style":
        return _style(value)
    if name == "href":
        return value if _LINK.match(value) else None
    if name == "src":
        return value if _SOURCE.match(value) else None
    return value


def _style(value: str) -> str:
    """`value` without declarations that call more than a colour or a sum."""
    if "(" not in value and "\\" not in value:
        return value
    return ";".join(declaration for declaration in value.split(";") if _is_calm(declaration))


def _is_calm(declaration: str) -> bool:
    return "\\" not in declaration and _FUNCTIONS.issuperset(map(str.lower, _FUNCTION.findall(declaration)))


def _cleaner(tags: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=_UNSEEN,
        attributes={tag: names for tag, names in _ATTRIBUTES.items() if tag == "*" or tag in tags},
        attribute_filter=_attribute,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "cid", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow ugc",
        set_tag_attribute_values={"a": {"target": "_blank"}} if "a" in tags else {},
    )


_SHOWN: Final = _cleaner(set(ELEMENTS))
_TEXT_ONLY: Final = _cleaner(set(ELEMENTS) - {"a", "img"})
