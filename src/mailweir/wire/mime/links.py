"""The links of a mail, and those among them that it asks to be followed.

A rule of words (`link_words`), not a model: what it says can be explained, tried and mended. Nothing
here raises, and all of it takes time in proportion to the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, islice
from math import prod
from typing import Final
from urllib.parse import unquote

from mailweir.wire.mime.html import Page
from mailweir.wire.mime.link_words import (
    ASKS,
    CLICKS,
    DECOY_HOSTS,
    DECOYS,
    KINDS,
    URL_ASIDES,
    URL_DECOYS,
    URL_WORDS,
    folded,
)

__all__ = ["ACTIONS", "KINDS", "LINKS", "TEXT", "URL", "Action", "actions", "links"]

TEXT: Final = 1024 * 1024
"""Characters of plain text that are looked through."""

LINKS: Final = 1000
"""Links of one mail that are told."""

URL: Final = 2048
"""Characters of the longest URL that is told; what browsers and mail gateways agree on."""

ACTIONS: Final = 10
"""Actions of one mail that are told."""

_WORDS: Final = 300
"""Characters read of a label, and of the text beside a URL."""

_LOOKED_AT: Final = 2 * LINKS
"""Links that are looked at, the same ones again among them."""

# The second half ends a URL in Chinese and Japanese text.
_END: Final = '<>"`\\、。，；：！？（）「」『』【】《》〈〉“”„«»…'  # noqa: RUF001
_HTTP = re.compile(rf"(?<![A-Za-z0-9+.-])(?i:https?)://[^\s{re.escape(_END)}]++")
_HTTP_HEAD = re.compile(
    r"(?i:https?)://(?P<user>(?:[^/?#@]*+@)*+)(?P<host>\[[0-9A-Fa-f:.]++\]|[^\W_][^\s/?#@:]*+)(?::\d*+)?"
)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]")
_STRIPPED_BY_BROWSERS = re.compile(r"[\t\n\r]++")
_TRAILING: Final = ".,;:!?'*"
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PICTURE = re.compile(r"\.(?i:png|jpe?g|gif|webp|svg|ico|css|js)\Z")
_SECRET_NAME = re.compile(r"(?i:token|code|key|hash|sig|signature|nonce|secret|ticket|jwt|otp|t)=[^&]{6}")
_SECRET = re.compile(r"(?<![\w-])(?=[A-Za-z_-]{0,64}\d)[\w-]{16}")

# How much each witness is worth; together they leave the product of the doubts.
_BY_LABEL, _BY_URL, _BY_LINE_BEFORE, _BY_SUBJECT, _BY_CLICK, _BY_SECRET = 0.7, 0.5, 0.5, 0.3, 0.2, 0.15
_ENOUGH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Action:
    """A link to follow, the words it bears, which of KINDS it is, and how sure that is: 0 to 1."""

    url: str
    text: str
    kind: str
    confidence: float


_Link = tuple[str, str, str]  # a URL, the words that it bears, the line before it


class _Candidate:
    """A URL as it is, and folded what its label, its page and the line before it say."""

    __slots__ = ("before", "label", "page", "path", "text", "url")

    def __init__(self, url: str, label: str, line_before: str = "") -> None:
        self.url = url
        self.text = label
        self.page = _page(url)
        self.label = folded("" if "://" in label else label[:_WORDS])
        self.before = folded(line_before)
        self.path = folded(_CAMEL.sub(" ", self.page))

    @property
    def words(self) -> str:
        """All that it says."""
        return self.label + self.path + self.before


class _Words:
    """The tables of words, but only those words that a mail says anywhere: they are few, or none."""

    def __init__(self, said: str) -> None:
        def here(table: Iterable[str]) -> tuple[str, ...]:
            return tuple(word for word in table if word in said)

        self.asks = {kind: here(asks) for kind, asks in ASKS.items()}
        self.url_words = {kind: here(asks) for kind, asks in URL_WORDS.items()}
        self.any_asks = any(self.asks.values()) or any(self.url_words.values())
        if self.any_asks:
            self.clicks = here(CLICKS)
            self.decoys = here(DECOYS)
            self.url_decoys = here(URL_DECOYS)
            self.url_asides = here(URL_ASIDES)


def links(text: str, page: Page | None) -> list[str]:
    """The distinct http and https URLs: those of `page` in document order, then those of `text`."""
    found = dict.fromkeys(url for url, _, _ in _written(text, page))
    return list(found)[:LINKS]


def actions(subject: str, text: str, page: Page | None) -> list[Action]:
    """The links that ask to be followed, surest first, each URL once, at most ACTIONS."""
    best: dict[str, Action] = {}
    pictures = frozenset(page.images if page else ())
    candidates = [one for one in _candidates(text, page) if one.url not in pictures]
    if not candidates:
        return []
    asked = folded(subject[:_WORDS])
    words = _Words(asked + " ".join(one.words for one in candidates))
    if not words.any_asks:
        return []
    of_subject = _kinds(asked, words.asks)
    for candidate in candidates:
        action = _judged(candidate, of_subject, words)
        if action and (action.url not in best or action.confidence > best[action.url].confidence):
            best[action.url] = action
    return sorted(best.values(), key=lambda action: -action.confidence)[:ACTIONS]


def _candidates(text: str, page: Page | None) -> Iterator[_Candidate]:
    return (_Candidate(*one) for one in _written(text, page))


def _written(text: str, page: Page | None) -> Iterator[_Link]:
    anchors = ((_usable(anchor.url), anchor.text, "") for anchor in (page.anchors if page else ()))
    return islice((one for one in chain(anchors, _in_text(text[:TEXT])) if one[0]), _LOOKED_AT)


def _in_text(text: str) -> Iterator[_Link]:
    """The URLs of plain text, each with what its line says between its neighbours, and the line before."""
    if "://" not in text:
        return
    end = 0
    for match in _HTTP.finditer(text):
        start = match.start()
        line = max(text.rfind("\n", max(end, start - _WORDS), start) + 1, end, start - _WORDS)
        label = text[line:start]
        before = text[max(end, line - 2 * _WORDS) : line].rstrip().rpartition("\n")[2]
        end = match.end()
        after = text[end : end + _WORDS].partition("\n")[0]
        if "://" not in after:
            label += " " + after
        angled = text[start - 1 : start] == "<" and text[end : end + 1] == ">"
        url = match[0] if angled or len(match[0]) > 2 * URL else _trimmed(match[0])
        yield _usable(url), " ".join(label.split()), before[-_WORDS:]


def _trimmed(url: str) -> str:
    """`url` without punctuation and closing brackets of the sentence that it stands in."""
    surplus = {closing: url.count(closing) - url.count(opening) for closing, opening in _BRACKETS.items()}
    end = len(url)
    while end and (url[end - 1] in _TRAILING or surplus.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    return url[:end]


def _usable(written: str) -> str:
    """A URL as a browser would take it; "" unless it is http or https, has a host and is short enough."""
    if len(written) > 2 * URL:
        return ""
    # WHATWG URL §4.4
    url = _STRIPPED_BY_BROWSERS.sub("", written).strip().replace(" ", "%20")
    return url if len(url) <= URL and _HTTP_HEAD.match(url) and not _CONTROL.search(url) else ""


def _judged(candidate: _Candidate, asked: AbstractSet[str], words: _Words) -> Action | None:
    """The action that a link is; None for one that nobody asks to follow."""
    label, before, page = candidate.label, candidate.before, candidate.page
    of_label = _kinds(label, words.asks)
    of_path = _kinds(candidate.path, words.url_words) | _kinds(candidate.path, words.asks)
    if not page or _is_decoy(candidate, words, of_label, of_path):
        return None
    if _has(before, words.decoys):
        if not (of_label or of_path):
            return None
        before = ""
    witnesses = (
        (_BY_LABEL, of_label),
        (_BY_URL, of_path),
        (_BY_LINE_BEFORE, _kinds(before, words.asks)),
        (_BY_SUBJECT, asked),
    )
    secret = bool(_SECRET_NAME.search(page) or _SECRET.search(page))
    clicks = _has(label + before, words.clicks)
    doubt = (1 - _BY_SECRET if secret else 1) * (1 - _BY_CLICK if clicks else 1)
    doubts = {
        kind: doubt * prod(1 - weight for weight, kinds in witnesses if kind in kinds)
        for kind in KINDS
        # A link without a secret is the way to a door, and no key.
        if (secret or kind != "signin") and any(kind in kinds for _, kinds in witnesses)
    }
    kind = min(doubts, key=lambda kind: doubts[kind], default="")
    if not kind or 1 - doubts[kind] < _ENOUGH:
        return None
    return Action(candidate.url, candidate.text, kind, round(1 - doubts[kind], 2))


def _page(url: str) -> str:
    """Path, query and fragment, decoded; "" for a home page, a picture, and whoever hides the host."""
    head = _HTTP_HEAD.match(url)
    if head is None or head["user"]:
        return ""
    page = unquote(url[head.end() :])
    path = page.partition("?")[0].partition("#")[0]
    return "" if not page.strip("/?#") or _PICTURE.search(path) else page


def _is_decoy(
    candidate: _Candidate, words: _Words, of_label: AbstractSet[str], of_path: AbstractSet[str]
) -> bool:
    head = _HTTP_HEAD.match(candidate.url)
    host = head["host"].lower().removeprefix("www.") if head else ""
    return (
        _has(candidate.label, words.decoys)
        or _has(candidate.path, words.url_decoys)
        or (not of_label and _has(candidate.path, words.url_asides))
        or (not of_path and host in DECOY_HOSTS)
    )


def _kinds(words: str, table: Mapping[str, Iterable[str]]) -> AbstractSet[str]:
    return {kind for kind, asks in table.items() if _has(words, asks)}


def _has(words: str, table: Iterable[str]) -> bool:
    return any(word in words for word in table)
