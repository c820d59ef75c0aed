"""What readers are shown of one message: its text, its HTML, its attachments.

Decoding takes time in proportion to the message, and so runs beside the loop.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailweir.model.address import Inbox
from mailweir.model.digest import Attachment, Digest, Original, Span
from mailweir.model.message import MessageId
from mailweir.policy.visibility import Reader
from mailweir.services.reading import Reading
from mailweir.wire.mime.bodies import BODY_OCTETS, text_of
from mailweir.wire.mime.fields import read_block
from mailweir.wire.mime.images import with_images
from mailweir.wire.mime.sanitising import without_links_and_images
from mailweir.wire.mime.transfer import decoded


@dataclass(frozen=True, slots=True)
class Showing:
    """Every method raises RefusedError, PendingError and UnavailableError, and gives None for no message."""

    reading: Reading

    async def digest(self, reader: Reader, inbox: Inbox, message: MessageId) -> Digest | None:
        """What was read out of the message."""
        return await self.reading.digest(reader, inbox, message)

    async def header_block(self, reader: Reader, inbox: Inbox, message: MessageId) -> bytes | None:
        """The header as it came, at most as much of it as is read of one."""
        raw = await self.reading.raw(reader, inbox, message)
        return None if raw is None else raw[: read_block(raw).body]

    async def headers(
        self, reader: Reader, inbox: Inbox, message: MessageId
    ) -> Sequence[tuple[str, str]] | None:
        """The header fields in their order, names as written, values decoded."""
        digest = await self.digest(reader, inbox, message)
        if digest is None or digest.brief.state != "failed":
            return None if digest is None else digest.headers
        block = await self.header_block(reader, inbox, message)
        return None if block is None else read_block(block).decoded()

    async def bare_html(self, digest: Digest) -> str:
        """The HTML without links and images; empty when there is none that can be shown."""
        return await asyncio.to_thread(without_links_and_images, digest.html) or ""

    async def clean_html(
        self, reader: Reader, inbox: Inbox, message: MessageId, digest: Digest
    ) -> str | None:
        """The sanitised HTML, with the images that came along."""
        if not digest.html or not any(one.content_id for one in digest.attachments):
            return digest.html
        raw = await self.reading.raw(reader, inbox, message)
        return None if raw is None else await asyncio.to_thread(_with_own_images, raw, digest.html, digest)

    async def original_html(
        self, reader: Reader, inbox: Inbox, message: MessageId, digest: Digest
    ) -> str | None:
        """The HTML as the sender wrote it, with the images that came along; empty when there is none."""
        if not digest.originals:
            return ""
        raw = await self.reading.raw(reader, inbox, message)
        return None if raw is None else await asyncio.to_thread(_original, raw, digest)

    async def attachment(
        self, reader: Reader, inbox: Inbox, message: MessageId, attachment: Attachment
    ) -> bytes | None:
        """The octets of one attachment."""
        raw = await self.reading.raw(reader, inbox, message)
        return None if raw is None else await asyncio.to_thread(_octets, raw, attachment.span)


def html_as_written(raw: bytes, digest: Digest) -> str:
    """The HTML as the sender wrote it; empty when there is none."""
    return "\n".join(_text(raw, one) for one in digest.originals)


def _original(raw: bytes, digest: Digest) -> str:
    return _with_own_images(raw, html_as_written(raw, digest), digest)


def _text(raw: bytes, original: Original) -> str:
    return text_of(_octets(raw, original.span)[:BODY_OCTETS], original.charset)


def _with_own_images(raw: bytes, html: str, digest: Digest) -> str:
    # The first of a name is meant: a sender's later part must not take an earlier one's place.
    spans: Mapping[str, Span] = {one.content_id: one.span for one in reversed(digest.attachments)}

    def find(name: str) -> bytes | None:
        span = spans.get(name)
        return None if span is None else _octets(raw, span)

    return with_images(html, find)


def _octets(raw: bytes, span: Span) -> bytes:
    return decoded(raw[span.start : span.end], span.encoding)
