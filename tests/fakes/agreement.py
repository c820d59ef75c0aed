"""Our reading of the corpus beside the standard parser's (`compat32`): where they differ, and who is right.

PYTHONPATH=tests python -m fakes.agreement > docs/mime-agreement.md
"""

import email
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, mktime_tz, parsedate_tz
from pathlib import Path
from typing import Final

from fakes.corpus import CORPUS, on_the_wire
from mailweir.wire.mime.addresses import addresses
from mailweir.wire.mime.dates import read_date
from mailweir.wire.mime.shape import Shape, shape_of
from mailweir.wire.mime.words import decode_text

FIELDS: Final = ("subject", "addresses", "date", "parts")
LISTS: Final = ("From", "To", "Cc")
_SHOWN: Final = 60  # characters of a value in the document
_FOLD = re.compile(r"\r?\n")


@dataclass(frozen=True)
class Difference:
    """One message of which the two say something else. `reason` says who is right, and why."""

    file: str
    field: str
    standard: str
    ours: str
    reason: str


def differences() -> Iterator[Difference]:
    """Every difference in the corpus, file by file."""
    for path in sorted(CORPUS.rglob("*.txt")):
        raw = on_the_wire(path.read_bytes())
        message, shape = email.message_from_bytes(raw), shape_of(raw)
        for field, (standard, ours) in _readings(message, shape).items():
            if standard != ours:
                reason = _reason(field, standard, ours)
                yield Difference(str(path.relative_to(CORPUS)), field, standard, ours, reason)


def _readings(message: "Message[str, str]", shape: Shape) -> dict[str, tuple[str, str]]:
    block = shape.parts[0].block
    ours = [address for name in LISTS for _, address in addresses(block.first(name.lower().encode()))]
    theirs = [
        address
        for name in LISTS
        for _, address in getaddresses([_FOLD.sub("", str(value)) for value in message.get_all(name, [])[:1]])
    ]
    return {
        "subject": (_subject(message), decode_text(block.first(b"subject")).strip()),
        "addresses": (" ".join(filter(None, theirs)), " ".join(filter(None, ours))),
        "date": (_date(message), str(read_date(block.first(b"date")))),
        "parts": (str(sum(1 for _ in message.walk())), str(len(shape.parts))),
    }


def _subject(message: "Message[str, str]") -> str:
    try:
        return str(make_header(decode_header(_FOLD.sub("", str(message["subject"] or ""))))).strip()
    except (UnicodeError, LookupError) as error:
        return f"{type(error).__name__}"


def _date(message: "Message[str, str]") -> str:
    parsed = parsedate_tz(str(message["date"])) if message["date"] is not None else None
    return "None" if parsed is None else str(mktime_tz(parsed) * 1000)


def _ascii(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]+", "?", text)


_Rule = tuple[Callable[[str, str, str], bool], str]
_RULES: Final[tuple[_Rule, ...]] = (
    (
        lambda field, _, __: field == "parts",
        "ours: a message/delivery-status is one part (RFC 3464 §2); the other counts its blocks as messages",
    ),
    (
        lambda _, standard, __: standard.endswith("Error"),
        "ours: the other raises where a charset has no such character",
    ),
    (
        lambda _, standard, ours: standard.replace("\t", " ") == ours,
        "both: a tab of a folded line stays one there; a line of a list shows it as a space",
    ),
    (
        lambda _, standard, ours: _ascii(standard) == _ascii(ours),
        "ours: octets that name no charset are read as UTF-8 or Latin-1, there they are lost (U+FFFD)",
    ),
    (
        lambda field, standard, ours: field == "addresses" and ours in standard and "@" in ours,
        "ours: an address that stands as its own name, or text behind an angle, is no second address",
    ),
    (
        lambda field, _, ours: field == "addresses" and re.search(r"\S@\S+@", ours) is not None,
        "ours: two @ are shown as written; the other drops what stands before the first",
    ),
    (
        lambda field, standard, ours: field == "addresses" and standard.count(" ") > ours.count(" "),
        "neither: a group, a path or a word inside angles is no address (RFC 5322 §3.4); ours is as written",
    ),
)


def _reason(field: str, standard: str, ours: str) -> str:
    return next(
        (reason for fits, reason in _RULES if fits(field, standard, ours)),
        "neither: what stands there is no address (RFC 5322 §3.4); ours is shown as written",
    )


def document(found: list[Difference], total: int) -> str:
    """The page of documentation."""
    lines = [
        "# Agreement with the standard parser",
        "",
        "`wire.mime` reads headers, shapes and transfer encodings itself, since the standard parser can be",
        "held for seconds by one message (decision 0008). This page holds it to account: on the corpus of",
        "real mail that the tests install, it says where the two differ and who is right. `compat32` is the",
        "standard library's `email.message_from_bytes`, `decode_header`, `getaddresses` and `parsedate_tz`.",
        "",
        "Written by `PYTHONPATH=tests python -m fakes.agreement`; a test says when it is stale.",
        "",
        "| of | agree | differ |",
        "| --- | --- | --- |",
    ]
    for field in FIELDS:
        count = sum(one.field == field for one in found)
        lines.append(f"| {field} | {100 * (total - count) / total:.2f} % of {total:,} | {count} |")
    for reason in sorted({one.reason for one in found}):
        rows = [one for one in found if one.reason == reason]
        lines += ["", f"## {reason[0].upper()}{reason[1:]}", "", "| file | of | compat32 | ours |"]
        lines.append("| --- | --- | --- | --- |")
        lines += [f"| {one.file} | {one.field} | {_cell(one.standard)} | {_cell(one.ours)} |" for one in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return "`" + shown.replace("|", "\\|").replace("`", "'") + "`" if shown else ""


DOCUMENT: Final = Path(__file__).parents[2] / "docs/mime-agreement.md"


if __name__ == "__main__":
    sys.stdout.write(document(list(differences()), len(list(CORPUS.rglob("*.txt")))))
