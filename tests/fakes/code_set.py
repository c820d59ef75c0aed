"""The mails of `corpora/codes`, each with the code that a person would take from it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from mailweir.wire.mime.bodies import bodies_of, body_text
from mailweir.wire.mime.html import read
from mailweir.wire.mime.shape import Shape, shape_of
from mailweir.wire.mime.words import decode_text

FOLDER: Final = Path(__file__).parent.parent / "corpora" / "codes"
_SEPARATOR: Final = re.compile(rb"^From set@mailweir\.test .*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of the set. `expected` is None where there is no code; `held_out` from all tuning."""

    language: str
    number: int
    expected: str | None
    held_out: bool
    subject: str
    text: str
    page_text: str


@cache
def mails() -> tuple[Mail, ...]:
    """The whole set, language by language, in the order of the files."""
    return tuple(
        _mail(path.stem, number, raw)
        for path in sorted(FOLDER.glob("*.mbox"))
        for number, raw in enumerate(_SEPARATOR.split(path.read_bytes())[1:], 1)
    )


def parts(raw: bytes) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a message; "" for what it does not have."""
    shape = shape_of(raw)
    bodies = bodies_of(shape)
    plain, html = (
        "\n".join(body_text(raw, part)[0] for part in kind) for kind in (bodies.plain, bodies.html)
    )
    return _field(shape, b"subject"), plain, html


def _mail(language: str, number: int, raw: bytes) -> Mail:
    raw = raw.removesuffix(b"\n")  # the blank line before the next separator
    subject, text, html = parts(raw)
    shape = shape_of(raw)
    expected = _field(shape, b"x-expect-code")
    assert expected, f"{language} {number} does not say what to expect"
    part = _field(shape, b"x-set")
    assert part in {"tune", "held-out"}, f"{language} {number} is in no part of the set"
    page_text = read(html).text if html else ""
    return Mail(
        language,
        number,
        None if expected == "none" else expected,
        part == "held-out",
        subject,
        text,
        page_text,
    )


def _field(shape: Shape, name: bytes) -> str:
    return decode_text(shape.parts[0].block.first(name))
