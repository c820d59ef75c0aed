"""Codes and links: each stands in the mail, is told once, surest first, and none is made up."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mailweir.wire.mime.codes import CODES, codes
from mailweir.wire.mime.html import Anchor, Page
from mailweir.wire.mime.links import ACTIONS, KINDS, LINKS, URL, actions, links

_CORPUS: Final = Path(__file__).parents[2] / "corpora" / "codes"
_SEPARATORS: Final = re.compile(r"[\s-]")
# What looks like another sign is read as that one.
_WIDE: Final = (
    {0xFF01 + at: 0x21 + at for at in range(94)}
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2212, 0xFF0D), "-")
    | {ord("İ"): "i", 0x2019: "'"}
)
WORDS = (
    *(b"Your code is ", b"482913", b"482 913", b"482-913", b"4 8 2 9 1 3", b"A1B2C3", b"ABC-DEF", b"code: "),
    *(b"expires in 10 minutes", b"order number ", b"https://", b"http://x.test/", b"verify?token=a1b2c3d4"),
    *(
        b"reset",
        b"unsubscribe",
        b"Click here",
        b"<http://x.test/a>",
        b"\n",
        b"> ",
        b"** **",
        b"USD ",
        b"2026",
    ),
    *(
        b"(http://[::1]:80/x)",
        b"user@host",
        b"codice",
        *(one.encode() for one in ("コード", "код", "\uff14", "İ")),
    ),
)


def seeds() -> Iterator[bytes]:
    yield b"Sign in\0Your code is 482913.\n\nhttps://x.test/verify?token=a1b2c3d4e5f6a7b8\n"
    yield b"Reset your password\0Click here: <http://x.test/reset/aaaaBBBB1111cccc>\n> quoted 123456"
    for path in sorted(_CORPUS.glob("*.mbox")):
        mail = path.read_bytes().split(b"From set@mailweir.test ")[1]
        yield b"Subject\0" + mail.partition(b"\n\n")[2][:500]


def check(octets: bytes) -> None:
    text = octets.decode("utf-8", "replace")
    subject, _, text = text.partition("\0")
    subject, text = subject[:100], text.replace("\0", "")
    _check_codes(subject, text)
    _check_links(subject, text)


def _check_codes(subject: str, text: str) -> None:
    found = codes(subject, text)
    assert len(found) <= CODES
    assert len({one.value for one in found}) == len(found)
    confidences = [one.confidence for one in found]
    assert confidences == sorted(confidences, reverse=True)
    for one in found:
        assert 0 <= one.confidence <= 1
        assert 4 <= len(one.value) <= 13
        assert one.source in {"subject", "text"}
        where = subject if one.source == "subject" else text
        # As it is typed, a code has lost the spaces that it was written with.
        assert _typed(one.value) in _typed(where), one


def _typed(text: str) -> str:
    return _SEPARATORS.sub("", text.translate(_WIDE))


def _check_links(subject: str, text: str) -> None:
    words = text.split()
    page = Page(text, tuple(Anchor(one, text[:50]) for one in words[:5]), ())
    for shown in (None, page):
        found = links(text, shown)
        assert len(found) == len(set(found)) <= LINKS
        for url in found:
            assert re.match(r"(?i)https?://[^\s/]", url), url
            assert len(url) <= URL
            assert not re.search(r"[\x00-\x20\x7f-\x9f]", url)
            assert shown is not None or url in text
        _check_actions(subject, text, shown, found)


def _check_actions(subject: str, text: str, page: Page | None, found: list[str]) -> None:
    asked = actions(subject, text, page)
    assert len(asked) <= ACTIONS
    assert len({one.url for one in asked}) == len(asked)
    confidences = [one.confidence for one in asked]
    assert confidences == sorted(confidences, reverse=True)
    for one in asked:
        assert one.url in found or len(found) == LINKS
        assert one.kind in KINDS
        assert 0.5 <= one.confidence <= 1
