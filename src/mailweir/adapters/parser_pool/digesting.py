"""A message's octets to its digest: what `wire.mime` reads, put into the nouns of `model`.

Every step is bounded and linear in itself, so that an ordinary process stands nearly everything;
the pool around it is for what nobody has thought of.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from mailweir.model.digest import Action, Attachment, Brief, Code, Digest, Mailbox, Original, Span
from mailweir.wire.mime.addresses import ADDRESSES, addresses
from mailweir.wire.mime.balance import balance
from mailweir.wire.mime.bodies import Bodies, bodies_of, body_text, charset_of
from mailweir.wire.mime.codes import codes
from mailweir.wire.mime.dates import read_date
from mailweir.wire.mime.fields import Block
from mailweir.wire.mime.html import Page
from mailweir.wire.mime.html import read as read_html
from mailweir.wire.mime.links import actions, links
from mailweir.wire.mime.sanitising import clean
from mailweir.wire.mime.shape import Part, Shape, content, shape_of
from mailweir.wire.mime.words import decode_text

SNIPPET: Final = 160
"""Characters of a snippet: a line of a list."""

_NAME: Final = 255  # characters of a name: what a file system takes
_SHAPE: Final = 500  # characters of a shape that are kept


class _Texts:
    """The text and the HTML of a message, and what had to be left out of them."""

    def __init__(self, raw: bytes, bodies: Bodies) -> None:
        self.limits: list[str] = []
        self.plain = self._joined(raw, bodies.plain)
        self.html = self._joined(raw, bodies.html)
        self.page: Page | None = None
        self.clean = ""
        if self.html:
            balanced = balance(self.html)  # once for both, since it takes longer than either
            self.page = read_html(self.html, balanced)
            self.clean = clean(self.html, balanced) or ""
            if self.page.limited:
                self._note(f"html {self.page.limited}")

    @property
    def text(self) -> str:
        """What a person reads: the plain text, or else that of the HTML."""
        if self.plain.strip() or self.page is None:
            return self.plain
        return self.page.text

    def _joined(self, raw: bytes, parts: Sequence[Part]) -> str:
        texts: list[str] = []
        for part in parts:
            text, whole = body_text(raw, part)
            texts.append(text)
            if not whole:
                self._note("text length")
                break
        return "\n".join(texts)

    def _note(self, limit: str) -> None:
        if limit not in self.limits:
            self.limits.append(limit)


def digest_of(raw: bytes) -> Digest:
    """The digest of a whole message."""
    shape = shape_of(raw)
    bodies = bodies_of(shape)
    block = shape.parts[0].block
    texts = _Texts(raw, bodies)
    attachments = tuple(_attachment(raw, part) for part in bodies.attached)
    reasons = (*([shape.limit] if shape.limit else []), *texts.limits)
    return Digest(
        brief=_brief(block, texts, attachments, reasons),
        text=texts.text,
        html=texts.clean,
        headers=block.decoded(),
        attachments=attachments,
        date=read_date(block.first(b"date")),
        message_id=decode_text(block.first(b"message-id")).strip(),
        originals=tuple(Original(_span(part), charset_of(raw, part)) for part in bodies.html),
        shape=_written(shape),
    )


def _brief(block: Block, texts: _Texts, attachments: Sequence[Attachment], reasons: tuple[str, ...]) -> Brief:
    subject = decode_text(block.first(b"subject")).strip()
    page_text = texts.page.text if texts.page else ""
    return Brief(
        state="truncated" if reasons else "done",
        subject=subject,
        sender=_mailboxes(block, b"from"),
        to=_mailboxes(block, b"to"),
        cc=_mailboxes(block, b"cc"),
        bcc=_mailboxes(block, b"bcc"),
        snippet=snippet_of(texts.text),
        links=tuple(links(texts.plain, texts.page)),
        attachments=tuple(one.md5 for one in attachments),
        codes=tuple(Code(c.value, c.source, c.confidence) for c in codes(subject, texts.plain, page_text)),
        actions=tuple(
            Action(a.url, a.text, a.kind, a.confidence) for a in actions(subject, texts.plain, texts.page)
        ),
        reasons=reasons,
    )


def snippet_of(text: str) -> str:
    """The beginning of a text on one line."""
    words = text[: 8 * SNIPPET].split()
    line = " ".join(words)
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1].rstrip() + "…"


def _mailboxes(block: Block, name: bytes) -> tuple[Mailbox, ...]:
    """Every field of that name, since some senders repeat To; a thousand mailboxes at the most."""
    found: list[Mailbox] = []
    for field, value in block.fields:
        if field.lower() == name:
            room = ADDRESSES - len(found)
            found.extend(Mailbox(called, address) for called, address in addresses(value, room))
    return tuple(found)


def _attachment(raw: bytes, part: Part) -> Attachment:
    octets = content(raw, part)
    return Attachment(
        span=_span(part),
        md5=hashlib.md5(octets, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(octets).hexdigest(),
        name=part.name[:_NAME],
        type=part.type,
        content_id=part.content_id[:_NAME],
        disposition=part.disposition.value[:_NAME],
        size=len(octets),
    )


def _span(part: Part) -> Span:
    return Span(part.start, part.end, part.encoding[:_NAME])


def _written(shape: Shape) -> str:
    """`multipart/mixed(text/plain, image/png)`."""
    pieces: list[str] = []
    depth = -1
    for part in shape.parts:
        pieces.append(_step(depth, part.depth) + part.type)
        depth = part.depth
    text = "".join(pieces) + ")" * depth
    return text if len(text) <= _SHAPE else text[: _SHAPE - 1] + "…"


def _step(before: int, now: int) -> str:
    if before < 0:
        return ""
    return "(" if now > before else ")" * (before - now) + ", "
