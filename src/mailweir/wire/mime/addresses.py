"""Address lists of header fields (RFC 5322 §3.4, and what §4.4 and the world allow besides).

One pass over tokens; never raises; garbage gives what it can. Encoded words are read after the list
has been taken apart, so that a comma or an angle inside one is text and never structure.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from mailweir.wire.mime.charsets import showable, undeclared
from mailweir.wire.mime.words import ENCODED_WORD, decode_words, unfold

ADDRESSES: Final = 1000
"""More recipients than a list shows to anybody."""

_OCTETS: Final = 64 * 1024
"""What is read of one field: a thousand addresses fit."""

# Each alternative takes a whole run of its characters, so that floods of one character are few tokens.
_TOKEN = re.compile(
    rf"(?:(?P<text>{ENCODED_WORD}|[^ \t\"(),:;<>\[\]\\]++|\[[^ \t\[\]\\]{{0,255}}+\])"
    r'|"(?P<quoted>(?:[^"\\]++|\\.)*+)"?'
    r"|(?P<special>[,;][,; \t]*+|:++|<++|\(|[\[\]>\\]++|(?=[ \t])))(?P<gap>[ \t]*+)",
    re.DOTALL,
)
# A route (RFC 5322 §4.4) may hold commas; otherwise a comma says that the angle was forgotten.
_ANGLE = re.compile(r'(?:@[^<>:"]*+:)?+(?P<address>(?:[^<>,"]++|"(?:[^"\\]++|\\.)*+")*+)>?', re.DOTALL)
_SPACE_OUTSIDE_QUOTES = re.compile(r'"(?:[^"\\]++|\\.)*+"|[ \t]++', re.DOTALL)
_COMMENT_STEP = re.compile(r"[^()\\]++|\\.|(?P<open>\(++)|(?P<close>\)++)|\\", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What nearly every sender writes, and the list of an inbox is full of.
_PLAIN = re.compile(
    r"""(?:"?([A-Za-z0-9][A-Za-z0-9 '_.-]*+)"?[ ]?<)?"""
    r"""([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]++@[A-Za-z0-9.-]++)(>)?"""
)


@dataclass(slots=True)
class _Mailbox:
    """What has been read of one list entry: words, each in pieces as written and as meant."""

    written: list[list[str]] = field(default_factory=list[list[str]])
    meant: list[list[str]] = field(default_factory=list[list[str]])
    comment: str = ""
    angle: str | None = None

    def add(self, written: str, meant: str, *, joined: bool) -> None:
        """Takes a word, or the next piece of one that no white space has ended."""
        if joined and self.written:
            self.written[-1].append(written)
            self.meant[-1].append(meant)
        else:
            self.written.append([written])
            self.meant.append([meant])

    def result(self) -> tuple[str, str] | None:
        """Name and address; None when there is neither."""
        meant = ["".join(pieces) for pieces in self.meant]
        if self.angle is not None:
            return _pair(" ".join(meant) or self.comment, self.angle)
        written = ["".join(pieces) for pieces in self.written]
        at = next((index for index, word in enumerate(written) if "@" in word), None)
        if at is None:
            only_word = len(written) == 1 and not self.comment
            return _pair("", written[0]) if only_word else _pair(" ".join(meant) or self.comment, "")
        # RFC 5322 §4.4 lets white space stand around the @.
        first, last = at, at
        if written[at].startswith("@") and at > 0:
            first -= 1
        if written[at].endswith("@"):
            last = min(at + 1, len(written) - 1)
        name = " ".join(meant[:first] + meant[last + 1 :])
        return _pair(name or self.comment, "".join(written[first : last + 1]))


def addresses(octets: bytes, limit: int = ADDRESSES) -> list[tuple[str, str]]:
    """The first `limit` mailboxes of an address list as (name, address), members of groups among them.

    A name is decoded and may be ""; an address is as written, without comments and white space, and
    is "" where only a name stands. What lies past 64 KiB is not read.
    """
    text = unfold(undeclared(octets[:_OCTETS])).strip()
    plain = _PLAIN.fullmatch(text)
    if plain is not None and (plain[1] is None) == (plain[3] is None):
        return [((plain[1] or "").strip(), plain[2])][:limit]
    return _List(text, limit).read()


def _space(found: "re.Match[str]") -> str:
    """RFC 5322 §4.4 lets white space stand around dots and the @; elsewhere it is the sender's own."""
    if found[0].startswith('"'):
        return found[0]
    text, start, end = found.string, found.start(), found.end()
    at_joint = start == 0 or end == len(text) or text[start - 1] in ".@" or text[end] in ".@"
    return "" if at_joint else " "


def _pair(name: str, address: str) -> tuple[str, str] | None:
    pair = (decode_words(name).strip(), showable(address).strip())
    return pair if any(pair) else None


class _List:
    """One address list being read."""

    def __init__(self, text: str, limit: int) -> None:
        self._text = text
        self._limit = limit
        self._found: list[tuple[str, str]] = []
        self._now = _Mailbox()
        self._joined = False

    def read(self) -> list[tuple[str, str]]:
        """Reads to the end of the text or to the limit."""
        at = 0
        while len(self._found) < self._limit and (token := _TOKEN.match(self._text, at)):
            at = token.end()
            special = token["special"]
            if special is None:
                self._word(token)
                self._joined = not token["gap"]
                continue
            self._joined = False
            if special == "(":
                at = self._comment(token.end("special"))
            elif special.startswith("<"):
                at = self._angle(at)
            elif special.startswith((",", ";")):
                self._finish()
            elif special.startswith(":"):  # RFC 5322 §3.4: what stood before is a group's name
                self._now = _Mailbox()
            if at == len(self._text):
                break
        self._finish()
        return self._found[: self._limit]

    def _word(self, token: "re.Match[str]") -> None:
        written, quoted = token["text"], token["quoted"]
        if quoted is None:
            self._now.add(written, written, joined=self._joined)
        else:
            self._now.add(f'"{quoted}"', _ESCAPED.sub(r"\1", quoted), joined=self._joined)

    def _angle(self, at: int) -> int:
        """Takes an address between angles; one that never closes ends at the next comma."""
        angle = _ANGLE.match(self._text, at)
        if angle is None:  # every part of the pattern may be empty
            return at
        if self._now.angle is None:
            self._now.angle = _SPACE_OUTSIDE_QUOTES.sub(_space, angle["address"])
        return angle.end()

    def _comment(self, at: int) -> int:
        """Takes a comment, nested as deep as it likes, and remembers the text of the last one."""
        depth, start = 1, at
        while depth and (step := _COMMENT_STEP.match(self._text, at)):
            at = step.end()
            depth += len(step["open"] or "") - len(step["close"] or "")
            if depth < 0:
                at, depth = at + depth, 0
        inner = self._text[start : at - 1] if not depth else self._text[start:at]
        self._now.comment = inner.strip()
        return at

    def _finish(self) -> None:
        result = self._now.result()
        if result is not None:
            self._found.append(result)
        self._now = _Mailbox()
        self._joined = False
